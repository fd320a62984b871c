"""Cutting lines: each kernel equals its plain definition on any text."""

import numpy as np
import pytest
from draws import TEXTS, texts_of
from hypothesis import example, given
from hypothesis import strategies as st

from textengine.kernels.lines import split_lines, split_lines_definition

LINES = st.lists(st.tuples(TEXTS, st.sampled_from(["\n", "\r", "\r\n", "\n\r", ""])), max_size=12)


class TestSplitLines:
    @given(LINES.map(lambda pairs: "".join(map("".join, pairs))))
    @example("a" * 63 + "\r\n" + "b" * 64 + "\r")
    def test_equals_its_definition(self, text: str) -> None:
        """The records, and the text at their offsets, are those of universal newlines."""
        raw = text.encode()
        buffer, ends, offsets = split_lines(np.frombuffer(raw, np.uint8))
        lines = split_lines_definition(raw)
        assert lines == texts_of(buffer, ends)
        for line, offset in zip(lines, offsets.tolist(), strict=True):
            assert raw[offset:].startswith(line.encode())
            assert offset == 0 or raw[offset - 1 : offset] in b"\r\n"

    @pytest.mark.parametrize("terminator", ["\n", "\r", "\r\n"])
    @pytest.mark.parametrize("length", [0, 1, 61, 62, 63, 64, 65, 126, 127, 128, 129])
    def test_terminators_at_the_edges_of_blocks(self, terminator: str, length: int) -> None:
        """A terminator counts as one, wherever a block of 64 bytes ends."""
        for text in (
            "x" * length + terminator,
            "x" * length + terminator * 2 + "y" * 70,
            terminator * length,
        ):
            raw = text.encode()
            buffer, ends, _ = split_lines(np.frombuffer(raw, np.uint8))
            assert split_lines_definition(raw) == texts_of(buffer, ends)
