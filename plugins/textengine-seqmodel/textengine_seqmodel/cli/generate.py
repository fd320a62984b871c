"""textengine generate"""

from __future__ import annotations

import click

from textengine_seqmodel.cli.common import calm_threads


@click.command(no_args_is_help=True)
@click.argument("run", metavar="RUN")
@click.option("--prefix", required=True, help="The text to go on from.")
@click.option("--tokens", type=int, default=50, show_default=True, metavar="N", help="How many tokens to add.")
@click.option("--temperature", type=float, default=1.0, show_default=True, help="Below 1: likelier tokens.")
@click.option("--top-k", type=int, default=0, metavar="N", help="Only the so many likeliest tokens.")
@click.option("--top-p", type=float, default=1.0, metavar="P", help="Only the likeliest that make up this probability.")
@click.option("--greedy", is_flag=True, help="Always the likeliest token.")
@click.option("--seed", type=int, default=0, show_default=True, help="Equal seeds give equal text.")
@click.pass_context
def generate(ctx: click.Context, /, run: str, prefix: str, tokens: int, seed: int, **sampling: float) -> None:
    """Let a trained model go on from a text."""
    calm_threads()
    from textengine.cli.state import state_of
    from textengine_seqmodel.run import Run
    from textengine_seqmodel.sampling import generate as sampled

    if seed < 0:
        raise click.BadParameter(f"{seed} is below 0", ctx, param_hint="--seed")
    opened = Run.open(run, state_of(ctx).engine.registry)
    click.echo(sampled(opened, prefix, tokens, seed=seed, **sampling))  # type: ignore[arg-type]
