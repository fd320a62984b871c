"""Both factorizations of a text: the model of it read backward, beside the same model of it read forward.

The probability of a text is the product of those of its tokens given the ones before them, and as well of those given
the ones after them; a model that is fitted may find one easier than the other.
Source: Zhang et al., Dive into Deep Learning 0.17, section 8.1.
"""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from textengine.corpus.commit import MANIFEST
from textengine_seqmodel.calling import laid_at
from textengine_seqmodel.evaluation import measures
from textengine_seqmodel.run import FORWARD, Run
from textengine_seqmodel.scoring import CONTEXT, score
from textengine_seqmodel.split import bounds_of, parts_of, piece
from textengine_seqmodel.train.fit import fit, settings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from textengine import Corpus
    from textengine.plugin.registry import Registry
    from textengine_seqmodel.train.session import ProgressCallback


def fit_forward(
    run: Run,
    corpus: Corpus,
    *,
    device: str = "auto",
    resume: bool = False,
    registry: Registry | None = None,
    progress: ProgressCallback | None = None,
) -> Run:
    """Train the model of a run that reads backward on the text as it stands, with the same options and for as long.

    The forward run is returned, and from then on `run.forward`; it is kept in the folder "forward" of the run's
    directory, or in memory where it has none. resume: go on with one that was begun there. Raises as `fit` does.
    """
    configuration = run.document["configuration"]
    budget = configuration.get("budget", {})
    output = run.path / FORWARD if run.path else None
    begun = output is not None and (output / MANIFEST).exists()
    with ExitStack() as stack:
        if run.store:
            stack.enter_context(run.store.locked())
        found = fit(
            corpus, configuration["model"], output=output, settings=settings_of(configuration, direction="forward"),
            epochs=budget.get("epochs"), steps=budget.get("steps"), minutes=budget.get("minutes"),
            seed=configuration.get("seed", 0), device=device, resume=resume and begun, force=begun and not resume,
            registry=registry, progress=progress,
        )  # fmt: skip
    run.forward = found
    return found


def compare_directions(backward: Run, forward: Run, corpus: Corpus, split: str, batch: int = 32) -> dict[str, Any]:
    """Return what one part of a corpus costs read forward and backward, the same tokens each time.

    "forward" and "backward" are measures as `evaluate` returns them. "difference" is the mean of backward less forward
    in nats per token, with its standard error (from tokens taken as independent). Raises UsageError for a part that is
    not there.
    """
    bounds, size = bounds_of(parts_of(corpus), split), len(backward.vocab)
    costs: dict[str, NDArray[Any]] = {}
    for run in (forward, backward):
        with laid_at(run.component):
            nats = score(run.model, piece(corpus, bounds, CONTEXT, run.direction), size, batch)
        costs[run.direction] = nats[::-1] if run.direction == "backward" else nats
    chars = float(backward.characters[corpus.tokens[slice(*bounds)]].sum())
    found: dict[str, Any] = {name: measures(float(nats.sum()), len(nats), chars) for name, nats in costs.items()}
    difference = costs["backward"] - costs["forward"]
    spread = float(difference.std(ddof=1)) if len(difference) > 1 else 0.0
    found["difference"] = {
        "nats_per_token": float(difference.mean()), "standard_error": spread / math.sqrt(len(difference)),
    }  # fmt: skip
    return {"split": split, **found}
