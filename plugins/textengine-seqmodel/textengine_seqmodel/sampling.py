"""Sampling text from a model, one token at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from textengine.errors import ConfigurationError, RunError, UsageError
from textengine_seqmodel.calling import chances_of, laid_at, logits_of

if TYPE_CHECKING:
    from textengine_seqmodel.run import Run

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn from what the model expects.

    temperature: below 1 favours likely tokens, above 1 unlikely ones. top_k: only the so many likeliest (0: all).
    top_p: only the likeliest that together reach this probability (A. Holtzman et al., "The curious case of neural text
    degeneration", 2020). greedy: always the likeliest.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    greedy: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.temperature < float("inf"):
            raise ConfigurationError(f"temperature must be above 0, not {self.temperature}; greedy is its limit at 0")
        if self.top_k < 0 or not 0 < self.top_p <= 1:
            raise ConfigurationError(
                f"top-k must be 0 (all) or more, top-p above 0 to 1, not {self.top_k} and {self.top_p}"
            )

    def draw(self, chances: Floats, random: np.random.Generator) -> int:
        """Return a token for the probabilities `chances`, shape (vocabulary,)."""
        if self.greedy:
            return int(np.argmax(chances))
        order = np.argsort(-chances, kind="stable")
        with np.errstate(divide="ignore", over="ignore"):  # the lower the temperature, the nearer to greedy
            logs = np.log(chances[order])
            likely = np.exp((logs - logs[0]) / self.temperature)
        likely /= likely.sum()
        kept = len(likely) if self.top_k == 0 else min(self.top_k, len(likely))
        if self.top_p < 1:
            kept = min(kept, 1 + int(np.searchsorted(np.cumsum(likely), self.top_p)))
        likely = likely[:kept] / likely[:kept].sum()
        return int(order[random.choice(kept, p=likely)])


def generate(
    run: Run,
    prefix: str,
    tokens: int = 50,
    *,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    greedy: bool = False,
    seed: int = 0,
) -> str:
    """Return `prefix`, as the run's tokens spell it, and `tokens` more tokens; equal seeds give equal text.

    A model trained backward is asked for what comes before the prefix. The unknown token is never drawn. Raises
    UsageError for a prefix without a token, ConfigurationError for a setting out of its range, UnknownTokenError for a
    token that the vocabulary lacks.
    """
    if tokens < 0:
        raise ConfigurationError(f"the number of tokens must be 0 or more, not {tokens}")
    ids = run.encode(prefix)
    if not ids:
        raise UsageError(f"the prefix {prefix!r} holds no token; give at least one for the model to go on from")
    sampling = Sampling(temperature, top_k, top_p, greedy)
    backward = run.direction == "backward"
    with laid_at(run.component):
        known = ids[::-1] if backward else ids
        drawn = continued(run.model, known, tokens, sampling, seed, len(run.vocab), run.vocab.unk)
    return run.text.decode(drawn[::-1] + ids if backward else ids + drawn)


def continued(
    model: Any,
    ids: Sequence[int],
    tokens: int,
    sampling: Sampling,
    seed: int,
    vocab_size: int,
    banned: int | None = None,
) -> list[int]:
    """Return `tokens` ids that go on from `ids`. model: a network or a counted model; banned: an id never drawn.

    Raises RunError where what the model expects is no number.
    """
    random = np.random.default_rng(seed)
    reader = _NetworkReader(model) if isinstance(model, torch.nn.Module) else _CountedReader(model, vocab_size)
    drawn: list[int] = []
    chances = reader.read(ids)
    for _ in range(tokens):
        if banned is not None and np.count_nonzero(chances) > 1:
            chances[banned] = 0.0
        if not np.isfinite(chances).all() or chances.min() < 0 or not 0 < chances.sum() < np.inf:
            raise RunError(
                f"what the model expects after {len(drawn)} of the tokens is no probability: {chances.sum()} in all"
            )
        drawn.append(sampling.draw(chances / chances.sum(), random))
        chances = reader.read(drawn[-1:])
    return drawn


class _NetworkReader:
    """Feeds a network token after token, its state carried."""

    def __init__(self, network: torch.nn.Module) -> None:
        self._network, self._state = network, None
        self._device = next(network.parameters()).device

    def read(self, ids: Sequence[int]) -> Floats:
        """Read `ids`; return the probability of every token after them."""
        training = self._network.training
        self._network.eval()
        with torch.inference_mode():
            rows = torch.tensor([list(ids)], dtype=torch.int64, device=self._device)
            logits, self._state = logits_of(self._network, rows, self._state)
            chances: Floats = torch.softmax(logits[0, -1].double(), 0).cpu().numpy().copy()
        self._network.train(training)
        return chances


class _CountedReader:
    """Asks a counted model, which remembers nothing, with all that was read."""

    def __init__(self, model: Any, vocab_size: int) -> None:
        self._model, self._vocab_size, self._seen = model, vocab_size, list[int]()

    def read(self, ids: Sequence[int]) -> Floats:
        """Read `ids`; return the probability of every token after them."""
        self._seen += ids
        return chances_of(self._model, self._seen, self._vocab_size)
