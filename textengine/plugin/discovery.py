"""Builds a registry: the built-in plugin, the installed ones and those given by the caller."""

from __future__ import annotations

from collections.abc import Iterable

import textengine
from textengine.plugin.hookspecs import PROJECT
from textengine.plugin.manager import PluginManager
from textengine.plugin.registry import Registry
from textengine.trace import Trace


def load_registry(
    given: Iterable[object] = (),
    *,
    discover: bool = True,
    disabled: Iterable[str] = (),
    trace: Trace | None = None,
) -> Registry:
    """Return a new registry over the built-in plugin and, as PluginManager describes them, all others."""
    from textengine.builtin import hooks

    builtin = (PROJECT, textengine.__version__, hooks)
    return Registry(PluginManager(builtin, discover=discover, given=given, disabled=disabled, trace=trace))
