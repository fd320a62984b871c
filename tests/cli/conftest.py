"""What the tests of the command line share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


@pytest.fixture
def refused(cli: Run) -> Refused:
    """Run a command that must fail: with a status, in one line on standard error, printing nothing; return the line."""

    def check(code: int, *arguments: str | Path, **how: object) -> str:
        done = cli(*arguments, **how)
        assert (code, "") == (done.returncode, done.stdout), done.stderr
        assert "Traceback" not in done.stderr
        assert "this is a fault of textengine" not in done.stderr
        assert [done.stderr.rstrip("\n")] == done.stderr.splitlines(), "not one line"
        assert done.stderr.startswith("error: ")
        return done.stderr

    return check


@pytest.fixture
def corpus(cli: Run, text: Path, tmp_path: Path) -> Path:
    """A committed corpus of the small text."""
    done = cli("build", text, "-o", "corpus", "--quiet")
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    return tmp_path / "corpus"
