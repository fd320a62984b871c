"""nfkd: Unicode normalization form NFKD, compatibility decomposition."""

from __future__ import annotations

from dataclasses import dataclass

from textengine.builtin.normalizers.unicode_form import UnicodeForm


@dataclass(frozen=True)
class NFKD(UnicodeForm):
    """Unicode normalization form NFKD: compatibility decomposition."""

    form = "NFKD"
