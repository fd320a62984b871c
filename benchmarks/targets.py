"""What was aimed at, beside what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from results import GroupResult, median, ratio

Groups = dict[str, GroupResult]


@dataclass(frozen=True)
class Target:
    """A figure. at_most: whether less is better. stretch: what would be better still. spec: how it is written."""

    name: str
    value: Callable[[Groups], float | None]
    goal: float
    stretch: float | None = None
    at_most: bool = True
    spec: str = "{:.2f}"

    def verdict(self, value: float) -> str:
        """Return "missed", "met" or "stretch"."""
        sign = 1 if self.at_most else -1
        if self.stretch is not None and sign * value <= sign * self.stretch:
            return "stretch"
        return "met" if sign * value <= sign * self.goal else "missed"


def _times(own: str, other: str) -> Callable[[Groups], float | None]:
    """Time of one row by time of another, in the first group that has both; the large texts come first."""

    def value(groups: Groups) -> float | None:
        found = (ratio(rows, own, other) for rows in groups.values())
        return next((one for one in found if one is not None), None)

    return value


def _memory(group: str, own: str, other: str = "") -> Callable[[Groups], float | None]:
    """Memory of a row in MiB, or by that of another."""

    def value(groups: Groups) -> float | None:
        rows = groups.get(group, {})
        peak, base = (rows.get(key, {}).get("peak_mib") for key in (own, other))
        return peak if not other or peak is None else base and peak / base

    return value


def _per_record(groups: Groups) -> float | None:
    row = groups.get("hard", {}).get("one-line", {})
    return row["peak_mib"] * 2**20 / row["bytes"] if row.get("rounds") else None


def _exponent(without_start: bool) -> Callable[[Groups], float | None]:
    """The slope of log time over log size, by least squares."""

    def value(groups: Groups) -> float | None:
        rows = {key: row for key, row in groups.get("growth", {}).items() if row["rounds"]}
        start = median(rows.pop("start")) if "start" in rows else 0.0
        if len(rows) < 2:
            return None
        spared = start if without_start else 0.0
        points = [(math.log(row["bytes"]), math.log(max(median(row) - spared, 1e-3))) for row in rows.values()]
        x, y = (sum(column) / len(points) for column in zip(*points, strict=True))
        return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)

    return value


TARGETS = [
    Target("words: time by that of wc -w", _times("words", "wc"), 1.0, 0.6),
    Target("chars: time by that of wc -w", _times("chars", "wc"), 0.7, 0.4),
    Target("words: times as fast as HF tokenizers", _times("huggingface", "words"), 50, 90, False, "{:.0f}"),
    Target("words: times as fast as d2l's Python", _times("d2l-words", "words"), 40, 60, False, "{:.0f}"),
    Target("chars: times as fast as d2l's Python", _times("d2l-chars", "chars"), 100, 200, False, "{:.0f}"),
    Target("words: times as fast as scikit-learn", _times("sklearn", "words"), 20, 30, False, "{:.0f}"),
    Target("words: two workers, times as fast as one", _times("words-1", "words"), 1.7, 1.9, False),
    Target("chars: two workers, times as fast as one", _times("chars-1", "chars"), 1.7, 1.9, False),
    Target("words: memory, MiB", _memory("books", "words"), 400, 250, True, "{:.0f}"),
    Target("chars: memory, MiB", _memory("books", "chars"), 400, 250, True, "{:.0f}"),
    Target("growth of time with size, exponent", _exponent(False), 1.05, 1.0, True, "{:.3f}"),
    Target("growth without start-up, exponent", _exponent(True), 1.05, 1.0, True, "{:.3f}"),
    Target("lines of one letter: time by that of prose", _times("letters", "words"), 3),
    Target("lines of one letter: memory by that of prose", _memory("hard", "letters", "words"), 1.25),
    Target("empty lines: time by that of prose", _times("empty", "words-empty"), 3),
    Target("empty lines: memory by that of prose", _memory("hard", "empty", "words-empty"), 1.25),
    Target("one line: memory by its size", _per_record, 4),
    Target("resumed after half the time: time by that of a whole build", _times("resumed", "whole"), 0.6),
]


def judged(groups: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the targets of a document's "groups" that have been measured, with what they came to."""
    rows: Groups = {key: group["rows"] for key, group in groups.items()}
    found = []
    for target in TARGETS:
        value = target.value(rows)
        if value is not None:
            sign = "<=" if target.at_most else ">="
            written = [target.spec.format(value), f"{sign} {target.goal:g}"]
            written.append("" if target.stretch is None else f"{sign} {target.stretch:g}")
            names = ("measured", "target", "stretch")
            found.append(
                {"name": target.name, "value": value, "verdict": target.verdict(value)}
                | dict(zip(names, written, strict=True))
            )
    return found
