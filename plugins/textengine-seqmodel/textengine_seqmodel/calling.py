"""Calling models, which may be anybody's: what they do against their contract is laid at their door.

`logits_of`, `nats_of` and `chances_of` call a model and look at what it returned; they raise ModelFaultError, which
says what was wrong. `laid_at` stands around them where the model's component is known, and names it with its plugin.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from textengine.components import Component
from textengine.errors import PluginError, RunError, TextEngineError
from textengine_seqmodel.carry import mapped
from textengine_seqmodel.contract import Counted

Floats = NDArray[np.float64]
_ROUNDING = 1e-3
_NO_MEMORY = ("out of memory", "allocate memory")  # torch has no exception of its own for main memory


class ModelFaultError(PluginError):
    """A model failed, or returned something else than its contract says."""


@contextmanager
def laid_at(component: Component) -> Iterator[None]:
    """Turn a ModelFaultError inside into the ComponentError that names the model and its plugin."""
    try:
        yield
    except ModelFaultError as fault:
        raise component.fault(str(fault)) from fault.__cause__


@contextmanager
def faults(doing: str) -> Iterator[None]:
    """Turn what a model raises inside into a ModelFaultError, which says what it was doing."""
    try:
        with memory_told():
            yield
    except TextEngineError:
        raise
    except Exception as error:
        raise ModelFaultError(f"{type(error).__name__} {doing}: {error}") from error


@contextmanager
def memory_told() -> Iterator[None]:
    """Turn what says that memory was short into a RunError that says what to lower."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY):
            raise RunError("there is not enough memory; lower batch, length, units or layers") from error
        raise


def logits_of(network: torch.nn.Module, ids: Tensor, state: Any = None) -> tuple[Tensor, Any]:
    """Return the network's (logits, state) for int64 ids of shape (batch, time), shape (batch, time, vocabulary).

    Raises ModelFaultError if it fails or returns something else.
    """
    with faults(f"while it read ids of shape {tuple(ids.shape)}"):
        found = network(ids, state)
    if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[0], Tensor)):
        raise ModelFaultError(f"it returned {_told(found)}, and a model returns (logits, state)")
    logits, after = found
    if logits.dim() != 3 or logits.shape[:2] != ids.shape or not logits.is_floating_point():
        wanted = f"floats of shape ({ids.shape[0]}, {ids.shape[1]}, vocabulary)"
        raise ModelFaultError(f"its logits are {logits.dtype} of shape {tuple(logits.shape)}, and must be {wanted}")
    return logits, after


def nats_of(model: Counted, ids: NDArray[Any]) -> Floats:
    """Return the nats of each of `ids` by a counted model, shape (tokens,). Raises ModelFaultError."""
    with faults(f"while it scored {len(ids):,} tokens"):
        nats = np.asarray(model.score(ids))
    if nats.shape != (len(ids),) or not np.issubdtype(nats.dtype, np.floating):
        raise ModelFaultError(
            f"its scores are {nats.dtype} of shape {nats.shape}, and must be floats of shape ({len(ids)},)"
        )
    if not np.isfinite(nats).all():
        raise ModelFaultError(f"it charges {nats[~np.isfinite(nats)][0]} for one of {len(ids):,} tokens")
    return nats.astype(np.float64, copy=False)


def chances_of(model: Counted, context: Sequence[int], vocab_size: int) -> Floats:
    """Return a counted model's probabilities after `context`, shape (vocabulary,). Raises ModelFaultError."""
    with faults(f"while it was asked what follows {len(context):,} tokens"):
        chances = np.array(model.distribution(context), np.float64)
    if chances.shape != (vocab_size,):
        raise ModelFaultError(f"its probabilities have the shape {chances.shape}, and must have ({vocab_size},)")
    if not (chances >= 0).all() or abs(chances.sum() - 1) > _ROUNDING:
        raise ModelFaultError(f"its probabilities must be 0 or more and sum to 1, and their sum is {chances.sum()}")
    return chances


def probe(network: torch.nn.Module, vocab_size: int) -> None:
    """Let a network read two tokens, so that one that breaks its contract is told before anything is written.

    torch's random numbers are left as they were. Raises ModelFaultError.
    """
    if next(network.parameters(), None) is None:
        raise ModelFaultError("it has no parameters, so there is nothing to train")
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        training = network.training
        network.eval()
        logits, state = logits_of(network, torch.zeros((2, 3), dtype=torch.int64))
        with faults("with its state"):
            mapped(lambda tensor: tensor, state)
        network.train(training)
    if logits.shape[2] != vocab_size:
        raise ModelFaultError(f"its logits are for {logits.shape[2]} tokens, and the vocabulary has {vocab_size}")


def _told(found: object) -> str:
    if isinstance(found, tuple | list):
        return f"a {type(found).__name__} of {len(found)}"
    return f"a {type(found).__name__}"
