"""char: one token per code point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from textengine.lexicon import Lexicon
    from textengine.text import Batch


@dataclass(frozen=True)
class CharTokenizer:
    """One token per Unicode code point. Not per grapheme: "é" written with a combining accent is two tokens."""

    joiner: ClassVar[str] = ""

    def __call__(self, text: str) -> list[str]:
        return list(text)

    def encode(self, batch: Batch, lexicon: Lexicon) -> tuple[NDArray[Any], NDArray[np.int64]]:
        return lexicon.intern_chars(batch.buffer, batch.ends)
