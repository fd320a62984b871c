"""char: one token per code point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class CharTokenizer:
    """One token per Unicode code point. Not per grapheme: "é" written with a combining accent is two tokens."""

    joiner: ClassVar[str] = ""

    def __call__(self, text: str) -> list[str]:
        return list(text)
