"""The normalizers' kernels: each kernel equals its plain definition on any text."""

from collections.abc import Callable
from typing import Any

import pytest
from draws import RECORDS, batch, texts_of
from hypothesis import example, given

from textengine.kernels import normalize
from textengine.kernels.whitespace import WHITESPACE

NAMES = ["ascii_letters", "lower", "casefold", "strip", "collapse_whitespace"]


def both(name: str) -> tuple[Callable[[list[str]], list[str]], Callable[..., Any]]:
    return getattr(normalize, f"{name}_definition"), getattr(normalize, name)


@pytest.mark.parametrize("name", NAMES)
class TestNormalizers:
    @given(texts=RECORDS)
    @example(texts=[])
    @example(texts=["", "", ""])
    @example(texts=["ΑΣ", "ΑΣ ", "Σ", "aΣ\nb"])
    def test_equals_its_definition(self, name: str, texts: list[str]) -> None:
        """Record by record, the kernel gives what the definition gives; cut anywhere, the same."""
        definition, kernel = both(name)
        expected = definition(texts)
        assert expected == texts_of(*kernel(*batch(texts)))
        for k in range(1, len(texts)):
            assert expected == texts_of(*kernel(*batch(texts[:k]))) + texts_of(*kernel(*batch(texts[k:])))

    def test_every_character_between_letters_and_alone(self, name: str) -> None:
        """All scalar values, alone and between letters, in one batch."""
        definition, kernel = both(name)
        chars = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
        for texts in (chars, ["Ab" + char + char + "c" for char in chars]):
            assert definition(texts) == texts_of(*kernel(*batch(texts)))

    @pytest.mark.parametrize("before", [*range(5), *range(58, 67), *range(122, 131)])
    def test_whitespace_at_the_edges_of_blocks(self, name: str, before: int) -> None:
        """Whitespace of one to three bytes is whole wherever a block of 64 bytes ends."""
        definition, kernel = both(name)
        for space in WHITESPACE:
            for text in ("x" * before + space + "Y" * 70, " " * before + space, "é" * before + space * 2):
                assert definition([text]) == texts_of(*kernel(*batch([text])))
                assert definition(["a", text, "b"]) == texts_of(*kernel(*batch(["a", text, "b"])))


def test_whitespace_is_what_python_says() -> None:
    """The module's list is that of `str.isspace`, and of `str.split`."""
    assert "".join(chr(c) for c in range(0x110000) if chr(c).isspace()) == WHITESPACE
