"""The built-in vocabulary builders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine import Counts, Vocab
from textengine.builtin.vocabularies.frequency import FrequencyBuilder
from textengine.builtin.vocabularies.sorted import SortedBuilder

TOKENS = st.lists(st.sampled_from(["b", "a", "c", "d", "<unk>", "<pad>"]))


class TestFrequency:
    @given(tokens=TOKENS, min_freq=st.integers(0, 3), reserved=st.sampled_from([(), ("<pad>",)]))
    def test_is_the_default_vocabulary(self, tokens: list[str], min_freq: int, reserved: tuple[str, ...]) -> None:
        """With its defaults, it makes the vocabulary that Vocab makes alone."""
        built = FrequencyBuilder(min_freq=min_freq, reserved=reserved)(Counts(tokens))
        assert Vocab(tokens, min_freq, list(reserved)) == built

    @pytest.mark.parametrize(
        ("ties", "expected"), [("first-seen", "cbad"), ("ascending", "cabd"), ("descending", "cdba")]
    )
    def test_ties(self, ties: str, expected: str) -> None:
        """Equal counts are ordered by the rule."""
        builder = FrequencyBuilder(specials={}, ties=ties)  # type: ignore[arg-type]
        assert list(expected) == list(builder(Counts("bccad")))

    @pytest.mark.parametrize("size", [1, 2, 3, 9])
    def test_max_size_counts_specials(self, size: int) -> None:
        """A vocabulary is never larger than max_size."""
        built = FrequencyBuilder(max_size=size)(Counts("aab"))
        assert ["<unk>", "a", "b"][:size] == list(built)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"max_size": 1, "reserved": ("a",)}, "max_size is 1, too few for the 2"),
            ({"max_size": 0, "specials": {}}, "max_size must be 1 or more"),
            ({"min_freq": -1}, "min_freq must be 0 or more"),
            ({"reserved": ("<unk>",)}, "'<unk>' is named twice"),
            ({"reserved": ("a", "a")}, "'a' is named twice"),
        ],
    )
    def test_refuses(self, options: dict, message: str) -> None:
        """What cannot be kept is refused at once."""
        with pytest.raises(ValueError, match=message):
            FrequencyBuilder(**options)

    def test_specials_stand_in_their_order(self) -> None:
        """The order of the specials decides their ids."""
        built = FrequencyBuilder(specials={"pad": "<pad>", "unk": "<unk>"})(Counts("a"))
        assert (["<pad>", "<unk>", "a"], 1) == (list(built), built.unk)


class TestSorted:
    def test_code_points(self) -> None:
        """All tokens stand by code point, specials and reserved ones among them."""
        built = SortedBuilder(reserved=("z",))(Counts(["b", " ", "😀", "é", "<x>"]))
        assert [" ", "<unk>", "<x>", "b", "z", "é", "😀"] == list(built)

    def test_without_specials(self) -> None:
        """Without specials there is no unknown token."""
        built = SortedBuilder(specials={})(Counts("ba"))
        assert (["a", "b"], None) == (list(built), built.unk)

    def test_min_freq(self) -> None:
        """Rare tokens are left out."""
        assert ["<unk>", "a"] == list(SortedBuilder(min_freq=2)(Counts("aab")))
