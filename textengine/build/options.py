"""Build options: how much of the encoded text is kept, how it is split, and which part the vocabulary is counted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal

from textengine.errors import ConfigurationError

PARTS = ("train", "val", "test")
_DIGITS = 18


@dataclass(frozen=True)
class Split:
    """How token positions are divided into train, val and (with three parts) test.

    parts: shares that add up to 1, or numbers of tokens; text after the last number belongs to no part.
    """

    parts: tuple[Decimal, ...]
    shares: bool

    @classmethod
    def parse(cls, value: str | Sequence[int | float | str]) -> Split:
        """Return the split that "0.8,0.1,0.1", "10000,5000" or a sequence of numbers means."""
        items = value.split(",") if isinstance(value, str) else list(value)
        try:
            parts = tuple(Decimal(str(item).strip()) for item in items)
        except InvalidOperation:
            raise _bad_split(value, "its parts are not all numbers") from None
        if len(parts) not in (2, 3):
            raise _bad_split(value, "give two parts (train,val) or three (train,val,test)")
        if not all(part.is_finite() and part > 0 for part in parts):
            raise _bad_split(value, "every part must be more than 0")
        if any(abs(part.adjusted()) > _DIGITS for part in parts):
            raise _bad_split(value, "no text is that large")
        whole = [part == part.to_integral_value() for part in parts]
        if all(whole):
            return cls(parts, shares=False)
        if any(whole) or sum(parts) != 1:
            raise _bad_split(value, f"shares must add up to 1, and these make {sum(parts)}")
        return cls(parts, shares=True)

    def bounds(self, tokens: int) -> dict[str, tuple[int, int]]:
        """Return part -> (first token, one past the last), cut at floor(tokens x cumulative share)."""
        total, stop, bounds = Fraction(0), 0, {}
        for name, part in zip(PARTS, self.parts, strict=False):
            total += Fraction(part)
            start, stop = stop, int(tokens * total) if self.shares else int(total)
            bounds[name] = (start, stop)
        if stop > tokens:
            raise ConfigurationError(f"split {self}: that is {stop} tokens, and there are {tokens}")
        return bounds

    def __str__(self) -> str:
        return ",".join(f"{part.normalize():f}" for part in self.parts)


@dataclass(frozen=True)
class BuildOptions:
    """max_tokens: how many tokens are kept. vocab_from: "train" or "all", None where there is nothing to choose."""

    max_tokens: int | None = None
    split: Split | None = None
    vocab_from: Literal["train", "all"] | None = None

    @classmethod
    def parse(cls, max_tokens: int | None, split: Any, vocab_from: str | None, *, given_vocab: bool) -> BuildOptions:
        """Return the options, checked. Raises ConfigurationError."""
        if max_tokens is not None and max_tokens < 1:
            raise ConfigurationError(f"max_tokens is {max_tokens}; it must be 1 or more, or left out to keep all")
        if vocab_from not in (None, "train", "all"):
            raise ConfigurationError(f"vocab_from is {vocab_from!r}; write 'train' or 'all'")
        if vocab_from is not None and split is None:
            raise ConfigurationError("vocab_from chooses among the parts of a split, and no split is given")
        if vocab_from is not None and given_vocab:
            raise ConfigurationError("vocab_from says where to count a vocabulary, and a vocabulary is given")
        parsed = split if split is None or isinstance(split, Split) else Split.parse(split)
        if parsed is not None and not given_vocab:
            return cls(max_tokens, parsed, "all" if vocab_from == "all" else "train")
        return cls(max_tokens, parsed, None)

    def to_json(self) -> dict[str, Any]:
        """Return the options as the manifest holds them."""
        split = None if self.split is None else str(self.split)
        return {"max_tokens": self.max_tokens, "split": split, "vocab_from": self.vocab_from}


def _bad_split(value: object, reason: str) -> ConfigurationError:
    return ConfigurationError(f"split {value!r}: {reason}; write for example 0.8,0.1,0.1 or 10000,5000,20000")
