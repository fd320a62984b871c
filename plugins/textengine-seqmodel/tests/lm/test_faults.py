"""Models of third parties that break their contract: the message names plugin and model, and nothing is left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from textengine import Corpus, Engine, hookimpl
from textengine.errors import ComponentError, RunError
from textengine_seqmodel import Run, evaluate, fit, generate


@dataclass(frozen=True)
class Odd:
    """A model that fails in the way that `how` says."""

    how: str = "ok"

    def __call__(self, vocab_size: int) -> Any:
        if self.how == "making":
            raise ValueError("I cannot be made")
        if self.how == "nothing":
            return None
        return _Counts(vocab_size, self.how) if self.how.startswith("counted") else _Network(vocab_size, self.how)


class _Network(nn.Module):
    def __init__(self, size: int, how: str) -> None:
        super().__init__()
        self.how, self.read = how, 0
        self.table = nn.Embedding(size, size + (how == "vocabulary")) if how != "empty" else None

    def forward(self, ids: Tensor, state: Any = None) -> Any:
        if self.table is None:
            return torch.zeros(*ids.shape, 5), None
        logits, self.read = self.table(ids), self.read + 1
        if self.how == "raising" or (self.how == "late" and self.read > 4):
            raise KeyError("oops")
        if self.how == "not finite" and not self.training:
            logits = logits * float("nan")
        odd = {"no state": logits, "shape": (logits[:, -1], None), "whole": (logits.long(), None),
               "state": (logits, object())}  # fmt: skip
        return odd.get(self.how, (logits, None))


class _Counts:
    def __init__(self, size: int, how: str) -> None:
        self.size, self.how = size, how

    def fit(self, ids: Any) -> dict[str, Any]:
        """Count nothing."""
        if self.how == "counted, raising":
            raise RuntimeError("oops")
        return {"x": object()} if self.how == "counted, facts" else {}

    def score(self, ids: Any) -> Any:
        """Charge the same for all."""
        if self.how == "counted, endless":
            return np.full(len(ids), np.inf)
        return np.full(3 if self.how == "counted, short" else len(ids), np.log(self.size))

    def distribution(self, context: Any) -> Any:
        """Expect all alike."""
        if self.how == "counted, lost":
            raise IndexError("oops")
        return np.full(self.size, 0.0 if self.how == "counted, nothing" else 1 / self.size)

    def tensors(self) -> dict[str, Any]:
        """Hold a number, or what is none."""
        return {"a": "b"} if self.how == "counted, text" else {"a": np.zeros(1)}

    def load(self, tensors: Any) -> None:
        """Hold nothing."""


class Third:
    @hookimpl
    def seqmodel_models(self) -> dict[str, Any]:
        """A model of somebody else's."""
        return {"odd": Odd}


@pytest.fixture(scope="module")
def third() -> Any:
    """A registry with the odd model in it."""
    return Engine(plugins=[("third", Third())]).registry


class TestTraining:
    @pytest.mark.parametrize(
        ("how", "says"),
        [
            ("making", "ValueError while it was made for 28 tokens: I cannot be made"),
            ("nothing", "it made a NoneType, which is neither a torch.nn.Module nor an object that counts"),
            ("empty", "it has no parameters"),
            ("raising", "KeyError while it read ids of shape (2, 3): 'oops'"),
            ("no state", "it returned a Tensor, and a model returns (logits, state)"),
            ("shape", "and must be floats of shape (2, 3, vocabulary)"),
            ("whole", "its logits are torch.int64"),
            ("vocabulary", "its logits are for 29 tokens, and the vocabulary has 28"),
            ("state", "made of tensors, tuples, lists and dicts, not object"),
            ("counted, raising", "RuntimeError while it counted"),
            ("counted, facts", "TypeError while it counted"),
            ("counted, text", "its table 'a' holds no numbers"),
        ],
    )
    def test_refused(self, corpus: Corpus, third: Any, tmp_path: Path, how: str, says: str) -> None:
        """What a model does wrong at once is told before there is a run."""
        with pytest.raises(ComponentError) as caught:
            fit(corpus, "odd", output=tmp_path / "run", settings={"how": how}, steps=3, registry=third)
        vocabulary = str(len(corpus.vocab))
        assert says.replace("29", str(len(corpus.vocab) + 1)).replace("28", vocabulary) in str(caught.value)
        assert "plugin third" in str(caught.value) and "model 'odd' failed" in str(caught.value)
        assert not (tmp_path / "run").exists()

    def test_later(self, corpus: Corpus, third: Any, tmp_path: Path) -> None:
        """What it does wrong later leaves the last checkpoint."""
        settings = {"how": "late", "batch": 4, "length": 16}
        with pytest.raises(ComponentError, match="plugin third.*KeyError while it read ids of shape"):
            fit(corpus, "odd", output=tmp_path / "run", settings=settings, steps=9, registry=third)
        assert Run.open(tmp_path / "run", third).document["status"] == "running"

    def test_no_number_in_validation(self, corpus: Corpus, third: Any) -> None:
        """A loss that is no number on held-out text stops training, and says at which step."""
        settings = {"how": "not finite", "batch": 4, "length": 16}
        with pytest.raises(RunError, match=r"validation failed at step 1: .* nan .* step 0 is kept"):
            fit(corpus, "odd", settings=settings, steps=3, registry=third)


class TestUse:
    @pytest.mark.parametrize(
        ("how", "says"),
        [("counted, short", r"its scores are float64 of shape \(3,\)"), ("counted, endless", "it charges inf")],
    )
    def test_scores(self, corpus: Corpus, third: Any, how: str, says: str) -> None:
        """Scores that are none are refused."""
        run = fit(corpus, "odd", settings={"how": how}, registry=third)
        with pytest.raises(ComponentError, match=f"plugin third.*{says}"):
            evaluate(run, corpus)

    @pytest.mark.parametrize(
        ("how", "says"),
        [("counted, lost", "IndexError while it was asked what follows 3 tokens"), ("counted, nothing", "sum to 1")],
    )
    def test_chances(self, corpus: Corpus, third: Any, how: str, says: str) -> None:
        """So are probabilities that are none."""
        run = fit(corpus, "odd", settings={"how": how}, registry=third)
        with pytest.raises(ComponentError, match=f"plugin third.*{says}"):
            generate(run, "the", 5)

    def test_weights_that_are_no_numbers(self, run: Run, corpus: Corpus) -> None:
        """A network whose weights are no numbers has neither a score nor a text."""
        with torch.no_grad():
            run.model.output.bias.fill_(float("nan"))
        with pytest.raises(RunError, match="loss is nan at token 0"):
            evaluate(run, corpus)
        with pytest.raises(RunError, match="is no probability"):
            generate(run, "the", 5)
