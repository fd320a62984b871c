"""nfc: Unicode normalization form NFC, canonical composition."""

from __future__ import annotations

from dataclasses import dataclass

from textengine.builtin.normalizers.unicode_form import UnicodeForm


@dataclass(frozen=True)
class NFC(UnicodeForm):
    """Unicode normalization form NFC: canonical composition."""

    form = "NFC"
