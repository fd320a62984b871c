"""textengine plugins"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

import click

from textengine.cli.doctor import check_plugins, show_component
from textengine.cli.scaffold import new_project
from textengine.cli.state import state_of
from textengine.components import Kind

if TYPE_CHECKING:
    from textengine.plugin.manager import Plugin
    from textengine.plugin.registry import Registry


@click.group()
def plugins() -> None:
    """Show what is installed, and check it."""


plugins.add_command(check_plugins)
plugins.add_command(show_component)
plugins.add_command(new_project)


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def list_plugins(ctx: click.Context, as_json: bool) -> None:
    """List every plugin: distribution, version, status, components, and why one failed."""
    registry = state_of(ctx).registry
    provided = _provided(registry)
    found = registry.manager.plugins
    if as_json:
        click.echo(json.dumps([_described(plugin, provided[plugin.id]) for plugin in found], indent=1))
        return
    rows = [("distribution", "version", "status", "provides")]
    for plugin in found:
        kinds = provided[plugin.id]
        lines = [f"{kind}: {', '.join(names)}" for kind, names in kinds.items()]
        lines += [f"because {error}" for error in plugin.errors]
        name = plugin.distribution if plugin.name in ("builtin", "given") else plugin.id
        first = lines[0] if lines else "nothing" if plugin.status == "loaded" else ""
        rows.append((name, plugin.version, plugin.status, first))
        rows += [("", "", "", line) for line in lines[1:]]
    # Plain columns: a table's library would double the time that this command takes.
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[3]]).rstrip())


def _provided(registry: Registry) -> dict[str, dict[str, list[str]]]:
    """Return plugin id -> kind -> names, asking every hook."""
    provided: dict[str, dict[str, list[str]]] = defaultdict(dict)
    hooks = {kind.hook: str(kind) for kind in Kind} | dict.fromkeys(registry.manager.further_hooks)
    for hook, kind in hooks.items():
        for plugin, components in registry.manager.ask(hook):
            if components:
                provided[plugin.id][kind or hook] = list(components)
    return provided


def _described(plugin: Plugin, kinds: dict[str, list[str]]) -> dict[str, object]:
    return {
        "distribution": plugin.distribution,
        "plugin": plugin.name,
        "version": plugin.version,
        "status": plugin.status,
        "components": kinds,
        "errors": plugin.errors,
    }
