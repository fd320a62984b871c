"""textengine inspect"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from textengine.cli.state import state_of

if TYPE_CHECKING:
    from textengine.corpus.corpus import Corpus

_IDS_SHOWN = 16
_TEXT_SHOWN = 70


@click.command()
@click.argument("corpus", metavar="DIR")
@click.option(
    "--top",
    default=10,
    type=click.IntRange(min=0),
    show_default=True,
    help="How many of the most frequent tokens to show.",
)
@click.option(
    "--records", "shown", default=5, type=click.IntRange(min=0), show_default=True, help="How many records to show."
)
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
@click.pass_context
def inspect(ctx: click.Context, corpus: str, top: int, shown: int, as_json: bool) -> None:
    """Show what a corpus holds and how it was made."""
    opened = state_of(ctx).engine.open(corpus)
    if as_json:
        click.echo(json.dumps(opened.manifest.document, ensure_ascii=False, indent=1))
        return
    _sizes(opened)
    _recipe(opened)
    _books(opened)
    _top(opened, top)
    _records(opened, shown)


def _sizes(corpus: Corpus) -> None:
    from textengine.cli.plain import facts, size

    document = corpus.manifest.document
    rows: list[tuple[str, object]] = [
        ("tokens", f"{len(corpus):,} ({document['dtype']})"),
        ("records", f"{len(corpus.ends):,}"),
        ("vocabulary", f"{len(corpus.vocab):,} tokens, specials {dict(corpus.vocab.specials) or 'none'}"),
    ]
    rows += [(part, f"tokens {start:,} to {stop:,}") for part, (start, stop) in corpus.manifest.split.items()]
    rows += [(role, f"{file['name']}, {size(file['size'])}") for role, file in document["files"].items()]
    facts(str(corpus.path), rows)


def _recipe(corpus: Corpus) -> None:
    from textengine.cli.plain import facts

    document = corpus.manifest.document
    recipe = document["recipe"]
    rows: list[tuple[str, object]] = [("normalizer", _component(part)) for part in recipe["normalizers"]]
    rows.append(("tokenizer", _component(recipe["tokenizer"])))
    given = recipe["vocab"].get("given")
    rows.append(("vocabulary", f"given, {given[:16]}" if given else _component(recipe["vocab"])))
    rows += [("input", f"{item['loader']} {_options(item['options'])}") for item in document["input"]]
    rows += [("recipe id", corpus.manifest.recipe_id), ("text id", corpus.manifest.text_id)]
    facts("recipe", rows)


def _component(part: dict[str, Any]) -> str:
    version = f" [Unicode {part['unicode']}]" if "unicode" in part else ""
    return f"{part['name']} {_options(part['options'])}{version}".rstrip()


def _options(options: dict[str, Any]) -> str:
    return " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in options.items())


def _books(corpus: Corpus) -> None:
    from textengine.cli.plain import facts

    books = dict(corpus.manifest.document["books"])
    skipped = books.pop("skipped")
    rows: list[tuple[str, object]] = [(name.replace("_", " "), f"{value:,}") for name, value in books.items()]
    rows[3:3] = [(f"skipped ({reason})", f"{count:,}") for reason, count in skipped.items()]
    facts("books", rows)


def _top(corpus: Corpus, count: int) -> None:
    from textengine.cli.plain import quoted
    from textengine.cli.tables import table

    freqs = corpus.vocab.token_freqs
    counted = sum(number for _, number in freqs) or 1
    rows = [
        (corpus.vocab[token], quoted(token), f"{number:,}", f"{number / counted:.2%}")
        for token, number in freqs[:count]
    ]
    if rows:
        table([">id", "token", ">count", ">share"], rows, title=f"the {len(rows)} most frequent tokens")


def _records(corpus: Corpus, count: int) -> None:
    from textengine.cli.plain import quoted
    from textengine.cli.tables import table

    rows: list[tuple[object, ...]] = []
    for number in range(len(corpus.ends)):
        if len(rows) == count:
            break
        record = corpus.records[number]
        if len(record.ids) == 0:
            continue
        ids = " ".join(map(str, record.ids[:_IDS_SHOWN].tolist()))
        text = corpus.decode(record.ids[:_TEXT_SHOWN])
        rows.append((
            number,
            quoted(text[:_TEXT_SHOWN]) + (" ..." if len(text) > _TEXT_SHOWN or len(record.ids) > _TEXT_SHOWN else ""),
            ids + (" ..." if len(record.ids) > _IDS_SHOWN else ""),
        ))  # fmt: skip
    if rows:
        table([">record", "text", "ids"], rows, title=f"the first {len(rows)} records that are not empty")
