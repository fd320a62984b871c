"""casefold: ``str.casefold``, for comparing text without regard to case."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from textengine.text import Batch


@dataclass(frozen=True)
class Casefold:
    """Full Unicode case folding of the running Python: more than lower case, such as "ß" to "ss"."""

    unicode_version: ClassVar[str] = unicodedata.unidata_version

    def __call__(self, text: str) -> str:
        return text.casefold()

    def batch(self, batch: Batch) -> Batch:
        from textengine.kernels.normalize import casefold

        buffer, ends = casefold(batch.buffer, batch.ends)
        return replace(batch, buffer=buffer, ends=ends)
