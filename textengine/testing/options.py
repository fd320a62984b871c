"""Options, for every kind: declared, validated, and the same after a journey through a recipe."""

from __future__ import annotations

import dataclasses
import inspect
import json
import tomllib
from collections.abc import Mapping
from typing import Any

from textengine.components import Kind
from textengine.errors import ConfigurationError, PluginError
from textengine.recipe.options import bind, option_fields
from textengine.recipe.recipe import Recipe
from textengine.recipe.resolved import resolve
from textengine.testing.check import LackingError, require_equal
from textengine.testing.subject import Subject

# No type of an option takes all of these; they can be recorded, so that nothing but the type refuses them.
_WRONG: tuple[Any, ...] = ({"no such": ["value"]}, 7.5, "text")


def options_are_declared(subject: Subject) -> None:
    """Options are the fields of a frozen dataclass; a class that takes arguments otherwise hides them from recipes."""
    value = subject.component.value
    if not isinstance(value, type):
        return
    if dataclasses.is_dataclass(value):
        if not value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise LackingError(f"{value.__name__} is a dataclass that can be changed; write @dataclass(frozen=True)")
        option_fields(subject.component)  # refuses the names that recipes need
        return
    parameters = [] if value.__init__ is object.__init__ else list(inspect.signature(value).parameters)  # type: ignore[misc]
    if parameters:
        raise LackingError(
            f"{value.__name__} takes {', '.join(parameters)}, which no recipe can set; make it a "
            "@dataclass(frozen=True) with a field for each option"
        )


def options_are_validated(subject: Subject) -> None:
    """An option refuses what is not of its type, and an unknown option is refused."""
    for name in [*option_fields(subject.component), "no_such_option"]:
        if all(_takes(subject, name, value) for value in _WRONG):
            told = ", ".join(map(repr, _WRONG[:-1])) + f" and {_WRONG[-1]!r}"
            raise LackingError(f"the option {name!r} took {told}; annotate it with the type that it needs")


def _takes(subject: Subject, name: str, value: object) -> bool:
    try:
        bind(subject.component, {**subject.options, name: value})
    except ConfigurationError:
        return False
    except PluginError as error:
        raise LackingError(f"the option {name!r} cannot be checked: {error}") from error
    return True


def options_round_trip_through_a_recipe(subject: Subject) -> None:
    """Options written as TOML, made, recorded, and made again from the record are the same options."""
    first = bind(subject.component, subject.options)
    written = "\n".join(f"{name} = {_toml(value)}" for name, value in subject.options.items() if value is not None)
    read = bind(subject.component, tomllib.loads(written))
    require_equal(first.options, read.options, "options read from TOML")
    if any(isinstance(value, Mapping) and set(value) == {"sha256"} for value in first.options.values()):
        return  # a file's content stands in the record, not its place
    again = bind(subject.component, json.loads(json.dumps(first.options)))
    require_equal(first.options, again.options, "options made again from a recipe's canonical form")
    if subject.component.kind in (Kind.NORMALIZER, Kind.TOKENIZER, Kind.VOCAB_BUILDER):
        registry = subject.engine().registry
        made = resolve(Recipe.from_mapping(subject.recipe(), "recipe"), registry)
        twin = dataclasses.replace(subject, options=first.options)
        same = resolve(Recipe.from_mapping(twin.recipe(), "recipe"), registry)
        require_equal(made.recipe_id, same.recipe_id, "the id of the recipe made again from its canonical form")


OPTION_CHECKS = (options_are_declared, options_are_validated, options_round_trip_through_a_recipe)


def _toml(value: Any) -> str:
    """Return a value as TOML, of which JSON's strings, numbers and lists are a part."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value if isinstance(value, bool | int | float) else str(value))
