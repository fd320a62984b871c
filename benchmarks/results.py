"""The results of a run: every round as it was, and the medians and ratios that follow from them."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from measure import Sample
from row import Group, Row

RowResult = dict[str, Any]
GroupResult = dict[str, RowResult]


class Results:
    """A document for JSON: {..., "groups": {group: {"title": ..., "rows": {row: {...}}}}}."""

    def __init__(self, facts: dict[str, Any], groups: list[Group]) -> None:
        self.document = facts | {"complete": False, "disagreements": [], "groups": {}}
        for group in groups:
            rows = {row.key: _empty(row) for row in group.rows}
            self.document["groups"][group.key] = {"title": group.title, "rows": rows}

    def row(self, group: str, row: str) -> RowResult:
        """Return what is known about a row."""
        result: RowResult = self.document["groups"][group]["rows"][row]
        return result

    def add(self, group: str, row: str, number: int, size: int, sample: Sample) -> None:
        """Note one round. size: the bytes of the text, to the last one."""
        tokens, distinct = counts(sample.printed)
        noted = {"seconds": round(sample.seconds, 4), "peak_mib": round(sample.peak_mib, 1)}
        result = self.row(group, row)
        result["rounds"].append({"round": number} | noted)
        result |= {"bytes": size, "tokens": tokens, "distinct": distinct, "left_out": ""}
        self._summarize(group)

    def leave_out(self, group: str, row: str, reason: str) -> bool:
        """Note why a row has not been measured, unless it has been in another round; return whether it is noted."""
        result = self.row(group, row)
        if not result["rounds"]:
            result["left_out"] = reason
        return not result["rounds"]

    def save(self, path: Path) -> None:
        """Write the document, in one step."""
        made = path.with_suffix(".new")
        made.write_text(json.dumps(self.document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        made.replace(path)

    def _summarize(self, group: str) -> None:
        rows = self.document["groups"][group]["rows"]
        for result in rows.values():
            if result["rounds"]:
                seconds = median(result)
                result["median_seconds"] = round(seconds, 4)
                result["mb_per_s"] = round(result["bytes"] / 1e6 / seconds, 2)
                result["peak_mib"] = max(one["peak_mib"] for one in result["rounds"])
                found = ratio(rows, result["key"], result["against"])
                result["ratio"] = None if found is None else round(found, 4)
        self._compare(group)

    def _compare(self, group: str) -> None:
        """Note rows that should agree on the numbers of tokens, also distinct, and do not."""
        found: dict[str, dict[tuple[int, int], list[str]]] = {}
        for result in self.document["groups"][group]["rows"].values():
            if result["agrees"] and result["rounds"]:
                numbers = (result["tokens"], result["distinct"])
                found.setdefault(f"{result['agrees']} {result['bytes']}", {}).setdefault(numbers, []).append(
                    result["key"]
                )
        wrong = [f"{group}: {rows}" for rows in found.values() if len(rows) > 1]
        others = [text for text in self.document["disagreements"] if not text.startswith(f"{group}: ")]
        self.document["disagreements"] = others + wrong


def _empty(row: Row) -> RowResult:
    command = " ".join(row.command).format(
        engine="textengine", python="python", peers="python", here="benchmarks", text="TEXT", out="OUT", folder="FOLDER"
    )
    kept = {"key": row.key, "name": row.name, "text": row.text, "command": command, "against": row.against}
    return kept | {"agrees": row.agrees, "bytes": row.size, "rounds": [], "left_out": "", "ratio": None}


def counts(printed: str) -> tuple[int | None, int | None]:
    """Return the numbers of tokens and of distinct ones that a command printed, each if it did."""
    if printed.startswith("{"):
        document = json.loads(printed)
        return document["tokens"], document["vocab_size"] - 1  # the unknown token is not met
    numbers = [int(word) for word in printed.split() if word.isdecimal()]
    tokens, distinct, *_ = [*numbers, None, None]
    return tokens, distinct


def median(result: RowResult) -> float:
    """Return the median time of a row, in seconds."""
    return statistics.median(one["seconds"] for one in result["rounds"])


def ratio(rows: GroupResult, own: str, other: str) -> float | None:
    """Return the median, over the rounds that both have, of one row's time divided by the other's.

    Where a quick run ran out of time, so that no round has both, the medians are divided instead.
    """
    if other not in rows or own not in rows:
        return None
    mine, theirs = ({one["round"]: one["seconds"] for one in rows[key]["rounds"]} for key in (own, other))
    pairs = [mine[number] / theirs[number] for number in mine if number in theirs]
    if not pairs and mine and theirs:
        pairs = [median(rows[own]) / median(rows[other])]
    return statistics.median(pairs) if pairs else None
