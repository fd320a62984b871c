"""collapse-whitespace: every run of white space becomes one space."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textengine.text import Batch

_WHITESPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class CollapseWhitespace:
    """Every run of white space, as ``str.isspace`` knows it, becomes one space. The ends are not stripped.

    The set of white-space characters has not changed since Unicode 6.3, so no Unicode version is declared.
    """

    def __call__(self, text: str) -> str:
        return _WHITESPACE.sub(" ", text)

    def batch(self, batch: Batch) -> Batch:
        from textengine.kernels.normalize import collapse_whitespace

        buffer, ends = collapse_whitespace(batch.buffer, batch.ends)
        return replace(batch, buffer=buffer, ends=ends)
