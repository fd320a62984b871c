"""The statistics of the book's chapter on language models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from textengine import Corpus, Engine
from textengine.errors import ConfigurationError, UsageError
from textengine_seqmodel import statistics
from textengine_seqmodel.chapter import zipf_exponent


@pytest.fixture(scope="module")
def words(engine: Engine, data: Path) -> Corpus:
    """The words of The Time Machine, as the book has them."""
    return engine.build(data / "timemachine.txt", recipe="d2l")


class TestTimeMachine:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("unigrams", [("the", 2261), ("i", 1267), ("and", 1245), ("of", 1155)]),
            ("bigrams", [("of-the", 309), ("in-the", 169), ("i-had", 130), ("i-was", 112), ("and-the", 109)]),
            ("trigrams", [("the-time-traveller", 59), ("the-time-machine", 30), ("the-medical-man", 24)]),
        ],
    )
    def test_most_frequent(self, words: Corpus, name: str, expected: list[tuple[str, int]]) -> None:
        """The most frequent n-grams are those that the book prints."""
        table = statistics(words)[name]
        top = zip(table.ids[: len(expected)], table.counts[: len(expected)].tolist(), strict=True)
        assert expected == [("-".join(words.vocab.to_tokens(ids)), count) for ids, count in top]

    def test_totals(self, words: Corpus) -> None:
        """Every position is counted."""
        for length, table in enumerate(statistics(words).values(), 1):
            assert len(words) - length + 1 == table.counts.sum()
            assert (np.diff(table.counts) <= 0).all()

    def test_exponents_fall(self, words: Corpus) -> None:
        """Longer n-grams fall off more slowly, over the ranks that are stated."""
        tables = statistics(words)
        exponents = [table.exponent for table in tables.values()]
        assert exponents == sorted(exponents, reverse=True)  # type: ignore[type-var]
        assert all(table.ranks == (10, 1000) for table in tables.values())


class TestExponent:
    def test_of_a_perfect_law(self) -> None:
        """Counts that follow the law give its exponent."""
        counts = (1e9 * np.arange(1, 2001) ** -1.5).astype(np.int64)
        exponent, ranks = zipf_exponent(counts, 10, 1000)
        assert pytest.approx(1.5, abs=1e-3) == exponent
        assert (10, 1000) == ranks

    def test_window_ends_where_counts_do(self) -> None:
        """Ranks whose count is 1 are left out, and where too few remain there is no exponent."""
        assert (2, 5) == zipf_exponent(np.array([9, 7, 5, 3, 2, 1, 1]), 2, 1000)[1]
        assert None is zipf_exponent(np.array([3, 2, 1]), 2, 10)[0]

    @pytest.mark.parametrize("ranks", [(0, 10), (10, 10), (10, 1)])
    def test_impossible_window(self, words: Corpus, ranks: tuple[int, int]) -> None:
        """A window that is none is refused."""
        with pytest.raises(ConfigurationError, match="ranks"):
            statistics(words, ranks)

    def test_nothing(self, engine: Engine) -> None:
        """So is a corpus without tokens."""
        with pytest.raises(UsageError, match="no token"):
            statistics(engine.build_records([""]))
