"""metrics.jsonl: one JSON object a line, as training goes on; and samples.txt, what the model says meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

METRICS, SAMPLES = "metrics.jsonl", "samples.txt"


class Journal:
    """The two files in `directory`; in memory only where there is none.

    step: where training goes on; what was written of later steps, before the process was killed, is dropped.
    """

    def __init__(self, directory: Path | None, step: int = 0) -> None:
        self._directory = directory
        self.lines: list[dict[str, Any]] = []
        if directory is None:
            return
        if step:
            self.lines = [line for line in read_metrics(directory) if line.get("step", 0) <= step]
        text = "".join(json.dumps(line) + "\n" for line in self.lines)
        (directory / METRICS).write_text(text, encoding="utf-8")
        if not step:
            (directory / SAMPLES).write_text("", encoding="utf-8")

    def write(self, line: Mapping[str, Any]) -> None:
        """Add a line of metrics."""
        self.lines.append(dict(line))
        if self._directory:
            with (self._directory / METRICS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def sample(self, step: int, text: str) -> None:
        """Add what the model said at a step."""
        if self._directory:
            with (self._directory / SAMPLES).open("a", encoding="utf-8") as file:
                file.write(f"step {step}: {text!r}\n")


def read_metrics(directory: Path) -> list[dict[str, Any]]:
    """Return the lines of a run's metrics.jsonl; a last line that was cut off by a kill is left out."""
    found = []
    try:
        text = (directory / METRICS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    for line in text.splitlines():
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(item, dict):
            found.append(item)
    return found
