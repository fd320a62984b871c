"""The reference of components and recipes, from the registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from project import HOWTO, ROOT, code, markdown, own, registry, table, told_of_options

from textengine.components import Component, Kind
from textengine.recipe.describe import Description, describe


def kinds() -> list[str]:
    """Return the kinds whose components are listed here; recipes and commands have pages of their own."""
    return [kind for kind in Kind if kind not in (Kind.RECIPE, Kind.COMMAND)] + registry().manager.further_hooks


def lines() -> Iterator[str]:
    """Yield the lines of the page of components."""
    for kind in kinds():
        found = own(kind)
        title = f"{kind[0].upper()}{kind[1:]}s" if isinstance(kind, Kind) else f"From the hook {kind}"
        yield from [f"## {title}", ""]
        yield f"[How to write one](../howto/{HOWTO[kind]}.md). " + ("" if found else "None is built in.")
        yield ""
        for component in found:
            yield from entry(component)


def entry(component: Component) -> Iterator[str]:
    """Yield the lines about a component."""
    told = describe(component, registry())
    about, meanings = told_of_options(component)
    yield from [f"### {component.qualified}", "", markdown(about), ""]
    if told.options:
        rows = [
            [code(option.name), code(option.type), _default(option.default), markdown(meanings.get(option.name, ""))]
            for option in told.options
        ]
        yield from table(["option", "type", "default", "meaning"], rows)
    yield from ["```sh" if told.example.startswith("textengine") and " " in told.example else "```text"]
    yield from [told.example, "```", "", f"{component.distribution} {component.version}, `{place(told)}`", ""]


def place(told: Description) -> str:
    """Return the file of a component within the repository."""
    return str(Path(told.place.rpartition(":")[0]).relative_to(ROOT))


def _default(default: str) -> str:
    return default if default == "required" else code(default.removesuffix(" by default"))


def recipe_lines() -> Iterator[str]:
    """Yield the lines of the page of recipes."""
    for component in own(Kind.RECIPE):
        first, _, rest = component.value.partition("\n")
        yield from [f"## {component.qualified}", "", markdown(first.lstrip("# ")), ""]
        yield from ["```toml", rest.rstrip(), "```", ""]
