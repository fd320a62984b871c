"""lowercase: ``str.lower``, by the full Unicode rules."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from textengine.text import Batch


@dataclass(frozen=True)
class Lowercase:
    """Lower case by the Unicode rules of the running Python, the final sigma's included."""

    unicode_version: ClassVar[str] = unicodedata.unidata_version

    def __call__(self, text: str) -> str:
        return text.lower()

    def batch(self, batch: Batch) -> Batch:
        from textengine.kernels.normalize import lower

        buffer, ends = lower(batch.buffer, batch.ends)
        return replace(batch, buffer=buffer, ends=ends)
