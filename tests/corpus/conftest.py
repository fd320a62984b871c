"""What the tests of the artifact share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from textengine import Engine


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A small text file."""
    path = tmp_path / "text.txt"
    path.write_bytes(b"one two two\n\nthree three three\n")
    return path


@pytest.fixture
def corpus(engine: Engine, text: Path, tmp_path: Path) -> Path:
    """The directory of a committed corpus."""
    engine.build(text, output=tmp_path / "corpus")
    return tmp_path / "corpus"


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    """Return a function: a directory's files that are part of its state, by name."""

    def taken(folder: Path) -> dict[str, bytes]:
        files = [path for path in folder.rglob("*") if path.is_file() and path.name not in ("run.json", ".lock")]
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    return taken
