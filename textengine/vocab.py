"""Counts and Vocab: how often each token was seen, and which id it has. Usable alone; needs only Python."""

from __future__ import annotations

import json
import operator
import os
from collections import Counter
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from types import MappingProxyType
from typing import Any, SupportsIndex, cast, overload

from textengine.errors import UnknownTokenError, VocabError, suggest

FORMAT = "textengine-vocab"
VERSION = 1


class Counts(Mapping[str, int]):
    """Token -> count, iterated in the order in which tokens first appeared."""

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        self._counts: dict[str, int] = dict(Counter(tokens))
        self._ranked: list[tuple[str, int]] | None = None

    def __getitem__(self, token: str) -> int:
        return self._counts[token]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)

    # What a Mapping has already, without a call of `__getitem__` for each of millions of tokens.

    def items(self) -> ItemsView[str, int]:
        """Return a view of (token, count)."""
        return self._counts.items()

    def get(self, token: str, default: Any = None) -> Any:
        """Return the count of `token`, or `default` if it was not seen."""
        return self._counts.get(token, default)

    def __repr__(self) -> str:
        return f"<Counts: {len(self)} tokens, {sum(self._counts.values())} in all>"

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Counts:
        """Return the counts that a mapping holds, in its order."""
        made = cls()
        made._counts = dict(counts)
        return made

    def update(self, tokens: Sequence[str], counts: Sequence[int]) -> None:
        """Add `counts` to `tokens`; those that are new take their place after all others, in order."""
        get, own, self._ranked = self._counts.get, self._counts, None
        for token, count in zip(tokens, counts, strict=True):
            own[token] = get(token, 0) + count

    def most_common(self) -> list[tuple[str, int]]:
        """Return (token, count) by count, highest first; equal counts stay in first-appearance order."""
        if self._ranked is None:  # asked for by the builder, and again by the vocabulary that it makes
            self._ranked = sorted(self._counts.items(), key=operator.itemgetter(1), reverse=True)
        return list(self._ranked)


class Vocab:
    """A fixed, immutable mapping between tokens and ids.

    ``Vocab(tokens, min_freq=0, reserved_tokens=None)`` is the d2l book's: ``<unk>`` is id 0, the reserved
    tokens follow, then the tokens by falling frequency, equal ones as they first appeared; tokens seen fewer than
    `min_freq` times are left out. `tokens` is a flat or nested list (or any iterable) of strings. Other orders
    come from `from_tokens`, or from a vocabulary builder.

    Raises VocabError for tokens that are not text and for a token that is named twice.
    """

    __slots__ = ("_counts", "_freqs", "_index", "_specials", "_text_id", "_tokens")

    _tokens: tuple[str, ...]
    _counts: tuple[int, ...]
    _index: dict[str, int]
    _specials: dict[str, str]
    _freqs: tuple[tuple[str, int], ...]
    _text_id: str | None

    def __init__(
        self, tokens: Iterable[Any] = (), min_freq: int = 0, reserved_tokens: Sequence[str] | None = None
    ) -> None:
        counts = Counts(_flat(tokens))
        first = ["<unk>", *(reserved_tokens or ())]
        placed = set(first)
        kept = [token for token, count in counts.most_common() if count >= min_freq and token not in placed]
        self._fill([*first, *kept], counts, {"unk": "<unk>"}, None)

    @classmethod
    def from_tokens(
        cls,
        tokens: Iterable[str],
        counts: Mapping[str, int] | None = None,
        specials: Mapping[str, str] | None = None,
        text_id: str | None = None,
    ) -> Vocab:
        """Return the vocabulary in which `tokens` have the ids 0, 1, 2, ...

        counts: how often tokens were seen, in first-appearance order; they give `token_freqs`.
        specials: role -> token, each one of `tokens`; the role "unk" names the unknown token.
        text_id: the identity of the text pipeline that made the tokens, if one did.
        """
        vocab = cls.__new__(cls)
        vocab._fill(list(tokens), counts or {}, specials or {}, text_id)
        return vocab

    def _fill(
        self, tokens: list[str], counts: Mapping[str, int], specials: Mapping[str, str], text_id: str | None
    ) -> None:
        _check_text(tokens)
        index = {token: number for number, token in enumerate(tokens)}
        if len(index) < len(tokens):
            twice = next(token for number, token in enumerate(tokens) if index[token] != number)
            raise VocabError(f"token {twice!r} stands twice in the vocabulary; every token has one id")
        for role, token in specials.items():
            if token not in index:
                raise VocabError(f"the special token {token!r} (role {role!r}) is not in the vocabulary")
        seen = counts if isinstance(counts, Counts) else Counts.of(counts)
        put = object.__setattr__
        put(self, "_tokens", tuple(tokens))
        put(self, "_counts", tuple(map(seen.get, tokens, repeat(0))))
        put(self, "_index", index)
        put(self, "_specials", dict(specials))
        put(self, "_freqs", tuple(seen.most_common()))
        put(self, "_text_id", text_id)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Vocab cannot be changed; make a new one")

    __delattr__ = cast(Any, __setattr__)

    def __reduce__(self) -> tuple[Any, ...]:
        return Vocab.from_tokens, (self._tokens, dict(self._freqs), self._specials, self._text_id)

    def __len__(self) -> int:
        """Return the number of tokens, specials included."""
        return len(self._tokens)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the tokens in id order."""
        return iter(self._tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._index

    def __eq__(self, other: object) -> bool:
        """Equal vocabularies have the same tokens, ids, counts and specials."""
        if not isinstance(other, Vocab):
            return NotImplemented
        return (self._tokens, self._counts, self._specials) == (other._tokens, other._counts, other._specials)

    def __hash__(self) -> int:
        return hash((self._tokens, tuple(self._specials.items())))

    def __repr__(self) -> str:
        return f"<Vocab: {len(self)} tokens, unk={self.unk}, first {list(self._tokens[:5])}>"

    @overload
    def __getitem__(self, tokens: str) -> int: ...
    @overload
    def __getitem__(self, tokens: Iterable[Any]) -> list[Any]: ...
    def __getitem__(self, tokens: Any) -> Any:
        """Return the id of a token, or a list of ids, nested as the list of tokens is.

        A token outside the vocabulary has the id `unk`; UnknownTokenError (a KeyError) where there is none.
        """
        if isinstance(tokens, str):
            number = self._index.get(tokens, self.unk)
            if number is None:
                raise UnknownTokenError(tokens)
            return number
        if isinstance(tokens, Iterable) and not isinstance(tokens, bytes):
            return [self[token] for token in tokens]
        raise VocabError(f"a token is a str, not {type(tokens).__name__}: {tokens!r}")

    @overload
    def to_tokens(self, indices: SupportsIndex) -> str: ...
    @overload
    def to_tokens(self, indices: Iterable[Any]) -> list[Any]: ...
    def to_tokens(self, indices: Any) -> Any:
        """Return the token of an id, or a list of tokens, nested as the list (or array) of ids is.

        Raises VocabError for an id below 0 or past the last one.
        """
        if hasattr(indices, "tolist"):  # a numpy array or scalar, or a tensor
            indices = indices.tolist()
        if isinstance(indices, Iterable) and not isinstance(indices, str | bytes):
            return [self.to_tokens(index) for index in indices]
        try:
            index = operator.index(indices)
        except TypeError:
            raise VocabError(f"an id is an int, not {type(indices).__name__}: {indices!r}") from None
        if not self._tokens:
            raise VocabError(f"id {index} is not in the vocabulary, which is empty")
        if not 0 <= index < len(self._tokens):
            raise VocabError(f"id {index} is not in the vocabulary, whose ids are 0 to {len(self) - 1}")
        return self._tokens[index]

    @property
    def unk(self) -> int | None:
        """The id of the unknown token, or None where the vocabulary has none."""
        token = self._specials.get("unk")
        return None if token is None else self._index[token]

    @property
    def idx_to_token(self) -> tuple[str, ...]:
        """The tokens in id order."""
        return self._tokens

    @property
    def token_to_idx(self) -> Mapping[str, int]:
        """Token -> id, in id order, read-only."""
        return MappingProxyType(self._index)

    @property
    def token_freqs(self) -> tuple[tuple[str, int], ...]:
        """(token, count) by falling count, equal counts in first-appearance order.

        Tokens that were counted and left out are listed too, until the vocabulary is saved: a file holds the
        counts of its own tokens only.
        """
        return self._freqs

    @property
    def counts(self) -> tuple[int, ...]:
        """How often each token was seen, in id order."""
        return self._counts

    @property
    def specials(self) -> Mapping[str, str]:
        """Role -> token, such as "unk" -> "<unk>", read-only."""
        return MappingProxyType(self._specials)

    @property
    def text_id(self) -> str | None:
        """The identity of the text pipeline whose tokens were counted, where one is known."""
        return self._text_id

    def with_text_id(self, text_id: str | None) -> Vocab:
        """Return the same vocabulary, said to be counted on the tokens of the text pipeline `text_id`."""
        vocab = Vocab.__new__(Vocab)
        for name in self.__slots__:
            object.__setattr__(vocab, name, getattr(self, name))
        object.__setattr__(vocab, "_text_id", text_id)
        return vocab

    def to_json(self) -> str:
        """Return the vocabulary as JSON: tokens and counts in id order, specials by role."""
        found = map(self._index.get, map(operator.itemgetter(0), self._freqs))
        order = [number for number in found if number is not None]
        plain = [number for number, count in enumerate(self._counts) if count]
        plain.sort(key=self._counts.__getitem__, reverse=True)  # which leaves equal ones in their order
        document: dict[str, Any] = {"format": FORMAT, "version": VERSION, "text_id": self._text_id}
        document["specials"] = self._specials
        document["tokens"] = self._tokens
        document["counts"] = self._counts
        if order != plain:  # first appearance cannot be told from the ids, so it is written down
            document["frequency_order"] = order
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the vocabulary as JSON, whole or not at all."""
        target = Path(path)
        draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            draft.write_bytes(self.to_json().encode())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Vocab:
        """Read a vocabulary that `save` wrote. Raises VocabError if the file is none."""
        try:
            document = json.loads(Path(path).read_bytes())
        except OSError as error:
            raise VocabError(f"{os.fspath(path)}: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise VocabError(f"{os.fspath(path)}: not a vocabulary: {error}") from error
        return cls.from_json(document, os.fspath(path))

    @classmethod
    def from_json(cls, document: Any, where: str) -> Vocab:
        """Return the vocabulary that a parsed JSON document holds; `where` names it in errors."""
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise VocabError(f"{where}: not a vocabulary (its format is not {FORMAT!r})")
        if document.get("version") != VERSION:
            raise VocabError(
                f"{where}: vocabulary version {document.get('version')!r}; this textengine reads {VERSION}"
            )
        known = ("format", "version", "text_id", "specials", "tokens", "counts", "frequency_order")
        for key in document:
            if key not in known:
                raise VocabError(f"{where}: unknown key {key!r}{suggest(key, known)}")
        tokens, counts = document.get("tokens"), document.get("counts")
        if not isinstance(tokens, list) or not isinstance(counts, list) or len(tokens) != len(counts):
            raise VocabError(f"{where}: 'tokens' and 'counts' must be lists of the same length")
        if not all(type(count) is int and count >= 0 for count in counts):
            raise VocabError(f"{where}: 'counts' must be whole numbers, 0 or more")
        text_id = document.get("text_id")
        if not isinstance(text_id, str | None):
            raise VocabError(f"{where}: 'text_id' must be text")
        specials = document.get("specials")
        if not isinstance(specials, dict):
            raise VocabError(f"{where}: 'specials' must be an object from role to token")
        order = document.get("frequency_order", range(len(tokens)))
        try:
            freqs = {tokens[number]: counts[number] for number in order if counts[number]}
            return cls.from_tokens(tokens, freqs, specials, text_id)
        except (VocabError, IndexError, TypeError) as error:
            raise VocabError(f"{where}: {error}") from error


def _flat(tokens: Iterable[Any]) -> Iterator[str]:
    """Yield the strings of a flat or nested iterable, depth first."""
    for item in tokens:
        if isinstance(item, str):
            yield item
        elif isinstance(item, Iterable) and not isinstance(item, bytes):
            yield from _flat(item)
        else:
            raise VocabError(f"a token is a str, not {type(item).__name__}: {item!r}")


def _check_text(tokens: list[str]) -> None:
    """Raise VocabError unless every token is a string of Unicode scalar values."""
    try:
        "".join(tokens).encode()
    except TypeError:
        wrong = next(token for token in tokens if not isinstance(token, str))
        raise VocabError(f"a token is a str, not {type(wrong).__name__}: {wrong!r}") from None
    except UnicodeEncodeError:
        wrong = next(token for token in tokens if any("\ud800" <= char <= "\udfff" for char in token))
        raise VocabError(f"token {wrong!r} holds a lone surrogate, which is no Unicode character") from None
