"""strip: ``str.strip``, no white space at a record's ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textengine.text import Batch


@dataclass(frozen=True)
class Strip:
    """Remove white space, as ``str.isspace`` knows it, from both ends of a record.

    The set of white-space characters has not changed since Unicode 6.3, so no Unicode version is declared.
    """

    def __call__(self, text: str) -> str:
        return text.strip()

    def batch(self, batch: Batch) -> Batch:
        from textengine.kernels.normalize import strip

        buffer, ends = strip(batch.buffer, batch.ends)
        return replace(batch, buffer=buffer, ends=ends)
