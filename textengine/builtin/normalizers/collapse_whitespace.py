"""collapse-whitespace: every run of white space becomes one space."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHITESPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class CollapseWhitespace:
    """Every run of white space, as ``str.isspace`` knows it, becomes one space. The ends are not stripped.

    The set of white-space characters has not changed since Unicode 6.3, so no Unicode version is declared.
    """

    def __call__(self, text: str) -> str:
        return _WHITESPACE.sub(" ", text)
