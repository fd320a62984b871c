"""Training: the same bits again, going on after a kill, and the rules of stopping."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from textengine import Corpus
from textengine.errors import ConfigurationError, MismatchError, OutputExistsError, RunError, UsageError
from textengine_seqmodel import Run, fit
from textengine_seqmodel.store import Store
from textengine_seqmodel.train import session
from textengine_seqmodel.train.metrics import read_metrics

from . import conftest as small

STEPS = 60


def groups(run: Path) -> dict[str, dict[str, torch.Tensor]]:
    """The tensors of a run by file."""
    store = Store(run)
    store.read()
    return {role: store.tensors(role) for role in ("best", "last", "resume")}


def assert_same(first: Path, second: Path) -> None:
    """Assert that two runs have the same weights, averages, optimizer and random numbers, to the last bit."""
    for role, tensors in groups(first).items():
        others = groups(second)[role]
        assert set(tensors) == set(others)
        for name, tensor in tensors.items():
            assert torch.equal(tensor, others[name]), f"{role}: {name}"


class StopError(Exception):
    """Raised in the middle of training, as a kill would end it."""


def train(corpus: Corpus, output: Path, stop_at: int | None = None, **options: Any) -> Run:
    """Train a small network, or begin to and be cut off."""
    settings = {**small.SMALL, **options.pop("settings", {})}

    def watch(progress: session.Progress) -> None:
        if progress.step == stop_at:
            raise StopError

    return fit(corpus, options.pop("model", "lstm"), output=output, settings=settings, progress=watch, **options)


class TestResume:
    @pytest.mark.parametrize(
        ("model", "settings"),
        [("lstm", {}), ("gru", {"sampler": "random", "optimizer": "sgd", "lr": 0.5, "momentum": 0.9, "average": 0.0}),
         ("rnn", {"sampler": "uniform", "optimizer": "adam", "layers": 2, "tied": True, "validate": "tail"})],
    )  # fmt: skip
    def test_same_bits(self, corpus: Corpus, tmp_path: Path, model: str, settings: dict[str, Any]) -> None:
        """A run cut off in the middle and resumed ends with the bits of one that was not, dropout and all."""
        train(corpus, tmp_path / "whole", model=model, settings=settings, steps=STEPS)
        with pytest.raises(StopError):
            train(corpus, tmp_path / "cut", stop_at=35, model=model, settings=settings, steps=STEPS)
        step = Store(tmp_path / "cut").read()["state"]["position"]["step"]
        assert 0 < step <= 35
        resumed = train(corpus, tmp_path / "cut", model=model, settings=settings, steps=STEPS, resume=True)
        assert "finished" == resumed.document["status"]
        assert_same(tmp_path / "whole", tmp_path / "cut")

    def test_after_a_kill(self, corpus: Corpus, tmp_path: Path) -> None:
        """So does a process that is killed and resumed from the command line, without naming its options again."""
        whole, cut = tmp_path / "whole", tmp_path / "cut"
        flags = ["--steps", "600", "--set", "evaluations=30", "--quiet", *small.SMALL_FLAGS, "--seed", "3"]
        command = [sys.executable, "-m", "textengine", "train", str(corpus.path), "-o"]
        with subprocess.Popen([*command, str(cut), *flags]) as process:
            end = time.monotonic() + 60
            while max([line["step"] for line in read_metrics(cut)], default=0) < 100 and time.monotonic() < end:
                time.sleep(0.02)
            os.kill(process.pid, signal.SIGKILL)
        assert "running" == Store(cut).read()["status"]
        subprocess.run([*command, str(cut), "--resume", "--quiet"], check=True)
        subprocess.run([*command, str(whole), *flags], check=True)
        assert_same(whole, cut)
        steps = [line["step"] for line in read_metrics(cut) if "train_nats" in line]
        assert steps == sorted(set(steps))

    def test_of_a_finished_run(self, corpus: Corpus, trained: Path) -> None:
        """Resuming a run that is finished changes nothing."""
        before = Store(trained).read()
        assert before["files"] == fit(corpus, output=trained, resume=True).document["files"]

    @pytest.mark.parametrize(
        ("change", "says"),
        [({"settings": {**small.SMALL, "units": 25}}, "options.units was 24, now 25"),
         ({"settings": {**small.SMALL, "lr": 0.5}}, "training.lr was 0.004, now 0.5"),
         ({"seed": 2}, "seed was 1, now 2"), ({"steps": 61}, "budget.steps was 60, now 61"),
         ({"model": "gru"}, "model was 'textengine-seqmodel/lstm', now 'textengine-seqmodel/gru'")],
    )  # fmt: skip
    def test_with_other_options(self, corpus: Corpus, trained: Path, change: dict[str, Any], says: str) -> None:
        """Resuming with other options is refused, and says what differs."""
        options = {"model": "lstm", "settings": small.SMALL, "steps": 60, "seed": 1, **change}
        with pytest.raises(MismatchError, match=says):
            fit(corpus, options.pop("model"), output=trained, resume=True, **options)

    def test_with_another_corpus(self, engine: Any, trained: Path, tmp_path: Path) -> None:
        """So is resuming with another text, or another vocabulary."""
        other = small.build(engine, seed=5, split="0.8,0.1,0.1")
        with pytest.raises(MismatchError, match="another corpus"):
            fit(other, output=trained, resume=True)
        strange = engine.build_records(["xyz " * 999], recipe="nanogpt-char", split="0.8,0.1,0.1")
        with pytest.raises(MismatchError, match="another vocabulary"):
            fit(strange, output=trained, resume=True)

    def test_of_nothing(self, corpus: Corpus, tmp_path: Path) -> None:
        """There is nothing to resume where no run is."""
        with pytest.raises(UsageError, match="no such run"):
            fit(corpus, output=tmp_path / "none", resume=True)
        with pytest.raises(ConfigurationError, match="needs the directory"):
            fit(corpus, resume=True)


class TestRepeating:
    def test_same_seed(self, corpus: Corpus, tmp_path: Path) -> None:
        """Equal seeds give equal bits, another seed other ones; torch's own random numbers are left alone."""
        before = torch.get_rng_state()
        for name, seed in (("a", 1), ("b", 1), ("c", 2)):
            train(corpus, tmp_path / name, steps=20, seed=seed)
        assert_same(tmp_path / "a", tmp_path / "b")
        with pytest.raises(AssertionError):
            assert_same(tmp_path / "a", tmp_path / "c")
        assert torch.equal(before, torch.get_rng_state())

    def test_in_memory(self, corpus: Corpus, tmp_path: Path) -> None:
        """A run without a directory learns the same and writes nothing."""
        train(corpus, tmp_path / "kept", steps=20, seed=1)
        run = fit(corpus, "lstm", settings=small.SMALL, steps=20, seed=1)
        assert run.path is None
        for name, tensor in groups(tmp_path / "kept")["best"].items():
            assert torch.equal(tensor, run.model.state_dict()[name])


class TestStopping:
    def test_loss_that_is_no_number(self, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A loss that is no number stops training, says at which step, and leaves the last good checkpoint."""
        real = torch.nn.functional.cross_entropy
        calls = 0

        def poisoned(*arguments: Any, **options: Any) -> torch.Tensor:
            nonlocal calls
            calls += "reduction" not in options
            return real(*arguments, **options) * (float("nan") if calls == 41 else 1.0)

        monkeypatch.setattr("textengine_seqmodel.train.trainer.functional.cross_entropy", poisoned)
        with pytest.raises(RunError, match=r"the loss is nan at step 41; the checkpoint of step 39 is kept"):
            train(corpus, tmp_path / "run", steps=STEPS)
        document = Store(tmp_path / "run").read()
        assert 39 == document["state"]["position"]["step"]
        assert all(tensor.isfinite().all() for tensor in groups(tmp_path / "run")["last"].values())

    def test_diverging(self, corpus: Corpus, tmp_path: Path) -> None:
        """A learning rate that is far too high ends in that error, not in a run that is worth nothing."""
        settings = {"lr": 1e30, "optimizer": "sgd", "clip": 0.0, "warmup": 0, "average": 0.0}
        with pytest.raises(RunError, match=r"at step \d+; the checkpoint of step \d+ is kept"):
            train(corpus, tmp_path / "run", settings=settings, steps=STEPS)

    def test_early(self, corpus: Corpus, tmp_path: Path) -> None:
        """Training stops when validation brings nothing better so often, and the best weights are those kept."""
        settings = {"lr": 0.0, "weight_decay": 0.0, "patience": 3, "average": 0.0}
        run = train(corpus, tmp_path / "run", settings=settings, steps=STEPS)
        position = run.document["state"]["position"]
        assert ("stopped early", 3, 12) == (run.document["status"], position["best_step"], position["step"])

    def test_best_is_kept(self, corpus: Corpus, tmp_path: Path) -> None:
        """What the run holds in the end scores on validation what the best evaluation said."""
        from textengine_seqmodel import evaluate

        run = train(corpus, tmp_path / "run", steps=STEPS)
        lines = [line["val_nats"] for line in read_metrics(tmp_path / "run") if "val_nats" in line]
        assert 20 == len(lines)
        assert min(lines) == pytest.approx(evaluate(run, corpus, "val")["nats_per_token"], abs=1e-9)
        assert min(lines) == run.document["chosen"]["val_nats"]

    @pytest.mark.parametrize("budget", [{"epochs": 0}, {"steps": -1}, {"minutes": 0.0}])
    def test_impossible_budget(self, corpus: Corpus, budget: dict[str, Any]) -> None:
        """Training for no time is refused."""
        with pytest.raises(ConfigurationError, match="must be more than 0"):
            fit(corpus, settings=small.SMALL, **budget)

    def test_minutes(self, corpus: Corpus) -> None:
        """A run by the clock ends when its time is over."""
        run = fit(corpus, settings=small.SMALL, minutes=0.01)
        assert 0.6 <= run.document["state"]["position"]["seconds"] < 5


class TestMaterial:
    def test_no_split(self, whole: Corpus) -> None:
        """Without a split, positions are split 80/10/10, with a note that the vocabulary saw all text."""
        run = fit(whole, "ngram")
        cuts = [int(len(whole) * share) for share in (0.8, 0.9)]
        assert {"train": [0, cuts[0]], "val": cuts, "test": [cuts[1], len(whole)]} == run.document["parts"]
        assert "vocabulary was counted on all of the text" in run.document["notes"][0]

    def test_split_of_the_corpus(self, corpus: Corpus) -> None:
        """With one, there is no note, and its parts are used."""
        run = fit(corpus, "ngram")
        assert [] == run.document["notes"]
        assert {name: list(bounds) for name, bounds in corpus.manifest.split.items()} == run.document["parts"]

    def test_tail(self, corpus: Corpus) -> None:
        """The tail that validates is not trained on."""
        run = fit(corpus, settings={**small.SMALL, "validate": "tail"}, steps=5)
        total = len(corpus.split("train"))
        assert {"train": total - total // 10, "held_out": total // 10} == run.document["sizes"]

    def test_train_tokens(self, corpus: Corpus) -> None:
        """The first so many tokens are all that is trained on, by the baseline too."""
        run = fit(corpus, "ngram", settings={"train_tokens": 100})
        assert 100 == run.document["sizes"]["train"]
        assert 1 == len(run.baseline.levels[0].backoff)

    def test_too_short(self, engine: Any, tmp_path: Path) -> None:
        """A corpus too short for one step is refused before anything is written."""
        short = small.build(engine, count=3)
        with pytest.raises(UsageError, match="too few for one step"):
            fit(short, output=tmp_path / "run")
        assert not (tmp_path / "run").exists()

    def test_nothing(self, engine: Any) -> None:
        """So is one without a token."""
        with pytest.raises(UsageError, match="holds no token"):
            fit(engine.build_records([""], recipe="nanogpt-char"))


class TestOutput:
    def test_exists(self, corpus: Corpus, trained: Path, tmp_path: Path) -> None:
        """A run that is there is left alone without force, and anything else always."""
        with pytest.raises(OutputExistsError, match="--force"):
            train(corpus, trained, steps=5)
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "mine.txt").write_text("mine")
        with pytest.raises(OutputExistsError, match="left alone"):
            train(corpus, tmp_path / "other", steps=5, force=True)

    def test_force(self, corpus: Corpus, tmp_path: Path) -> None:
        """With force, a run is replaced, its files with it."""
        train(corpus, tmp_path / "run", steps=20)
        fit(corpus, "ngram", output=tmp_path / "run", force=True)
        names = {path.name.partition("-")[0] for path in (tmp_path / "run").iterdir() if path.name[0] != "."}
        assert {"manifest.json", "run.json", "best", "baseline", "vocab"} == names

    def test_files(self, trained: Path) -> None:
        """A run holds its metrics, samples and curves beside what is committed."""
        lines = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
        assert 60 == lines[-1]["step"]
        known = {"step", "epoch", "seconds", "train_nats", "lr", "tokens_per_second", "val_nats"}
        assert known == set().union(*lines)
        assert 20 == len((trained / "samples.txt").read_text().splitlines())
        assert b"\x89PNG" == (trained / "curves.png").read_bytes()[:4]
        assert "<svg" in (trained / "curves.svg").read_text()

    def test_two_processes(self, corpus: Corpus, tmp_path: Path) -> None:
        """A second process that trains in the same directory is turned away."""
        from filelock import FileLock

        train(corpus, tmp_path / "run", steps=5)
        with FileLock(tmp_path / "run" / ".training.lock"), pytest.raises(OutputExistsError, match="another process"):
            train(corpus, tmp_path / "run", steps=5, force=True)
