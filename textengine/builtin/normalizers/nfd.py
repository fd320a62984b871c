"""nfd: Unicode normalization form NFD, canonical decomposition."""

from __future__ import annotations

from dataclasses import dataclass

from textengine.builtin.normalizers.unicode_form import UnicodeForm


@dataclass(frozen=True)
class NFD(UnicodeForm):
    """Unicode normalization form NFD: canonical decomposition."""

    form = "NFD"
