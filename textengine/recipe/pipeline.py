"""Pipeline: normalizers and a tokenizer, applied to records, with every fault laid at its component's door."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from textengine.components import Bound
from textengine.errors import ComponentError, PluginError, TextEngineError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from textengine.lexicon import Lexicon
    from textengine.text import Batch

T = TypeVar("T")


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

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of one record: the definition. Raises ComponentError."""
        return self._tokenize(self._normalize([text]))[0]

    def encode(self, batch: Batch, lexicon: Lexicon) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Return (ids, ends) of a batch: local ids, and the number of tokens up to the end of each record.

        Equal to adding the tokens of each record to `lexicon` in turn. Raises ComponentError; its `record` counts
        from the beginning of the batch.
        """
        import numpy as np

        token_lists = self._tokenize(self._normalize(list(batch.texts()), batch), batch)
        ends = np.cumsum([len(tokens) for tokens in token_lists], dtype=np.int64)
        try:
            return lexicon.add_all([token for tokens in token_lists for token in tokens]), ends
        except (TypeError, UnicodeEncodeError):
            for record, tokens in enumerate(token_lists):
                _check_tokens(tokens, self.tokenizer, record, batch)
            raise

    def _normalize(self, texts: list[str], batch: Batch | None = None) -> list[str]:
        for normalizer in self.normalizers:
            texts = _applied(normalizer, texts, str, batch)
        return texts

    def _tokenize(self, texts: list[str], batch: Batch | None = None) -> list[list[str]]:
        token_lists = _applied(self.tokenizer, texts, list, batch)
        if batch is None:
            _check_tokens(token_lists[0], self.tokenizer, None, None)
        return token_lists


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
    """Return the results of a component for each text; ComponentError for one that fails or has the wrong type."""
    results: list[Any] = []
    try:
        results.extend(map(bound.call, texts))  # a failure leaves the results so far, and so names the record
        if len(results) < len(texts):  # to map, a StopIteration is no failure but the end
            raise StopIteration
        if not all(map(expected.__instancecheck__, results)):
            wrong = next(number for number, result in enumerate(results) if not isinstance(result, expected))
            found = type(results[wrong]).__name__
            del results[wrong:]
            raise TypeError(f"it must return a {expected.__name__}, not {found}")
    except (Exception, SystemExit) as error:
        raise fault(bound, error, None if batch is None else len(results), batch) from error
    return results


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
    wrapped = ComponentError(
        reason if known else f"{type(error).__name__}: {reason}".removesuffix(": "),
        plugin=bound.component.distribution,
        version=bound.component.version,
        kind=bound.component.kind,
        component=bound.component.name,
        record=record,
        offset=offset,
    )
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
