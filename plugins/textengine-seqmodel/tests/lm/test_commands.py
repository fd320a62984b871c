"""The commands, as their users run them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from textengine import Corpus
from textengine.corpus.commit import read_manifest
from textengine.digest import file_digest
from textengine_seqmodel.store import Store
from textengine_seqmodel.train.metrics import read_metrics

from .conftest import SMALL_FLAGS

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

HEAVY = ("torch", "numpy", "matplotlib", "safetensors", "rich", "pydantic")


class TestLightness:
    @pytest.mark.parametrize(
        "code",
        [
            "import textengine_seqmodel",
            "from textengine.cli.main import run; run(['--help'])",
            "from textengine.cli.main import run; run(['train', '--help'])",
            "from textengine.cli.main import run; run(['plugins', 'list'])",
        ],
    )
    def test_nothing_heavy(self, code: str) -> None:
        """Help, the list of plugins and the package itself import none of the heavy libraries."""
        check = f"import sys\n{code}\nheavy = {HEAVY!r}\nsys.stderr.write(' '.join(set(heavy) & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
        assert "" == done.stderr

    def test_public_names(self) -> None:
        """Every public name is there, whatever was imported before it."""
        code = (
            "import textengine_seqmodel as s; import textengine_seqmodel.evaluation\n"
            "assert all(callable(getattr(s, name)) for name in s.__all__ if name.islower())"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


class TestJourney:
    def test_from_training_to_text(self, cli: Cli, corpus: Corpus) -> None:
        """Train, evaluate, generate: each says what it did, and what to do next."""
        done = cli("train", corpus.path, "-o", "run", "--steps", "40", "--seed", "1", *SMALL_FLAGS)
        assert 0 == done.returncode, done.stderr
        assert "train 100%" in done.stderr
        assert "next: textengine evaluate run --split test" in done.stdout
        done = cli("evaluate", "run")
        assert "read once, after the choice" in done.stdout
        assert {"lstm", "uniform"} <= {line.split(" ")[0] for line in done.stdout.splitlines()}
        result = json.loads(cli("evaluate", "run", "--json").stdout)
        keys = {"tokens", "nats_per_token", "bits_per_token", "bits_per_char", "perplexity"}
        assert keys <= set(result)
        assert all(keys <= set(item) for item in result["baselines"].values())
        done = cli("generate", "run", "--prefix", "the time", "--tokens", "20", "--top-k", "3")
        assert (0, "") == (done.returncode, done.stderr)
        assert done.stdout.startswith("the time")

    def test_ngrams(self, cli: Cli, corpus: Corpus, tmp_path: Path) -> None:
        """The statistics are printed, written and drawn; what is there is left alone without --force."""
        done = cli("ngrams", corpus.path, "-o", "out", "--top", "3", "--ranks", "1", "50")
        assert 0 == done.returncode, done.stderr
        assert "over the ranks 1 to" in done.stdout
        manifest = read_manifest(tmp_path / "out", "textengine ngrams")
        assert {"zipf.png", "zipf.svg", "unigrams.csv", "bigrams.csv", "trigrams.csv"} == set(manifest["files"])
        for file in manifest["files"].values():
            assert file["digest"] == file_digest(tmp_path / "out" / file["name"])
        assert corpus.manifest.document["files"]["tokens"]["digest"] == manifest["corpus"]["tokens"]
        assert f"tables and plot: out/{manifest['files']['zipf.png']['name']}\n" in done.stdout
        done = cli("ngrams", corpus.path, "-o", "out")
        assert (2, True) == (done.returncode, "--force" in done.stderr)
        assert 0 == cli("ngrams", corpus.path, "-o", "out", "--force").returncode


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (["--model", "lstn"], 2, "did you mean 'lstm'"),
            (["--set", "units"], 2, "KEY=VALUE"),
            (["--set", "batch=9999"], 2, "too few for one step"),
            (["--device", "abacus"], 2, "cannot be used here"),
            (["--resume"], 2, "no such run"),
            (["--resume", "--force"], 2, "exclude each other"),
        ],
    )
    def test_train(self, cli: Cli, corpus: Corpus, tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
        """What cannot be asked is one line and status 2, and leaves nothing behind."""
        done = cli("train", corpus.path, "-o", "run", *arguments)
        assert (code, 1) == (done.returncode, len(done.stderr.splitlines())), done.stderr
        assert says in done.stderr
        assert not (tmp_path / "run").exists()

    def test_loss_that_is_no_number(self, cli: Cli, corpus: Corpus) -> None:
        """A diverging run is status 1, and says at which step and what is kept."""
        flags = ["--set", "lr=1e30", "--set", "optimizer=sgd", "--set", "clip=0", "--set", "warmup=0"]
        done = cli("train", corpus.path, "-o", "run", "--steps", "50", "--quiet", *SMALL_FLAGS, *flags)
        assert 1 == done.returncode
        assert "at step" in done.stderr and "is kept" in done.stderr

    def test_existing_and_damaged(self, cli: Cli, corpus: Corpus, trained: Path, tmp_path: Path) -> None:
        """An existing run is status 2 and names both ways out; a damaged one is status 4."""
        done = cli("train", corpus.path, "-o", trained, "--steps", "5")
        assert 2 == done.returncode
        assert "--force" in done.stderr and "--resume" in done.stderr
        shutil.copytree(trained, tmp_path / "copy")
        next((tmp_path / "copy").glob("best-*")).write_bytes(b"")
        assert 4 == cli("evaluate", "copy").returncode

    def test_generate(self, cli: Cli, trained: Path) -> None:
        """Settings out of their range are status 2."""
        done = cli("generate", trained, "--prefix", "the", "--temperature", "0")
        assert (2, True) == (done.returncode, "temperature" in done.stderr)


class TestInterrupt:
    def test_keeps_the_last_checkpoint(self, cli: Cli, corpus: Corpus, tmp_path: Path) -> None:
        """Ctrl-C is status 130 and one line, and the run can be resumed from its last checkpoint."""
        flags = ["--steps", "2000", "--set", "evaluations=200", "--quiet", *SMALL_FLAGS]
        command = [sys.executable, "-m", "textengine", "train", str(corpus.path), "-o", "run", *flags]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
            end = time.monotonic() + 60
            while not read_metrics(tmp_path / "run") and time.monotonic() < end:
                time.sleep(0.02)
            os.kill(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        assert 130 == process.returncode
        assert errors.strip().startswith("interrupted; run keeps the checkpoint of step")
        assert 1 == len(errors.strip().splitlines())
        step = Store(tmp_path / "run").read()["state"]["position"]["step"]
        assert 0 <= step < 2000
