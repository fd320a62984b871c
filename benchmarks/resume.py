"""What happens before a round is timed: kernels forgotten, or a build killed half-way."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from measure import CommandError, kill_all

from textengine.components import DEFAULT_SHARD_SIZE

JOURNAL = Path(".textengine-work", "journal.jsonl")
SHARDS = 32  # that the engine cuts a text into, if that gives them 1 to 16 MiB


@dataclass(frozen=True)
class Run:
    """A command that is about to be timed. out: where it commits its corpus. folder: the suite's own."""

    command: list[str]
    env: dict[str, str]
    text: Path
    out: Path
    folder: Path


def without_kernels(run: Run) -> None:
    """Forget the kernels that were compiled before."""
    shutil.rmtree(run.env["TEXTENGINE_KERNEL_CACHE"], ignore_errors=True)


def kill_at_half_time(run: Run) -> None:
    """Start the build, and kill it after half the time that a build just took. Raises CommandError if it ends first."""
    started = time.monotonic()
    with _started(run):
        pass
    half = (time.monotonic() - started) / 2
    shutil.rmtree(run.out)
    with _started(run) as build:
        with contextlib.suppress(subprocess.TimeoutExpired):
            build.wait(half)
        _kill(build)


def kill_at_half_text(run: Run) -> None:
    """Start the build, and kill it when half of its shards are in its journal. Raises CommandError if it ends first."""
    wanted = shards(run.text.stat().st_size) // 2
    journal = run.out / JOURNAL
    with _started(run) as build:
        while build.poll() is None and not (journal.is_file() and journal.read_bytes().count(b'{"number"') >= wanted):
            time.sleep(0.002)
        _kill(build)


@contextlib.contextmanager
def _started(run: Run) -> Iterator[subprocess.Popen[bytes]]:
    """Start the build; wait for its end. Whatever happens, nothing of it is left running."""
    process = subprocess.Popen(
        run.command, env=run.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
        process.wait()
    finally:
        kill_all(process.pid)
        process.wait()


def _kill(build: subprocess.Popen[bytes]) -> None:
    if build.poll() is not None:
        raise CommandError("the build ended before it could be killed")
    kill_all(build.pid)


def shards(size: int) -> int:
    """Return how many shards the engine cuts a text into, or about as many."""
    shard = min(DEFAULT_SHARD_SIZE, max(1 << 20, size // SHARDS))
    return -(-size // shard)
