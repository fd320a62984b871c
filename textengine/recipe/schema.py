"""The JSON Schema of recipe files: every key, and every component that is installed with its options.

An editor that is given it completes names and options, and marks what the engine would refuse. What a component checks
by itself, such as whether a pattern compiles, no schema can say.
"""

from __future__ import annotations

import inspect
import logging
import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field
from typing import Any

from textengine.components import Component, Kind
from textengine.errors import ComponentError, PluginError
from textengine.plugin.registry import Registry
from textengine.recipe.options import option_fields, required_options

logger = logging.getLogger("textengine")

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def recipe_schema(registry: Registry) -> Schema:
    """Return the JSON Schema (draft 2020-12) of a recipe, as TOML or as a mapping, over the components of `registry`.

    An option whose annotation cannot be described may be anything; a warning names it.
    """
    definitions: Schema = {}
    components = {kind: _components(registry, kind, definitions) for kind in (Kind.NORMALIZER, Kind.TOKENIZER)}
    policies = _components(registry, Kind.VOCAB_BUILDER, definitions, "builder")
    recipe: dict[str, Schema] = {
        "normalizers": {
            "description": "What changes a record's text, in this order.",
            "type": "array",
            "items": components[Kind.NORMALIZER],
            "default": [],
        },
        "tokenizer": {"description": "What cuts a record into tokens."} | components[Kind.TOKENIZER],
        "vocab": {"description": "Which tokens get an id, and in which order."} | policies,
    }
    parts = {
        "input": {"description": "Defaults for reading; no part of the recipe's identity."}
        | _input(registry, definitions),
        "recipe": {"description": "How a record becomes ids."} | _object(recipe, ["tokenizer"]),
    }
    title = {"$schema": DIALECT, "title": "Recipe of textengine"}
    return title | _object(parts, ["recipe"]) | ({"$defs": definitions} if definitions else {})


def option_schema(component: Component, field: Field[Any]) -> Schema:
    """Return the JSON Schema of an option. Raises ComponentError for one that cannot be described."""
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    place = re.sub(r"[^\w.-]", "-", f"{component.kind}.{component.qualified}.{field.name}")
    try:
        adapter = TypeAdapter(typing.get_type_hints(component.value)[field.name])
        schema = adapter.json_schema(ref_template=f"#/$defs/{place}.{{model}}")
        if field.name not in required_options(component):
            default = field.default if field.default_factory is MISSING else field.default_factory()
            schema["default"] = adapter.dump_python(default, mode="json", warnings=False)
    except (NameError, TypeError, ValueError, PydanticUserError) as error:
        reason = str(error).partition("\n")[0]
        raise component.fault(f"its option {field.name!r} has a type that cannot be described: {reason}") from error
    if "$defs" in schema:
        schema["$defs"] = {f"{place}.{name}": inner for name, inner in schema["$defs"].items()}
    return schema


def _components(registry: Registry, kind: Kind, definitions: Schema, key: str = "name") -> Schema:
    """Return the schema of a component of `kind`: a name, or a table with the name under `key` and the options."""
    found = _usable(registry, kind)
    bare = [name for item in found if not required_options(item) for name in _names(registry, item)]
    tables = [
        {"description": _about(item)}
        | _object({key: {"enum": _names(registry, item)}} | _options(item, definitions), [key, *required_options(item)])
        for item in found
    ]
    return {"anyOf": [{"enum": bare}, *tables]}


def _input(registry: Registry, definitions: Schema) -> Schema:
    """Return the schema of ``[input]``: the options of the loader that is named, or of whichever reads the file."""
    loaders = _usable(registry, Kind.LOADER)
    options = {loader.qualified: _options(loader, definitions) for loader in loaders}
    # What a loader does not have is left out for it, so that a recipe reads text and tables alike.
    common: Schema = {"encoding": {}, "errors": {}, "records": {}}
    named = [
        {"description": _about(loader)}
        | _object({"loader": {"enum": _names(registry, loader)}} | common | options[loader.qualified], ["loader"])
        for loader in loaders
    ]
    return {"anyOf": [_object(common | _united(options.values()), []), *named]}


def _united(schemas: Iterable[Mapping[str, Schema]]) -> dict[str, Schema]:
    """Return each option with all that any of its owners takes."""
    united: dict[str, list[Schema]] = {}
    for options in schemas:
        for name, schema in options.items():
            if schema not in united.setdefault(name, []):
                united[name].append(schema)
    return {name: found[0] if len(found) == 1 else {"anyOf": found} for name, found in united.items()}


def _usable(registry: Registry, kind: Kind) -> list[Component]:
    """Return the components of `kind`, but for those that no recipe can make, which a warning names."""
    found = []
    for component in registry.all(kind):
        try:
            option_fields(component)
        except PluginError as error:
            logger.warning("%s; it is left out of the schema", error)
        else:
            found.append(component)
    return found


def _options(component: Component, definitions: Schema) -> dict[str, Schema]:
    """Return the schema of each option; what it refers to goes into `definitions`."""
    schemas: dict[str, Schema] = {}
    for name, field in option_fields(component).items():
        try:
            schemas[name] = option_schema(component, field)
            definitions |= schemas[name].pop("$defs", {})
        except ComponentError as error:
            logger.warning("%s; the schema lets it be anything", error)
            schemas[name] = {}
    return schemas


def _names(registry: Registry, component: Component) -> list[str]:
    return list(dict.fromkeys([component.qualified, registry.shortest(component)]))


def _about(component: Component) -> str:
    """Return the first sentence of a component's docstring, and whose it is."""
    first = (inspect.getdoc(component.value) or component.name).partition("\n\n")[0]
    return f"{' '.join(first.split())} ({component.distribution} {component.version})"


def _object(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": required, "additionalProperties": False}
