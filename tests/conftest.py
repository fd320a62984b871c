"""Fixtures that every test may use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from snapshots import snapshot as content

from textengine import Engine

DATA = Path(os.environ.get("TEXTENGINE_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))

# A shared machine may pause at any moment: no example is a failure for taking long.
settings.register_profile("textengine", deadline=None)
settings.load_profile("textengine")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the user's cache or plugin settings; data sets are found where the test data is."""
    for name in list(os.environ):
        if name.startswith("TEXTENGINE_") and not name.startswith(("TEXTENGINE_TEST_", "TEXTENGINE_KERNELS")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TEXTENGINE_DATASETS", str(DATA))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("PYTHONWARNINGS", "error")


@pytest.fixture(scope="module", params=["never", "always"])
def kernels(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run a module's tests with the plain definitions, and again with the kernels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEXTENGINE_KERNELS", request.param)
        yield request.param


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with real files."""
    if not DATA.is_dir():
        pytest.skip(f"the test data is not at {DATA}; name its folder in TEXTENGINE_TEST_DATA")
    return DATA


@pytest.fixture(scope="session")
def book(data: Path) -> Path:
    """The Time Machine."""
    return data / "timemachine.txt"


@pytest.fixture(scope="session")
def engine() -> Engine:
    """An engine with the built-in components only."""
    return Engine(discover=False)


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    """Run ``textengine`` as its users do: as a process of its own, in an empty folder."""

    def run(
        *arguments: str | Path,
        stdin: str | bytes = b"",
        env: dict[str, str] | None = None,
        cwd: Path = tmp_path,
    ) -> subprocess.CompletedProcess[str]:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "textengine", *map(str, arguments)],
            input=given,
            capture_output=True,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            timeout=120,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")
        )

    return run


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A small text file in the folder in which commands run."""
    path = tmp_path / "text.txt"
    path.write_bytes(b"one two two\n\nthree three three\n")
    return path


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    """Return a function: a directory's files that are part of its state, by name."""

    def taken(folder: Path) -> dict[str, bytes]:
        return {name: data for name, data in content(folder).items() if Path(name).name != ".lock"}

    return taken
