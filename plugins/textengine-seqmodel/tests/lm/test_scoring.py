"""Evaluation: every token once, whatever the batch; the baselines; and what the run records of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from textengine import Corpus, Engine
from textengine.errors import MismatchError, OutputExistsError, UsageError
from textengine_seqmodel import LSTM, Run, evaluate, fit
from textengine_seqmodel.evaluation import best_weight, mixture
from textengine_seqmodel.scoring import CONTEXT, PIECE, score
from textengine_seqmodel.split import Piece, piece

from . import conftest as small


class Constant(torch.nn.Module):
    """A network that charges by the target's id alone, so that each token's cost is known."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.logits = torch.nn.Parameter(torch.arange(size, dtype=torch.float32) / size)

    def forward(self, ids: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        """Return the same logits everywhere."""
        return self.logits.expand(*ids.shape, -1), state


class TestEveryTokenOnce:
    @given(st.integers(1, 3 * PIECE + 700), st.integers(0, CONTEXT), st.integers(1, 5))
    def test_whatever_the_batch(self, tokens: int, context: int, batch: int) -> None:
        """Each token of a piece is charged once, in its place, for any length, context and batch."""
        size = 7
        ids = np.random.default_rng(tokens).integers(0, size, tokens + context).astype(np.uint8)
        network = Constant(size)
        costs = -torch.log_softmax(network.logits, 0).detach().numpy()
        expected = costs[ids[context:]]
        if context == 0:
            expected[0] = math.log(size)
        assert np.allclose(expected, score(network, Piece(ids, context), size, batch), atol=1e-6)

    def test_real_network(self, corpus: Corpus) -> None:
        """The batch does not change what a network is charged, and reading token by token gives the same."""
        torch.manual_seed(0)
        network = LSTM(units=16, embedding=8)(len(corpus.vocab))
        text = Piece(np.asarray(corpus.tokens[:3000]), 300)
        one = score(network, text, len(corpus.vocab), 1)
        assert np.allclose(one, score(network, text, len(corpus.vocab), 3), atol=1e-5)
        network.eval()
        state, stepped = None, []
        with torch.inference_mode():
            for before, token in zip(text.ids[:400], text.ids[1:401], strict=True):
                logits, state = network(torch.tensor([[int(before)]]), state)
                stepped.append(-torch.log_softmax(logits[0, -1], 0)[int(token)].item())
        assert np.allclose(stepped[299:], one[:101], atol=1e-4)
        assert network.eval() is network

    def test_context_comes_from_before(self, corpus: Corpus) -> None:
        """The first tokens of a part are scored after the end of the part before it; backward, after what follows."""
        start, stop = corpus.manifest.split["val"]
        forward = piece(corpus, (start, stop), 10)
        assert corpus.tokens[start - 10 : stop].tolist() == forward.ids.tolist()
        backward = piece(corpus, (start, stop), 10, "backward")
        assert corpus.tokens[start : stop + 10][::-1].tolist() == backward.ids.tolist()
        assert stop - start == len(forward) == len(backward)


class TestResult:
    def test_keys_and_units(self, run: Run, corpus: Corpus) -> None:
        """The measures are one another in other units, for the model and the baselines."""
        result = evaluate(run, corpus)
        assert ("test", "lstm") == (result["split"], result["model"])
        for item in (result, result["baselines"]["ngram"], result["baselines"]["uniform"], result["mixed"]):
            assert len(corpus.split("test")) == item["tokens"]
            assert math.isclose(item["bits_per_token"], item["nats_per_token"] / math.log(2))
            assert math.isclose(item["bits_per_char"], item["bits_per_token"])
            assert math.isclose(item["perplexity"], math.exp(item["nats_per_token"]))
        assert math.isclose(len(corpus.vocab), result["baselines"]["uniform"]["perplexity"])
        assert result["nats_per_token"] < result["baselines"]["uniform"]["nats_per_token"]

    def test_bits_per_char_of_words(self, engine: Engine) -> None:
        """For words, a character's share counts the spaces between them."""
        words = engine.build_records(small.sentences(300), split="0.8,0.1,0.1")
        result = evaluate(fit(words, "ngram"), words)
        text = words.decode(words.split("test")) + " "
        assert math.isclose(result["bits_per_char"], result["bits_per_token"] * result["tokens"] / len(text))

    def test_mixture_is_no_worse_on_validation(self) -> None:
        """The weight of the mixture is the best there is on what chose it."""
        random = np.random.default_rng(0)
        first, second = random.exponential(1, 100), random.exponential(1, 100)
        weight = best_weight(first, second)
        assert mixture(first, second, weight).sum() <= min(first.sum(), second.sum()) + 1e-9
        assert np.allclose(first, mixture(first, second, 1.0))
        assert np.allclose(second, mixture(first, second, 0.0))

    def test_backward(self, corpus: Corpus) -> None:
        """A model of the reversed text is charged for the same tokens, and about as much."""
        forward, backward = (
            evaluate(fit(corpus, "ngram", settings={"direction": direction}), corpus)
            for direction in ("forward", "backward")
        )
        assert forward["tokens"] == backward["tokens"]
        assert abs(forward["nats_per_token"] - backward["nats_per_token"]) < 0.2


class TestRecord:
    def test_read_once(self, corpus: Corpus, tmp_path: Path) -> None:
        """The run keeps what a reading gave; asked again, it answers from that and reads nothing."""
        fit(corpus, "ngram", output=tmp_path / "run")
        first = evaluate(Run.open(tmp_path / "run"))
        again = Run.open(tmp_path / "run")
        assert 1 == len(again.document["evaluations"])
        again.model = again.baseline = None
        assert first == evaluate(again)
        assert 1 == first["readings"]

    def test_read_again_for_another_choice(self, run: Run, corpus: Corpus) -> None:
        """A second reading, for other weights, says that it is the second."""
        evaluate(run, corpus)
        run.document["chosen"] = {"by": "val", "step": 999}
        assert 2 == evaluate(run, corpus)["readings"]

    def test_while_training(self, corpus: Corpus, tmp_path: Path) -> None:
        """A run that is still being trained is not evaluated, and one that was trained on meanwhile not recorded."""
        fit(corpus, "ngram", output=tmp_path / "run")
        opened = Run.open(tmp_path / "run")
        assert opened.store
        with opened.store.locked(), pytest.raises(OutputExistsError, match="is training there"):
            evaluate(opened)
        fit(corpus, "ngram", output=tmp_path / "run", settings={"order": 2}, force=True)
        with pytest.raises(UsageError, match="meanwhile"):
            evaluate(opened)
        assert [] == Run.open(tmp_path / "run").document["evaluations"]

    def test_other_corpus(self, run: Run, engine: Engine, tmp_path: Path) -> None:
        """Another text with the run's vocabulary can be scored; one with another vocabulary cannot."""
        other = small.build(engine, seed=7, vocab=run.text.vocab, split="0.5,0.5")
        assert len(other.split("val")) == evaluate(run, other)["tokens"]
        strange = engine.build_records(["xyz " * 99], recipe="nanogpt-char")
        with pytest.raises(MismatchError, match=r"another vocabulary .* hash"):
            evaluate(run, strange)

    def test_missing_part(self, run: Run, engine: Engine) -> None:
        """A part that is not there is told with those that are."""
        other = small.build(engine, seed=7, vocab=run.text.vocab, split="0.5,0.5")
        with pytest.raises(UsageError, match=r"no part 'test'.*train, val"):
            evaluate(run, other, "test")

    def test_corpus_is_gone(self, engine: Engine, tmp_path: Path) -> None:
        """Where the training corpus is not where it was, the error says how to name it."""
        corpus = small.build(engine, tmp_path / "corpus")
        run = fit(corpus, "ngram", output=tmp_path / "run")
        (tmp_path / "corpus").rename(tmp_path / "moved")
        with pytest.raises(UsageError, match="--corpus"):
            evaluate(run)
        assert evaluate(run, Corpus.open(tmp_path / "moved"))["tokens"]
