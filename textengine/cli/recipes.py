"""textengine recipes"""

from __future__ import annotations

import json

import click

from textengine.cli.state import state_of
from textengine.components import Kind


@click.command()
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of recipe files, for editors and checks.")
@click.pass_context
def recipes(ctx: click.Context, name: str | None, schema: bool) -> None:
    """List the recipes, or print one as TOML to save and edit.

    The schema holds every option of every component that is installed; it is for any recipe, so no name goes with it.
    """
    if schema:
        if name is not None:
            raise click.UsageError(f"--schema is the schema of every recipe; leave {name!r} out")
        click.echo(json.dumps(state_of(ctx).engine.recipe_schema(), indent=1, ensure_ascii=False))
        return
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
