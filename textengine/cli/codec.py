"""textengine encode, textengine decode"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textengine.cli.state import State, state_of

if TYPE_CHECKING:
    from textengine.corpus.corpus import Corpus

_corpus_option = click.option("--corpus", metavar="DIR", required=True, help="The corpus whose vocabulary to use.")
_file_argument = click.argument("file", metavar="[FILE]", default="-")


@click.command()
@_corpus_option
@_file_argument
@click.option("--records", type=click.Choice(["line", "file"]), help="What one record is.  [default: as in the corpus]")
@click.option("--encoding", default="utf-8", show_default=True, metavar="NAME", help="The encoding of the text.")
@click.option("--errors", type=click.Choice(["strict", "replace"]), default="strict", show_default=True,
              help="What to do with malformed bytes.")  # fmt: skip
@click.pass_context
def encode(ctx: click.Context, corpus: str, file: str, records: str | None, encoding: str, errors: str) -> None:
    """Encode text from FILE (or standard input): one line of ids for each record."""
    from textengine.errors import ComponentError, UnknownTokenError

    state = state_of(ctx)
    opened = state.engine.open(corpus)
    options = {
        "records": records or opened.manifest.records or "line",
        "encoding": encoding,
        "errors": errors,
    }
    name = "standard input" if file == "-" else file
    for number, text in enumerate(_texts(state, file, options)):
        try:
            ids = opened.encode(text)
        except ComponentError as error:
            error.source, error.record = name, number
            raise
        except UnknownTokenError as error:
            raise UnknownTokenError(error.token, f"record {number} (counted from 0) of {name}") from None
        click.echo(" ".join(map(str, ids)))


def _texts(state: State, file: str, options: dict[str, str]) -> Iterator[str]:
    """Yield the records of `file`, shard by shard."""
    from textengine.components import Kind, Source
    from textengine.errors import SourceError
    from textengine.recipe.options import bind
    from textengine.text import Batch

    loader = bind(state.registry.get(Kind.LOADER, "textengine/text"), options).call
    if file == "-":
        source = Source("standard input", stream=sys.stdin.buffer)
    elif Path(file).is_dir():
        raise SourceError(f"{file}: a directory; name a file")
    else:
        source = Source(file, path=Path(file))
    for shard in loader.plan(source):
        for batch in [shard.payload] if isinstance(shard.payload, Batch) else loader.read(shard):
            yield from batch.texts()


@click.command()
@_corpus_option
@_file_argument
@click.pass_context
def decode(ctx: click.Context, corpus: str, file: str) -> None:
    """Decode lines of ids from FILE (or standard input): the inverse of `encode`.

    In a corpus whose records are lines, one line of text for each line of ids; in one whose records are files, the
    text as it is.
    """
    opened = state_of(ctx).engine.open(corpus)
    name = "standard input" if file == "-" else file
    end = "" if opened.manifest.records == "file" else "\n"
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    for number, line in enumerate(_lines(file), 1):
        sys.stdout.write(opened.decode(_ids(line, opened, f"{name}, line {number}")) + end)


def _lines(file: str) -> Iterator[str]:
    from textengine.errors import SourceError

    if file == "-":
        yield from sys.stdin
        return
    try:
        with Path(file).open(encoding="utf-8", errors="replace") as stream:
            yield from stream
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror}") from error


def _ids(line: str, corpus: Corpus, where: str) -> list[int]:
    from textengine.errors import RunError

    ids = []
    for word in line.split():
        if not word.isdecimal() or not word.isascii():
            raise RunError(f"{where}: {word!r:.40} is no id; write ids as numbers with spaces between them")
        number = int(word[:20])
        if number >= len(corpus.vocab):
            size = len(corpus.vocab)
            which = f"whose ids are 0 to {size - 1}" if size else "which is empty"
            raise RunError(f"{where}: id {word:.20} is not in the vocabulary, {which}")
        ids.append(number)
    return ids
