"""The texts on which components are checked."""

from __future__ import annotations

import random

_SAMPLE = [
    "The Time Machine, by H. G. Wells [1898]",
    "",
    "I",
    "The Time Traveller (for so it will be convenient to speak of him) was expounding",
    "a recondite matter to us. His grey eyes shone and twinkled, and his usually",
    "  pale face was flushed,   and animated.  ",
    "Ångström, café, naïve; Straße, ΑΣΣΟΣ, Ёлка; 中文字符 and 한글",
    "one,two;three|four\tfive 6 7.8 -9 1,000 it's e-mail a_b",
    "😀 👩‍👩‍👧 \U0010ffff 𝄞",
    "the the the time time machine",
]

# name -> a text on which components that were never tried tend to fail
EDGES = {
    "empty": "",
    "huge": "a long word " * 20_000 + "x" * 50_000,
    "astral": "😀\U0010ffff𝄞 a𝄞b",
    "combining": "e\u0301 \u0301a o\u0308\u0304 \u1100\u1161\u11a8",
    "NUL": "\0 a\0b \0\0",
    "bare CR": "one\rtwo\r\rthree\r",
    "U+2028": "one\u2028two\u2029three\x85four\x0bfive",
}
_ALPHABET = "aAbz09 ,;.-_'\t\0\r\x0b\x1c\x85\xa0\u2028\u3000éßİΣ中😀\u0301\ufeff\U0010ffff"


def sample_corpus() -> list[str]:
    """Return records of many kinds: English, empty, other scripts, symbols, numbers, and each of the odd ones."""
    return [*_SAMPLE, *(text for name, text in EDGES.items() if name != "huge")]


def drawn_texts(number: int = 150) -> list[str]:
    """Return short texts of odd characters in every mixture, the same ones each time."""
    draw = random.Random(0)
    return ["".join(draw.choices(_ALPHABET, k=draw.randrange(24))) for _ in range(number)]
