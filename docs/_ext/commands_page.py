"""The reference of commands: what each says when it is asked for help."""

from __future__ import annotations

from collections.abc import Iterator

import click
from project import own

from textengine.cli.main import group
from textengine.components import Kind

_WIDTH = 100


def lines() -> Iterator[str]:
    """Yield the page's lines: the engine's commands in their order, then those of plugins."""
    top = click.Context(group, info_name="textengine", terminal_width=_WIDTH, help_option_names=["-h", "--help"])
    yield from _entry("textengine", group, top)
    for command in group.commands.values():
        yield from walk(command, top)
    for component in own(Kind.COMMAND):
        yield from walk(component.value, top, component.distribution)


def walk(command: click.Command, parent: click.Context, owner: str = "") -> Iterator[str]:
    """Yield the lines about a command and those below it."""
    context = click.Context(command, info_name=command.name, parent=parent, terminal_width=_WIDTH)
    yield from _entry(context.command_path, command, context, owner)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from walk(below, context, owner)


def _entry(path: str, command: click.Command, context: click.Context, owner: str = "") -> Iterator[str]:
    yield from [f"## {path}", ""]
    if owner:
        yield from [f"From {owner}.", ""]
    yield from ["```text", command.get_help(context), "```", ""]
