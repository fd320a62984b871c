"""Fixtures for the tests of the language models."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Before torch is imported: the networks here are too small for two threads, and threads that spin starve others.
os.environ["OMP_WAIT_POLICY"], os.environ["OMP_NUM_THREADS"] = "PASSIVE", "1"

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402
from textengine_seqmodel import Run, fit  # noqa: E402

from textengine import Corpus, Engine  # noqa: E402

DATA = Path(os.environ.get("TEXTENGINE_TEST_DATA", Path(__file__).parents[5] / "shared" / "data"))
SMALL = {
    "units": 24, "embedding": 8, "batch": 8, "length": 16, "precision": "float32", "dropout": 0.2, "input_dropout": 0.1,
    "weight_dropout": 0.2,
}  # fmt: skip
SMALL_FLAGS = [f"--set={name}={value}" for name, value in SMALL.items()]

settings.register_profile("textengine", deadline=None)
settings.load_profile("textengine")

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def sentences(count: int, seed: int = 0) -> list[str]:
    """Return a text that can be learned: `count` short sentences of a few words."""
    random = np.random.default_rng(seed)
    who, what = ("the traveller", "the medical man", "a machine", "time"), ("smiled", "went on", "was gone", "spoke")
    return [f"{who[random.integers(4)]} {what[random.integers(4)]} and " for _ in range(count)]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's plugin settings; data sets are found where the test data is."""
    for name in list(os.environ):
        if name.startswith("TEXTENGINE_") and not name.startswith("TEXTENGINE_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TEXTENGINE_DATASETS", str(DATA))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with real files."""
    if not DATA.is_dir():
        pytest.skip(f"the test data is not at {DATA}; name its folder in TEXTENGINE_TEST_DATA")
    return DATA


@pytest.fixture(scope="session")
def engine() -> Engine:
    """An engine with what is installed."""
    return Engine()


def build(engine: Engine, output: Path | None = None, *, count: int = 200, seed: int = 0, **options: Any) -> Corpus:
    """Build a small corpus of characters."""
    text = ["".join(sentences(count, seed))]
    return engine.build_records(text, recipe="d2l-1.0", tokenizer="char", output=output, **options)


@pytest.fixture(scope="session")
def corpus(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus of some 4,000 characters in three parts, on disk."""
    return build(engine, tmp_path_factory.mktemp("corpora") / "small", split="0.8,0.1,0.1")


@pytest.fixture(scope="session")
def whole(engine: Engine) -> Corpus:
    """The same text without a split, in memory."""
    return build(engine)


@pytest.fixture(scope="session")
def trained(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of a small network; tests that change it copy it first."""
    output = tmp_path_factory.mktemp("runs") / "lstm"
    fit(corpus, "lstm", output=output, settings=SMALL, steps=60, seed=1)
    return output


@pytest.fixture
def run(trained: Path) -> Run:
    """The finished run, opened, in memory only: what a test records stays with it."""
    opened = Run.open(trained)
    opened.store = None
    return opened


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run ``textengine`` as its users do: as a process of its own, in an empty folder."""

    def run(*arguments: str | Path, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "textengine", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)

    return run
