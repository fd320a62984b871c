"""What every registered model must do, as a check that the tests of any plugin can call.

The loss falls; a model made again and filled with what was kept gives equal output; equal seeds give equal models; and
reading token by token, the state carried, gives what reading the whole sequence gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from textengine.errors import PluginError
from textengine_seqmodel.calling import logits_of, probe
from textengine_seqmodel.contract import Counted
from textengine_seqmodel.weights import copies, fill, own_tensors

VOCAB_SIZE = 11
_STEPS, _LENGTH = 30, 24
_TOLERANCE = 1e-4


def check_model(model: Callable[[int], Any]) -> None:
    """Raise PluginError, which says what is wrong, unless `model`, an instance of its options, keeps the contract."""
    made = model(VOCAB_SIZE)
    if isinstance(made, torch.nn.Module):
        _check_network(model)
    elif isinstance(made, Counted):
        _check_counted(model)
    else:
        raise PluginError(f"{type(made).__name__} is neither a torch.nn.Module nor an object that counts")


def text(tokens: int = 600) -> NDArray[np.int64]:
    """Return ids that a model can learn: a pattern of length seven, one token in five drawn at random instead."""
    random = np.random.default_rng(0)
    pattern = np.resize([1, 4, 2, 8, 5, 7, 3], tokens)
    return np.where(random.random(tokens) < 0.2, random.integers(0, VOCAB_SIZE, tokens), pattern).astype(np.int64)


def _check_counted(model: Callable[[int], Any]) -> None:
    ids, held_out = text()[:500], text()[500:]
    made, again, filled = (model(VOCAB_SIZE) for _ in range(3))
    made.fit(ids), again.fit(ids)
    nats = made.score(held_out)
    _check(
        nats.mean() < np.log(VOCAB_SIZE), "it predicts text like that which it counted worse than an even choice does"
    )
    _check(np.array_equal(nats, again.score(held_out)), "counting the same text twice gives two models")
    filled.load(dict(made.tensors()))
    _check(np.array_equal(nats, filled.score(held_out)), "loaded from its tensors it scores otherwise")
    stepped = []
    for position, token in enumerate(held_out):
        chances = made.distribution(held_out[:position].tolist())
        _check(abs(chances.sum() - 1) < _TOLERANCE, f"its probabilities sum to {chances.sum()}")
        stepped.append(-np.log(chances[token]))
    _check(
        np.allclose(nats, stepped, atol=_TOLERANCE), "token by token it gives other scores than for a whole sequence"
    )


def _check_network(model: Callable[[int], Any]) -> None:
    with torch.random.fork_rng(devices=[]):
        (network, losses), (again, _) = _trained(model), _trained(model)
        _check(np.mean(losses[-5:]) < np.mean(losses[:5]), "its loss does not fall")
        for name, tensor in own_tensors(network).items():
            _check(torch.equal(tensor, own_tensors(again)[name]), f"equal seeds give different {name}")
        filled = model(VOCAB_SIZE)
    fill(filled, copies(own_tensors(network)))
    network.eval(), filled.eval()
    ids = torch.from_numpy(text()[: 2 * _LENGTH]).reshape(2, _LENGTH)
    with torch.inference_mode():
        whole, _ = logits_of(network, ids)
        _check(whole.shape == (2, _LENGTH, VOCAB_SIZE), f"its logits have the shape {tuple(whole.shape)}")
        _check(
            torch.equal(whole, logits_of(filled, ids)[0]),
            "made again and filled with its tensors it gives other logits",
        )
        other = ids.clone()
        other[:, _LENGTH // 2 :] = 0
        same = torch.allclose(
            whole[:, : _LENGTH // 2], logits_of(network, other)[0][:, : _LENGTH // 2], atol=_TOLERANCE
        )
        _check(same, "its logits depend on ids that come later")
        state, stepped = None, []
        for time in range(_LENGTH):
            logits, state = logits_of(network, ids[:, time : time + 1], state)
            stepped.append(logits)
    _check(torch.allclose(whole, torch.cat(stepped, 1), atol=_TOLERANCE), "token by token it gives other logits")


def _trained(model: Callable[[int], Any]) -> tuple[torch.nn.Module, list[float]]:
    torch.manual_seed(0)
    network: torch.nn.Module = model(VOCAB_SIZE)
    probe(network, VOCAB_SIZE)
    rows = torch.from_numpy(text()).reshape(8, -1)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for _ in range(_STEPS):
        logits, _ = logits_of(network, rows[:, :-1])
        loss = functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return network, losses


def _check(holds: object, otherwise: str) -> None:
    if not holds:
        raise PluginError(otherwise)
