"""Windows over a sequence of ids: which ones make up a batch, and reading them.

Which windows a step reads is a pure function of (seed, epoch, step, rank, world), so training that was cut off goes on
with the very windows that it would have read, and nothing has to be stored. Reading is one strided gather into a
buffer that is used again; worker processes only cost time at these sizes.

The samplers, after "Dive into Deep Learning" (Zhang et al., d2l.ai, "Language models") and nanoGPT (A. Karpathy):

- random: the text from a random offset is cut into windows, which come in random order, each once an epoch;
- sequential: the text from a random offset is cut into as many equal rows as a batch has, and each step goes on where
  the last one ended, so that a network's state can be carried from step to step;
- uniform: every window begins anywhere, independently.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from textengine.errors import ConfigurationError, UsageError, suggest

Ids = NDArray[Any]
Ints = NDArray[np.int64]
Sampler = Literal["random", "sequential", "uniform"]
_MOST_ROWS = 2**31
SAMPLERS: tuple[str, ...] = get_args(Sampler)


@runtime_checkable
class _HasTokens(Protocol):
    tokens: Ids


def window_starts(
    tokens: int, batch: int, length: int, sampler: str, seed: int, epoch: int, rank: int = 0, world: int = 1
) -> Ints:
    """Return where the windows of one epoch begin: int64, shape (steps, batch).

    tokens: the length of the sequence. A window covers `length` inputs and the target after each, `length` + 1 tokens.
    rank, world: this process among those that share every step; together they read what one process with a batch of
    world * batch would. Raises UsageError where the sequence is too short for one step.
    """
    rows = batch * world
    _check_room(tokens - length, 1, tokens, batch, length, sampler)
    random = np.random.default_rng([seed, epoch])
    if sampler == "uniform":
        starts = random.integers(0, tokens - length, (max(1, tokens // (rows * length)), rows))
    elif sampler == "random":
        offset = int(random.integers(0, length))
        count = (tokens - 1 - offset) // length
        _check_room(count, rows, tokens, batch, length, sampler)
        shuffled = random.permutation(count)[: count // rows * rows]
        starts = (offset + shuffled * length).reshape(-1, rows)
    else:
        offset = int(random.integers(0, length))
        per_row = (tokens - 1 - offset) // rows
        _check_room(per_row // length, 1, tokens, batch, length, sampler)
        steps = np.arange(per_row // length)[:, None] * length
        starts = offset + steps + np.arange(rows)[None, :] * per_row
    return np.ascontiguousarray(starts[:, rank * batch : (rank + 1) * batch], np.int64)


def epoch_steps(tokens: int, rows: int, length: int, sampler: str, seed: int, epoch: int) -> int:
    """Return how many steps of `rows` windows one epoch of `window_starts` has, without drawing the windows."""
    if sampler == "uniform":
        return max(1, tokens // (rows * length))
    offset = int(np.random.default_rng([seed, epoch]).integers(0, length))
    left = tokens - 1 - offset
    return left // length // rows if sampler == "random" else left // rows // length


class Windows:
    """Batches of windows over `ids`, shape (tokens,), of any unsigned or signed integer type, mapped or in memory.

    ``read(epoch, step)`` fills `inputs` and `targets`, int64 of shape (batch, length), views of one buffer that the
    next read overwrites, and returns them; `targets` are `inputs` one token on. ``epoch(n)`` iterates over one epoch.
    """

    def __init__(
        self, ids: Ids, batch: int, length: int, sampler: str = "random", seed: int = 0, rank: int = 0, world: int = 1
    ) -> None:
        if sampler not in SAMPLERS:
            there = f"there is: {', '.join(SAMPLERS)}"
            raise ConfigurationError(f"no sampler is named {sampler!r}{suggest(sampler, SAMPLERS, there)}")
        if batch > _MOST_ROWS:
            raise ConfigurationError(f"batch must be {_MOST_ROWS:,} or less, not {batch:,}")
        if batch < 1 or length < 1 or not 0 <= rank < world or seed < 0:
            raise ConfigurationError(
                f"batch and length must be 1 or more, rank 0 to below world, seed 0 or more, not {batch}, {length}, "
                f"{rank} of {world}, {seed}"
            )
        self.batch, self.length, self.sampler, self.seed, self.rank, self.world = (
            batch,
            length,
            sampler,
            seed,
            rank,
            world,
        )
        self.ids = np.asarray(ids)  # a memory map as a plain array: its own class makes each indexing slower
        self._starts: tuple[int, Ints] = (-1, np.empty((0, batch), np.int64))
        self._starts_of(0)  # so that a sequence that is too short is told at once
        self._view = sliding_window_view(self.ids, length + 1)
        self.buffer = np.empty((batch, length + 1), np.int64)
        self.inputs, self.targets = self.buffer[:, :-1], self.buffer[:, 1:]

    def steps(self, epoch: int) -> int:
        """Return the number of steps in an epoch; it can differ by one with the random offset."""
        return epoch_steps(len(self.ids), self.batch * self.world, self.length, self.sampler, self.seed, epoch)

    def starts(self, epoch: int, step: int) -> Ints:
        """Return where the windows of one step begin, shape (batch,)."""
        found: Ints = self._starts_of(epoch)[step]
        return found

    def read(self, epoch: int, step: int) -> tuple[Ints, Ints]:
        """Return (inputs, targets) of one step; the next read overwrites them."""
        self.buffer[...] = self._view[self._starts_of(epoch)[step]]
        return self.inputs, self.targets

    def epoch(self, number: int = 0) -> Iterator[tuple[Ints, Ints]]:
        """Iterate over the steps of one epoch; each step overwrites the arrays of the one before."""
        return (self.read(number, step) for step in range(self.steps(number)))

    def __iter__(self) -> Iterator[tuple[Ints, Ints]]:
        return self.epoch()

    def _starts_of(self, epoch: int) -> Ints:
        if self._starts[0] != epoch:
            table = window_starts(
                len(self.ids), self.batch, self.length, self.sampler, self.seed, epoch, self.rank, self.world
            )
            self._starts = (epoch, table)
        return self._starts[1]


def windows(
    corpus: _HasTokens | ArrayLike,
    batch: int,
    length: int,
    sampler: str = "random",
    *,
    seed: int = 0,
    rank: int = 0,
    world: int = 1,
) -> Windows:
    """Return the windows over a corpus, or over a row of ids such as ``corpus.split("train")``.

    Raises ConfigurationError for an unknown sampler or an impossible size, UsageError for a text too short for one
    step.
    """
    ids = corpus.tokens if isinstance(corpus, _HasTokens) else np.asarray(corpus)
    return Windows(ids, batch, length, sampler, seed, rank, world)


def _check_room(found: int, needed: int, tokens: int, batch: int, length: int, sampler: str) -> None:
    if found < needed:
        raise UsageError(
            f"{tokens:,} tokens are too few for one step of {batch} {sampler} windows of {length} tokens: "
            f"make the text longer, or the batch or the length smaller"
        )
