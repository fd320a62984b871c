"""What the four Unicode normalization forms share."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class UnicodeForm:
    """Unicode normalization (UAX #15) to the class's `form`, by the Unicode version of the running Python."""

    form: ClassVar[Literal["NFC", "NFD", "NFKC", "NFKD"]]
    unicode_version: ClassVar[str] = unicodedata.unidata_version

    def __call__(self, text: str) -> str:
        return unicodedata.normalize(self.form, text)
