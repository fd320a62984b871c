"""What a user can get wrong with a run, and what a system can do to it: one line, the right status, nothing lost."""

from __future__ import annotations

import errno
import json
import os
import pickle
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textengine import Corpus
from textengine.errors import ConfigurationError, DamagedError, MismatchError, OutputExistsError, UsageError
from textengine_seqmodel import Run, evaluate, fit, generate, windows
from textengine_seqmodel.store import Store
from textengine_seqmodel.train.options import Budget

from . import conftest as small
from .conftest import SMALL_FLAGS
from .test_runs import Bomb, change, replace

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of a finished run, as `run` in the folder of the command line."""
    shutil.copytree(trained, tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def other(engine: Any, tmp_path: Path) -> Path:
    """A corpus with other text and another vocabulary, as `other`."""
    engine.build_records(["xyz " * 2000], recipe="nanogpt-char", split="0.8,0.1,0.1", output=tmp_path / "other")
    return tmp_path / "other"


class TestMismatch:
    def test_vocabulary(self, refused: Refused, run: Path, other: Path) -> None:
        """A corpus whose vocabulary does not match the run is refused by hash."""
        message = refused(2, "evaluate", "run", "--corpus", "other")
        assert "other has another vocabulary (4 tokens, hash " in message
        assert "--vocab" in message

    def test_resuming_with_another_corpus(self, refused: Refused, run: Path, other: Path) -> None:
        """So is a corpus that the run was not begun with."""
        assert "run was trained with another vocabulary" in refused(2, "train", "other", "-o", "run", "--resume")

    def test_resuming_with_other_options(self, refused: Refused, corpus: Corpus, run: Path) -> None:
        """Options that are not those of before are named, with both values."""
        flags = ("--model", "lstm", "--steps", "60", "--seed", "1", *SMALL_FLAGS, "--set", "lr=0.5")
        message = refused(2, "train", corpus.path, "-o", "run", "--resume", *flags)
        assert "run was begun with other options: training.lr was 0.004, now 0.5" in message


class TestCheckpoint:
    def test_hostile(self, refused: Refused, run: Path) -> None:
        """A pickle in the place of a checkpoint is status 4, and never unpickled."""
        replace(run, "best", pickle.dumps(Bomb()))
        for command in (("evaluate", "run"), ("generate", "run", "--prefix", "the")):
            assert "not a file of tensors" in refused(4, *command)

    def test_damaged(self, refused: Refused, corpus: Corpus, run: Path) -> None:
        """So is a checkpoint that was cut short, where training would go on from it."""
        change(run, lambda document: document.update(status="running"))
        path = next(run.glob("last-*"))
        path.write_bytes(path.read_bytes()[:-1])
        assert path.name in refused(4, "train", corpus.path, "-o", "run", "--resume")

    def test_none_yet(self, refused: Refused, corpus: Corpus, run: Path) -> None:
        """A run that was killed before its first checkpoint says how to go on, and goes on."""

        def begin(document: dict[str, Any]) -> None:
            document.update(status="running", chosen={"by": "val", "step": 0})
            for role in ("best", "last", "resume"):
                del document["files"][role]

        change(run, begin)
        assert "has kept no checkpoint yet; go on with train --resume" in refused(2, "evaluate", "run")
        assert "finished" == fit(corpus, output=run, resume=True).document["status"]

    @pytest.mark.parametrize("value", [None, 7, "x", {}, []])
    @pytest.mark.parametrize("path", ["corpus.manifest", "corpus.manifest.recipe", "configuration.training"])
    def test_parts_that_make_no_sense(self, run: Path, path: str, value: object) -> None:
        """A manifest with a part of the wrong kind is damage, told in one line."""

        def edit(document: dict[str, Any]) -> None:
            *folders, name = path.split(".")
            for folder in folders:
                document = document[folder]
            document[name] = value

        change(run, edit)
        if (path, value) == ("configuration.training", {}):
            return  # read as a run without options of training
        with pytest.raises(DamagedError) as caught:
            Run.open(run).encode("the")
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("value", [None, 7, {}])
    @pytest.mark.parametrize("name", ["model", "options", "training", "budget"])
    def test_what_was_begun(self, run: Path, corpus: Corpus, name: str, value: object) -> None:
        """So is one that does not say what training would go on with."""

        def edit(document: dict[str, Any]) -> None:
            document["status"] = "running"
            document["configuration"][name] = value

        change(run, edit)
        with pytest.raises((DamagedError, MismatchError)):
            fit(corpus, output=run, resume=True)


class TestNumbers:
    @pytest.mark.parametrize(
        ("flags", "code", "says"),
        [
            (["--set", "length=99999999999999999999"], 2, "too few for one step"),
            (["--epochs", "99999999999"], 2, "--epochs must be 100,000 or less"),
            (["--minutes", "nan"], 2, "--minutes must be more than 0"),
            (["--seed", "-1"], 2, "--seed must be 0 to"),
            (["--set", "lr=nan"], 2, "lr must be 0 or more"),
            (["--set", "batch=2000000000", "--set", "sampler=uniform"], 1, "not enough memory; lower batch"),
            (["--set", f"batch={10**30}", "--set", "sampler=uniform"], 2, "batch must be 2,147,483,648 or less"),
            (["--device", "meta"], 2, "the device 'meta' cannot be used here"),
        ],
    )
    def test_beyond_size(
        self, refused: Refused, corpus: Corpus, tmp_path: Path, flags: list[str], code: int, says: str
    ) -> None:
        """Numbers of any size end in one line, with nothing left behind."""
        assert says in refused(code, "train", corpus.path, "-o", "run", *flags)
        assert not (tmp_path / "run").exists()

    @pytest.mark.skipif("sys.modules['torch'].cuda.is_available()", reason="this machine has CUDA")
    def test_no_cuda(self, refused: Refused, corpus: Corpus) -> None:
        """So does a device that the machine lacks."""
        assert "'cuda' cannot be used here" in refused(2, "train", corpus.path, "-o", "run", "--device", "cuda")

    def test_steps_are_counted_without_drawing(self, corpus: Corpus) -> None:
        """The number of steps of an epoch is that of its windows, for every sampler."""
        for sampler in ("random", "sequential", "uniform"):
            reader = windows(corpus, 4, 16, sampler, seed=3)
            for epoch in range(5):
                assert reader.steps(epoch) == len(list(reader.epoch(epoch)))

    def test_budget(self) -> None:
        """A budget of more passes than can be counted is refused."""
        with pytest.raises(ConfigurationError, match="use --minutes"):
            Budget(epochs=10**30)

    def test_tiny_temperature(self, cli: Cli, trained: Path) -> None:
        """The lowest temperature there is means the likeliest token."""
        lowest = cli("generate", trained, "--prefix", "the", "--temperature", "1e-320")
        greedy = cli("generate", trained, "--prefix", "the", "--greedy")
        assert (0, "", greedy.stdout) == (lowest.returncode, lowest.stderr, lowest.stdout)


class TestPlaces:
    def test_no_name(self, corpus: Corpus) -> None:
        """A run with an empty name is refused."""
        with pytest.raises(OutputExistsError, match="empty name"):
            fit(corpus, "ngram", output="")

    def test_too_short(self, refused: Refused, engine: Any, tmp_path: Path) -> None:
        """A corpus that is too short for one window is status 2, and leaves nothing."""
        small.build(engine, tmp_path / "short", count=3)
        assert "tokens are too few for one step" in refused(2, "train", "short", "-o", "run")
        assert not (tmp_path / "run").exists()

    def test_open_to_whoever_may_read_the_folder(self, trained: Path) -> None:
        """A run's files have the rights that any new file has."""
        mask = os.umask(0)
        os.umask(mask)
        assert {0o666 & ~mask} == {path.stat().st_mode & 0o777 for path in trained.glob("*.safetensors")}

    @pytest.mark.parametrize("limit", [10_000, 30_000])
    def test_full_disk(self, corpus: Corpus, tmp_path: Path, limit: int) -> None:
        """A file that cannot be written ends in one line; what was committed before is whole, or there is nothing."""
        command = [sys.executable, "-m", "textengine", "train", str(corpus.path), "-o", "run", "--steps", "9"]
        done = subprocess.run(
            [*command, "--quiet", *SMALL_FLAGS], cwd=tmp_path, capture_output=True, text=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        assert (1, 1) == (done.returncode, len(done.stderr.splitlines())), done.stderr
        assert done.stderr.startswith("error: ") and "File too large" in done.stderr
        if (tmp_path / "run").exists():
            Store(tmp_path / "run").read()
            assert "is kept; go on with --resume" in done.stderr

    def test_reader_that_has_seen_enough(self, run: Path) -> None:
        """A pipe that is closed ends the command without a word."""
        command = f"{sys.executable} -m textengine evaluate {run} --json | true"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert ("", "") == (done.stdout, done.stderr)

    def test_read_only(self, run: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
        """A run that cannot record a reading is not evaluated, and says what to do; it still generates."""

        def refuse(*arguments: Any, **options: Any) -> None:
            raise OSError(errno.EROFS, "Read-only file system", "lock")

        monkeypatch.setattr("textengine_seqmodel.store.FileLock.acquire", refuse)
        with pytest.raises(UsageError, match="Read-only file system; a run records .* copy it"):
            evaluate(Run.open(run), corpus)
        assert generate(Run.open(run), "the", 3).startswith("the")

    def test_foreign_prefix(self, cli: Cli, trained: Path) -> None:
        """A prefix in characters that the vocabulary lacks is read with its unknown token, where it has one."""
        done = cli("generate", trained, "--prefix", "время 時間 🙂 the", "--tokens", "5")
        assert (0, "") == (done.returncode, done.stderr)

    def test_part_without_a_token(self, engine: Any, tmp_path: Path) -> None:
        """A part that holds no token cannot be scored; without a validation part, the training part's end chooses."""
        corpus = small.build(engine, split="0.9998,0.0001,0.0001")
        assert 0 == len(corpus.split("val"))
        run = fit(corpus, "lstm", settings=small.SMALL, steps=4)
        assert "tail" == run.document["chosen"]["by"]
        assert any("no part 'val'" in note for note in run.document["notes"])
        with pytest.raises(UsageError, match="the part 'val' of the corpus holds no token"):
            evaluate(run, corpus, "val")


class TestNothingIsLost:
    def test_evaluating_twice_at_once(self, run: Path, corpus: Corpus) -> None:
        """A result that is recorded does not undo one that was recorded meanwhile."""
        first, second = Run.open(run), Run.open(run)
        evaluate(first, corpus, "val")
        evaluate(second, corpus, "test")
        found = json.loads((run / "manifest.json").read_bytes())["evaluations"]
        assert ["val", "test"] == [item["identity"]["split"] for item in found]
