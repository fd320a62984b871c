"""Run: a model that was trained, with all that is needed to score and sample with it: no corpus, no training code."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from textengine import Corpus, Engine
from textengine.components import Bound, Component
from textengine.corpus.commit import MANIFEST
from textengine.corpus.manifest import Manifest
from textengine.errors import DamagedError, MismatchError, TextEngineError, UsageError
from textengine.recipe.options import bind
from textengine.vocab import Vocab
from textengine_seqmodel.contract import MODEL
from textengine_seqmodel.split import characters, vocab_hash
from textengine_seqmodel.store import Store
from textengine_seqmodel.weights import check_shapes, fill, own_tensors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from textengine.plugin.registry import Registry

BEST, LAST, RESUME, BASELINE = "best", "last", "resume", "baseline"
FORWARD = "forward"  # the folder of the same model trained forward, in the directory of one trained backward
BASELINE_MODEL = "textengine-seqmodel/ngram"


class Run:
    """A trained model. `Run.open` reads one; `textengine_seqmodel.fit` makes one.

    document: what is known about it, as JSON. model: the network, or the counted model, with the weights that
    validation chose. baseline: the n-gram model of the same training text. vocab: the vocabulary. path: its directory,
    or None. forward: for a run that reads backward, the same model trained forward, where there is one.
    """

    def __init__(
        self,
        document: dict[str, Any],
        model: Any,
        baseline: Any,
        vocab: Vocab,
        store: Store | None = None,
        registry: Registry | None = None,
    ) -> None:
        self.document, self.model, self.baseline, self.vocab = document, model, baseline, vocab
        self.store, self._registry = store, registry
        self.forward: Run | None = None

    @classmethod
    def open(cls, path: str | os.PathLike[str], registry: Registry | None = None, device: str = "cpu") -> Run:
        """Return the run in the directory `path`.

        registry: where its model is looked up; that of a new Engine if not given. Raises SourceError if there is no
        such directory, DamagedError if it holds no whole run, and UnknownNameError if its model is not installed.
        """
        store = Store(path)
        document = store.read()
        if not store.has(BEST):
            raise UsageError(f"{store.directory}: its training has kept no checkpoint yet; go on with train --resume")
        registry = registry or Engine().registry
        vocab = store.vocab()
        where = store.directory
        if vocab_hash(vocab) != _part(document, where, "vocab", "hash"):
            raise DamagedError(f"{where}: its vocabulary is not the one that its manifest names")
        component = registry.get(MODEL, str(_part(document, where, "configuration", "model")))
        options = _part(document, where, "configuration", "options")
        _part(document, where, "corpus", "manifest")
        if not isinstance(document["configuration"].get("training", {}), dict):
            raise DamagedError(f"{where}: what its manifest says of training makes no sense")
        model = _network_or_counted(component, options, store, vocab, BEST)
        if isinstance(model, torch.nn.Module):
            model.to(device)
        own = registry.get(MODEL, BASELINE_MODEL)
        baseline = _network_or_counted(own, {}, store, vocab, BASELINE)
        run = cls(document, model, baseline, vocab, store, registry)
        beside = store.directory / FORWARD
        if run.direction == "backward" and (beside / MANIFEST).exists() and Store(beside).read()["status"] != "running":
            run.forward = cls.open(beside, registry, device)
        return run

    @property
    def path(self) -> Path | None:
        """The directory of the run, or None where it is in memory only."""
        return self.store.directory if self.store else None

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.document["configuration"]["model"]).rpartition("/")[2]

    @property
    def component(self) -> Component:
        """Who provides the model, for errors that name it."""
        self._registry = self._registry or Engine().registry
        return self._registry.get(MODEL, self.document["configuration"]["model"])

    @property
    def direction(self) -> str:
        """Whether the model reads text "forward" or "backward"."""
        return str((self.document["configuration"].get("training") or {}).get("direction", "forward"))

    @cached_property
    def text(self) -> Corpus:
        """A corpus without tokens that encodes and decodes as the training corpus does. Raises DamagedError."""
        empty = np.empty(0, np.uint8)
        manifest = Manifest(self.document["corpus"]["manifest"])
        corpus = Corpus(empty, np.empty(0, np.int64), self.vocab, manifest, None, self._registry)
        try:
            _ = manifest.joiner + ""
        except (KeyError, TypeError, AttributeError) as error:
            raise DamagedError(f"{self.path}: its manifest does not say how ids become text: {error}") from error
        return corpus

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text. Raises DamagedError where the run does not say how, UnknownTokenError."""
        try:
            return self.text.encode(text)
        except TextEngineError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as error:  # what components raise is ours already
            raise DamagedError(f"{self.path}: its manifest does not say how text becomes ids: {error}") from error

    @cached_property
    def characters(self) -> NDArray[np.int64]:
        """How many characters of text each token stands for, shape (vocabulary,)."""
        return characters(self.vocab, self.text.manifest.joiner)

    def check_vocabulary(self, corpus: Corpus) -> None:
        """Raise MismatchError unless the ids of `corpus` mean what they meant when the model was trained."""
        own, given = self.document["vocab"]["hash"], vocab_hash(corpus.vocab)
        if own != given:
            raise MismatchError(
                f"{corpus.path or 'the corpus'} has another vocabulary ({len(corpus.vocab)} tokens, hash {given[:12]}) "
                f"than the run ({len(self.vocab)} tokens, hash {own[:12]}); build it with --vocab and the run's corpus"
            )

    def training_corpus(self) -> Corpus:
        """Return the corpus that the model was trained on, if it is where it was. Raises UsageError if it is not."""
        kept = self.store.extra("run.json").get("corpus") if self.store else None
        if kept and Path(kept).is_dir():
            corpus = Corpus.open(kept, self._registry)
            if corpus.manifest.document["files"]["tokens"]["digest"] == self.document["corpus"].get("digest"):
                return corpus
        raise UsageError("the corpus of the run is not where it was, or was built anew; name it with --corpus")

    def record(self, evaluation: Mapping[str, Any]) -> None:
        """Add an evaluation to what is known about the run, on disk too where it has a directory.

        Raises UsageError if the run on disk is not the one that was opened any more.
        """
        if self.store:
            with self.store.locked():
                now = Store(self.store.directory)
                if now.read()["files"] != self.document["files"]:
                    raise UsageError(f"{self.path} was trained on meanwhile; evaluate it again")
                self.document["evaluations"] = now.document["evaluations"]
                self._add(evaluation)
                kept = {name: value for name, value in self.document.items() if name not in ("files", "version")}
                now.commit(kept, {})
        else:
            self._add(evaluation)

    def _add(self, evaluation: Mapping[str, Any]) -> None:
        self.document["evaluations"] = [*self.document["evaluations"], dict(evaluation)]


def _network_or_counted(component: Component, options: Mapping[str, Any], store: Store, vocab: Vocab, role: str) -> Any:
    """Return the model with the tensors of a file in it. Raises DamagedError where they are not its own."""
    bound = make_bound(component, options, store.directory)
    tensors = store.tensors(role)
    try:
        with torch.device("meta"):  # shapes only: a manifest may name any size
            shapes = bound.call(len(vocab))
        if not isinstance(shapes, torch.nn.Module):
            shapes.load({name: tensor.numpy() for name, tensor in tensors.items()})
            return shapes
        check_shapes(own_tensors(shapes), tensors)
        with torch.random.fork_rng(devices=[]):
            network = bound.call(len(vocab))
        fill(network, tensors)
        return network.eval()
    except TextEngineError:
        raise
    except (ValueError, KeyError, TypeError, RuntimeError, IndexError) as error:
        raise DamagedError(f"{store.directory}: the file {role!r} does not fit the model: {error}") from error


def make_bound(component: Component, options: Mapping[str, Any], where: Path) -> Bound:
    """Return the model with the options that a manifest holds. Raises DamagedError where it does not take them."""
    try:
        return bind(component, options)
    except (UsageError, TypeError, AttributeError) as error:
        raise DamagedError(f"{where}: the options in its manifest do not fit its model: {error}") from error


def _part(document: Mapping[str, Any], where: Path, *names: str) -> Any:
    found: Any = document
    for name in names:
        if not isinstance(found, Mapping) or name not in found:
            raise DamagedError(f"{where}: its manifest says nothing of {'.'.join(names)}")
        found = found[name]
    return found
