"""textengine demo"""

from __future__ import annotations

import shlex
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textengine.cli.state import state_of

if TYPE_CHECKING:
    from textengine.corpus.corpus import Corpus
    from textengine.engine import Engine

_SECONDS_FOR_THE_NETWORK = 5.0
_LINES_OF_TOKENS = 11


@click.command()
@click.option("-o", "--output", metavar="DIR", default="textengine-demo", show_default=True,
              help="Where the corpora are committed; an earlier demo there is replaced.")  # fmt: skip
@click.pass_context
def demo(ctx: click.Context, output: str) -> None:
    """Build The Time Machine, by words and by characters, and show what the d2l book's chapter shows."""
    engine = state_of(ctx).engine
    source, why = _source(engine)
    words = engine.build(source, output=Path(output, "words"), force=True)
    chars = engine.build(source, output=Path(output, "chars"), tokenizer="textengine/char", force=True)
    # The chapter's lines are joined without a separator, so language models learn from the whole file as one record.
    book = engine.build(
        source,
        output=Path(output, "book"),
        recipe="textengine/d2l-1.0",
        tokenizer="textengine/char",
        split="0.8,0.1,0.1",
        force=True,
    )
    if why:
        click.echo(f"This is the bundled sample, not The Time Machine: {why}\n")
    _show_lines(words)
    _show_vocabulary(words)
    _show_corpora({"words": words, "characters": chars, "characters, in one record": book})
    _show_next(Path(output))


def _source(engine: Engine) -> tuple[str, str]:
    """Return the data set to use, and why it is not The Time Machine, if it is not.

    The network has a few seconds; a thread keeps count, because looking an address up cannot be given a limit.
    """
    from textengine.components import Kind
    from textengine.errors import SourceError

    failed: list[str] = []
    dataset = engine.registry.get(Kind.DATASET, "textengine/time-machine").value()

    def fetch() -> None:
        try:
            dataset(engine.cache)
        except SourceError as error:
            failed.append(str(error))

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    thread.join(_SECONDS_FOR_THE_NETWORK)
    if thread.is_alive():
        failed.append(f"{dataset.url} did not answer within {_SECONDS_FOR_THE_NETWORK:g} seconds")
    return ("textengine/sample", failed[0]) if failed else ("textengine/time-machine", "")


def _show_lines(words: Corpus) -> None:
    click.echo(f"# text lines: {len(words.records)}")
    click.echo(words.records[0].text)
    click.echo(words.records[10].text)
    click.echo(f"\n# the words of the first {_LINES_OF_TOKENS} lines")
    for record in words.records[:_LINES_OF_TOKENS]:
        click.echo(words.vocab.to_tokens(record.ids))


def _show_vocabulary(words: Corpus) -> None:
    from textengine.cli.plain import quoted
    from textengine.cli.tables import table

    vocab = words.vocab
    rows = [(vocab[token], quoted(token), f"{count:,}") for token, count in vocab.token_freqs[:10]]
    click.echo()
    table([">index", "word", ">count"], rows, title="the ten most frequent words (index 0 is <unk>)")
    for number in (0, 10):
        record = words.records[number]
        click.echo(f"line {number}: {record.text}")
        click.echo(f"     ids: {record.ids.tolist()}\n")


def _show_corpora(corpora: dict[str, Corpus]) -> None:
    from textengine.cli.tables import table

    rows = [
        (name, f"{len(corpus):,}", f"{len(corpus.vocab):,}", corpus.tokens.dtype.name, str(corpus.path))
        for name, corpus in corpora.items()
    ]
    table(["corpus by", ">tokens", ">vocabulary", "stored as", "in"], rows)


def _show_next(output: Path) -> None:
    words, chars = shlex.quote(str(output / "words")), shlex.quote(str(output / "chars"))
    click.echo("Three commands to try next:")
    click.echo(f"  textengine inspect {words}")
    click.echo(f"  echo 'the time traveller smiled' | textengine encode --corpus {words}")
    click.echo(f"  textengine verify {chars}")
