"""textengine train"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from textengine_seqmodel.cli.common import calm_threads, settings, show_directions

if TYPE_CHECKING:
    from textengine import Corpus
    from textengine_seqmodel.run import Run

_INTERRUPTED = 130


@click.command(no_args_is_help=True)
@click.argument("corpus", metavar="CORPUS")
@click.option("-o", "--output", metavar="RUN", required=True, help="The directory to keep the run in.")
@click.option("--model", metavar="NAME", help="ngram, rnn, gru, lstm, a plugin's, or a preset: rnn-d2l, gru-d2l, "
              "lstm-d2l.  [default: lstm]")  # fmt: skip
@click.option("--set", "given", metavar="KEY=VALUE", multiple=True, callback=settings,
              help="Set an option of the model or of training: units=512, dropout=0.5, lr=0.002, batch=64, patience=0. "
              "Repeatable.")  # fmt: skip
@click.option("--direction", type=click.Choice(["forward", "backward"]),
              help="backward: read the text from its end. The same model is trained forward too, for as long again, "
              "and the likelihoods of both are compared.")  # fmt: skip
@click.option("--epochs", type=int, metavar="N", help="Train for so many passes.  [default: 20, without the other two]")
@click.option("--steps", type=int, metavar="N", help="Train for so many batches.")
@click.option("--minutes", type=float, metavar="M", help="Train for so long.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything random.")
@click.option("--device", default="auto", show_default=True, metavar="NAME", help="cpu, cuda, or what there is.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint in RUN, with the same corpus and options.")
@click.option("--force", is_flag=True, help="Replace a run that is there already.")
@click.option("--quiet", is_flag=True, help="Print nothing unless it fails.")
@click.pass_context
def train(ctx: click.Context, /, corpus: str, output: str, given: dict[str, Any], quiet: bool, **options: Any) -> None:
    """Train a language model on a corpus.

    The model learns from the part "train"; "val" chooses among its checkpoints. RUN holds the checkpoints,
    metrics.jsonl, samples.txt and the curves as PNG and SVG. Ctrl-C keeps the last checkpoint.
    """
    calm_threads()
    from textengine.cli.state import state_of
    from textengine.errors import OutputExistsError
    from textengine_seqmodel.cli.progress import shown
    from textengine_seqmodel.split import parts_of
    from textengine_seqmodel.train.directions import fit_forward
    from textengine_seqmodel.train.fit import fit

    if options["resume"] and options["force"]:
        raise click.UsageError("--resume and --force exclude each other", ctx)
    engine = state_of(ctx).engine
    opened = engine.open(corpus)
    if direction := options.pop("direction"):
        given["training.direction"] = direction
    same = {"device": options["device"], "resume": options["resume"], "registry": engine.registry}
    try:
        with shown(quiet) as progress:
            run = fit(opened, output=output, settings=given, **{**options, **same}, progress=progress)
        if run.direction == "backward":
            with shown(quiet, "forward") as progress:
                fit_forward(run, opened, **same, progress=progress)
    except OutputExistsError as error:
        resumable = "" if options["resume"] or "--force" not in str(error) else ", or go on with --resume"
        raise OutputExistsError(f"{error}{resumable}") from None
    except KeyboardInterrupt:
        click.echo(_interrupted(output), err=True)
        raise click.exceptions.Exit(_INTERRUPTED) from None
    if not quiet:
        _print_result(run)
        _print_directions(run, opened)
        click.echo(f"next: textengine evaluate {run.path} --split {parts_of(opened).scored}")


def _interrupted(output: str) -> str:
    """Return what an interrupt leaves, in one line."""
    from textengine.errors import TextEngineError
    from textengine_seqmodel.store import Store

    try:
        step = Store(output).read()["state"]["position"]["step"]
    except (TextEngineError, OSError, KeyError, TypeError):
        return "interrupted; nothing was committed"
    return f"interrupted; {output} keeps the checkpoint of step {step:,}; go on with --resume"


def _print_result(run: Run) -> None:
    from textengine.cli.plain import facts

    document = run.document
    for note in document["notes"]:
        click.echo(f"note: {note}", err=True)
    rows: list[tuple[str, object]] = [("model", _model(run))]
    rows.append(("trained on", f"{document['sizes']['train']:,} tokens"))
    position = document.get("state", {}).get("position")
    if position:
        rows.append(("steps", f"{position['step']:,} in {position['seconds']:,.0f} s, {document['status']}"))
        if position["train_nats"] is not None:
            rows.append(("training", f"perplexity {math.exp(min(700, position['train_nats'])):.3f} in the last epoch"))
        if position["best_nats"] is not None:
            rows.append(("validation", _validation(document)))
    elif "nats_by_order" in document["facts"]:
        rows.append(("order", "chosen by the last tenth of the training part"))
    rows.append(("baseline", f"n-gram of order {document['baseline']['order']}"))
    if run.path and position:
        rows.append(("curves", run.path / "curves.png"))
    facts(str(run.path), rows)


def _print_directions(run: Run, corpus: Corpus) -> None:
    """Compare both factorizations on validation, where there are both, and there is one."""
    from textengine_seqmodel.split import parts_of
    from textengine_seqmodel.train.directions import compare_directions

    start, stop = parts_of(corpus).bounds.get("val", (0, 0))
    if run.forward and start < stop:
        show_directions(compare_directions(run, run.forward, corpus, "val"))


def _model(run: Run) -> str:
    known = run.document["facts"]
    if "parameters" in known:
        return f"{run.name}, {known['parameters']:,} parameters"
    if "order" in known:
        return f"{run.name}, {known['method']}, order {known['order']}"
    return run.name


def _validation(document: dict[str, Any]) -> str:
    position, bits = document["state"]["position"], 1 / math.log(2)
    best = position["best_nats"]
    line = f"{best:.4f} nats ({best * bits:.4f} bits) per token at step {position['best_step']:,}"
    ngram = document["baseline"].get("val_nats")
    return line if ngram is None else f"{line}; the n-gram model {ngram:.4f} ({ngram * bits:.4f})"
