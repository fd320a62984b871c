"""Normalizers and tokenizers that lack a property fail its check, with a message that says what to do."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from textengine import Batch, Kind
from textengine.builtin.normalizers.lowercase import Lowercase
from textengine.builtin.tokenizers.char import CharTokenizer
from textengine.testing import CheckError, checks_of

COUNTER = itertools.count()


def seen_before() -> Callable[[str], str]:
    """A normalizer that remembers the last record."""
    last = [""]

    def after(text: str) -> str:
        previous, last[0] = last[0], text
        return text if text == previous else previous + text

    return after


class Remembers:
    """Numbers its records; the same one again has the same number."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, text: str) -> list[str]:
        return [str(self.numbers.setdefault(text, len(self.numbers)))]


class OneList:
    """Gives out the list that it keeps."""

    def __init__(self) -> None:
        self.known: dict[str, list[str]] = {}

    def __call__(self, text: str) -> list[str]:
        return self.known.setdefault(text, text.split())


class Takes:
    def __init__(self, size: int = 1) -> None:
        self.size = size

    def __call__(self, text: str) -> list[str]:
        return [text[: self.size]]


@dataclass
class Thawed:
    def __call__(self, text: str) -> list[str]:
        return [text]


@dataclass(frozen=True)
class Loose:
    size: Any = 1

    def __call__(self, text: str) -> list[str]:
        return [text]


@dataclass(frozen=True)
class Doubles:
    size: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", self.size * 2)

    def __call__(self, text: str) -> list[str]:
        return [text]


class WrongBatch(Lowercase):
    def batch(self, batch: Batch) -> Batch:
        return Batch.from_texts([text.upper() for text in batch.texts()], batch.offsets, batch.replaced)


class ForgetsOffsets(Lowercase):
    def batch(self, batch: Batch) -> Batch:
        return Batch.from_texts([text.lower() for text in batch.texts()])


class FirstOnly(Lowercase):
    def batch(self, batch: Batch) -> Batch:
        texts = list(batch.texts())
        return Batch.from_texts([text.upper() if len(texts) == 7 else text.lower() for text in texts])


class LosesCounts(CharTokenizer):
    def encode(self, batch: Batch, lexicon: Any) -> Any:
        return super().encode(Batch.from_texts([text[:3] for text in batch.texts()]), lexicon)


def fails_on_nul(text: str) -> list[str]:
    """Words, of any text without NUL."""
    if "\0" in text:
        raise ValueError("no NUL, please")
    return text.split()


fails_on_nul.joiner = 7  # type: ignore[attr-defined]


class FewAtATime(CharTokenizer):
    def encode(self, batch: Batch, lexicon: Any) -> Any:
        texts = list(batch.texts())
        return super().encode(Batch.from_texts(texts[::-1] if len(texts) == 7 else texts), lexicon)


BROKEN: list[tuple[Kind, Any, str, str]] = [
    (Kind.NORMALIZER, lambda text: text.encode(), "returns text", "expected a str, got bytes: b'The Time"),
    (Kind.NORMALIZER, lambda text: f"{text}\ud800", "returns text", "expected no lone surrogate"),
    (Kind.NORMALIZER, lambda text: f"{text}{next(COUNTER)}", "deterministic", "a second call on 'The Time Machine"),
    (Kind.NORMALIZER, seen_before(), "keeps no state between records", "after other records, on '"),
    (Kind.NORMALIZER, WrongBatch, "fast path equals definition", "its fast path on 'The Time Machine"),
    (Kind.NORMALIZER, ForgetsOffsets, "fast path equals definition", "keep them with dataclasses.replace"),
    (Kind.NORMALIZER, FirstOnly, "independent of batch boundaries", "over batches of 7 records: expected"),
    (Kind.TOKENIZER, lambda text: (part for part in text), "returns a list of text", "expected a list, got generator"),
    (Kind.TOKENIZER, lambda text: [text.split()], "returns a list of text", "expected tokens of type str, got list"),
    (Kind.TOKENIZER, fails_on_nul, "joiner is text", "expected joiner to be a str, got int: 7"),
    (Kind.TOKENIZER, fails_on_nul, "handles odd texts", "expected a result on NUL text '\\x00 a\\x00b"),
    (Kind.TOKENIZER, OneList, "returns a list of its own", "after its earlier result on 'The Time Machine"),
    (Kind.TOKENIZER, lambda text: [text], "picklable under spawn", "define it at the top of a module"),
    (Kind.TOKENIZER, lambda text: [text.split()], "independent of shard boundaries", "expected a corpus of the sample"),
    (Kind.TOKENIZER, Remembers, "keeps no state between records", "after other records, on '': expected ['0']"),
    (Kind.TOKENIZER, LosesCounts, "fast path equals definition", "its fast path on 'The Time Machine"),
    (Kind.TOKENIZER, lambda text: [str(next(COUNTER))], "deterministic", "a second call on 'The Time Machine"),
    (
        Kind.TOKENIZER,
        FewAtATime,
        "independent of batch boundaries",
        "the ids of its fast path over batches of 7 records",
    ),
    (Kind.TOKENIZER, Takes, "options are declared", "Takes takes size, which no recipe can set; make it a @dataclass"),
    (Kind.TOKENIZER, Thawed, "options are declared", "write @dataclass(frozen=True)"),
    (Kind.TOKENIZER, Loose, "options are validated", "the option 'size' took {'no such': ['value']}, 7.5 and"),
    (Kind.TOKENIZER, Doubles(), "options round trip through a recipe", "expected {'size': 4}, got {'size': 8}"),
]


@pytest.mark.parametrize(
    ("kind", "component", "name", "says"), BROKEN, ids=[f"{kind}-{name}-{says[:20]}" for kind, _, name, says in BROKEN]
)
def test_broken(kind: Kind, component: Any, name: str, says: str) -> None:
    """The check that is named fails, and says what was expected and what came."""
    [check] = [check for check in checks_of(kind, component) if check.name == name]
    with pytest.raises(CheckError) as caught:
        check()
    assert (name, check.subject) == (caught.value.property, caught.value.subject)
    assert says in str(caught.value)
