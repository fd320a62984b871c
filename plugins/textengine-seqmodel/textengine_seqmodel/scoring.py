"""What every token costs: one definition for every model, whatever it is and however many pieces are read at once.

A network reads the text in pieces of `PIECE` tokens, each after `CONTEXT` tokens that come before it and are only read,
so that its state is that of somebody who has read on; several pieces at a time make a batch. The pieces do not depend
on the batch, so neither does the score, but for rounding. The first token of a text has nothing before it, and a
network is charged as for an even choice among the vocabulary.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from textengine.errors import RunError
from textengine_seqmodel.calling import logits_of, nats_of
from textengine_seqmodel.split import Piece

PIECE = 1024
CONTEXT = 512
_BATCH = 32


def score(model: Any, piece: Piece, vocab_size: int, batch: int = _BATCH) -> NDArray[np.float64]:
    """Return the nats of each scored token of `piece`, in order: float64, shape (tokens,).

    model: a network, or a counted model that was fitted. Raises RunError where a score is no number.
    """
    if isinstance(model, torch.nn.Module):
        nats = _network_nats(model, piece, vocab_size, batch)
    else:
        nats = nats_of(model, piece.ids)[piece.start :]
    bad = np.flatnonzero(~np.isfinite(nats))
    if len(bad):
        raise RunError(
            f"the model's loss is {nats[bad[0]]} at token {bad[0]} of those that are scored, so it has no score"
        )
    return nats


def _network_nats(network: torch.nn.Module, piece: Piece, vocab_size: int, batch: int) -> NDArray[np.float64]:
    ids = torch.from_numpy(np.ascontiguousarray(piece.ids, np.int64))
    nats = np.full(len(piece), np.log(vocab_size))
    device = next(network.parameters()).device
    training = network.training
    network.eval()
    try:
        with torch.inference_mode():
            for (before, tokens), starts in _alike(piece).items():
                for group in (starts[first : first + batch] for first in range(0, len(starts), batch)):
                    rows = torch.stack([ids[start - before : start + tokens] for start in group]).to(device)
                    logits, _ = logits_of(network, rows[:, :-1])
                    costs = functional.cross_entropy(
                        logits[:, before - 1 :].float().transpose(1, 2), rows[:, before:], reduction="none"
                    )
                    for start, row in zip(group, costs.double().cpu().numpy(), strict=True):
                        nats[start - piece.start : start - piece.start + tokens] = row
    finally:
        network.train(training)
    return nats


def _alike(piece: Piece) -> dict[tuple[int, int], list[int]]:
    """Return (tokens of context, tokens scored) -> where such stretches of the piece begin; together they cover it."""
    found = defaultdict(list)
    first = max(1, piece.start)  # nothing stands before the first token of a text
    for start in range(first, len(piece.ids), PIECE):
        found[min(start, CONTEXT), min(PIECE, len(piece.ids) - start)].append(start)
    return found
