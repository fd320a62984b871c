"""What the tests of the artifact share."""

from __future__ import annotations

from pathlib import Path

import pytest

from textengine import Engine


@pytest.fixture
def corpus(engine: Engine, text: Path, tmp_path: Path) -> Path:
    """The directory of a committed corpus."""
    engine.build(text, output=tmp_path / "corpus")
    return tmp_path / "corpus"
