"""fit: from a corpus and a model's name to a run."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

import textengine
from textengine import Corpus, Engine
from textengine.corpus.commit import MANIFEST
from textengine.errors import ConfigurationError, DamagedError, RunError, UsageError
from textengine_seqmodel.calling import ModelFaultError, faults, laid_at, memory_told, probe
from textengine_seqmodel.catalogue import DEFAULT_MODEL, Plan, plan
from textengine_seqmodel.contract import Counted
from textengine_seqmodel.models.ngram import NGram
from textengine_seqmodel.run import BASELINE, BEST, FORWARD, Run
from textengine_seqmodel.scoring import score
from textengine_seqmodel.split import parts_of, tokens_hash, vocab_hash
from textengine_seqmodel.store import Store
from textengine_seqmodel.train.device import precision_of, usable_device
from textengine_seqmodel.train.material import Material, material
from textengine_seqmodel.train.metrics import METRICS, SAMPLES
from textengine_seqmodel.train.network import train_network, windows_of
from textengine_seqmodel.train.resume import check_same
from textengine_seqmodel.weights import own_tensors

if TYPE_CHECKING:
    from textengine.plugin.registry import Registry
    from textengine_seqmodel.train.session import ProgressCallback
    from textengine_seqmodel.windowing import Windows


def fit(
    corpus: Corpus,
    model: str | None = None,
    *,
    output: str | os.PathLike[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    epochs: int | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = False,
    force: bool = False,
    registry: Registry | None = None,
    progress: ProgressCallback | None = None,
) -> Run:
    """Train a model on the training part of `corpus` and return the run: in memory, or kept in the directory `output`.

    model: the name of a model or of a preset; lstm if not given. settings: option -> value, of the model or of training
    (`textengine_seqmodel.train.options.Training`). epochs, steps, minutes: how long, until the first is used up.
    seed: of everything random; torch's own random numbers are left as they were. device: "auto", "cpu", "cuda", ...
    resume: go on from the last checkpoint in `output`, with the same corpus and the same options. force: replace a run
    that is there. registry: where models are looked up. progress: called with a Progress after each step.

    Raises UsageError for what cannot be asked, MismatchError for resuming with something else, RunError where the loss
    is no number any more; the last checkpoint is kept then.
    """
    registry, store = registry or Engine().registry, Store(output) if output is not None else None
    if resume:
        if store is None:
            raise ConfigurationError("resuming needs the directory of the run")
        store.read()
        if model is None and not settings and epochs is steps is minutes is None:
            model, settings, epochs, steps, minutes, seed = _begun(store)
    chosen = plan(
        model or DEFAULT_MODEL, settings or {}, registry, epochs=epochs, steps=steps, minutes=minutes, seed=seed
    )
    where = usable_device(device)
    with ExitStack() as stack:
        for context in (laid_at(chosen.model.component), memory_told()):
            stack.enter_context(context)
        stack.enter_context(torch.random.fork_rng(devices=[where] if where.startswith("cuda") else []))
        torch.manual_seed(chosen.seed)
        locked = store is not None and (store.directory / MANIFEST).exists()
        if store is not None and locked:  # before there is a run, the directory must hold nothing, not even our lock
            stack.enter_context(store.locked())
        run, read, windows = _prepared(corpus, chosen, store if resume else None, registry)
        if store is not None and resume and store.document["status"] != "running":
            return Run.open(store.directory, registry, where)
        if store is not None and not resume:
            _begin(store, run, corpus, force=force, device=where)
            if not locked:
                stack.enter_context(store.locked())
        run.store = store
        if windows is not None:
            run.model.to(where)
            with _full_disk_told(store):
                train_network(run, chosen, read, windows, where, resume=resume, progress=progress)
    return run


def _prepared(
    corpus: Corpus, chosen: Plan, before: Store | None, registry: Registry
) -> tuple[Run, Material, Windows | None]:
    """Return a run that is ready to be trained, or counted already, and what to train it on.

    before: the run that is to go on, proved to be the same.
    """
    parts_of(corpus)  # a corpus without a token may have no vocabulary to make a model for
    made = _made(chosen, len(corpus.vocab))
    counted = not isinstance(made, torch.nn.Module)
    read = material(corpus, chosen.training, counted=counted)
    document = _described(corpus, chosen, read, counted, before)
    if before is not None:
        check_same(before, document)
    windows = None if counted else windows_of(read.train, chosen)
    baseline = NGram()(len(corpus.vocab))
    document["baseline"] = dict(baseline.fit(read.all))
    if read.held_out is not None:
        document["baseline"]["val_nats"] = float(score(baseline, read.held_out, len(corpus.vocab)).mean())
    if counted:
        with faults(f"while it counted {len(read.all):,} tokens"):
            facts = json.loads(json.dumps(dict(made.fit(read.all))))
        document |= {"facts": facts, "status": "finished", "chosen": {"by": "train"}}
    else:
        document["facts"] = {"parameters": sum(tensor.numel() for tensor in own_tensors(made).values())}
    return Run(document, made, baseline, corpus.vocab, None, registry), read, windows


@contextmanager
def _full_disk_told(store: Store | None) -> Iterator[None]:
    """Turn the error of a system that would not write any more into one that says what is kept."""
    try:
        yield
    except BrokenPipeError:  # whoever watched has seen enough
        raise
    except OSError as error:
        state = store.document.get("state") if store else None
        step = state["position"]["step"] if state else 0
        where = f"{store.directory}: " if store else ""
        why = error.strerror or error
        raise RunError(f"{where}{why}; the checkpoint of step {step:,} is kept; go on with --resume") from error


def _made(chosen: Plan, vocab_size: int) -> Any:
    """Return the model of a plan, looked at. Raises ModelFaultError if it breaks its contract at once."""
    with faults(f"while it was made for {vocab_size:,} tokens"):
        made = chosen.model.call(vocab_size)
    if isinstance(made, torch.nn.Module):
        probe(made, vocab_size)
    elif not isinstance(made, Counted):
        raise ModelFaultError(
            f"it made a {type(made).__name__}, which is neither a torch.nn.Module nor an object that counts"
        )
    return made


def _described(corpus: Corpus, chosen: Plan, read: Material, counted: bool, before: Store | None) -> dict[str, Any]:
    """Return the document of a run that is about to begin, or, given the one of `before`, of one that goes on."""
    wanted = chosen.training.precision
    precision = precision_of(wanted, "cpu")
    if before is not None and wanted == "auto":  # another machine may have other instructions
        precision = before.document["configuration"].get("training", {}).get("precision", precision)
    manifest = corpus.manifest.document
    document: dict[str, Any] = {
        "configuration": chosen.configuration(counted, precision),
        "vocab": {"hash": vocab_hash(corpus.vocab), "size": len(corpus.vocab)},
        "corpus": {
            "hash": tokens_hash(corpus),
            "digest": manifest.get("files", {}).get("tokens", {}).get("digest"),
            "tokens": len(corpus),
            "manifest": manifest,
        },
        "parts": {name: list(bounds) for name, bounds in read.parts.bounds.items()},
        "own_parts": read.parts.own,
        "notes": list(read.notes),
        "sizes": {"train": len(read.train), "held_out": len(read.held_out) if read.held_out else 0},
        "status": "running",
        "chosen": {"by": read.chosen_by, "step": 0},
        "evaluations": [],
        "versions": {"textengine": textengine.__version__, "torch": torch.__version__},
    }
    return document


def _begin(store: Store, run: Run, corpus: Corpus, *, force: bool, device: str) -> None:
    """Commit the first state of a run, so that everything after it has a checkpoint to fall back to."""
    tensors: dict[str, Any] = {BASELINE: run.baseline.tensors()}
    if not isinstance(run.model, torch.nn.Module):
        with faults("while it gave its tables"):
            tensors[BEST] = {name: np.asarray(array) for name, array in run.model.tensors().items()}
        if odd := [name for name, array in tensors[BEST].items() if array.dtype.kind not in "biuf"]:
            raise ModelFaultError(f"its table {odd[0]!r} holds no numbers")
    extras = {"run.json": {"corpus": str(corpus.path.resolve()) if corpus.path else None, "device": device}}
    store.commit(run.document, tensors, corpus.vocab, force=force, extras=extras)
    run.document["files"] = store.document["files"]
    for name in (METRICS, SAMPLES, "curves.png", "curves.svg"):
        (store.directory / name).unlink(missing_ok=True)
    if (store.directory / FORWARD / MANIFEST).exists():  # of the run that was replaced
        shutil.rmtree(store.directory / FORWARD, ignore_errors=True)


def settings_of(configuration: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """Return the settings that lead to a run's configuration. changed: options of training to be other than there."""
    training = {**configuration["training"], **changed}
    settings = {f"model.{name}": value for name, value in configuration["options"].items()}
    return settings | {f"training.{name}": value for name, value in training.items()}


def _begun(store: Store) -> tuple[Any, ...]:
    """Return what `_as_before` does. Raises DamagedError where the manifest does not say."""
    try:
        return _as_before(store.document)
    except (KeyError, TypeError, AttributeError) as error:
        raise DamagedError(f"{store.directory}: its manifest does not say what was begun: {error}") from error


def _as_before(document: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return (model, settings, epochs, steps, minutes, seed) of the run that is to go on."""
    configuration = document["configuration"]
    if "budget" not in configuration:
        raise UsageError("the run is finished: its model counts, and there is nothing to go on with")
    settings, budget = settings_of(configuration), configuration["budget"]
    times = (budget["epochs"], budget["steps"], budget["minutes"])
    numbers = [number for number in (*times, configuration["seed"]) if number is not None]
    if not isinstance(configuration["model"], str) or not all(isinstance(number, int | float) for number in numbers):
        raise TypeError("its model is no name, or its length no number")
    return (configuration["model"], settings, *times, configuration["seed"])
