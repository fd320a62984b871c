"""What the tests of this plugin share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine may pause at any moment: no example is a failure for taking long.
settings.register_profile("textengine-seqmodel", deadline=None)
settings.load_profile("textengine-seqmodel")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    """Run ``textengine`` as its users do: as a process of its own, in an empty folder."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "textengine", *map(str, arguments)],
            capture_output=True,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            text=True,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def refused(cli: Run) -> Refused:
    """Run a command that must fail: with a status, in one line on standard error, leaving nothing; return the line."""

    def check(code: int, *arguments: str | Path) -> str:
        done = cli(*arguments)
        assert code == done.returncode, done.stderr
        assert "Traceback" not in done.stderr
        assert "this is a fault of textengine" not in done.stderr
        assert [done.stderr.rstrip("\n")] == done.stderr.splitlines(), "not one line"
        assert done.stderr.startswith("error: ")
        return done.stderr

    return check
