"""Options: checks them against the fields of a component's dataclass, and makes the component."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textengine.components import Bound, Component
from textengine.digest import file_digest
from textengine.errors import ConfigurationError, PluginError, suggest

_RESERVED = ("name", "builder")  # the keys under which a recipe names the component itself


class Part(dict[str, Any]):
    """Members to set in a table of which the rest stays as it is by default."""


class RawValue(str):
    """An option's value as written on a command line: text, or TOML where the option is not text."""


def bind(component: Component, options: Mapping[str, Any]) -> Bound:
    """Return the component, made with `options`.

    Raises ConfigurationError for options that the component does not have or does not take, and ComponentError
    where making it fails for any other reason.
    """
    where = f"{component.kind} {component.qualified}"
    if not isinstance(component.value, type):
        _check_names(options, {}, where)
        return Bound(component, {}, component.value)
    fields = option_fields(component)
    _check_names(options, fields, where)
    options = {name: _completed(value, fields[name]) for name, value in options.items()}
    changed = {name: value for name, value in options.items() if not _repeats_default(value, fields[name])}
    values = _validated(component, changed)
    for name in required_options(component):
        if name not in changed:
            raise ConfigurationError(f"{where} needs the option {name!r}")
    try:
        call = component.value(**values)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{where}: {error}") from error
    except (Exception, SystemExit) as error:
        raise component.fault(f"it cannot be made: {type(error).__name__}: {error}") from error
    if not callable(call):
        raise component.fault(f"{type(call).__name__} has no __call__")
    return Bound(component, {name: _plain(getattr(call, name), f"{where}: {name}") for name in fields}, call)


def option_fields(component: Component) -> dict[str, dataclasses.Field[Any]]:
    """Return the options that a component declares, by name. Raises PluginError for a name that recipes need."""
    if not dataclasses.is_dataclass(component.value):
        return {}
    fields = {field.name: field for field in dataclasses.fields(component.value) if field.init}
    for name in _RESERVED:
        if name in fields:
            raise PluginError(f"{component.kind} {component.qualified}: an option cannot be called {name!r}")
    return fields


def required_options(component: Component) -> list[str]:
    """Return the names of the options that have no default. Raises PluginError as `option_fields` does."""
    return [
        name
        for name, field in option_fields(component).items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]


def _check_names(options: Mapping[str, Any], fields: Mapping[str, Any], where: str) -> None:
    for name in options:
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise ConfigurationError(f"{where} has no option {name!r}{suggest(name, fields, f'its options: {known}')}")


def _completed(value: Any, field: dataclasses.Field[Any]) -> Any:
    if not isinstance(value, Part) or field.default_factory is dataclasses.MISSING:
        return value
    return {**field.default_factory(), **value}


def _repeats_default(value: Any, field: dataclasses.Field[Any]) -> bool:
    """Return whether `value` is what the option has anyway; then there is nothing to check, and nothing to import."""
    default: Any = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    if isinstance(value, list) and isinstance(default, tuple):
        value = tuple(value)
    if type(value) is not type(default) or value != default:
        return False
    return not isinstance(value, Mapping) or list(value) == list(default)  # the order of specials decides ids


def _validated(component: Component, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return `options` checked against the component's annotations."""
    if not options:
        return {}
    from pydantic import TypeAdapter, ValidationError
    from pydantic.errors import PydanticUserError

    values: dict[str, Any] = {}
    name = next(iter(options))
    try:
        hints = typing.get_type_hints(component.value)
        for name, value in options.items():
            where = f"{component.kind} {component.qualified}: {name}"
            try:
                values[name] = TypeAdapter(hints[name]).validate_python(_parsed(value, hints[name]))
            except ValidationError as error:
                first = error.errors()[0]
                place = "".join(f".{part}" for part in first["loc"])
                raise ConfigurationError(f"{where}{place}: {first['msg']}, not {first['input']!r}") from None
    except (NameError, PydanticUserError) as error:
        reason = str(error).partition("\n")[0]
        raise component.fault(f"its option {name!r} has an annotation that cannot be checked: {reason}") from error
    return values


def _parsed(value: Any, annotation: Any) -> Any:
    """Return `value` with every RawValue in it read as the annotation asks."""
    if isinstance(value, Mapping):
        inner = typing.get_args(annotation)[-1:] or (Any,)
        return {key: _parsed(item, inner[0]) for key, item in value.items()}
    if not isinstance(value, RawValue) or _is_text(annotation):
        return str(value) if isinstance(value, RawValue) else value
    import tomllib

    try:
        document = tomllib.loads(f"value = {value}")
    except tomllib.TOMLDecodeError:
        return str(value)
    return document["value"] if len(document) == 1 else str(value)


def _is_text(annotation: Any) -> bool:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return any(_is_text(arm) for arm in typing.get_args(annotation))
    return isinstance(annotation, type) and issubclass(annotation, str | Path)


def _plain(value: Any, where: str) -> Any:
    """Return an option's value as JSON can hold it; a file is its content's digest, wherever it lies."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigurationError(f"{where}: {value} is no number that can be recorded")
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ConfigurationError(f"{where}: {value!r} holds a lone surrogate, which is no character") from None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Path):
        try:
            return {"sha256": file_digest(value)}
        except OSError as error:
            raise ConfigurationError(f"{where}: {value}: {error.strerror}") from error
    if isinstance(value, Mapping):
        return {_plain(str(key), where): _plain(item, where) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, where) for item in value]
    raise ConfigurationError(f"{where}: an option of type {type(value).__name__} cannot be recorded")
