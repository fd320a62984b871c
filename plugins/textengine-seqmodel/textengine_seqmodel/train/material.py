"""What a run reads of a corpus: the tokens to train on, and those that choose among checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from textengine import Corpus
from textengine_seqmodel.scoring import CONTEXT
from textengine_seqmodel.split import NOTE, Parts, Piece, bounds_of, parts_of, piece
from textengine_seqmodel.train.options import Training

_TAIL = 10


@dataclass(frozen=True)
class Material:
    """all: the training tokens in reading order. train: those of them that are trained on. held_out: what validates.

    chosen_by: where `held_out` is from: "val", "tail" (of the training part) or "none". notes: what a user should know.
    """

    all: NDArray[Any]
    train: NDArray[Any]
    held_out: Piece | None
    chosen_by: str
    parts: Parts
    notes: tuple[str, ...]


def material(corpus: Corpus, options: Training, *, counted: bool = False) -> Material:
    """Return what to read of `corpus`. counted: for a model that chooses by a slice of its training text."""
    parts = parts_of(corpus)
    notes = [] if parts.own else [NOTE]
    start, stop = bounds_of(parts, "train")
    if options.train_tokens:
        stop = min(stop, start + options.train_tokens)
    ids = piece(corpus, (start, stop), 0, options.direction).ids
    chosen_by = "none" if counted else options.validate
    first, last = parts.bounds.get("val", (0, 0))
    if chosen_by == "val" and first == last:
        chosen_by = "tail"
        notes.append("the corpus has no part 'val', so the last tenth of its training part is held out to choose by")
    cut = len(ids) - len(ids) // _TAIL if chosen_by == "tail" else len(ids)
    held_out = None
    if chosen_by == "val":
        held_out = piece(corpus, (first, last), CONTEXT, options.direction)
    elif cut < len(ids):
        before = max(0, cut - CONTEXT)
        held_out = Piece(ids[before:], cut - before)
    return Material(ids, ids[:cut], held_out, chosen_by, parts, tuple(notes))
