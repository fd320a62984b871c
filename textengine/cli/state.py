"""State: what the global options say, and the registry and engine made from it when a command needs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from textengine.engine import Engine
    from textengine.plugin.registry import Registry
    from textengine.trace import Trace


@dataclass
class State:
    """Global options, and whether the user has asked to end.

    `registry` and `engine` are made once, when first asked for; only the engine needs numpy.
    """

    discover: bool = True
    disabled: tuple[str, ...] = ()
    interrupted: bool = False
    trace: Trace | None = None

    @cached_property
    def registry(self) -> Registry:
        """The registry of the plugins that the global options admit."""
        from textengine.plugin.discovery import load_registry

        return load_registry(discover=self.discover, disabled=self.disabled, trace=self.trace)

    @cached_property
    def engine(self) -> Engine:
        """The engine over the same registry."""
        from textengine.engine import Engine

        return Engine.over(self.registry)


def state_of(ctx: click.Context) -> State:
    """Return the state that the options of the outermost command describe."""
    return ctx.find_root().ensure_object(State)
