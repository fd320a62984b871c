"""What can be told of a component: owner, place, documentation, options and an example; for people and for pages."""

from __future__ import annotations

import dataclasses
import inspect
from dataclasses import dataclass
from typing import Any

from textengine.components import Component, Kind
from textengine.plugin.registry import Registry
from textengine.recipe.options import option_fields

_FLAGS = {
    Kind.LOADER: "build TEXT -o OUT --loader {}",
    Kind.DATASET: "build {} -o OUT",
    Kind.NORMALIZER: "build TEXT -o OUT --normalizer {}",
    Kind.TOKENIZER: "build TEXT -o OUT --tokenizer {}",
    Kind.EXECUTOR: "build TEXT -o OUT --executor {}",
    Kind.RECIPE: "build TEXT -o OUT --recipe {}",
    Kind.COMMAND: "{} --help",
}
_SETTINGS = {Kind.NORMALIZER: "normalizers.0", Kind.TOKENIZER: "tokenizer"}


@dataclass(frozen=True)
class Option:
    """An option as its declaration shows it; `default` is a sentence's end, such as "required"."""

    name: str
    type: str
    default: str


@dataclass(frozen=True)
class Description:
    """A component, told. `place` is file and line, or "not known"; `documentation` is its docstring, or empty."""

    component: Component
    place: str
    documentation: str
    options: tuple[Option, ...]
    example: str


def describe(component: Component, registry: Registry) -> Description:
    """Return what can be told of `component`. Raises PluginError for an option whose name recipes need."""
    fields = option_fields(component).values()
    options = tuple(Option(field.name, _annotation(field.type), _default(field)) for field in fields)
    value = component.value
    documentation = "" if isinstance(value, str) else inspect.getdoc(value) or ""
    return Description(component, _place(value), documentation, options, _example(registry, component, options))


def _place(value: Any) -> str:
    target = getattr(value, "callback", None) or value
    try:
        return f"{inspect.getsourcefile(target)}:{inspect.getsourcelines(target)[1]}"
    except (TypeError, OSError):
        return "not known"


def _annotation(declared: Any) -> str:
    return declared if isinstance(declared, str) else getattr(declared, "__name__", str(declared))


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"{field.default!r} by default"
    return "required" if field.default_factory is dataclasses.MISSING else f"{field.default_factory()!r} by default"


def _example(registry: Registry, component: Component, options: tuple[Option, ...]) -> str:
    if component.kind not in _FLAGS:
        setting = f'builder = "{component.qualified}"'
        return f"[recipe.vocab] {setting}" if component.kind == Kind.VOCAB_BUILDER else component.qualified
    kind = Kind(component.kind)
    line = "textengine " + _FLAGS[kind].format(registry.shortest(component))
    return f"{line} --set '{_SETTINGS[kind]}.{options[0].name}=...'" if options and kind in _SETTINGS else line
