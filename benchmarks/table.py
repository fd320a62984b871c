"""The results as tables: every group, then the targets beside what was measured. ``python table.py [RESULTS]``"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from targets import judged

RESULTS = Path(__file__).with_name("results.json")
OURS = ("python", "textengine", "numpy", "numba", "llvmlite")
VERDICTS = {"stretch": "[bold green]met, and its stretch[/]", "met": "[green]met[/]", "missed": "[bold red]missed[/]"}


def render(document: dict[str, Any], console: Console) -> None:
    """Print a document of results."""
    _heading(document, console)
    for group in document["groups"].values():
        rows = group["rows"]
        if any(row["rounds"] for row in rows.values()):
            console.print(_group(group["title"], rows))
        for row in rows.values():
            if row["left_out"]:
                console.print(f"[yellow]{row['name']}, {row['text']}: not measured, {row['left_out']}[/]\n")
    targets = judged(document["groups"])
    if targets:
        console.print(_targets(targets))
    for text in document["disagreements"]:
        console.print(f"[bold red]numbers of tokens and of distinct ones disagree:[/] {text}")
    if not document["complete"]:
        console.print("[yellow]not complete: a part of the run, or one that was interrupted[/]")


def _heading(document: dict[str, Any], console: Console) -> None:
    machine, versions = document["machine"], document["versions"]
    console.print(f"\n[bold]textengine beside its peers[/], {document['date']}: {document['command']}")
    console.print("{processor}, {cores} cores, {memory_gib} GiB, {system}, {libc}".format(**machine))
    ours = [f"{name} {version}" for name, version in versions.items() if name in OURS]
    theirs = [f"{name} {version}" for name, version in versions.items() if name not in OURS]
    console.print("; ".join(ours), "; ".join(theirs), sep="\n")
    console.print(
        "Whole processes in turn, medians. A row's time is compared with that of another row of its table, as the\n"
        "median of the rounds' ratios. Memory is the highest of all rounds; where a row starts processes, of all of\n"
        f"them together. The system's load was {document['load'][0]:.1f} before.\n"
    )


def _table(title: str, left: list[str], right: list[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in left:
        table.add_column(name, no_wrap=True)
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _group(title: str, rows: dict[str, Any]) -> Table:
    table = _table(title, ["", "text"], ["MiB", "rounds", "seconds", "from", "to", "MB/s", "time", "MiB at peak"])
    for row in rows.values():
        size = row["bytes"] / 2**20
        seconds = [one["seconds"] for one in row["rounds"]]
        if not seconds:
            continue
        table.add_row(
            row["name"],
            row["text"],
            f"{size:,.0f}" if size >= 10 else f"{size:.2g}",
            str(len(seconds)),
            f"{row['median_seconds']:.2f}",
            f"{min(seconds):.2f}",
            f"{max(seconds):.2f}",
            f"{row['mb_per_s']:,.0f}" if row["mb_per_s"] >= 20 else f"{row['mb_per_s']:.1f}",
            "" if row["ratio"] is None else f"{row['ratio']:.2f} x {rows[row['against']]['name']}",
            f"{row['peak_mib']:,.0f}",
        )
    return table


def _targets(targets: list[dict[str, Any]]) -> Table:
    table = _table("Targets", ["", ""], ["measured", "target", "stretch"])
    for target in targets:
        verdict = VERDICTS[target["verdict"]]
        table.add_row(target["name"], verdict, target["measured"], target["target"], target["stretch"])
    return table


def console() -> Console:
    """Return a console that is wide enough, also where the output is no terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(width=140, highlight=False)


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    render(json.loads(path.read_text(encoding="utf-8")), console())
