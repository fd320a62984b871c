"""ascii-letters: keeps the letters A to Z, in lower case, words apart by one space: the d2l book's preprocessing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textengine.text import Batch

_OTHERS = re.compile("[^A-Za-z]+")


@dataclass(frozen=True)
class AsciiLetters:
    """Every run of characters other than A-Z and a-z becomes one space; then lower case.

    strip: whether the record loses the spaces at its ends (d2l does up to 0.17, and not in 1.0).
    """

    strip: bool = True

    def __call__(self, text: str) -> str:
        letters = _OTHERS.sub(" ", text)
        return (letters.strip() if self.strip else letters).lower()

    def batch(self, batch: Batch) -> Batch:
        from textengine.kernels.normalize import ascii_letters

        buffer, ends = ascii_letters(batch.buffer, batch.ends, self.strip)
        return replace(batch, buffer=buffer, ends=ends)
