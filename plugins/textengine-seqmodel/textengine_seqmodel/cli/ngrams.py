"""textengine ngrams"""

from __future__ import annotations

import csv
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textengine import Corpus
    from textengine.corpus.commit import Commit
    from textengine_seqmodel.chapter import Table

FORMAT = "textengine ngrams"
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
    from textengine.corpus.commit import Commit
    from textengine_seqmodel.chapter import statistics

    opened = state_of(ctx).engine.open(corpus)
    with Commit(output, FORMAT, force=force) if output is not None else nullcontext() as commit:
        tables = statistics(opened, ranks)
        if commit:
            _write(commit, opened, tables)
    for name, found in tables.items():
        rows = [
            (_spelt(opened, ids), f"{count:,}") for ids, count in zip(found.ids[:top], found.counts[:top], strict=True)
        ]
        table([name[:-1], ">count"], rows, title=f"the {len(rows)} most frequent of {len(found.counts):,} {name}")
    facts("Zipf's law", [(name, _exponent(found)) for name, found in tables.items()])
    if commit:
        click.echo(f"tables and plot: {commit.directory / commit.files[f'{_PICTURE}.png']['name']}")


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


def _write(commit: Commit, corpus: Corpus, tables: Mapping[str, Table]) -> None:
    """Write the tables and the plot, and commit them, with what tells of which corpus they are."""
    from textengine_seqmodel.chapter import zipf_plot

    for name, found in tables.items():
        path = commit.work / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*(f"token {number}" for number in range(1, found.ids.shape[1] + 1)), "count"])
            for ids, count in zip(found.ids.tolist(), found.counts.tolist(), strict=True):
                writer.writerow([*corpus.vocab.to_tokens(ids), count])
        commit.add(path.name, path)
    zipf_plot(tables, commit.work / _PICTURE, "character" if not corpus.manifest.joiner else "word")
    for suffix in ("png", "svg"):
        path = commit.work / f"{_PICTURE}.{suffix}"
        commit.add(path.name, path)
    document = corpus.manifest.document
    source = {"recipe_id": document["recipe_id"], "tokens": document["files"].get("tokens", {}).get("digest")}
    commit.finish({"corpus": source, "ranks": {name: list(found.ranks) for name, found in tables.items()}})
