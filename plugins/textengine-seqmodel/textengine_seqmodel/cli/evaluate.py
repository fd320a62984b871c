"""textengine evaluate"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from textengine_seqmodel.cli.common import calm_threads, score_rows, show_directions

if TYPE_CHECKING:
    from textengine_seqmodel.run import Run


@click.command(no_args_is_help=True)
@click.argument("run", metavar="RUN")
@click.option("--split", type=click.Choice(["train", "val", "test"]),
              help="The part to score.  [default: test if there is one, val otherwise]")  # fmt: skip
@click.option("--corpus", metavar="CORPUS", help="Another corpus with the same vocabulary.")
@click.option("--device", default="cpu", show_default=True, metavar="NAME", help="cpu, cuda, or auto.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def evaluate(ctx: click.Context, run: str, split: str | None, corpus: str | None, device: str, as_json: bool) -> None:
    """Score held-out text: every token of a part once, beside the n-gram model and an even choice.

    The run keeps the result, and how often the part was read.
    """
    calm_threads()
    from textengine.cli.state import state_of
    from textengine_seqmodel.evaluation import evaluate as scored
    from textengine_seqmodel.run import Run
    from textengine_seqmodel.train.device import usable_device

    engine = state_of(ctx).engine
    opened = Run.open(run, engine.registry, usable_device(device))
    result = scored(opened, engine.open(corpus) if corpus else None, split)
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    _print(opened, result)


def _print(run: Run, result: dict[str, Any]) -> None:
    from textengine.cli.tables import table

    title = f"{run.path}: {result['tokens']:,} tokens of {result['split']}"
    columns = ["model", ">nats/token", ">bits/token", ">bits/char", ">perplexity"]
    table(columns, score_rows(result["model"], result), title=title)
    if "directions" in result:
        show_directions(result["directions"])
    if result["split"] == result["chosen_on"]:
        click.echo(f"Note: the checkpoint was chosen on {result['split']}, so this figure flatters it.")
    elif result["readings"] == 1:
        click.echo(f"The part {result['split']} was read once, after the choice.")
    else:
        click.echo(f"Note: the run has read {result['split']} {result['readings']} times, with other weights before.")
