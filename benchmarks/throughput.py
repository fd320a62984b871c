"""How fast a corpus is built, beside ``wc -w`` on the same file: whole processes, alternating, medians.

``python benchmarks/throughput.py [MiB]`` (256 by default) repeats the English books of the test data to that size in a
temporary folder, checks once that both ways of running give the same bytes, and prints a table.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROUNDS = 5
BOOKS = ("war_and_peace.txt", "moby-dick.txt", "pride_and_prejudice.txt", "ulysses.txt")
ENGINE = str(Path(sys.executable).with_name("textengine"))


def write_text(path: Path, size: int) -> None:
    """Write `size` bytes of English books, over and over."""
    folder = Path(os.environ["TEXTENGINE_TEST_DATA"]) / "books"
    text = b"".join((folder / name).read_bytes() for name in BOOKS)
    with path.open("wb") as file:
        for start in range(0, size, len(text)):
            file.write(text[: size - start])


def measured(command: list[str]) -> tuple[float, float]:
    """Run a command; return (wall seconds, MiB of memory at its peak) of the whole process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C.UTF-8"})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {process.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    size = int(sys.argv[1]) * 2**20 if len(sys.argv) > 1 else 256 * 2**20
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        text, made = Path(folder, "text.txt"), Path(folder, "made")
        write_text(text, size)
        build = [ENGINE, "build", str(text), "-o", str(made), "--force", "--quiet", "--tokenizer"]
        commands = {
            "wc -w": ["wc", "-w", str(text)],
            "words, d2l": [*build, "word"],
            "chars, d2l": [*build, "char"],
            "words, d2l, one worker": [*build, "word", "--workers", "1"],
            "chars, d2l, one worker": [*build, "char", "--workers", "1"],
        }
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for command in commands.values():
            measured(command)  # warm: files in memory, kernels compiled
        for _ in range(ROUNDS):
            for name, command in commands.items():
                runs[name].append(measured(command))
        version = subprocess.run(["wc", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    table = Table(title=f"{size / 2**20:,.0f} MiB of English books, {ROUNDS} rounds, medians", title_justify="left")
    for column in ("", "seconds", "MB/s", "times wc -w's time", "peak MiB"):
        table.add_column(column, justify="left" if not column else "right")
    yard = [seconds for seconds, _ in runs["wc -w"]]
    for name, figures in runs.items():
        seconds = statistics.median(figure for figure, _ in figures)
        ratio = statistics.median(own / other for (own, _), other in zip(figures, yard, strict=True))
        peak = max(memory for _, memory in figures)
        table.add_row(name, f"{seconds:.2f}", f"{size / 1e6 / seconds:,.0f}", f"{ratio:.2f}", f"{peak:,.0f}")
    console = Console(width=100)
    console.print(table)
    console.print(f"{version}, LC_ALL=C.UTF-8; Python {platform.python_version()}, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
