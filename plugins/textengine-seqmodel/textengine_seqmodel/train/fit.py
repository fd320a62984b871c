"""fit: from a corpus and a model's name to a run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import torch

import textengine
from textengine import Corpus, Engine
from textengine.corpus.commit import MANIFEST
from textengine.errors import ConfigurationError, UsageError
from textengine_seqmodel.catalogue import DEFAULT_MODEL, Plan, plan
from textengine_seqmodel.models.ngram import NGram
from textengine_seqmodel.run import BASELINE, BEST, Run
from textengine_seqmodel.scoring import score
from textengine_seqmodel.split import parts_of, tokens_hash, vocab_hash
from textengine_seqmodel.store import Store
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
    registry = registry or Engine().registry
    store = Store(output) if output is not None else None
    if resume:
        if store is None:
            raise ConfigurationError("resuming needs the directory of the run")
        store.read()
        if model is None and not settings and epochs is steps is minutes is None:
            model, settings, epochs, steps, minutes, seed = _as_before(store.document)
    chosen = plan(
        model or DEFAULT_MODEL, settings or {}, registry, epochs=epochs, steps=steps, minutes=minutes, seed=seed
    )
    where = usable_device(device)
    with ExitStack() as stack:
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
            train_network(run, chosen, read, windows, where, resume=resume, progress=progress)
    return run


def _prepared(
    corpus: Corpus, chosen: Plan, before: Store | None, registry: Registry
) -> tuple[Run, Material, Windows | None]:
    """Return a run that is ready to be trained, or counted already, and what to train it on.

    before: the run that is to go on, proved to be the same.
    """
    parts_of(corpus)  # a corpus without a token may have no vocabulary to make a model for
    made = chosen.model.call(len(corpus.vocab))
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
        document |= {"facts": dict(made.fit(read.all)), "status": "finished", "chosen": {"by": "train"}}
    else:
        document["facts"] = {"parameters": sum(tensor.numel() for tensor in own_tensors(made).values())}
    return Run(document, made, baseline, corpus.vocab, None, registry), read, windows


def usable_device(name: str) -> str:
    """Return the device to train on. Raises ConfigurationError for one that torch does not know or have."""
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigurationError(f"the device {name!r} cannot be used here: {reason}") from None
    return name


def precision_of(wanted: str, device: str) -> str:
    """Return the precision of products: where any will do, bfloat16 if the device has instructions for it."""
    if wanted != "auto":
        return wanted
    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    able: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return "bfloat16" if able.get("avx512_bf16") or able.get("amx_bf16") else "float32"


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
        tensors[BEST] = run.model.tensors()
    extras = {"run.json": {"corpus": str(corpus.path.resolve()) if corpus.path else None, "device": device}}
    store.commit(run.document, tensors, corpus.vocab, force=force, extras=extras)
    run.document["files"] = store.document["files"]
    for name in (METRICS, SAMPLES, "curves.png", "curves.svg"):
        (store.directory / name).unlink(missing_ok=True)


def _as_before(document: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return (model, settings, epochs, steps, minutes, seed) of the run that is to go on."""
    configuration = document["configuration"]
    if "budget" not in configuration:
        raise UsageError("the run is finished: its model counts, and there is nothing to go on with")
    settings = {f"model.{name}": value for name, value in configuration["options"].items()}
    settings |= {f"training.{name}": value for name, value in configuration["training"].items()}
    budget = configuration["budget"]
    times = (budget["epochs"], budget["steps"], budget["minutes"])
    return (configuration["model"], settings, *times, configuration["seed"])
