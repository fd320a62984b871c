"""textengine recipes"""

from __future__ import annotations

import click

from textengine.cli.state import state_of
from textengine.components import Kind


@click.command()
@click.argument("name", metavar="[NAME]", required=False)
@click.pass_context
def recipes(ctx: click.Context, name: str | None) -> None:
    """List the recipes, or print one as TOML to save and edit."""
    registry = state_of(ctx).registry
    if name is not None:
        click.echo(registry.get(Kind.RECIPE, name).value, nl=False)
        return
    from textengine.cli.tables import table

    rows = []
    for component in registry.all(Kind.RECIPE):
        first = component.value.lstrip().partition("\n")[0]
        about = first.lstrip("# ") if first.startswith("#") else ""
        rows.append((registry.shortest(component), component.distribution, about))
    table(["recipe", "from", "what it does"], rows)
    click.echo("Print one with: textengine recipes d2l")
