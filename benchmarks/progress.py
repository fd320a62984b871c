"""What is being run, and how long the rest may take, on the standard error."""

from __future__ import annotations

import datetime

from rich.console import Console
from rich.status import Status
from row import Row
from texts import MIB


class Progress:
    """A line that changes in place on a terminal; elsewhere, one line a turn."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self._status = Status("", console=self.console)

    def __enter__(self) -> Progress:
        if self.console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._status.stop()

    def show(self, group: str, row: Row, number: int, left: float) -> None:
        """Show that a row's turn has come. number: of the round, from 0. left: seconds for all that is still to run."""
        rest = f", about {datetime.timedelta(seconds=round(left))} left" if left else ""
        line = f"{group}: {row.name}, {row.size / MIB:,.0f} MiB, round {number + 1}{rest}"
        if self.console.is_terminal:
            self._status.update(line)
        else:
            self.say(line)

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self.console.print(text, markup=False, soft_wrap=True)
