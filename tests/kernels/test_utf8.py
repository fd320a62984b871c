"""Finding malformed UTF-8: each kernel equals its plain definition on any text."""

import numpy as np
import pytest
from draws import TEXTS
from hypothesis import example, given
from hypothesis import strategies as st

from textengine.kernels.utf8 import first_malformed, first_malformed_definition

PIECES = st.one_of(
    TEXTS.map(str.encode), st.binary(max_size=6), st.just(b"x" * 60), TEXTS.map(lambda t: t.encode()[:-1])
)
LEADS = [b"\xc3", b"\xe0\xa0", b"\xe2\x80", b"\xed\x9f", b"\xf0\x90\x80", b"\xf4\x8f\xbf", b"\xf1\x80"]


def found(raw: bytes) -> int:
    return first_malformed(np.frombuffer(raw, np.uint8))


class TestFirstMalformed:
    @given(st.lists(PIECES, max_size=12).map(b"".join))
    @example(b"")
    def test_equals_its_definition(self, raw: bytes) -> None:
        """The offset is the one that Python's decoder reports."""
        assert first_malformed_definition(raw) == found(raw)

    @pytest.mark.parametrize("before", [*range(10), 60, 61, 62, 63, 64, 65, 125, 126, 127, 128])
    def test_every_pair_and_truncation_at_the_edges_of_blocks(self, before: int) -> None:
        """All second bytes behind all leads, and sequences cut short, are judged alike wherever they are."""
        for lead in (
            0x00,
            0x7F,
            0x80,
            0xC0,
            0xC1,
            0xC2,
            0xDF,
            0xE0,
            0xE1,
            0xED,
            0xEF,
            0xF0,
            0xF1,
            0xF4,
            0xF5,
            0xFF,
        ):
            for second in (0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF):
                for rest in (b"", b"\x80", b"\x80\x80", b"\x80\x80\x80", b"a" * 70):
                    raw = b"x" * before + bytes([lead, second]) + rest
                    assert first_malformed_definition(raw) == found(raw), raw
        for cut in LEADS:
            assert before == found(b"x" * before + cut)
