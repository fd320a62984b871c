"""strip-accents: letters without their accents and other combining marks."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class StripAccents:
    """Decompose (NFD), drop non-spacing marks (category Mn), compose what is left (NFC).

    In scripts that write vowels as marks, such as Devanagari or Hebrew with points, those go too.
    """

    unicode_version: ClassVar[str] = unicodedata.unidata_version

    def __call__(self, text: str) -> str:
        if text.isascii():
            return text
        kept = (char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char) != "Mn")
        return unicodedata.normalize("NFC", "".join(kept))
