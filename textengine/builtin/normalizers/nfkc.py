"""nfkc: Unicode normalization form NFKC, compatibility composition."""

from __future__ import annotations

from dataclasses import dataclass

from textengine.builtin.normalizers.unicode_form import UnicodeForm


@dataclass(frozen=True)
class NFKC(UnicodeForm):
    """Unicode normalization form NFKC: compatibility composition."""

    form = "NFKC"
