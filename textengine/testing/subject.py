"""Subject: a component that is being checked, and the engine that it is checked in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from textengine.components import Component, Kind
from textengine.engine import Engine
from textengine.plugin.hookspecs import hookimpl
from textengine.recipe.options import bind


def engine_with(*plugins: object) -> Engine:
    """Return an engine with the built-in plugin and `plugins`, and none that happen to be installed.

    A plugin is a module or any object with hook implementations, alone or as (name, plugin).
    """
    return Engine(plugins, discover=False)


@dataclass(frozen=True)
class Subject:
    """A component with its options. sample: a file that a loader reads. read: what reads an exporter's output."""

    component: Component
    options: Mapping[str, Any] = field(default_factory=dict)
    sample: Any = None
    read: Callable[..., Any] | None = None

    @classmethod
    def of(cls, kind: Kind, given: Any, options: Mapping[str, Any], **further: Any) -> Subject:
        """Return the subject for a registered component, a class, a function, or an instance, which has its options."""
        if isinstance(given, Component):
            return cls(given, options, **further)
        if dataclasses.is_dataclass(given) and not isinstance(given, type):
            fields = [item.name for item in dataclasses.fields(given) if item.init]
            options = {**{name: getattr(given, name) for name in fields}, **options}
            given = type(given)
        name = str(getattr(given, "__name__", type(given).__name__)).lower().strip("_<>") or "component"
        return cls(Component(kind, name, "checked", "unversioned", given), options, **further)

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{self.component.kind} {self.component.name}" + (f"({shown})" if shown else "")

    def make(self) -> Any:
        """Return the component, made anew with its options. Raises what the engine raises where it cannot be made."""
        return bind(self.component, self.options).call

    def engine(self) -> Engine:
        """Return an engine in which the component has the qualified name ``checked/subject``."""
        value = self.component.value
        hook = Kind(self.component.kind).hook
        # a module of the plugin's own could bring hooks that are being checked elsewhere
        plugin = type("Checked", (), {hook: staticmethod(hookimpl(lambda: {"subject": value}))})
        return engine_with(("checked", plugin))

    def recipe(self) -> dict[str, Any]:
        """Return a recipe that uses the component, as a mapping."""
        own = {"name": "checked/subject", **self.options}
        table: dict[str, Any] = {"tokenizer": "textengine/word"}
        if self.component.kind == Kind.TOKENIZER:
            table["tokenizer"] = own
        elif self.component.kind == Kind.NORMALIZER:
            table["normalizers"] = [own]
        elif self.component.kind == Kind.VOCAB_BUILDER:
            table["vocab"] = {"builder": "checked/subject", **self.options}
        return {"recipe": table}
