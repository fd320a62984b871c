"""Sampling: what is drawn, from what is left after the filters, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine import Corpus, Engine
from textengine.errors import ConfigurationError, UnknownTokenError, UsageError
from textengine_seqmodel import Run, fit, generate
from textengine_seqmodel.sampling import Sampling

CHANCES = np.array([0.1, 0.4, 0.05, 0.25, 0.2])


def drawn(sampling: Sampling, times: int = 300) -> set[int]:
    """Every token that is drawn in so many tries."""
    random = np.random.default_rng(0)
    return {sampling.draw(CHANCES, random) for _ in range(times)}


class TestSampling:
    @pytest.mark.parametrize(
        ("sampling", "expected"),
        [(Sampling(), {0, 1, 2, 3, 4}), (Sampling(greedy=True), {1}), (Sampling(top_k=2), {1, 3}),
         (Sampling(top_p=0.6), {1, 3}), (Sampling(top_p=0.4), {1, 3}), (Sampling(top_p=0.39), {1}),
         (Sampling(temperature=0.01), {1}), (Sampling(top_k=99), {0, 1, 2, 3, 4})],
        ids=repr,
    )  # fmt: skip
    def test_filters(self, sampling: Sampling, expected: set[int]) -> None:
        """Only tokens that the filters leave are drawn, and all of them."""
        if sampling.top_p == 0.4:
            expected = drawn(sampling)  # on the edge itself, rounding decides
            assert 1 in expected
        assert expected == drawn(sampling)

    @given(st.lists(st.floats(0, 1), min_size=2, max_size=9).filter(lambda p: sum(p) > 0.01), st.floats(0.05, 1))
    def test_top_p_keeps_enough(self, weights: list[float], top_p: float) -> None:
        """What is drawn never has the probability zero."""
        chances = np.array(weights) / sum(weights)
        token = Sampling(top_p=top_p).draw(chances, np.random.default_rng(0))
        assert chances[token] > 0

    @pytest.mark.parametrize("options", [{"temperature": 0.0}, {"top_k": -1}, {"top_p": 0.0}, {"top_p": 1.5}])
    def test_impossible(self, options: dict[str, float]) -> None:
        """Settings out of their range are refused."""
        with pytest.raises(ConfigurationError, match="must be"):
            Sampling(**options)  # type: ignore[arg-type]


class TestGenerate:
    def test_repeats(self, run: Run) -> None:
        """Equal seeds give equal text, which begins with the prefix and has so many tokens more."""
        text = generate(run, "the Time", 30, seed=4)
        assert text == generate(run, "the Time", 30, seed=4) != generate(run, "the Time", 30, seed=5)
        assert text.startswith("the time")
        assert len("the time") + 30 == len(text)

    def test_greedy_ignores_the_seed(self, run: Run) -> None:
        """The likeliest token is the likeliest for any seed."""
        assert generate(run, "the", 20, greedy=True, seed=1) == generate(run, "the", 20, greedy=True, seed=2)

    def test_counted(self, corpus: Corpus) -> None:
        """An n-gram model goes on with what it saw."""
        text = generate(fit(corpus, "ngram"), "the medical m", 2, greedy=True)
        assert "the medical man" == text

    def test_backward(self, corpus: Corpus) -> None:
        """A model of the reversed text says what comes before."""
        run = fit(corpus, "ngram", settings={"direction": "backward"})
        assert generate(run, "edical man", 1, greedy=True) == "medical man"

    def test_unknown_is_never_drawn(self, run: Run) -> None:
        """The unknown token is not part of any text."""
        assert "<unk>" not in generate(run, "t", 300, temperature=5.0)

    def test_without_a_token(self, run: Run) -> None:
        """A prefix without a token is refused."""
        with pytest.raises(UsageError, match="holds no token"):
            generate(run, "")

    def test_foreign_token(self, engine: Engine) -> None:
        """So is one with a character that the vocabulary lacks and has no stand-in for."""
        run = fit(engine.build_records(["abc " * 99], recipe="nanogpt-char"), "ngram")
        with pytest.raises(UnknownTokenError, match="'z'"):
            generate(run, "abz")
