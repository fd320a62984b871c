"""What the project has: a registry of its own distributions, and docstrings as Markdown."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from textengine.components import Component, Kind
from textengine.plugin.discovery import load_registry
from textengine.plugin.registry import Registry
from textengine.recipe.describe import describe
from textengine.recipe.options import option_fields

ROOT = Path(__file__).parents[2]

# kind (a further kind: its hook) -> the how-to page that is about it
HOWTO = {
    Kind.LOADER: "loader",
    Kind.DATASET: "dataset",
    Kind.NORMALIZER: "normalizer",
    Kind.TOKENIZER: "tokenizer",
    Kind.VOCAB_BUILDER: "vocabulary-builder",
    Kind.EXECUTOR: "executor",
    Kind.EXPORTER: "exporter",
    Kind.RECIPE: "recipe",
    Kind.COMMAND: "command",
    "seqmodel_models": "language-model",
}


def distributions() -> list[str]:
    """Return the distributions of this repository, the engine first."""
    files = [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]
    return [tomllib.loads(file.read_text(encoding="utf-8"))["project"]["name"] for file in files]


@cache
def registry() -> Registry:
    """Return the registry of what is installed. Raises LookupError where a plugin of the repository is not."""
    found = load_registry()
    working = {plugin.distribution for plugin in found.manager.plugins if plugin.status == "loaded"}
    if missing := set(distributions()) - working:
        raise LookupError(f"not installed, or failing: {', '.join(sorted(missing))}; see textengine plugins list")
    return found


def own(kind: str) -> list[Component]:
    """Return the components of `kind` of this repository's distributions."""
    return [component for component in registry().all(kind) if component.distribution in distributions()]


def markdown(text: str) -> str:
    """Return a docstring as Markdown: code in backticks as it is, everything else with no special meaning."""
    parts = re.split(r"(``.+?``|`[^`]+`)", text, flags=re.DOTALL)
    return "".join(part if number % 2 else re.sub(r"([<*_\[\]|])", r"\\\1", part) for number, part in enumerate(parts))


def explained(documentation: str, names: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Return (the documentation without its options, option -> what is said of it).

    An option is explained where a sentence, or a part of one after a semicolon, begins with its name and a colon.
    """
    names = list(names)
    if not names:
        return documentation, {}
    pattern = rf"(?:\A|(?<=\s))(?<![^.;:)\n]\s)({'|'.join(map(re.escape, names))}):\s"
    rest, *found = re.split(pattern, documentation)
    meanings = {name: " ".join(text.split()).rstrip(";.") for name, text in zip(found[::2], found[1::2], strict=True)}
    return rest.strip(), meanings


def told_of_options(component: Component) -> tuple[str, dict[str, str]]:
    """Return what `explained` returns for a component; an inherited option is explained by the class it is from."""
    names = list(option_fields(component))
    about, meanings = explained(describe(component, registry()).documentation, names)
    for base in getattr(component.value, "__mro__", ())[1:]:
        meanings = explained(inspect.getdoc(base) or "", names)[1] | meanings
    return about, meanings


def table(head: list[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return a Markdown table."""
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows]] + [""]


def code(text: str) -> str:
    """Return text as code in a cell of a table."""
    return f"`{text.replace('|', chr(92) + '|')}`"
