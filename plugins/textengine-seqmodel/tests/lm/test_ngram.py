"""N-gram models: counting, the three methods of smoothing, and the choice of an order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine.errors import ConfigurationError, UsageError
from textengine_seqmodel import NGram
from textengine_seqmodel.ngram.grams import count_grams
from textengine_seqmodel.ngram.kneser_ney import discounts

V = 5
IDS = st.lists(st.integers(0, V - 1), min_size=1, max_size=60)
METHODS = ("kneser-ney", "witten-bell", "laplace")


def array(ids: list[int]) -> np.ndarray:
    return np.array(ids, np.uint8)


def grams_of(ids: list[int], n: int) -> Counter[tuple[int, ...]]:
    return Counter(tuple(ids[i : i + n]) for i in range(len(ids) - n + 1))


class TestCounting:
    @given(IDS, st.integers(1, 6))
    def test_equals_counter(self, ids: list[int], order: int) -> None:
        """Sorting finds the n-grams that a Counter finds, with their counts, first places and what stands before."""
        ranks: list[tuple[int, ...]] = [()]
        for n, grams in enumerate(count_grams(array(ids), order, V), 1):
            found = [(*ranks[c], w) for c, w in zip(grams.context.tolist(), grams.last.tolist(), strict=True)]
            expected = grams_of(ids, n)
            assert expected == dict(zip(found, grams.counts.tolist(), strict=True))
            assert [
                next(i for i in range(len(ids)) if tuple(ids[i : i + n]) == g) for g in found
            ] == grams.first.tolist()
            if n < min(order, len(ids)):
                longer = grams_of(ids, n + 1)
                before = [len({gram[0] for gram in longer if gram[1:] == own}) for own in found]
                assert before == grams.preceded.tolist()
            ranks = found

    def test_outside_the_vocabulary(self) -> None:
        """An id outside the vocabulary is refused."""
        with pytest.raises(ConfigurationError, match="ids must be 0 to 4, not 0 to 5"):
            count_grams(array([0, 5]), 2, V)

    def test_large_vocabulary_and_high_order(self) -> None:
        """Keys stay exact where vocabulary to the power of the order would overflow any integer."""
        ids = np.array([999_999, 3, 999_999, 3, 999_998] * 3, np.uint32)
        assert [3, 4, 5, 5] == [len(g.keys) for g in count_grams(ids, 4, 1_000_000)]


class TestProbabilities:
    @given(IDS, IDS, st.integers(1, 5), st.sampled_from(METHODS))
    def test_sum_to_one(self, ids: list[int], context: list[int], order: int, method: str) -> None:
        """After any context, seen or not, the probabilities are positive and sum to one."""
        model = NGram(method=method, order=order)(V)
        model.fit(array(ids))
        chances = model.distribution(context)
        assert math.isclose(1.0, chances.sum(), abs_tol=1e-9)
        assert (chances > 0).all()

    @given(IDS, IDS, st.integers(1, 5), st.sampled_from(METHODS))
    def test_score_equals_distribution(self, ids: list[int], text: list[int], order: int, method: str) -> None:
        """Scoring a whole text gives what asking token by token gives."""
        model = NGram(method=method, order=order)(V)
        model.fit(array(ids))
        stepped = [-math.log(model.distribution(text[:i])[token]) for i, token in enumerate(text)]
        assert np.allclose(stepped, model.score(array(text)), atol=1e-9)


class TestMethods:
    def test_laplace_is_the_book_s(self) -> None:
        """Laplace's trigram probability is the formula of the d2l book."""
        ids, epsilon = [0, 1, 2, 0, 1, 3, 0, 1, 2], 0.5
        model = NGram(method="laplace", order=3, epsilon=epsilon)(V)
        model.fit(array(ids))
        unigram = (ids.count(2) + epsilon / V) / (len(ids) + epsilon)
        expected = (2 + epsilon * unigram) / (3 + epsilon)
        assert math.isclose(expected, model.distribution([0, 1])[2])

    def test_witten_bell(self) -> None:
        """Witten-Bell's bigram probability is the formula of the paper, method C."""
        ids = [0, 1, 0, 2, 0, 1]
        model = NGram(method="witten-bell", order=2)(V)
        model.fit(array(ids))
        unigram = (2 + 3 / V) / (6 + 3)  # token 1: twice among six tokens of three types
        assert math.isclose((2 + 2 * unigram) / (3 + 2), model.distribution([0])[1])

    @given(st.lists(st.integers(0, 3), min_size=12, max_size=80))
    def test_kneser_ney_equals_plain_definition(self, ids: list[int]) -> None:
        """The vectorised model is the recursion of Chen and Goodman, written out with dictionaries."""
        order = 3
        model = NGram(order=order)(V)
        model.fit(array(ids))
        chance = plain_kneser_ney(ids, order)
        for context in ([], [0], [1, 2], [3, 0], ids[:2], ids[-2:]):
            assert np.allclose([chance(tuple(context[-2:]), w) for w in range(V)], model.distribution(context))

    def test_discounts(self) -> None:
        """The three discounts are those that the counts of counts give."""
        counts = np.array([1] * 10 + [2] * 5 + [3] * 3 + [4] * 2)
        y = 10 / 20
        expected = [0, 1 - 2 * y * 5 / 10, 2 - 3 * y * 3 / 5, 3 - 4 * y * 2 / 3]
        assert np.allclose(expected, discounts(counts))

    def test_golden(self) -> None:
        """A repeated text is predicted nearly surely, and what it never did hardly at all."""
        model = NGram(order=4)(V)
        model.fit(array([0, 1, 2, 3] * 50))
        assert model.distribution([0, 1, 2])[3] > 0.95
        assert model.distribution([0, 1, 2])[4] < 0.01


def plain_kneser_ney(ids: list[int], order: int) -> Callable[[tuple[int, ...], int], float]:
    """Interpolated modified Kneser-Ney by its definition."""
    tables = []
    for n in range(1, order + 1):
        if n == order:
            tables.append(dict(grams_of(ids, n)))
        else:
            longer = grams_of(ids, n + 1)
            tables.append({g: sum(1 for other in longer if other[1:] == g) for g in grams_of(ids, n)})
    taken = [discounts(np.array(list(table.values()))) for table in tables]

    def chance(context: tuple[int, ...], token: int) -> float:
        n = len(context) + 1
        below = chance(context[1:], token) if n > 1 else 1 / V
        table, d = tables[n - 1], taken[n - 1]
        followers = {g: c for g, c in table.items() if g[:-1] == context}
        total = sum(followers.values())
        if total == 0:
            return below
        count = table.get((*context, token), 0)
        given = sum(d[min(c, 3)] for c in followers.values())
        return float((count - d[min(count, 3)] + given * below) / total)

    return chance


class TestOrder:
    def test_chosen_inside_the_training_text(self) -> None:
        """The order is the one by which the last tenth of the training text costs least, and no other text is asked."""
        random = np.random.default_rng(0)
        ids = np.resize([0, 1, 2, 0, 3, 4], 600)
        ids[random.random(600) < 0.1] = 4
        model = NGram()(V)
        facts = model.fit(ids)
        assert facts["order"] == 1 + int(np.argmin(facts["nats_by_order"]))
        assert 10 == len(facts["nats_by_order"])
        alone = NGram(order=facts["order"])(V)
        alone.fit(ids[:540])
        assert math.isclose(facts["nats_by_order"][facts["order"] - 1], alone.score(ids)[540:].mean(), abs_tol=1e-6)

    @pytest.mark.parametrize("tokens", [1, 2, 9])
    def test_tiny_text(self, tokens: int) -> None:
        """A text with hardly a token still makes a model."""
        model = NGram()(V)
        model.fit(np.zeros(tokens, np.uint8))
        assert math.isclose(1.0, model.distribution([0, 0]).sum())

    def test_nothing(self) -> None:
        """No token, no model."""
        with pytest.raises(UsageError, match="no token"):
            NGram()(V).fit(np.array([], np.uint8))

    @pytest.mark.parametrize("options", [{"order": -1}, {"max_order": 0}, {"epsilon": 0.0}])
    def test_impossible_options(self, options: dict[str, int]) -> None:
        """Options out of their range are refused."""
        with pytest.raises(ValueError, match="must be"):
            NGram(**options)


class TestTensors:
    @pytest.mark.parametrize("spoil", ["1.keys", "2.share", "2.backoff"])
    def test_tables_that_do_not_fit(self, spoil: str) -> None:
        """Tables that do not fit one another are refused, whatever file they are from."""
        model = NGram(order=2)(V)
        model.fit(array([0, 1, 2, 0, 1]))
        tables = dict(model.tensors())
        tables[spoil] = tables[spoil][:-1]
        with pytest.raises(ValueError, match=r"do not fit|wrong kind"):
            NGram()(V).load(tables)
