"""What a build spends its time on: ``python benchmarks/shares.py``, on books of 256 MiB, with one worker.

Kernels and calls of the system are timed one by one while a build runs in this process; what is left over is Python.
"""

from __future__ import annotations

import cProfile
import pstats
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from texts import MIB, Texts

KERNELS = {
    "interning words, numbering characters": (
        "intern_spans", "move_slots", "number_narrow_chars", "char_ends",
    ),
    "letters": ("_ascii_letters",),
    "lines, words, malformed bytes": (
        "_split_lines", "_count_terminators", "_first_malformed_block", "_word_edges",
    ),
    "looking final ids up": ("_remap_bytes", "_remap"),
}  # fmt: skip
CALLS = {
    "SHA-256 of the source and of the result": ("'update' of '_hashlib.HASH'",),
    "reading and writing through the page cache": (
        "'write' of '_io.FileIO'", "'readinto' of '_io.FileIO'", "'read' of '_io.BufferedReader'", "posix.unlink",
    ),
    "waiting for the disk": ("'acquire' of '_thread.lock'", "posix.fsync"),
    "checksums of the journal": ("zlib.crc32",),
}  # fmt: skip


def built(tokenizer: str, text: Path, folder: Path) -> tuple[Counter[str], float]:
    """Build once; return seconds by what they were spent on, and in all, imports included."""
    started = time.perf_counter()
    from textengine.build import builder
    from textengine.cli.main import run
    from textengine.kernels.jit import Kernel

    spent: Counter[str] = Counter()
    kinds = {name: what for what, names in KERNELS.items() for name in names}
    call, encode = Kernel.__call__, builder.encode_shard
    begun: list[float] = []

    def timed(kernel: Any, *arguments: Any) -> Any:
        before = time.perf_counter()
        try:
            return call(kernel, *arguments)
        finally:
            spent[kinds.get(kernel.function.__name__, "other kernels")] += time.perf_counter() - before

    def first(job: Any) -> Any:
        begun.append(time.perf_counter())
        return encode(job)

    Kernel.__call__, builder.encode_shard = timed, first  # type: ignore[method-assign, assignment]
    profile = cProfile.Profile()
    profile.enable()
    status = run(["build", str(text), "-o", str(folder / "out"), "--tokenizer", tokenizer, "--workers", "1", "--quiet"])
    profile.disable()
    whole = time.perf_counter() - started
    if status:
        sys.exit(status)
    for (_, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        for what, parts in CALLS.items():
            if any(part in name for part in parts):
                spent[what] += own
    spent["starting: Python, numpy, llvmlite, plugins"] = begun[0] - started
    spent["Python, and what else there is"] = whole - sum(spent.values())
    return spent, whole


def main() -> None:
    if len(sys.argv) == 1:  # each in a process of its own, since imports are part of it
        for tokenizer in ("word", "char"):
            subprocess.run([sys.executable, __file__, tokenizer], check=True)
        return
    tokenizer = sys.argv[1]
    with tempfile.TemporaryDirectory() as made:
        text = Texts(Path(made)).path("English books", 256 * MIB)
        spent, whole = built(tokenizer, text, Path(made))
    print(f"{tokenizer}s, 256 MiB of English books, one worker: {whole:.2f} s")
    for what, seconds in spent.most_common():
        print(f"  {what:45} {seconds:6.2f} s {100 * seconds / whole:5.1f} %")


if __name__ == "__main__":
    main()
