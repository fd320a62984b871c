"""Ctrl-C and termination: status 130, one line, nothing committed, what is finished kept, no process left."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from textengine import Engine

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Snapshot = Callable[[Path], dict[str, bytes]]

LINE = b"interrupted; nothing was committed\n"  # after a line end, because a terminal has just shown ^C
KEPT = re.compile(
    rb"interrupted; nothing was committed; \d+% of the text is encoded and kept, "
    rb"and the same command goes on from there\n"
)
EXECUTORS = ("serial", "threads", "processes")


@pytest.fixture(scope="session")
def large(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A text that takes seconds to build."""
    path = tmp_path_factory.mktemp("large") / "large.txt"
    path.write_bytes((data / "books" / "moby-dick.txt").read_bytes() * 40)
    yield path
    path.unlink()


@pytest.fixture(scope="session")
def whole(large: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of an undisturbed build of it."""
    path = Engine(discover=False).build(large, output=tmp_path_factory.mktemp("whole") / "corpus").path
    assert path is not None
    return {file.name: file.read_bytes() for file in path.iterdir() if file.name not in ("run.json", ".lock")}


def finished_shards(output: Path) -> int:
    """Return how many shards an unfinished build has finished."""
    journal = output / ".textengine-work" / "journal.jsonl"
    return journal.read_bytes().count(b'{"number"') if journal.exists() else 0


@contextlib.contextmanager
def started(*arguments: str | Path, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start `textengine` as a shell does, in a process group of its own; in the end nothing of it is left."""
    command = [sys.executable, "-m", "textengine", *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, cwd=cwd, start_new_session=True) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def group_is_gone(group: int) -> bool:
    """Return whether no process of a group is left, save those that ended and that nobody has asked about."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return not any(line.split()[0] == str(group) and "Z" not in line for line in listed.splitlines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("executor", EXECUTORS)
class TestSignals:
    def test_running_build(
        self,
        cli: Run,
        snapshot: Snapshot,
        large: Path,
        whole: dict[str, bytes],
        tmp_path: Path,
        executor: str,
        number: signal.Signals,
    ) -> None:
        """A signal to a running build: status 130, a line that says how to go on, no process; and going on works."""
        out = tmp_path / "out"
        flags = ("--executor", executor, "--workers", "2")
        with started("build", large, "-o", out, *flags, "--quiet", cwd=tmp_path) as process:
            wait_for(lambda: finished_shards(out) or process.poll() is not None)
            # The terminal tells the whole group of Ctrl-C; `kill` tells one process.
            if number is signal.SIGINT:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
            output, errors = process.communicate(timeout=10)
            assert (130, b"") == (process.returncode, output)
            assert KEPT.fullmatch(errors.lstrip(b"\n"))
            assert {".lock", ".textengine-work"} == {path.name for path in out.iterdir()}
            wait_for(lambda: group_is_gone(process.pid), 10)
        done = cli("build", large, "-o", out, *flags)
        assert 0 == done.returncode, done.stderr
        assert re.search(r"resumed +[\d.]+ MB of the text had been encoded by an interrupted build\n", done.stdout)
        assert whole == snapshot(out)

    def test_earlier_corpus(
        self, large: Path, corpus: Path, tmp_path: Path, executor: str, number: signal.Signals
    ) -> None:
        """A signal to a rebuild leaves the earlier corpus as it was."""
        before = {path.name: path.read_bytes() for path in corpus.iterdir() if path.is_file()}
        flags = ("--executor", executor, "--workers", "2", "--quiet", "--force")
        with started("build", large, "-o", corpus, *flags, cwd=tmp_path) as process:
            wait_for(lambda: any((corpus / ".textengine-work").glob("*.ids")) or process.poll() is not None)
            os.killpg(process.pid, number)
            _, errors = process.communicate(timeout=10)
            assert (130, LINE) == (process.returncode, errors.lstrip(b"\n"))
            assert before == {path.name: path.read_bytes() for path in corpus.iterdir() if path.is_file()}
            assert not (corpus / ".textengine-work").exists()


class TestEarlyAndLate:
    @pytest.mark.parametrize("delay", [0, 0.05, 0.1, 0.2])
    def test_while_workers_start(self, large: Path, tmp_path: Path, delay: float) -> None:
        """Ctrl-C while worker processes are starting shows no traceback of theirs."""
        out = tmp_path / "out"
        with started("build", large, "-o", out, "--executor", "processes", "--workers", "2", cwd=tmp_path) as process:
            wait_for((out / ".textengine-work").exists)
            time.sleep(delay)
            os.killpg(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=10)
            assert b"Traceback" not in errors
            assert 130 == process.returncode
            assert not (out / "manifest.json").exists()

    def test_twice(self, large: Path, tmp_path: Path) -> None:
        """An impatient second Ctrl-C shows no traceback and commits nothing."""
        out = tmp_path / "out"
        with started("build", large, "-o", out, "--executor", "processes", "--workers", "2", cwd=tmp_path) as process:
            wait_for(lambda: any((out / ".textengine-work").glob("*.ids")) or process.poll() is not None)
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.02)
            os.killpg(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=10)
            assert b"Traceback" not in errors
            assert 130 == process.returncode
            assert not (out / "manifest.json").exists()

    def test_waiting_for_a_pipe(self, tmp_path: Path) -> None:
        """Ctrl-C while a named pipe has no writer ends the build."""
        os.mkfifo(tmp_path / "fifo.txt")
        with started("build", "fifo.txt", "-o", "out", "--quiet", cwd=tmp_path) as process:
            time.sleep(1)  # nothing can be seen from outside: the wait is in the system's open()
            os.killpg(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=10)
            assert (130, LINE) == (process.returncode, errors.lstrip(b"\n"))
            assert not (tmp_path / "out").exists()
