"""Session: a trainer run to its end, validated, kept and watched on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from textengine.errors import RunError
from textengine_seqmodel.scoring import score
from textengine_seqmodel.split import Piece
from textengine_seqmodel.train.metrics import Journal
from textengine_seqmodel.train.trainer import DivergedError, Trainer
from textengine_seqmodel.weights import copies, fill, own_tensors

_SECONDS_BETWEEN_CHECKPOINTS = 30.0
_STEPS_BETWEEN_LINES = 10


@dataclass(frozen=True)
class Progress:
    """One moment of training: `fraction` of it is over (0 to 1), `nats` and `val_nats` are per token."""

    step: int
    total: int | None
    epoch: int
    fraction: float
    nats: float
    val_nats: float | None
    tokens_per_second: float
    seconds_left: float


ProgressCallback = Callable[[Progress], None]
Keep = Callable[[Trainer, Mapping[str, Any] | None, str], None]  # (trainer, best weights if they are new, status)


class Session:
    """Runs `trainer` until its budget is used up or validation brings nothing better.

    held_out: what validates, or None. keep: called with a checkpoint to keep; say: returns a sample of the model's
    text.
    """

    def __init__(
        self,
        trainer: Trainer,
        held_out: Piece | None,
        vocab_size: int,
        journal: Journal,
        keep: Keep,
        say: Callable[[], str],
        progress: ProgressCallback | None = None,
    ) -> None:
        self.trainer, self.held_out, self.vocab_size, self.journal = trainer, held_out, vocab_size, journal
        self._keep, self._say, self._progress = keep, say, progress
        self._val: float | None = None
        self._kept_step = trainer.position.step
        self._recent: list[float] = []

    def run(self) -> str:
        """Train; return how it ended: "finished" or "stopped early". Raises RunError where the loss is no number."""
        self._clock = self._kept_at = time.monotonic()
        self._began = (self._clock, self.trainer.position.step)
        position, options = self.trainer.position, self.trainer.options
        while self.trainer.fraction < 1:
            try:
                nats = self.trainer.step()
            except DivergedError as error:
                raise RunError(f"{error}; {self._kept()}; try a lower lr, a smaller clip or more warmup") from None
            self._tick()
            self._log(nats)
            if int(self.trainer.fraction * options.evaluations) > position.evaluated:
                self._evaluate()
                if self.held_out and options.patience and position.waited >= options.patience:
                    self._save(None, "stopped early")
                    return "stopped early"
            elif self._clock - self._kept_at > _SECONDS_BETWEEN_CHECKPOINTS:
                self._save(None, "running")
        self._save(None, "finished")
        return "finished"

    def _evaluate(self) -> None:
        trainer, position = self.trainer, self.trainer.position
        position.evaluated = int(trainer.fraction * trainer.options.evaluations)
        before = copies(own_tensors(trainer.network))
        fill(trainer.network, copies(trainer.weights()))
        try:
            better = self._validate()
            self.journal.sample(position.step, self._say())
        finally:
            fill(trainer.network, before)
        self._tick()
        self._save(copies(trainer.weights()) if better else None, "running")

    def _validate(self) -> bool:
        """Score the held-out text; return whether the weights are the best so far."""
        position = self.trainer.position
        if self.held_out is None:
            position.best_step = position.step
            return True
        try:
            self._val = float(score(self.trainer.network, self.held_out, self.vocab_size).mean())
        except RunError as error:
            raise RunError(f"validation failed at step {position.step}: {error}; {self._kept()}") from None
        self.journal.write({"step": position.step, "epoch": position.epoch, "val_nats": self._val})
        if position.best_nats is not None and self._val >= position.best_nats:
            position.waited += 1
            return False
        position.best_nats, position.best_step, position.waited = self._val, position.step, 0
        return True

    def _save(self, best: Mapping[str, Any] | None, status: str) -> None:
        self._keep(self.trainer, best, status)
        self._kept_step, self._kept_at = self.trainer.position.step, time.monotonic()
        self._tick()

    def _kept(self) -> str:
        return f"the checkpoint of step {self._kept_step} is kept"

    def _tick(self) -> None:
        """Add the time since the last tick to the time that training took."""
        now = time.monotonic()
        self.trainer.position.seconds += now - self._clock
        self._clock = now

    def _log(self, nats: float) -> None:
        trainer, position = self.trainer, self.trainer.position
        self._recent.append(nats)
        since, first = self._began
        seconds = max(self._clock - since, 1e-9)
        speed = (position.step - first) * trainer.windows.buffer[:, 1:].size / seconds
        if len(self._recent) == _STEPS_BETWEEN_LINES or trainer.fraction >= 1:
            self.journal.write({
                "step": position.step, "epoch": position.epoch, "seconds": round(position.seconds, 3),
                "train_nats": float(np.mean(self._recent)), "lr": trainer.rate, "tokens_per_second": round(speed),
            })  # fmt: skip
            self._recent.clear()
        if self._progress:
            fraction = trainer.fraction
            left = position.seconds * (1 - fraction) / max(fraction, 1e-9)
            moment = Progress(position.step, trainer.total, position.epoch, fraction, nats, self._val, speed, left)
            self._progress(moment)
