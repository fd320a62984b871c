"""What the tests draw: texts rich in whitespace, in words of 7 and 8 bytes, and in blocks' edges."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from textengine.kernels.whitespace import WHITESPACE

CHARS = st.one_of(
    st.sampled_from("abyzABYZ'09.-_\0\x07\x08\x0b\x1b\x7f"),
    st.sampled_from(WHITESPACE),
    st.sampled_from(
        "\u180e\u200b\u2007\u200c\u2027\u202a\u3001\ufeff\x84\x86\x9f\xa1\u1681ſKİßΣσςΐﬁáЖя中😀\U0010ffff\x80"
    ),
    st.characters(codec="utf-8"),
)
WORDS = st.one_of(
    st.text(CHARS, max_size=4),
    st.text(st.sampled_from("ab\0\x08"), min_size=5, max_size=20),
    st.text(st.sampled_from("aßé中😀 "), max_size=20),
    st.sampled_from(["a" * n for n in range(21)] + ["a" * n + "\0" for n in range(12)] + ["x" * 64, "y" * 130]),
)
GAPS = st.one_of(st.just(" "), st.text(st.sampled_from(WHITESPACE), max_size=3), st.just(" " * 61))
TEXTS = st.one_of(
    st.text(CHARS, max_size=40),
    st.lists(st.tuples(WORDS, GAPS), max_size=12).map(lambda pairs: "".join(map("".join, pairs))),
)
RECORDS = st.lists(TEXTS, max_size=8)


def batch(texts: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return `texts` as (buffer, ends), as Batch.from_texts makes them: the buffer is read-only."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([len(data) for data in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), np.uint8), ends


def texts_of(buffer: NDArray[np.uint8], ends: NDArray[np.int64]) -> list[str]:
    """Return the records of a batch as strings."""
    data = buffer.tobytes()
    assert len(data) == (int(ends[-1]) if len(ends) else 0)
    return [data[start:stop].decode() for start, stop in pairwise([0, *ends.tolist()])]


def cut(tokens: list[str], ends: NDArray[np.int64]) -> list[list[str]]:
    """Return the tokens of each record, given the token ends."""
    assert len(tokens) == (int(ends[-1]) if len(ends) else 0)
    return [tokens[start:stop] for start, stop in pairwise([0, *ends.tolist()])]
