"""What starting costs: ``--help`` beside ``import click``, and the Time Machine beside the plain reference script.

Whole processes, alternating, medians; run with ``make bench-startup``. The imports of a build are itemised from
``python -X importtime``.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 21
HERE = Path(__file__).parent
ITEMISED = ("numpy", "pydantic", "rich", "click", "pluggy", "importlib.metadata", "filelock", "platformdirs", "logging",
            "concurrent.futures", "textengine")  # fmt: skip


def seconds(command: list[str]) -> float:
    """Run a command; return its wall time as a whole process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def paired(ours: list[str], theirs: list[str]) -> tuple[float, float, float, float]:
    """Return the medians of both commands, of their ratio and of their difference, measured in turn."""
    seconds(ours), seconds(theirs)  # both warm
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    median = statistics.median
    return (
        median(a for a, _ in pairs),
        median(b for _, b in pairs),
        median(a / b for a, b in pairs),
        median(a - b for a, b in pairs),
    )


def import_times(arguments: list[str]) -> dict[str, float]:
    """Return package -> milliseconds spent importing it and whatever it alone imports first."""
    code = f"from textengine.cli.main import run; run({arguments!r})"
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    own: dict[str, float] = dict.fromkeys(ITEMISED, 0.0)
    for line in done.stderr.splitlines():
        found = re.match(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", line)
        if found:
            name = found[2]
            package = next((item for item in ITEMISED if name == item or name.startswith(f"{item}.")), None)
            if package:
                own[package] += int(found[1]) / 1000
    return own


def main() -> None:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # everybody else's Python keeps its bytecode
    book = Path(os.environ["TEXTENGINE_DATASETS"]) / "timemachine.txt"
    engine = str(Path(sys.executable).with_name("textengine"))
    with tempfile.TemporaryDirectory() as folder:
        build = ["build", "time-machine", "-o", f"{folder}/made", "--force"]
        reference = [sys.executable, str(HERE / "peers" / "d2l.py"), str(book), "word", f"{folder}/ids"]
        print(f"{ROUNDS} pairs, whole processes, medians\n")
        print(f"{'ours':34}{'beside':28}{'ours':>9}{'beside':>9}{'ratio':>8}{'more by':>10}")
        for name, other, ours, theirs in [
            (
                "textengine --help",
                "python -c 'import click'",
                [engine, "--help"],
                [sys.executable, "-c", "import click"],
            ),
            ("textengine build time-machine", "the plain reference script", [engine, *build], reference),
        ]:
            a, b, ratio, more = paired(ours, theirs)
            print(f"{name:34}{other:28}{a * 1e3:6.0f} ms{b * 1e3:6.0f} ms{ratio:8.2f}{more * 1e3:7.0f} ms")
        print("\nimports of `textengine build time-machine`, milliseconds each on its own")
        times = import_times(build)
        for name, value in sorted(times.items(), key=lambda item: -item[1]):
            print(f"  {name:22}{value:7.1f}")


if __name__ == "__main__":
    main()
