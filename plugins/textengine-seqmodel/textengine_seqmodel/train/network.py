"""Training a network: a session, its checkpoints, and what is drawn of it in the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from textengine.errors import DamagedError
from textengine_seqmodel.catalogue import Plan
from textengine_seqmodel.run import BEST, LAST, RESUME, Run
from textengine_seqmodel.sampling import Sampling, continued
from textengine_seqmodel.store import Store
from textengine_seqmodel.train.material import Material
from textengine_seqmodel.train.metrics import Journal
from textengine_seqmodel.train.session import ProgressCallback, Session
from textengine_seqmodel.train.trainer import Trainer
from textengine_seqmodel.weights import copies, fill, own_tensors
from textengine_seqmodel.windowing import Windows

_SAID, _PROMPT = 80, 20  # tokens in a sample, and in what it goes on from


def windows_of(ids: NDArray[Any], plan: Plan) -> Windows:
    """Return the windows that a plan trains on. Raises UsageError where `ids` are too few for one step."""
    options = plan.training
    return Windows(ids, options.batch, options.length, options.sampler, plan.seed)


def train_network(
    run: Run,
    plan: Plan,
    read: Material,
    windows: Windows,
    device: str,
    *,
    resume: bool,
    progress: ProgressCallback | None,
) -> None:
    """Train the network of `run`, keeping checkpoints; leave in it the weights that were chosen."""
    network = run.model
    precision = run.document["configuration"]["training"]["precision"]
    trainer = Trainer(network, windows, plan.training, plan.budget, precision, device)
    best = copies(trainer.weights())
    if run.store and resume:
        run.document = dict(run.store.document)
        best = _resumed(run.store, trainer)
    prompt = (read.held_out.ids[: read.held_out.start] if read.held_out else read.train)[-_PROMPT:].tolist()

    def keep(trainer: Trainer, better: Mapping[str, Any] | None, status: str) -> None:
        nonlocal best
        best = dict(better) if better is not None else best
        _keep(run, trainer, better, status)

    def say() -> str:
        return run.text.decode(
            continued(network, prompt or [0], _SAID, Sampling(0.8), plan.seed, len(run.vocab), run.vocab.unk)
        )

    journal = Journal(run.path, trainer.position.step)
    if run.store and not run.store.has(RESUME):
        keep(trainer, best, "running")
    session = Session(trainer, read.held_out, len(run.vocab), journal, keep, say, progress)
    session.run()
    fill(network, best)
    network.eval()
    if run.path:
        from textengine_seqmodel.train.pictures import curves

        curves(journal.lines, run.document["baseline"].get("val_nats"), len(run.vocab), run.path / "curves")


def _keep(run: Run, trainer: Trainer, better: Mapping[str, Any] | None, status: str) -> None:
    """Commit a checkpoint: the last weights with all that training goes on from, and the best where they are new."""
    tensors, state = trainer.state()
    position = trainer.position
    run.document["status"], run.document["state"] = status, state
    run.document["chosen"] = {
        "by": run.document["chosen"]["by"], "step": position.best_step, "val_nats": position.best_nats,
    }  # fmt: skip
    if run.store is None:
        return
    groups: dict[str, Any] = {LAST: own_tensors(trainer.network), RESUME: tensors}
    if better is not None:
        groups[BEST] = better
    document = {name: value for name, value in run.document.items() if name not in ("files", "version")}
    run.store.commit(document, groups)
    run.document["files"] = run.store.document["files"]


def _resumed(store: Store, trainer: Trainer) -> dict[str, Any]:
    """Let the trainer go on from the run's last checkpoint; return the best weights so far. Raises DamagedError."""
    if not store.has(RESUME):
        return copies(trainer.weights())
    try:
        fill(trainer.network, store.tensors(LAST))
        trainer.load_state(store.tensors(RESUME), store.document["state"])
    except (KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        raise DamagedError(f"{store.directory}: its checkpoint does not fit its model: {error}") from error
    return store.tensors(BEST)
