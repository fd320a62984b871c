"""Running the groups: rows take turns, round by round, and what is known is on disk after every turn."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import measure
from progress import Progress
from results import Results
from resume import Run
from row import HERE, PLACES, Group, Row
from texts import MIB, Texts

OVERHEAD = 0.5  # seconds that any row takes, whatever its text
WITH_KERNELS = 5 * MIB  # long enough for the engine to choose them
LEFT_OUT = ("PYTHONDONTWRITEBYTECODE", "TEXTENGINE_KERNELS", "TEXTENGINE_STRICT_PLUGINS", "TOKENIZERS_PARALLELISM")


@dataclass(frozen=True)
class Turn:
    """One row in one round."""

    group: str
    row: Row
    number: int


def schedule(groups: list[Group], rounds: int, quick: bool) -> list[Turn]:
    """Return every turn in order. In a quick run a slow row has one turn, and slow rows spread over the rounds."""
    turns: list[Turn] = []
    for group in groups:
        slow = [row.key for row in group.rows if row.slow and quick]
        few = 1 if len(slow) == len(group.rows) else rounds
        for number in range(few):
            due = (row for row in group.rows if row.key not in slow or slow.index(row.key) % few == number)
            turns.extend(Turn(group.key, row, number) for row in due)
    return turns


@dataclass
class Runner:
    """Runs turns in a folder. deadline: when to end, on the clock of time.monotonic."""

    folder: Path
    results: Results
    partial: Path
    progress: Progress
    deadline: float | None = None
    took: dict[tuple[str, str], float] = field(default_factory=dict)

    def run(self, turns: list[Turn]) -> None:
        """Run all turns. A row that fails is noted and left out from then on."""
        self.texts = Texts(self.folder)
        self._warm({turn.row.command: turn.row for turn in reversed(turns)})
        for number, turn in enumerate(turns):
            self.progress.show(turn.group, turn.row, turn.number, sum(map(self._expected, turns[number:])))
            self._take(turn, turns[number + 1 :])
            self.results.save(self.partial)
            self.texts.keep({(later.row.text, later.row.size) for later in turns[number + 1 :]})

    def _take(self, turn: Turn, later: list[Turn]) -> None:
        row, left = turn.row, None
        if self.results.row(turn.group, row.key)["left_out"]:
            return
        try:
            if self.deadline is not None:
                left = self.deadline - time.monotonic()
                if self._expected(turn) > left - self._reserved(turn, later):
                    raise measure.CommandError("no time was left")
            path = self.texts.path(row.text, row.size)
            with _Place(row, path, self.folder) as run:
                started = time.perf_counter()
                if row.prepare:
                    row.prepare(run)
                sample = measure.run(run.command, run.env, tree=row.tree, limit=left)
                self.took[turn.group, row.key] = time.perf_counter() - started
            self.results.add(turn.group, row.key, turn.number, path.stat().st_size, sample)
        except measure.CommandError as error:
            reason = str(error).replace(f"{self.folder}/", "")  # results name no folder of this machine
            if self.results.leave_out(turn.group, row.key, reason):
                self.progress.say(f"{turn.group}/{row.key}: {reason}")

    def _expected(self, turn: Turn) -> float:
        """Return about how many seconds a turn will take."""
        guess = OVERHEAD + turn.row.size / 1e6 / turn.row.speed
        return self.took.get((turn.group, turn.row.key), guess)

    def _reserved(self, turn: Turn, later: list[Turn]) -> float:
        """Return the seconds that a repetition leaves to the rows that have not been measured at all."""
        if not turn.number or turn.row.slow:
            return 0.0
        return sum(self._expected(one) for one in later if (one.group, one.row.key) not in self.took)

    def _warm(self, rows: dict[tuple[str, ...], Row]) -> None:
        """Run each command once on a short text: programs come into memory, and kernels are compiled and kept."""
        for row in rows.values():
            if row.prepare is None:
                short = MIB if any("peers" in part for part in row.command) else WITH_KERNELS
                path = self.texts.path(row.text, min(row.size, short))
                self.progress.say(f"warming up: {row.name}")
                with _Place(row, path, self.folder) as run, contextlib.suppress(measure.CommandError):
                    measure.run(run.command, run.env)  # if it fails, its turns will say so


class _Place:
    """A folder for what a command writes, gone afterwards, before the system has written it to disk for nothing."""

    def __init__(self, row: Row, text: Path, folder: Path) -> None:
        self._outputs = folder / "made"
        places = PLACES | {
            "here": str(HERE),
            "text": str(text),
            "out": str(self._outputs / "out"),
            "folder": str(folder),
        }
        env = {key: value for key, value in os.environ.items() if key not in LEFT_OUT} | {"LC_ALL": "C.UTF-8"}
        env |= {key: value.format(**places) for key, value in row.env.items()}
        command = [part.format(**places) for part in row.command]
        self._run = Run(command, env, text, self._outputs / "out", folder)

    def __enter__(self) -> Run:
        self._outputs.mkdir()
        return self._run

    def __exit__(self, *raised: object) -> None:
        shutil.rmtree(self._outputs)
