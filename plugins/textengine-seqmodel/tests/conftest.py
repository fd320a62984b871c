"""Fixtures that every test of this plugin may use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# Before torch is imported: the networks here are too small for two threads, and threads that spin starve others.
os.environ["OMP_WAIT_POLICY"], os.environ["OMP_NUM_THREADS"] = "PASSIVE", "1"

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

DATA = Path(os.environ.get("TEXTENGINE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))

# A shared machine may pause at any moment: no example is a failure for taking long.
settings.register_profile("textengine-seqmodel", deadline=None)
settings.load_profile("textengine-seqmodel")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


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


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    """Run ``textengine`` as its users do: as a process of its own, in an empty folder."""

    def run(*arguments: str | Path, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "textengine", *map(str, arguments)],
            capture_output=True,
            env={**os.environ, "PYTHONWARNINGS": "error"},
            text=True,
            cwd=cwd,
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
