"""The doctor: everything that can be said of a plugin, one finding a check."""

from __future__ import annotations

import importlib
import json
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from textengine.components import Component, Kind
from textengine.errors import ComponentError, ConfigurationError, PluginError, suggest
from textengine.plugin.hookspecs import PROJECT
from textengine.plugin.manager import Plugin, normalize_distribution
from textengine.plugin.registry import Registry
from textengine.plugin.requirements import unmet
from textengine.recipe.options import option_fields, required_options
from textengine.recipe.schema import option_schema
from textengine.testing.check import CheckError
from textengine.testing.entry import CHECKED, checks_of, hook_checks
from textengine.testing.subject import engine_with

Result = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Finding:
    """What one check of one thing came to; `message` says why it failed, or what is worth knowing."""

    plugin: str
    subject: str
    check: str
    result: Result
    message: str = ""


def examine(registry: Registry, target: str | None) -> Iterator[Finding]:
    """Yield the findings on a distribution's plugins, on a project's or module's path, or on all that are installed.

    A path is told by its separator or by being there. Raises ConfigurationError for what is neither.
    """
    plugins = registry.manager.plugins
    if target is None:
        for plugin in plugins:
            if plugin.distribution != PROJECT:
                yield from _plugin(registry, plugin)
        return
    wanted = normalize_distribution(target)
    found = [plugin for plugin in plugins if normalize_distribution(plugin.distribution) == wanted]
    for plugin in found:
        yield from _plugin(registry, plugin)
    if found:
        return
    if not Path(target).exists():
        known = sorted({plugin.distribution for plugin in plugins})
        hint = suggest(target, known, f"installed: {', '.join(known)}")
        raise ConfigurationError(f"no plugin of a distribution {target!r} is installed, and no such path exists{hint}")
    yield from _path(registry, Path(target))


def _plugin(registry: Registry, plugin: Plugin) -> Iterator[Finding]:
    yield Finding(plugin.id, "distribution", "installed", "passed", _installed(plugin))
    lacking = "; ".join(unmet(plugin.distribution))
    yield Finding(plugin.id, "distribution", "requirements", "failed" if lacking else "passed", lacking)
    if plugin.disabled:
        yield Finding(plugin.id, "hooks", "loaded", "skipped", "it is disabled")
        return
    if plugin.value is None:
        yield Finding(plugin.id, "hooks", "imports", "failed", plugin.errors[0])
        return
    yield from _contracts(registry, plugin)


def _contracts(registry: Registry, plugin: Plugin) -> Iterator[Finding]:
    """Yield what the checks of the hooks, and of each component that the hooks provide, come to."""
    for kind in Kind:
        registry.all(kind)  # asks every hook, so that what fails is known
    for error in plugin.errors:
        yield Finding(plugin.id, "hooks", "loaded", "failed", error)
    for check in hook_checks(plugin.value):
        yield _checked(plugin.id, check)
    for kind in Kind:
        for component in registry.all(kind):
            if component.distribution != plugin.distribution:
                continue
            others = [item.qualified for item in registry.find(kind, component.name) if item is not component]
            shared = f"so is {', '.join(others)}: write the name in full" if others else "no other plugin uses its name"
            yield Finding(plugin.id, f"{kind} {component.name}", "name", "passed", shared)
            if kind not in CHECKED:
                continue
            options = _options(plugin, component)
            yield options
            if options.result == "failed":
                continue  # no check could make it
            if needed := required_options(component):
                why = f"it needs the option {needed[0]!r}; check it in its tests, with parametrize_with_checks"
                yield Finding(plugin.id, f"{kind} {component.name}", "contract", "skipped", why)
                continue
            for check in checks_of(kind, component):
                yield _checked(plugin.id, check)


def _options(plugin: Plugin, component: Component) -> Finding:
    """Return whether a recipe can set each option of a component, and which they are."""
    subject, check = f"{component.kind} {component.name}", "options schema"
    try:
        fields = option_fields(component)
        for field in fields.values():
            option_schema(component, field)
    except ComponentError as error:
        return Finding(plugin.id, subject, check, "failed", error.reason)
    except PluginError as error:
        return Finding(plugin.id, subject, check, "failed", str(error))
    return Finding(plugin.id, subject, check, "passed", ", ".join(fields) or "it has no options")


def _checked(plugin: str, check: Any) -> Finding:
    try:
        check()
    except CheckError as error:
        return Finding(plugin, check.subject, check.name, "failed", error.reason)
    return Finding(plugin, check.subject, check.name, "passed")


def _installed(plugin: Plugin) -> str:
    """Return the version, and whether the distribution is installed from a folder that can be edited."""
    try:
        origin = distribution(plugin.distribution).read_text("direct_url.json")
    except PackageNotFoundError:
        return f"{plugin.version}, without metadata"
    editable = origin is not None and json.loads(origin).get("dir_info", {}).get("editable", False)
    return f"{plugin.version}, {'editable' if editable else 'not editable'}"


def _path(registry: Registry, path: Path) -> Iterator[Finding]:
    """Yield the findings on a project that has a pyproject.toml, or on a module in a file."""
    for name, modules in _entry_points(path):
        hint = f"no; pip install -e {path}" if path.is_dir() else "no; it is a file"
        known = [plugin for plugin in registry.manager.plugins if plugin.distribution == normalize_distribution(name)]
        if known:
            for plugin in known:
                yield from _plugin(registry, plugin)
            continue
        yield Finding(name, "distribution", "installed", "skipped", hint)
        for module in modules:
            try:
                value = _imported(path, module)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - an import may raise anything
                yield Finding(name, "hooks", "imports", "failed", f"{type(error).__name__}: {error}")
                continue
            own = engine_with((name, value)).registry
            plugin = next(item for item in own.manager.plugins if item.value is value)
            yield from _contracts(own, plugin)


def _entry_points(path: Path) -> list[tuple[str, list[str]]]:
    """Return (distribution, its modules of hooks). Raises ConfigurationError where the path has no plugin."""
    if path.suffix == ".py":
        return [(path.stem, [path.stem])]
    try:
        project = tomllib.loads((path / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return [(project["name"], list(project["entry-points"][PROJECT].values()))]
    except OSError as error:
        raise ConfigurationError(f"{path}: no pyproject.toml in it: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"{path / 'pyproject.toml'}: no [project.entry-points.{PROJECT}] that names a module of hooks: {error}"
        ) from error


def _imported(path: Path, module: str) -> ModuleType:
    root = path.parent if path.is_file() else path / "src" if (path / "src").is_dir() else path
    sys.path.insert(0, str(root.resolve()))  # and there it stays: hooks import their components when they are asked
    return importlib.import_module(module)
