"""The contract of the hook ``seqmodel_models``, checked on every model that is registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from textengine import Engine, hookimpl
from textengine.errors import ConfigurationError, PluginError, UnknownNameError
from textengine_seqmodel import GRU, LSTM, RNN, NGram, fit
from textengine_seqmodel.catalogue import find_model, plan
from textengine_seqmodel.check import check_model
from textengine_seqmodel.contract import MODEL
from textengine_seqmodel.presets import PRESETS

SMALL = {"units": 16, "embedding": 8}
NAMES = [component.qualified for component in Engine().registry.all(MODEL)]
VARIANTS = [
    NGram(method="laplace", order=3), NGram(method="witten-bell"), LSTM(units=16, embedding=0), GRU(units=16, layers=2),
    LSTM(units=16, embedding=8, tied=True), RNN(units=16, embedding=16, tied=True, layers=2, dropout=0.1),
]  # fmt: skip


class TestRegistered:
    @pytest.mark.parametrize("name", NAMES)
    def test_keeps_the_contract(self, engine: Engine, name: str) -> None:
        """Its loss falls, reloading gives equal output, seeded runs repeat, and stepping equals a whole pass."""
        component = engine.registry.get(MODEL, name)
        recurrent = hasattr(component.value, "cell")
        check_model(component.value(**SMALL) if recurrent else component.value())

    @pytest.mark.parametrize("model", VARIANTS, ids=repr)
    def test_options_keep_it_too(self, model: Any) -> None:
        """So do other options of the same models."""
        check_model(model)

    @pytest.mark.parametrize("name", PRESETS)
    def test_presets_name_what_exists(self, engine: Engine, name: str) -> None:
        """Every preset is a model with options that it takes."""
        chosen = plan(name, {}, engine.registry)
        assert (256, 0, 32, 35, 500, 1.0, 1.0) == (
            chosen.model.options["units"], chosen.model.options["embedding"], chosen.training.batch,
            chosen.training.length, chosen.budget.epochs, chosen.training.lr, chosen.training.clip,
        )  # fmt: skip


@dataclass(frozen=True)
class Averaging:
    """A third party's network: the running mean of the embeddings so far."""

    width: int = 16
    peek: bool = False

    def __call__(self, vocab_size: int) -> nn.Module:
        return _Averaging(vocab_size, self.width, self.peek)


class _Averaging(nn.Module):
    def __init__(self, vocab_size: int, width: int, peek: bool) -> None:
        super().__init__()
        self.vectors, self.output, self.peek = nn.Embedding(vocab_size, width), nn.Linear(2 * width, vocab_size), peek

    def forward(self, ids: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        vectors = self.vectors(ids)
        total, count = state or (torch.zeros_like(vectors[:, 0]), torch.zeros(1))
        sums = vectors.cumsum(1) + total[:, None]
        if self.peek:
            sums = sums.flip(1)
        steps = count + torch.arange(1, ids.shape[1] + 1)
        logits = self.output(torch.cat([vectors, sums / steps[None, :, None]], 2))
        return logits, (sums[:, -1], steps[-1:].float())


class Third:
    @hookimpl
    def seqmodel_models(self) -> dict[str, Any]:
        """A model of somebody else's."""
        return {"averaging": Averaging}


class TestThirdParty:
    def test_trains_like_any_other(self, corpus: Any, tmp_path: Any) -> None:
        """A model that another plugin adds is trained, kept and opened again by its name."""
        from textengine_seqmodel import Run, evaluate

        registry = Engine(plugins=[("third", Third())]).registry
        settings = {"width": 8, "batch": 4, "length": 16}
        fit(corpus, "averaging", output=tmp_path / "run", settings=settings, steps=20, registry=registry)
        opened = Run.open(tmp_path / "run", registry)
        assert "third/averaging" == opened.document["configuration"]["model"]
        assert evaluate(opened, corpus)["tokens"] == len(corpus.split("test"))

    def test_check_passes(self) -> None:
        """A sound model of another shape passes the check."""
        check_model(Averaging())

    def test_check_finds_a_model_that_looks_ahead(self) -> None:
        """One whose predictions depend on later tokens does not."""
        with pytest.raises(PluginError, match="come later"):
            check_model(Averaging(peek=True))

    def test_check_refuses_what_is_no_model(self) -> None:
        """Nor does something else altogether."""
        with pytest.raises(PluginError, match="neither"):
            check_model(lambda size: size)


class TestNames:
    @pytest.mark.parametrize(
        ("name", "near"), [("lstn", "mean 'lstm'"), ("gru-d2", "mean 'gru-d2l'"), ("xyz", "presets:")]
    )
    def test_unknown_model(self, engine: Engine, name: str, near: str) -> None:
        """An unknown model is told the nearest, presets included."""
        with pytest.raises(UnknownNameError, match=near):
            find_model(name, engine.registry)

    @pytest.mark.parametrize(
        ("key", "near"), [("unit", "mean 'units'"), ("lrr", "mean 'lr'"), ("xyz", "training: batch")]
    )
    def test_unknown_option(self, engine: Engine, key: str, near: str) -> None:
        """An option that neither the model nor training has is told the nearest of both."""
        with pytest.raises(ConfigurationError, match=near):
            plan("lstm", {key: 1}, engine.registry)

    @pytest.mark.parametrize(
        "settings",
        [{"units": "many"}, {"units": 0}, {"dropout": 1.0}, {"lr": -1}, {"sampler": "x"}, {"layers": 1000},
         {"embedding": 0, "tied": True}, {"batch": 0}, {"average": 1.0}],
    )  # fmt: skip
    def test_impossible_value(self, engine: Engine, settings: dict[str, Any]) -> None:
        """A value that an option does not take is refused before anything is read."""
        with pytest.raises(ConfigurationError):
            plan("lstm", settings, engine.registry)

    def test_qualified_keys(self, engine: Engine) -> None:
        """Where a model and training share a name, the key can say which is meant."""
        chosen = plan("lstm", {"model.units": 8, "training.batch": 4}, engine.registry)
        assert (8, 4) == (chosen.model.options["units"], chosen.training.batch)
