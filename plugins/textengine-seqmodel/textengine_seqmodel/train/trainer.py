"""Trainer: one network, one step at a time, and everything that another process needs to go on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from textengine.errors import RunError
from textengine_seqmodel.calling import faults, logits_of
from textengine_seqmodel.carry import detached, mapped, put_together, taken_apart
from textengine_seqmodel.train.optimizers import learning_rate, make_optimizer
from textengine_seqmodel.train.options import Budget, Training
from textengine_seqmodel.weights import own_tensors
from textengine_seqmodel.windowing import Windows

_YOUNG = 10  # an average over fewer steps than this would still be full of the first weights


@dataclass
class Position:
    """Where training stands. `within`: the next step of the epoch. `seconds`: of training so far, all sessions
    together.

    best_nats, best_step: the lowest validation loss and when; waited: evaluations since. train_nats: the mean training
    loss of the last whole epoch. evaluated: how many evaluations were done.
    """

    step: int = 0
    epoch: int = 0
    within: int = 0
    seconds: float = 0.0
    best_nats: float | None = None
    best_step: int = 0
    waited: int = 0
    evaluated: int = 0
    train_nats: float | None = None
    epoch_nats: float = 0.0


class DivergedError(RunError):
    """The loss, or its gradient, is no number any more."""


class Trainer:
    """Trains `network` on `windows`. budget: when the run is over; device: where the network is, such as "cpu"."""

    def __init__(
        self, network: nn.Module, windows: Windows, options: Training, budget: Budget, precision: str, device: str
    ) -> None:
        self.network, self.windows, self.options, self.budget = network, windows, options, budget
        self.precision, self.device = precision, torch.device(device)
        self.optimizer = make_optimizer(network, options)
        self.position = Position()
        self.carried: Any = None
        self._own = own_tensors(network)
        self.average = {name: tensor.clone() for name, tensor in self._own.items()} if options.average else {}
        # One buffer is read into again and again, so its tensors are made once.
        self._inputs, self._targets = torch.from_numpy(windows.inputs), torch.from_numpy(windows.targets)
        self._total = self._total_steps()

    @property
    def fraction(self) -> float:
        """How much of the run is over, 0 to 1."""
        shares = [self.position.step / self._total] if self._total else []
        if self.budget.minutes is not None:
            shares.append(self.position.seconds / (60 * self.budget.minutes))
        return min(1.0, max(shares))

    @property
    def total(self) -> int | None:
        """How many steps the run has, where that is known before its end."""
        return self._total

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return learning_rate(self.options, self.position.step, self.fraction)

    def step(self) -> float:
        """Train on one batch; return its mean nats a token. Raises DivergedError, changing nothing, if that is none."""
        position = self.position
        if position.within == 0:
            self.carried = None
        self.windows.read(position.epoch, position.within)
        inputs, targets = self._inputs.to(self.device), self._targets.to(self.device)
        with self._products():
            logits, carried = logits_of(self.network, inputs, self.carried)
        loss = functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten())
        self.optimizer.zero_grad(set_to_none=True)
        with faults("in its gradient"):
            loss.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.options.clip or math.inf)
        nats = loss.item()
        if not math.isfinite(nats) or not math.isfinite(norm.item()):
            what = f"loss is {nats}" if not math.isfinite(nats) else "gradient is not finite"
            raise DivergedError(f"the {what} at step {position.step + 1}")
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self.optimizer.step()
        self.carried = detached(carried) if self.options.sampler == "sequential" else None
        self._advance(nats)
        return nats

    def weights(self) -> dict[str, Tensor]:
        """Return the weights to score and to keep: their moving average, or as they are where there is none."""
        return self.average or self._own

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return (tensors, JSON) of everything beside the weights that the next step depends on."""
        skeleton, carried = taken_apart(self.carried)
        tensors = {f"carried.{number}": tensor for number, tensor in enumerate(carried)}
        tensors |= {f"average.{name}": tensor for name, tensor in self.average.items()}
        for number, slots in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{name}": slot for name, slot in slots.items() if isinstance(slot, Tensor)}
        tensors["random.cpu"] = torch.get_rng_state()
        if self.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state(self.device)
        return tensors, {"position": asdict(self.position), "carried": skeleton}

    def load_state(self, tensors: Mapping[str, Tensor], document: Mapping[str, Any]) -> None:
        """Go on from what `state` returned. Raises KeyError, ValueError, TypeError, RuntimeError for anything else."""
        parts: dict[str, dict[str, Tensor]] = {"carried": {}, "average": {}, "optimizer": {}, "random": {}}
        for name, tensor in tensors.items():
            kind, _, rest = name.partition(".")
            parts[kind][rest] = tensor
        self.position = Position(**document["position"])
        ordered = [parts["carried"][str(number)] for number in range(len(parts["carried"]))]
        self.carried = mapped(lambda tensor: tensor.to(self.device), put_together(document["carried"], ordered))
        for name, average in self.average.items():
            average.copy_(parts["average"][name])
        slots: dict[int, dict[str, Tensor]] = {}
        for name, tensor in parts["optimizer"].items():
            number, _, slot = name.partition(".")
            slots.setdefault(int(number), {})[slot] = tensor
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": slots, "param_groups": groups})
        torch.set_rng_state(parts["random"]["cpu"])
        if "cuda" in parts["random"] and self.device.type == "cuda":
            torch.cuda.set_rng_state(parts["random"]["cuda"], self.device)

    def _products(self) -> AbstractContextManager[Any]:
        if self.precision == "bfloat16":
            return torch.autocast(self.device.type, torch.bfloat16)
        return nullcontext()

    def _advance(self, nats: float) -> None:
        position = self.position
        position.step, position.within = position.step + 1, position.within + 1
        position.epoch_nats += nats
        if self.average:
            decay = min(self.options.average, position.step / (position.step + _YOUNG))
            with torch.no_grad():
                for name, weight in self._own.items():
                    if weight.is_floating_point():
                        self.average[name].lerp_(weight, 1 - decay)
                    else:
                        self.average[name].copy_(weight)
        if position.within == self.windows.steps(position.epoch):
            position.train_nats = position.epoch_nats / position.within
            position.epoch, position.within, position.epoch_nats = position.epoch + 1, 0, 0.0

    def _total_steps(self) -> int | None:
        """Return how many steps the budget allows, or None where only time limits them."""
        found = [] if self.budget.steps is None else [self.budget.steps]
        if self.budget.epochs is not None:
            limit, total = self.budget.steps, 0
            for epoch in range(self.budget.epochs):
                total += self.windows.steps(epoch)
                if limit is not None and total >= limit:
                    break
            found.append(total)
        return min(found, default=None)
