"""What happens before a round is timed: kernels forgotten, or a build killed when half of it was done."""

from __future__ import annotations

import shutil
import subprocess
import time
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


def kill_at_half(run: Run) -> None:
    """Start the build, and kill it when half of its shards are in its journal. Raises CommandError if it ends first."""
    wanted = shards(run.text.stat().st_size) // 2
    journal = run.out / JOURNAL
    process = subprocess.Popen(
        run.command, env=run.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while process.poll() is None:
            if journal.is_file() and journal.read_bytes().count(b'{"number"') >= wanted:
                return
            time.sleep(0.002)
    finally:
        kill_all(process.pid)
        process.wait()
    raise CommandError("the build ended before half of its shards were in a journal")


def shards(size: int) -> int:
    """Return how many shards the engine cuts a text into, or about as many."""
    shard = min(DEFAULT_SHARD_SIZE, max(1 << 20, size // SHARDS))
    return -(-size // shard)
