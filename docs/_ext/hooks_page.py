"""The hook reference, from the specifications: the engine's, and those of plugins."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from project import HOWTO, markdown, own, registry

from textengine.components import Kind
from textengine.plugin import hookspecs


def specifications() -> dict[str, tuple[str, Callable[..., Any]]]:
    """Return hook -> (the distribution that specifies it, its specification), the engine's first, in their order."""
    names = [name for name in vars(hookspecs) if name.startswith(f"{hookspecs.PROJECT}_")]
    found = {name: (hookspecs.PROJECT, getattr(hookspecs, name)) for name in names}
    for plugin, specified in registry().manager.ask("textengine_hookspecs"):
        found |= {name: (plugin.distribution, function) for name, function in specified.items()}
    return found


def lines() -> Iterator[str]:
    """Yield the page's lines."""
    kinds: dict[str, str] = {kind.hook: kind for kind in Kind}
    yield markdown(inspect.getdoc(hookspecs) or "").partition("\n\n")[2] + "\n"
    for name, (distribution, function) in specifications().items():
        kind = kinds.get(name, name)
        yield from [f"## {name}", "", f"*Specified by {distribution}.* {_further(kind)}".strip(), ""]
        yield from [markdown(inspect.getdoc(function) or ""), ""]
        yield from _example(name)


def _further(kind: str) -> str:
    text = ""
    if kind in HOWTO:
        text += f"[How to write one](../howto/{HOWTO[kind]}.md). "
    provided = [f"`{component.qualified}`" for component in own(kind)] if kind != "textengine_hookspecs" else []
    return text + (f"Here: {', '.join(provided)}." if provided else "")


def _example(name: str) -> Iterator[str]:
    value = {
        "textengine_recipes": "\"[recipe]\\ntokenizer = 'textengine/char'\\n\"",
        "textengine_hookspecs": "specification",
        "textengine_commands": "command",
    }.get(name, "Component")
    key = "my_hook" if name == "textengine_hookspecs" else "my-name"
    yield from ["```python", "@hookimpl", f"def {name}():", f'    return {{"{key}": {value}}}', "```", ""]
