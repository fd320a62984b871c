"""textengine ngrams"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textengine import Corpus
    from textengine_seqmodel.chapter import Table

_PICTURE = "zipf"


@click.command(no_args_is_help=True)
@click.argument("corpus", metavar="CORPUS")
@click.option("-o", "--output", metavar="DIR", help="Write the tables as CSV, and Zipf's plot as PNG and SVG, there.")
@click.option("--top", type=click.IntRange(min=1), default=10, show_default=True, help="How many of each to print.")
@click.option("--ranks", type=(int, int), default=(10, 1000), show_default=True, metavar="FIRST LAST",
              help="The ranks that Zipf's exponents are fitted to.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace tables that are there already.")
@click.pass_context
def ngrams(ctx: click.Context, corpus: str, output: str | None, top: int, ranks: tuple[int, int], force: bool) -> None:
    """Show the most frequent unigrams, bigrams and trigrams, and how counts fall with rank."""
    from textengine.cli.plain import facts
    from textengine.cli.state import state_of
    from textengine.cli.tables import table
    from textengine_seqmodel.chapter import statistics

    opened = state_of(ctx).engine.open(corpus)
    target = _free(output, force) if output else None
    tables = statistics(opened, ranks)
    for name, found in tables.items():
        rows = [
            (_spelt(opened, ids), f"{count:,}") for ids, count in zip(found.ids[:top], found.counts[:top], strict=True)
        ]
        table([name[:-1], ">count"], rows, title=f"the {len(rows)} most frequent of {len(found.counts):,} {name}")
    facts("Zipf's law", [(name, _exponent(found)) for name, found in tables.items()])
    if target:
        _write(target, opened, tables)
        click.echo(f"tables and plot: {target / (_PICTURE + '.png')}")


def _exponent(found: Table) -> str:
    first, last = found.ranks
    if found.exponent is None:
        return "too few ranks with a count above 1 to fit a line"
    return f"exponent {found.exponent:.3f} over the ranks {first:,} to {last:,}"


def _spelt(corpus: Corpus, ids: object) -> str:
    from textengine.cli.plain import quoted

    tokens = corpus.vocab.to_tokens(ids)  # type: ignore[call-overload]
    plain = all(token.isprintable() and not token.isspace() for token in tokens)
    return "-".join(tokens) if plain and corpus.manifest.joiner else quoted(corpus.manifest.joiner.join(tokens))


def _free(output: str, force: bool) -> Path:
    """Return the directory to write to, made. Raises OutputExistsError where something is there already."""
    from textengine.errors import OutputExistsError

    target = Path(output)
    ours = {f"{_PICTURE}.png", f"{_PICTURE}.svg", "unigrams.csv", "bigrams.csv", "trigrams.csv"}
    try:
        there = {path.name for path in target.iterdir()} if target.exists() else set()
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputExistsError(f"{target}: {error.strerror}; choose another output") from error
    if there - ours:
        raise OutputExistsError(f"{target} holds other files, so it is left alone; choose another output")
    if there and not force:
        raise OutputExistsError(f"{target} exists; choose another output, or replace it with --force")
    return target


def _write(target: Path, corpus: Corpus, tables: Mapping[str, Table]) -> None:
    from textengine_seqmodel.chapter import zipf_plot

    for name, found in tables.items():
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*(f"token {number}" for number in range(1, found.ids.shape[1] + 1)), "count"])
            for ids, count in zip(found.ids.tolist(), found.counts.tolist(), strict=True):
                writer.writerow([*corpus.vocab.to_tokens(ids), count])
    zipf_plot(tables, target / _PICTURE, "character" if not corpus.manifest.joiner else "word")
