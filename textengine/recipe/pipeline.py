"""Pipeline: normalizers and a tokenizer, applied to records, with every fault laid at its component's door."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from textengine.components import Bound, FastNormalizer, FastTokenizer
from textengine.errors import ComponentError, PluginError, TextEngineError, shortened
from textengine.trace import CONVERSION, INTERNING, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from textengine.lexicon import Lexicon
    from textengine.text import Batch

T = TypeVar("T")

_SHORT = 1000  # characters: of a text that can be normalized or cut once more without being noticed


@dataclass(frozen=True, slots=True)
class Pipeline:
    """record -> tokens. Picklable if its components are."""

    normalizers: tuple[Bound, ...]
    tokenizer: Bound

    @property
    def canonical(self) -> dict[str, Any]:
        """The canonical form: qualified names, every option with its value, Unicode versions where they count."""
        return {
            "normalizers": [canonical_component(normalizer) for normalizer in self.normalizers],
            "tokenizer": canonical_component(self.tokenizer),
        }

    @property
    def text_id(self) -> str:
        """SHA-256, in hex, of the canonical form: equal ids, equal tokens from equal text."""
        return identity(self.canonical)

    @property
    def joiner(self) -> str:
        """What decoding puts between tokens. Raises ComponentError where the tokenizer's is not text."""
        joiner = getattr(self.tokenizer.call, "joiner", " ")
        if not isinstance(joiner, str):
            raise fault(self.tokenizer, TypeError(f"joiner must be a str, not {type(joiner).__name__}"))
        return joiner

    def tokens(self, text: str, watch: Watch | None = None) -> list[str]:
        """Return the tokens of one record: the definition. Raises ComponentError."""
        texts = [text]
        for normalizer in self.normalizers:
            with _at_work(watch, normalizer, False, 1):
                texts = _applied(normalizer, texts, str, None)
        with _at_work(watch, self.tokenizer, False, 1):
            [tokens] = _applied(self.tokenizer, texts, list, None)
        _check_tokens(tokens, self.tokenizer, None, None)
        return tokens

    @property
    def releases_gil(self) -> bool:
        """Whether every component has a fast path, so that threads can work at the same time."""
        fast = all(isinstance(normalizer.call, FastNormalizer) for normalizer in self.normalizers)
        return fast and isinstance(self.tokenizer.call, FastTokenizer)

    def lexicon(self, kernels: bool) -> Lexicon:
        """Return an empty lexicon of the kind that suits the tokenizer."""
        from textengine.lexicon import KernelLexicon, Lexicon

        return KernelLexicon() if kernels and isinstance(self.tokenizer.call, FastTokenizer) else Lexicon()

    def encode(
        self, batch: Batch, lexicon: Lexicon, kernels: bool = False, watch: Watch | None = None
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return (ids, ends) of a batch: local ids, and the number of tokens up to the end of each record.

        Equal to adding the tokens of each record to `lexicon` in turn. With `kernels`, components that have a fast path
        take it. `watch` is told what is at work. Raises ComponentError; its `record` counts from the beginning of the
        batch.
        """
        form: Batch | list[str] = batch
        for normalizer in self.normalizers:
            if kernels and isinstance(normalizer.call, FastNormalizer):
                form = _as_batch(form, normalizer, batch, watch)
                with _at_work(watch, normalizer, True, len(batch)):
                    form = _normalized_batch(normalizer, form)
            else:
                form = _as_texts(form, watch)
                with _at_work(watch, normalizer, False, len(batch)):
                    form = _applied(normalizer, form, str, batch)
        if kernels and isinstance(self.tokenizer.call, FastTokenizer):
            form = _as_batch(form, self.tokenizer, batch, watch)
            with _at_work(watch, self.tokenizer, True, len(batch)):
                return _encoded_batch(self.tokenizer, form, lexicon)
        form = _as_texts(form, watch)
        with _at_work(watch, self.tokenizer, False, len(batch)):
            token_lists = _applied(self.tokenizer, form, list, batch)
        with _own_work(watch, INTERNING, len(batch)):
            return self._add(token_lists, lexicon, batch)

    def _add(
        self, token_lists: list[list[str]], lexicon: Lexicon, batch: Batch
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        import numpy as np

        ends = np.cumsum([len(tokens) for tokens in token_lists], dtype=np.int64)
        try:
            return lexicon.add_all([token for tokens in token_lists for token in tokens]), ends
        except (TypeError, UnicodeEncodeError):
            for record, tokens in enumerate(token_lists):
                _check_tokens(tokens, self.tokenizer, record, batch)
            raise


def canonical_component(bound: Bound) -> dict[str, Any]:
    """Return a component in canonical form: qualified name, every option, and the Unicode version it declares."""
    form: dict[str, Any] = {"name": bound.component.qualified, "options": dict(bound.options)}
    version = getattr(bound.call, "unicode_version", None)
    return form if version is None else {**form, "unicode": str(version)}


def identity(canonical: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, of a canonical form as compact JSON.

    Members stand in the order in which the form defines them, not sorted, because order carries meaning: the
    order of special tokens decides their ids.
    """
    return hashlib.sha256(json.dumps(canonical, separators=(",", ":")).encode()).hexdigest()


def _applied(bound: Bound, texts: Sequence[str], expected: type[T], batch: Batch | None) -> list[T]:
    """Return the results of a component for each text; ComponentError for one that fails or has the wrong type.

    Raises it too for a component that has another result for the first text after it has seen the others: it keeps
    something from one record for the next, and what it makes would depend on how the work is divided.
    """
    results: list[Any] = []
    first: list[Any] = []
    try:
        results.extend(map(bound.call, texts[:1]))
        if results:
            first = [list(result) if isinstance(result, list) else result for result in results]
            results.extend(map(bound.call, islice(texts, 1, None)))  # a failure leaves those so far: their number tells
        if len(results) < len(texts):  # to map, a StopIteration is no failure but the end
            raise StopIteration
        if not all(map(expected.__instancecheck__, results)):
            wrong = next(number for number, result in enumerate(results) if not isinstance(result, expected))
            found = type(results[wrong]).__name__
            del results[wrong:]
            raise TypeError(f"it must return a {expected.__name__}, not {found}")
    except (Exception, SystemExit) as error:
        raise fault(bound, error, None if batch is None else len(results), batch) from error
    if len(texts) > 1 and len(texts[0]) <= _SHORT:
        _check_stateless(bound, texts[0], first[0], results[0], batch)
    return results


def _check_stateless(bound: Bound, text: str, first: object, now: object, batch: Batch | None) -> None:
    """Raise ComponentError unless `text` still becomes what it became at `first`, which is also what that is `now`."""
    try:
        again = bound.call(text)
        if not first == now == again:
            shown = [shortened(repr(result)) for result in (first, again if first == now else now)]
            raise RuntimeError(
                f"it made {shown[0]} of this record, and {shown[1]} once it had seen others; it must keep nothing from "
                "one record for the next"
            )
    except (Exception, SystemExit) as error:
        raise fault(bound, error, None if batch is None else 0, batch) from error


def _at_work(watch: Watch | None, bound: Bound, fast: bool, records: int) -> AbstractContextManager[None]:
    """Return a context in which a component is at work, which costs nothing to speak of where nobody watches."""
    if watch is None:
        return nullcontext()
    component = bound.component
    owner = f"{component.distribution} {component.version}"
    return watch.at(component.kind, component.qualified, _ran(bound, fast), records, owner)


def _own_work(watch: Watch | None, what: tuple[str, str, str], records: int) -> AbstractContextManager[None]:
    return nullcontext() if watch is None or watch.tally is None else watch.tally.timed(*what, records)


def _ran(bound: Bound, fast: bool) -> str:
    """Return which of a component's ways is taken."""
    for kind, method in ((FastNormalizer, "batch"), (FastTokenizer, "encode")):
        if isinstance(bound.call, kind):
            return f"fast path: {method}" if fast else f"definition, not {method}"
    return "definition"


def _as_texts(form: Batch | list[str], watch: Watch | None = None) -> list[str]:
    if isinstance(form, list):
        return form
    with _own_work(watch, CONVERSION, len(form)):
        return list(form.texts())


def _as_batch(form: Batch | list[str], bound: Bound, source: Batch, watch: Watch | None = None) -> Batch:
    """Return records as a batch; ComponentError, at the door of the component they go to, for one that is no text."""
    if not isinstance(form, list):
        return form
    from textengine.text import Batch

    try:
        with _own_work(watch, CONVERSION, len(form)):
            return Batch.from_texts(form, source.offsets, source.replaced)
    except UnicodeEncodeError as error:
        record = next(number for number, text in enumerate(form) if text == error.object)
        raise fault(bound, error, record, source) from error


def _normalized_batch(bound: Bound, batch: Batch) -> Batch:
    """Return the result of a normalizer's fast path. Raises ComponentError."""

    def normalized(batch: Batch) -> Batch:
        result: Batch = bound.call.batch(_lent(batch))
        if len(result) != len(batch) or (len(result) and int(result.ends[-1]) != len(result.buffer)):
            raise ValueError(f"its fast path returned {len(result)} records for {len(batch)}, or lost their bytes")
        return result

    try:
        return normalized(batch)
    except (Exception, SystemExit) as error:
        raise _fast_fault(bound, error, batch, str, normalized) from error


def _encoded_batch(bound: Bound, batch: Batch, lexicon: Lexicon) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the result of a tokenizer's fast path. Raises ComponentError."""

    def encoded(batch: Batch) -> tuple[NDArray[Any], NDArray[np.int64]]:
        ids, ends = bound.call.encode(_lent(batch), lexicon)
        if len(ends) != len(batch) or (int(ends[-1]) if len(ends) else 0) != len(ids):
            raise ValueError(f"its fast path returned {len(ends)} records for {len(batch)}, or lost their tokens")
        if len(ids) and int(ids.max()) >= len(lexicon):
            raise ValueError(f"its fast path returned the id {ids.max()}, and the lexicon has {len(lexicon)}")
        return ids, ends

    try:
        return encoded(batch)
    except (Exception, SystemExit) as error:
        raise _fast_fault(bound, error, batch, list, encoded) from error


def _lent(batch: Batch) -> Batch:
    """Return a batch whose arrays cannot be written: a component that would change its input fails instead."""
    from textengine.text import Batch

    arrays = batch.buffer.view(), batch.ends.view()
    for array in arrays:
        array.flags.writeable = False
    return Batch(*arrays, batch.offsets, batch.replaced)


def _fast_fault(
    bound: Bound, error: BaseException, batch: Batch, expected: type, again: Callable[[Batch], object]
) -> ComponentError:
    """Return the fault of a fast path, which is looked for by record: by the definition, then by the path itself."""
    _applied(bound, list(batch.texts()), expected, batch)
    for record, part in enumerate(batch.split(1)):
        try:
            again(part)
        except (Exception, SystemExit) as found:  # noqa: BLE001 - a component may raise anything
            return fault(bound, found, record, batch)
    return fault(bound, error)


def _check_tokens(tokens: Iterable[object], bound: Bound, record: int | None, batch: Batch | None) -> None:
    """Raise ComponentError unless every token is a string of Unicode scalar values."""
    for token in tokens:
        if not isinstance(token, str):
            problem: Exception = TypeError(f"a token must be a str, not {type(token).__name__}: {token!r}")
            raise fault(bound, problem, record, batch)
        try:
            token.encode()
        except UnicodeEncodeError:
            problem = ValueError(f"the token {token!r} holds a lone surrogate, which is no Unicode character")
            raise fault(bound, problem, record, batch) from None


def fault(bound: Bound, error: BaseException, record: int | None = None, batch: Batch | None = None) -> ComponentError:
    """Return the error that lays `error` at the door of `bound`."""
    known = isinstance(error, TextEngineError)
    reason = " ".join(str(error).split())
    offset = None
    if record is not None and batch is not None and batch.offsets is not None:
        offset = int(batch.offsets[record])
    reason = reason if known else f"{type(error).__name__}: {reason}".removesuffix(": ")
    wrapped = bound.component.fault(reason, record, offset)
    error.add_note(str(wrapped))
    return wrapped


def call(bound: Bound, function: Callable[..., T], *args: Any) -> T:
    """Return ``function(*args)``, a method of a component; its errors become ComponentError, our own pass."""
    try:
        return function(*args)
    except TextEngineError as error:
        if isinstance(error, PluginError):
            raise fault(bound, error) from error
        raise
    except (Exception, SystemExit) as error:
        raise fault(bound, error) from error
