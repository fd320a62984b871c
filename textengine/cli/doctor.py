"""textengine plugins check, and plugins show"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from textengine.cli.exits import ExitCode
from textengine.cli.state import state_of
from textengine.components import Component, Kind

if TYPE_CHECKING:
    from textengine.plugin.registry import Registry


@click.command("check")
@click.argument("target", metavar="[DIST|PATH]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_context
def check_plugins(ctx: click.Context, target: str | None, as_json: bool) -> None:
    """Check plugins: their hooks, and every property that their components must have.

    Names an installed distribution, or the folder or file of one that is not; without it, all that are installed. Ends
    with status 3 if a check fails.
    """
    from textengine.testing.doctor import examine

    findings = list(examine(state_of(ctx).registry, target))
    failed = sum(finding.result == "failed" for finding in findings)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        from textengine.cli.tables import table

        for plugin in dict.fromkeys(finding.plugin for finding in findings):
            rows = [(item.subject, item.check, item.result, item.message) for item in findings if item.plugin == plugin]
            table(["subject", "check", "result", "message"], rows, title=plugin)
        passed = sum(finding.result == "passed" for finding in findings)
        click.echo(f"{passed} passed, {failed} failed, {len(findings) - passed - failed} skipped")
    ctx.exit(ExitCode.PLUGIN if failed else ExitCode.OK)


@click.command("show")
@click.argument("name", metavar="COMPONENT")
@click.pass_context
def show_component(ctx: click.Context, name: str) -> None:
    """Show a component: owner, file, documentation, options, and an example."""
    from textengine.cli.plain import facts
    from textengine.recipe.describe import describe

    registry = state_of(ctx).registry
    for component in _found(registry, name):
        told = describe(component, registry)
        rows: list[tuple[str, object]] = [
            ("from", f"{component.distribution} {component.version}"),
            ("file", told.place),
        ]
        rows += [(f"option {option.name}", f"{option.type}, {option.default}") for option in told.options]
        rows.append(("example", told.example))
        facts(f"{component.kind} {component.qualified}", rows)
        if told.documentation:
            click.echo(told.documentation + "\n")


def _found(registry: Registry, name: str) -> list[Component]:
    """Return the components of any kind that `name` means. Raises UnknownNameError where there is none."""
    from textengine.errors import UnknownNameError, suggest

    kinds = [*Kind, *registry.manager.further_hooks]
    found = [component for kind in kinds for component in registry.find(kind, name)]
    if found:
        return found
    components = [component for kind in kinds for component in registry.all(kind)]
    known = [component.qualified if "/" in name else component.name for component in components]
    raise UnknownNameError(f"no component is named {name!r}{suggest(name, known, 'see textengine plugins list')}")
