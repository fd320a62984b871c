"""What a row of the tables is: a command on a text; and a group of them, which take turns and may be compared."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from resume import Run

HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv-peers" / "bin" / "python"
PLACES = {"engine": str(Path(sys.executable).with_name("textengine")), "python": sys.executable, "peers": str(PEERS)}


@dataclass(frozen=True)
class Row:
    """A command on a text.

    key: its name within its group; name: how the table calls it. text, size: which text, and how many bytes of it.
    command: with {engine}, {python}, {peers}, {here}, {text}, {out} and {folder} in it, as `env` may have, too.
    speed: the MB/s to expect before it has been measured. slow: a quick run measures it only once.
    against: the key of the row whose time this one's is divided by. agrees: rows of a group with the same word here
    must print the same numbers. tree: it starts processes. prepare: run before each round, untimed.
    """

    key: str
    name: str
    text: str
    size: int
    command: tuple[str, ...]
    speed: float
    slow: bool = False
    against: str = ""
    agrees: str = ""
    tree: bool = False
    env: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Run], None] | None = None


@dataclass(frozen=True)
class Group:
    """Rows that take turns. key: for --only and the results. title: for the table."""

    key: str
    title: str
    rows: list[Row]
