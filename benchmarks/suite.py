"""textengine beside its peers: ``make bench``, or ``make bench-quick`` in under five minutes.

Each row is a whole process, from its start to its end, on the same file as the rows it is compared with and in turn
with them. What a peer does less than the engine, or more, is said at the top of its script in ``peers/``.
"""

from __future__ import annotations

import datetime
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import click
from machine import machine, versions
from progress import Progress
from results import Results
from row import HERE, PEERS, Group
from rows import groups
from runner import Runner, schedule
from table import RESULTS, console, render
from targets import judged
from texts import MissingBooksError

QUICK_SECONDS = 290  # what a quick run may take, so that it ends in under five minutes


def _only(found: list[Group], names: str | None) -> list[Group]:
    """Return the groups with the rows that --only names, by the key of a row or of a group."""
    if not names:
        return found
    wanted = {name.strip() for name in names.split(",")}
    keys = {group.key for group in found} | {row.key for group in found for row in group.rows}
    if wanted - keys:
        message = f"there is no row {', '.join(sorted(wanted - keys))}; there is: {', '.join(sorted(keys))}"
        raise click.BadParameter(message, param_hint="--only")
    kept = []
    for group in found:
        rows = [row for row in group.rows if group.key in wanted or row.key in wanted]
        kept.append(Group(group.key, group.title, rows))
    return [group for group in kept if group.rows]


def _check_peers(found: list[Group]) -> None:
    if not PEERS.exists() and any("{peers}" in row.command for group in found for row in group.rows):
        raise click.ClickException(
            "the peers are not installed; run: make .venv-peers/.installed (or choose with --only)"
        )


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="A part, in under five minutes: slow rows have one round.")
@click.option("--only", metavar="ROW,ROW", help="Only these rows, or groups of rows.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="How many rounds.")
@click.option("--size", type=click.IntRange(4), default=256, show_default=True, metavar="MIB",
              help="The text of the peers; the large one is four times as long.")  # fmt: skip
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to make the texts, for a while."
)
def main(quick: bool, only: str | None, rounds: int, size: int, folder: Path | None) -> None:
    started = time.monotonic()
    everything = groups(quick, size)
    chosen = _only(everything, only)
    _check_peers(chosen)
    options = [
        ("--quick", quick),
        (f"--only {only}", only),
        (f"--rounds {rounds}", rounds != 5),
        (f"--size {size}", size != 256),
    ]
    command = " ".join(["python benchmarks/suite.py", *(text for text, given in options if given)])
    facts = {
        "command": command,
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "load": os.getloadavg(),
    }
    results = Results(facts, chosen)
    target = RESULTS.with_stem("results-quick") if quick else RESULTS
    partial = RESULTS.with_stem("results-partial")
    status = 0
    with Progress() as progress, tempfile.TemporaryDirectory(dir=folder, prefix="bench-") as made:
        deadline = started + QUICK_SECONDS if quick and not only else None
        runner = Runner(Path(made), results, partial, progress, deadline)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            runner.run(schedule(chosen, rounds, quick))
        except MissingBooksError as error:
            raise click.ClickException(str(error)) from None
        except KeyboardInterrupt:
            status = 130
    document = results.document
    document["complete"] = not status and chosen is everything
    document |= {"seconds": round(time.monotonic() - started), "targets": judged(document["groups"])}
    results.save(partial)
    if not document["complete"] or size != 256 or rounds != 5:
        target = partial
    partial.replace(target)
    render(document, console())
    click.echo(f"{target.relative_to(HERE.parent)} holds every round; it took {document['seconds']} s", err=True)
    sys.exit(status or bool(document["disagreements"]))


if __name__ == "__main__":
    main()
