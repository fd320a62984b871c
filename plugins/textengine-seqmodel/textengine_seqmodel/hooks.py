"""What this plugin gives to textengine. Imports nothing but the marker; `textengine --help` imports this module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textengine import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def textengine_commands() -> Mapping[str, click.Command]:
    """The commands. Their modules import click; what does the work is imported when a command runs."""
    from textengine_seqmodel.cli.forecast import forecast

    return {"forecast": forecast}
