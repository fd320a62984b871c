"""Windows: pure functions of (seed, epoch, step, rank, world) that cover the text, read by one gather."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine import Corpus
from textengine.errors import ConfigurationError, UsageError
from textengine_seqmodel import windows
from textengine_seqmodel.windowing import SAMPLERS, window_starts

SIZES = st.tuples(st.integers(300, 900), st.integers(1, 8), st.integers(1, 16))
ANY = st.sampled_from(SAMPLERS)


class TestPurity:
    @given(SIZES, ANY, st.integers(0, 2**31), st.integers(0, 50))
    def test_same_again(self, sizes: tuple[int, int, int], sampler: str, seed: int, epoch: int) -> None:
        """Windows depend on nothing but the arguments, in whatever order they are asked for."""
        tokens, batch, length = sizes
        ids = np.arange(tokens)
        first, second = (windows(ids, batch, length, sampler, seed=seed) for _ in range(2))
        expected = [first.read(epoch, step)[0].copy() for step in range(first.steps(epoch))]
        for step in reversed(range(second.steps(epoch))):
            second.read(epoch + 1, 0)
            assert np.array_equal(expected[step], second.read(epoch, step)[0])

    @given(st.sampled_from(SAMPLERS), st.integers(0, 9))
    def test_ranks_share_a_step(self, sampler: str, epoch: int) -> None:
        """Two processes read together what one with twice the batch reads."""
        alone = window_starts(900, 8, 16, sampler, 3, epoch)
        ranks = [window_starts(900, 4, 16, sampler, 3, epoch, rank, 2) for rank in (0, 1)]
        assert np.array_equal(alone, np.concatenate(ranks, axis=1))

    @pytest.mark.parametrize("sampler", SAMPLERS)
    def test_epochs_and_seeds_differ(self, sampler: str) -> None:
        """Another epoch, or another seed, has other windows."""
        table = window_starts(900, 4, 16, sampler, 0, 0)
        for other in (window_starts(900, 4, 16, sampler, 0, 1), window_starts(900, 4, 16, sampler, 1, 0)):
            assert not np.array_equal(table[: len(other)], other[: len(table)])


class TestContent:
    @given(SIZES, ANY, st.integers(0, 9))
    def test_targets_are_inputs_one_on(self, sizes: tuple[int, int, int], sampler: str, epoch: int) -> None:
        """Each window is a run of the text, and its targets the same one token on."""
        tokens, batch, length = sizes
        for inputs, targets in windows(np.arange(tokens, dtype=np.uint16), batch, length, sampler, seed=1).epoch(epoch):
            assert (batch, length) == inputs.shape == targets.shape
            assert np.array_equal(inputs + 1, targets)
            assert (np.diff(inputs, axis=1) == 1).all()
            assert np.int64 == inputs.dtype

    @given(SIZES, st.integers(0, 9))
    def test_random_covers_without_replacement(self, sizes: tuple[int, int, int], epoch: int) -> None:
        """The random sampler reads no token twice as a target, and leaves out less than a window and a batch."""
        tokens, batch, length = sizes
        seen = [targets.copy() for _, targets in windows(np.arange(tokens), batch, length, "random").epoch(epoch)]
        flat = np.concatenate(seen).ravel()
        assert len(flat) == len(set(flat.tolist()))
        assert tokens - len(flat) <= 2 * length + batch * length

    @given(SIZES, st.integers(0, 9))
    def test_sequential_goes_on(self, sizes: tuple[int, int, int], epoch: int) -> None:
        """Each row of a sequential step begins where the row of the step before ended."""
        tokens, batch, length = sizes
        before = None
        for inputs, targets in windows(np.arange(tokens), batch, length, "sequential").epoch(epoch):
            if before is not None:
                assert np.array_equal(before, inputs[:, 0])
            before = targets[:, -1].copy()

    def test_buffer_is_used_again(self) -> None:
        """Reading allocates nothing that is kept: the arrays are views of one buffer."""
        loader = windows(np.arange(100), 2, 5)
        assert loader.read(0, 0)[0] is loader.read(0, 1)[0]
        assert loader.inputs.base is loader.buffer

    def test_of_a_corpus(self, corpus: Corpus) -> None:
        """A corpus itself can be read, mapped as it is."""
        inputs, _ = windows(corpus, 2, 5, "sequential").read(0, 0)
        start = windows(corpus, 2, 5, "sequential").starts(0, 0)[0]
        assert corpus.tokens[start : start + 5].tolist() == inputs[0].tolist()


class TestErrors:
    @pytest.mark.parametrize("sampler", SAMPLERS)
    def test_too_short(self, sampler: str) -> None:
        """A text too short for one step is refused in words that say what would help."""
        with pytest.raises(UsageError, match=r"20 tokens are too few for one step .* make the text longer"):
            windows(np.arange(20), 4, 32, sampler)

    def test_unknown_sampler(self) -> None:
        """An unknown sampler is told the nearest."""
        with pytest.raises(ConfigurationError, match="did you mean 'sequential'"):
            windows(np.arange(20), 1, 2, "sequentiel")

    @pytest.mark.parametrize("sizes", [(0, 5), (5, 0)])
    def test_impossible_sizes(self, sizes: tuple[int, int]) -> None:
        """A batch or length below 1 is refused."""
        with pytest.raises(ConfigurationError, match="1 or more"):
            windows(np.arange(20), *sizes)
