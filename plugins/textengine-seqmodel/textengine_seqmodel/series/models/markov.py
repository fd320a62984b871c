"""A Markov chain: the value is one of ten states, and the next one depends on the last tau states alone.

The states are tenths of the values that the chain was fitted to, each standing for their mean. Probabilities are
counts, mixed with those of the next shorter history in the proportion that Witten and Bell give to what was never seen.
Because there are finitely many histories, the expected value any number of steps ahead is computed exactly, one step at
a time from the far end, and nothing is fed back.

Sources: Zhang et al., Dive into Deep Learning 0.17, section 8.1; Witten and Bell, The zero-frequency problem, IEEE
Transactions on Information Theory 37, 1991.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textengine.errors import ConfigurationError
from textengine_seqmodel.series.forecaster import Floats, OnEpoch
from textengine_seqmodel.series.models import FitOptions

STATES = 10
_MOST_HISTORIES = 10**6


@dataclass(frozen=True)
class MarkovChain:
    """edges: the inner limits of the states. values: what each state stands for. moves: the probability of each next
    state after each history of `context` states, shape (states**context, states), the oldest state as first digit."""

    context: int
    edges: Floats
    values: Floats
    moves: Floats

    def ahead(self, series: Floats, steps: int) -> Floats:
        """Return the expected values after each history, 1 to `steps` ahead."""
        states = len(self.values)
        histories = _histories(np.searchsorted(self.edges, series), self.context, states)
        # What history h and next state s become, without the oldest state: the row of `shifted` for h, column s.
        after = np.arange(len(self.moves)) % (len(self.moves) // states)
        expected = np.empty((len(histories), steps))
        table = self.moves @ self.values
        for step in range(steps):
            expected[:, step] = table[histories]
            shifted = table.reshape(-1, states)
            table = (self.moves * shifted[after]).sum(axis=1)
        return expected


def fit_forecaster(
    series: Floats, options: FitOptions, horizon: int = 1, on_epoch: OnEpoch | None = None
) -> MarkovChain:
    """Count a chain of order `options.tau`. It has no direct form, so `horizon` must be 1."""
    tau = options.tau
    if not 1 <= tau < len(series):
        raise ConfigurationError(f"tau is {tau}; for {len(series)} values it must be 1 to {len(series) - 1}")
    edges = np.unique(np.quantile(series, np.arange(1, STATES) / STATES))
    states = np.searchsorted(edges, series)
    kept, states = np.unique(states, return_inverse=True)  # a state that no value is in would stand for nothing
    number = len(kept)
    if number**tau > _MOST_HISTORIES:
        most = max(order for order in range(1, tau) if number**order <= _MOST_HISTORIES)
        raise ConfigurationError(f"{number}**{tau} histories are too many for a Markov chain; use --tau {most} or less")
    values = np.bincount(states, series) / np.bincount(states)
    return MarkovChain(tau, edges[kept[:-1]], values, _moves(states, tau, number))


def _moves(states: NDArray[np.int64], tau: int, number: int) -> Floats:
    """Return the probabilities of the next state after every history of `tau` states."""
    mixed = np.full((1, number), 1 / number)
    for order in range(tau + 1):
        counts = np.zeros((number**order, number))
        np.add.at(counts, (_histories(states[:-1], order, number), states[order:]), 1)
        kinds = (counts > 0).sum(axis=1, keepdims=True)
        shorter = np.tile(mixed, (len(counts) // len(mixed), 1))
        seen = counts.sum(axis=1, keepdims=True) + kinds
        mixed = np.where(seen > 0, (counts + kinds * shorter) / np.maximum(seen, 1), shorter)
    return mixed


def _histories(states: NDArray[np.int64], order: int, number: int) -> NDArray[np.int64]:
    """Return each run of `order` consecutive states as one number, the oldest state as its first digit."""
    rows = len(states) - order + 1
    found = np.zeros(rows, dtype=np.int64)
    for place in range(order):
        found = found * number + states[place : place + rows]
    return found
