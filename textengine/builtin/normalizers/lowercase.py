"""lowercase: ``str.lower``, by the full Unicode rules."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Lowercase:
    """Lower case by the Unicode rules of the running Python, the final sigma's included."""

    unicode_version: ClassVar[str] = unicodedata.unidata_version

    def __call__(self, text: str) -> str:
        return text.lower()
