"""Corpora and runs for the tests of the language models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textengine import Corpus, Engine
from textengine_seqmodel import Run, fit

SMALL = {
    "units": 24, "embedding": 8, "batch": 8, "length": 16, "precision": "float32", "dropout": 0.2, "input_dropout": 0.1,
    "weight_dropout": 0.2,
}  # fmt: skip
SMALL_FLAGS = [f"--set={name}={value}" for name, value in SMALL.items()]


def sentences(count: int, seed: int = 0) -> list[str]:
    """Return a text that can be learned: `count` short sentences of a few words."""
    random = np.random.default_rng(seed)
    who, what = ("the traveller", "the medical man", "a machine", "time"), ("smiled", "went on", "was gone", "spoke")
    return [f"{who[random.integers(4)]} {what[random.integers(4)]} and " for _ in range(count)]


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
