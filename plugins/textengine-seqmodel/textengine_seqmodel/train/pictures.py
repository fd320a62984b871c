"""The curves of a run: what training and validation cost, beside the n-gram model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from textengine_seqmodel.drawing import BLUE, GREY, ORANGE, picture

_ROOM = 0.08


def curves(lines: Iterable[Mapping[str, Any]], ngram_nats: float | None, vocab_size: int, stem: Path) -> None:
    """Draw the metrics of a run as `stem`.png and `stem`.svg. ngram_nats: what the n-gram model costs on validation."""
    lines = list(lines)
    trained = [(line["step"], line["train_nats"]) for line in lines if "train_nats" in line]
    held_out = [(line["step"], line["val_nats"]) for line in lines if "val_nats" in line]
    if not trained:
        return
    with picture(stem) as axes:
        axes.plot(*zip(*trained, strict=True), color=BLUE, alpha=0.8, label="training")
        lowest = min(nats for _, nats in trained)
        if held_out:
            step, nats = min(held_out, key=lambda point: point[1])
            label = f"validation, best {nats:.3f} at step {step:,}"
            axes.plot(*zip(*held_out, strict=True), color=ORANGE, marker="o", markersize=4, label=label)
            axes.plot(step, nats, color=ORANGE, marker="o", markersize=10, markerfacecolor="none", linestyle="none")
            lowest = min(lowest, nats)
        if ngram_nats is not None:
            axes.axhline(ngram_nats, color=GREY, linestyle="--", label=f"n-gram model on validation, {ngram_nats:.3f}")
            lowest = min(lowest, ngram_nats)
        highest = max(nats for _, nats in (held_out or trained))
        top = min(math.log(vocab_size), max(highest, *(nats for _, nats in trained)))
        axes.set_ylim(max(0.0, lowest - _ROOM * max(0.2, top - lowest)), top + 0.05)
        axes.set_xlim(left=0)
        axes.set(title="Loss", xlabel="step", ylabel="nats per token")
        axes.legend(loc="upper right")
