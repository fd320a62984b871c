"""What a run is worth on held-out text, beside the n-gram model of the same training text and an even choice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textengine_seqmodel.calling import laid_at
from textengine_seqmodel.scoring import CONTEXT, score
from textengine_seqmodel.split import Piece, bounds_of, parts_of, piece, tokens_hash

if TYPE_CHECKING:
    from textengine import Corpus
    from textengine_seqmodel.run import Run

Floats = NDArray[np.float64]
_WEIGHTS = np.linspace(0.0, 1.0, 41)


def measures(nats: float, tokens: int, chars: float) -> dict[str, Any]:
    """Return what `tokens` tokens that cost `nats` in all come to. chars: how many characters of text they are."""
    per_token = nats / tokens
    return {
        "tokens": tokens,
        "nats_per_token": per_token,
        "bits_per_token": per_token / math.log(2),
        "bits_per_char": nats / math.log(2) / chars if chars else None,
        "perplexity": math.exp(per_token) if per_token < 700 else None,
    }


def evaluate(run: Run, corpus: Corpus | None = None, split: str | None = None, *, batch: int = 32) -> dict[str, Any]:
    """Score every token of one part of a corpus once; return the result as JSON can hold it, and record it in the run.

    corpus: the one that the run was trained on if not given; another must have the same vocabulary. split: "train",
    "val" or "test"; test if there is one. batch: pieces read at once, which does not change the score.

    Keys: tokens, nats_per_token, bits_per_token, bits_per_char, perplexity; the same under baselines.ngram and
    baselines.uniform, and, for a network scored on another part than val, under mixed: the network and the n-gram model
    mixed by the weight that is best on val. readings: how often the run has read this part of these tokens, this time
    included. A result that the run holds already, for the same weights, is returned without reading the text again.

    For a run that reads backward and holds the same model trained forward, under directions: both factorizations, as
    `compare_directions` returns them.

    Raises MismatchError for another vocabulary, UsageError for a part that is not there, OutputExistsError for a run
    that is still being trained.
    """
    if run.store:
        with run.store.locked():  # nobody may read a held-out part while its choice is still being made
            pass
    corpus = corpus or run.training_corpus()
    run.check_vocabulary(corpus)
    parts = parts_of(corpus)
    name = split or parts.scored
    text = piece(corpus, bounds_of(parts, name), CONTEXT, run.direction)
    identity = {"split": name, "corpus": tokens_hash(corpus), "bounds": list(parts.bounds[name])}
    choice = run.document.get("chosen", {})
    earlier = [item for item in run.document.get("evaluations", []) if item["identity"] == identity]
    for item in earlier:
        if item["chosen"] == choice:
            found: dict[str, Any] = item["result"]
            return found
    held_out = None
    if name != "val" and len(parts.bounds.get("val", (0, 0))) and np.diff(parts.bounds.get("val", (0, 0)))[0]:
        held_out = piece(corpus, parts.bounds["val"], CONTEXT, run.direction)
    with laid_at(run.component):
        scored = _scored(run, text, held_out, batch)
    if run.forward:
        from textengine_seqmodel.train.directions import compare_directions

        evaluate(run.forward, corpus, name, batch=batch)  # so that it, too, records the reading
        scored["directions"] = compare_directions(run, run.forward, corpus, name, batch)
    result = {
        "run": str(run.path) if run.path else None, "model": run.name, "split": name,
        **scored,
        "readings": 1 + len(earlier), "chosen_on": choice.get("by"), "step": choice.get("step"),
    }  # fmt: skip
    run.record({"identity": identity, "chosen": choice, "result": result})
    return result


def _scored(run: Run, text: Piece, held_out: Piece | None, batch: int) -> dict[str, Any]:
    size, tokens = len(run.vocab), len(text)
    chars = float(run.characters[text.ids[text.start :]].sum())
    own, ngram = score(run.model, text, size, batch), score(run.baseline, text, size)
    result = measures(float(own.sum()), tokens, chars)
    result["baselines"] = {
        "ngram": {**measures(float(ngram.sum()), tokens, chars), "order": run.baseline.order},
        "uniform": measures(tokens * math.log(size), tokens, chars),
    }
    if held_out is not None and not hasattr(run.model, "distribution"):
        weight = best_weight(score(run.model, held_out, size, batch), score(run.baseline, held_out, size))
        mixed = measures(float(mixture(own, ngram, weight).sum()), tokens, chars)
        result["mixed"] = {**mixed, "weight": weight, "weight_chosen_on": "val"}
    return result


def mixture(first: Floats, second: Floats, weight: float) -> Floats:
    """Return the nats of a linear mixture: `weight` of the probability of the first, the rest of the second."""
    with np.errstate(divide="ignore"):
        found: Floats = -np.logaddexp(np.log(weight) - first, np.log1p(-weight) - second)
    return found


def best_weight(first: Floats, second: Floats) -> float:
    """Return the weight of the first model, in steps of 1/40, by which the mixture costs least."""
    return float(min(_WEIGHTS, key=lambda weight: float(mixture(first, second, weight).sum())))
