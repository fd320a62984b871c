"""Recipe: normalizers, tokenizer and vocabulary policy by name and options, and the input defaults that suit them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textengine.components import Kind
from textengine.errors import ConfigurationError, suggest
from textengine.plugin.registry import Registry

DEFAULT_VOCAB = "textengine/frequency"


@dataclass(frozen=True)
class Spec:
    """A component by name, with the options that differ from its defaults or repeat them."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """record -> ids, as data; nothing is looked up before the recipe is resolved.

    input: defaults for reading, such as ``{"records": "file"}``; not part of the recipe's identity.
    """

    tokenizer: Spec
    normalizers: tuple[Spec, ...] = ()
    vocab: Spec = Spec(DEFAULT_VOCAB)
    input: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_toml(cls, text: str, where: str) -> Recipe:
        """Return the recipe that a TOML document holds. Raises ConfigurationError; `where` names the document."""
        import tomllib

        try:
            document = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ConfigurationError(f"{where}: not TOML: {error}") from error
        return cls.from_mapping(document, where)

    @classmethod
    def from_mapping(cls, document: Mapping[str, Any], where: str) -> Recipe:
        """Return the recipe that a mapping, shaped like the TOML document, holds."""
        _check_keys(document, ("input", "recipe"), where)
        table = _table(document, "recipe", where)
        _check_keys(table, ("normalizers", "tokenizer", "vocab"), f"{where}: [recipe]")
        if "tokenizer" not in table:
            raise ConfigurationError(f'{where}: [recipe] names no tokenizer; write tokenizer = "textengine/word"')
        normalizers = table.get("normalizers", [])
        if isinstance(normalizers, str) or not isinstance(normalizers, Sequence):
            raise ConfigurationError(f'{where}: normalizers must be a list, such as ["textengine/lowercase"]')
        read = _table(document, "input", where)
        if not isinstance(read.get("loader", ""), str):
            raise ConfigurationError(f'{where}: [input] loader must be a name, such as "textengine/text"')
        return cls(
            tokenizer=_spec(table["tokenizer"], "name", f"{where}: tokenizer"),
            normalizers=tuple(
                _spec(item, "name", f"{where}: normalizers.{number}") for number, item in enumerate(normalizers)
            ),
            vocab=_spec(table.get("vocab", DEFAULT_VOCAB), "builder", f"{where}: vocab"),
            input=dict(read),
        )


def find_recipe(recipe: str | Path | Recipe | Mapping[str, Any], registry: Registry) -> Recipe:
    """Return a recipe given as itself, as a mapping, as the name of a registered one, or as a TOML file's path.

    A string is a path if it ends in ``.toml``. Raises ConfigurationError, UnknownNameError.
    """
    if isinstance(recipe, Recipe):
        return recipe
    if isinstance(recipe, Mapping):
        return Recipe.from_mapping(recipe, "recipe")
    if isinstance(recipe, Path) or recipe.endswith(".toml"):
        try:
            text = Path(recipe).read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"recipe {recipe}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"recipe {recipe}: not UTF-8 at byte {error.start}") from error
        return Recipe.from_toml(text, str(recipe))
    component = registry.get(Kind.RECIPE, recipe)
    return Recipe.from_toml(component.value, f"recipe {component.qualified}")


def _spec(value: Any, key: str, where: str) -> Spec:
    if isinstance(value, str):
        return Spec(value)
    if not isinstance(value, Mapping) or not isinstance(value.get(key), str):
        raise ConfigurationError(f"{where}: write a name, or a table with the key {key!r} and the options")
    return Spec(value[key], {name: option for name, option in value.items() if name != key})


def _table(document: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    table = document.get(key, {})
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"{where}: {key} must be a table, [{key}]")
    return table


def _check_keys(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            hint = suggest(key, known, f"known: {', '.join(known)}")
            raise ConfigurationError(f"{where}: unknown key {key!r}{hint}")
