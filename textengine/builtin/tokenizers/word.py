"""word: cuts at white space, as ``str.split`` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from textengine.lexicon import Lexicon
    from textengine.text import Batch


@dataclass(frozen=True)
class WordTokenizer:
    """The runs of characters between white space, as ``str.split()`` finds them.

    The set of white-space characters has not changed since Unicode 6.3, so no Unicode version is declared.
    """

    joiner: ClassVar[str] = " "

    def __call__(self, text: str) -> list[str]:
        return text.split()

    def encode(self, batch: Batch, lexicon: Lexicon) -> tuple[NDArray[Any], NDArray[np.int64]]:
        return lexicon.intern_words(batch.buffer, batch.ends)
