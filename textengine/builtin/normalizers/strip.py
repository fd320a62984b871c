"""strip: ``str.strip``, no white space at a record's ends."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Strip:
    """Remove white space, as ``str.isspace`` knows it, from both ends of a record.

    The set of white-space characters has not changed since Unicode 6.3, so no Unicode version is declared.
    """

    def __call__(self, text: str) -> str:
        return text.strip()
