"""textengine build"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textengine.cli.state import state_of

if TYPE_CHECKING:
    from textengine.build.progress import Progress
    from textengine.corpus.corpus import Corpus


def _settings(ctx: click.Context, parameter: click.Parameter, items: tuple[str, ...]) -> dict[str, str]:
    settings = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{item!r} is not KEY=VALUE, such as tokenizer.pattern='\\w+'")
        settings[key.strip()] = value
    return settings


@click.command(no_args_is_help=True)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="DIR", required=True, help="The directory to commit the corpus to.")
@click.option("--recipe", metavar="NAME|FILE.toml", help="How a record becomes ids.  [default: d2l]")
@click.option("--normalizer", "normalizers", metavar="NAME", multiple=True,
              help="Normalize with this instead of the recipe's normalizers. Repeatable, in order.")  # fmt: skip
@click.option("--no-normalizers", is_flag=True, help="Leave the text as it is.")
@click.option("--tokenizer", metavar="NAME", help="Tokenize with this instead of the recipe's tokenizer.")
@click.option("--set", "settings", metavar="KEY=VALUE", multiple=True, callback=_settings,
              help="Set an option: tokenizer.pattern='\\w+', normalizers.0.pattern=..., vocab.ties=ascending, "
              "loader.encoding=latin-1. Repeatable.")  # fmt: skip
@click.option("--min-freq", type=int, help="Leave out tokens seen fewer times.")
@click.option("--max-size", type=int, help="At most so many tokens in the vocabulary, specials included.")
@click.option("--reserved", metavar="TOKEN", multiple=True, help="A token that always has an id. Repeatable.")
@click.option("--vocab", metavar="CORPUS|FILE", help="Use this vocabulary instead of counting one.")
@click.option("--vocab-from", type=click.Choice(["train", "all"]),
              help="With --split: the part to count the vocabulary on.  [default: train]")  # fmt: skip
@click.option("--max-tokens", type=int, help="Keep the first so many tokens.")
@click.option("--split", metavar="PARTS", help="Shares or numbers of tokens: 0.8,0.1,0.1 or 10000,5000.")
@click.option("--loader", metavar="NAME", help="Read every source with this.  [default: by suffix]")
@click.option("--encoding", metavar="NAME", help="The encoding of the text.  [default: utf-8]")
@click.option("--errors", type=click.Choice(["strict", "replace"]), help="What to do with malformed bytes.")
@click.option("--records", type=click.Choice(["line", "file"]), help="What one record is.")
@click.option("--executor", default="auto", show_default=True, metavar="NAME", help="How to run the work.")
@click.option("--workers", type=int, metavar="N", help="How many workers.  [default: usable cores]")
@click.option("--force", is_flag=True, help="Replace a corpus that is there already.")
@click.option("--quiet", is_flag=True, help="Print nothing unless it fails.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def build(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    output: str,
    quiet: bool,
    as_json: bool,
    no_normalizers: bool,
    normalizers: tuple[str, ...],
    settings: dict[str, str],
    reserved: tuple[str, ...],
    recipe: str | None,
    **options: Any,
) -> None:
    """Encode text and commit it as a corpus.

    SOURCE is a file, a directory, a glob, the name of a data set (such as time-machine), or - for standard input. A
    file that has the name of a data set is written ./name.
    """
    from textengine.cli.memory import collect_seldom, keep_freed_memory
    from textengine.cli.progress import shown
    from textengine.recipe.options import RawValue

    if no_normalizers and normalizers:
        raise click.UsageError("--no-normalizers and --normalizer exclude each other", ctx)
    keep_freed_memory()
    collect_seldom()
    state = state_of(ctx)
    engine = state.engine
    chosen: Any = recipe or _recipe_of_vocabulary(options, bool(normalizers or no_normalizers)) or "textengine/d2l"
    started, recalled = time.monotonic(), 0

    with shown(quiet or as_json) as progress:

        def update(moment: Progress) -> None:
            nonlocal recalled
            recalled = max(recalled, moment.recalled)
            if state.interrupted:  # the exception is lost where it strikes while an object is destroyed
                raise KeyboardInterrupt
            if progress is not None:
                progress(moment)

        corpus = engine.build(
            *sources,
            output=output,
            recipe=chosen,
            normalizers=[] if no_normalizers else list(normalizers) or None,
            settings={key: RawValue(value) for key, value in settings.items()},
            reserved=list(reserved) or None,
            progress=update,
            **options,
        )
    seconds = time.monotonic() - started
    if as_json:
        took = {"seconds": round(seconds, 3), "resumed_bytes": recalled}
        click.echo(json.dumps({**_result(corpus), **took}, ensure_ascii=False))
    elif not quiet:
        _print_result(corpus, seconds, recalled)


def _recipe_of_vocabulary(options: dict[str, Any], normalizers: bool) -> Any:
    """Return the recipe of the corpus whose vocabulary is to be used, unless the user chose parts of another."""
    from textengine.corpus.corpus import Corpus
    from textengine.corpus.recipe import recipe_of

    vocab = options["vocab"]
    if vocab is None or normalizers or options["tokenizer"] or not Path(vocab).is_dir():
        return None
    return recipe_of(Corpus.open(vocab))


def _result(corpus: Corpus) -> dict[str, Any]:
    document = corpus.manifest.document
    kept = ("recipe_id", "text_id", "dtype", "vocab_size", "split", "books", "sources")
    return {"corpus": str(corpus.path), "records": len(corpus.ends), "tokens": len(corpus)} | {
        name: document[name] for name in kept
    }


def _print_result(corpus: Corpus, seconds: float, recalled: int) -> None:
    from textengine.cli.plain import facts, size

    books = corpus.manifest.document["books"]
    rows = [
        (
            "text",
            f"{size(books['bytes'])} in {books['records']:,} records ({books['empty']:,} of them empty)",
        ),
        ("tokens", f"{len(corpus):,} ({corpus.tokens.dtype.name})"),
        ("vocabulary", f"{len(corpus.vocab):,} tokens"),
    ]
    for name, what in (
        ("unknown_tokens", "unknown tokens"),
        ("cut_tokens", "tokens cut"),
        ("replaced", "replaced"),
    ):
        if books[name]:
            rows.append((what, f"{books[name]:,}"))
    rows += [(part, f"{stop - start:,} tokens") for part, (start, stop) in corpus.manifest.split.items()]
    if recalled:
        rows.append(("resumed", f"{size(recalled)} of the text had been encoded by an interrupted build"))
    rows.append(("time", f"{seconds:.2f} s, {books['bytes'] / 1e6 / max(seconds, 1e-9):,.1f} MB/s"))
    facts(f"{corpus.path}", rows)
