"""PluginManager: finds plugins, isolates their faults, and asks their hooks. A typed facade over pluggy."""

from __future__ import annotations

import inspect
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from textengine.errors import PluginError, suggest
from textengine.plugin import hookspecs
from textengine.plugin.hookspecs import PROJECT
from textengine.trace import IMPORT, HookCall, Trace

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")
logger = logging.getLogger("textengine")

STRICT_VARIABLE = "TEXTENGINE_STRICT_PLUGINS"
DISABLED_VARIABLE = "TEXTENGINE_DISABLED_PLUGINS"
_SPECS_HOOK = "textengine_hookspecs"


@dataclass
class Plugin:
    """What is known about one plugin: an entry point of a distribution, or an object given to the engine."""

    distribution: str
    name: str
    version: str
    value: Any = None
    disabled: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """``distribution:name``, unique in a manager."""
        return f"{self.distribution}:{self.name}"

    @property
    def status(self) -> str:
        """``loaded``, ``failed`` or ``disabled``."""
        return "disabled" if self.disabled else "failed" if self.errors else "loaded"


def normalize_distribution(name: str) -> str:
    """Return the one spelling of a distribution's name: lower case, runs of ``-_.`` as one dash (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class PluginManager:
    """The plugins of one engine. Nothing here is shared between engines.

    builtin: the engine's own plugin, always first. discover: whether installed distributions are asked for plugins
    (entry-point group ``textengine``). given: further plugin objects (modules, or anything with hook
    implementations), each alone or as (distribution name, object). disabled: distribution names, or
    ``distribution:name``, of plugins that are not even imported; TEXTENGINE_DISABLED_PLUGINS adds to them.

    A plugin that fails is recorded, warned about once (logger ``textengine``) and skipped; with
    TEXTENGINE_STRICT_PLUGINS=1 it raises PluginError. trace: what is told of every import and every call of a hook.
    """

    def __init__(
        self,
        builtin: tuple[str, str, object],
        *,
        discover: bool = True,
        given: Iterable[object] = (),
        disabled: Iterable[str] = (),
        trace: Trace | None = None,
    ) -> None:
        self.trace = trace
        self.plugins: list[Plugin] = []
        self.further_hooks: list[str] = []  # those that plugins specify
        self._strict = os.environ.get(STRICT_VARIABLE, "") not in ("", "0")
        named = [*disabled, *os.environ.get(DISABLED_VARIABLE, "").split(",")]
        self._disabled = {_normalize_id(name.strip()) for name in named if name.strip()}
        self._pluggy = pluggy.PluginManager(PROJECT)
        self._pluggy.add_hookspecs(hookspecs)
        self._hooks = {name for name in vars(hookspecs) if name.startswith(f"{PROJECT}_")}

        distribution, version, value = builtin
        self._admit(Plugin(distribution, "builtin", version), lambda: value)
        for entry_point in _entry_points() if discover else ():
            self._admit(*_described(entry_point))
        for item in given:
            plugin = self._given(item)
            if all(plugin.value is not other.value for other in self.plugins):
                self._admit(plugin, lambda value=plugin.value: value)  # type: ignore[misc]
        self._add_hookspecs()
        for plugin in self.plugins:
            if plugin.status == "loaded":
                self._register(plugin)
        self._warn_unknown_disabled()

    def ask(self, hook: str) -> Iterator[tuple[Plugin, Mapping[str, Any]]]:
        """Yield (plugin, its mapping) for every plugin that implements `hook`; a plugin that fails is skipped."""
        caller = getattr(self._pluggy.hook, hook, None)
        if caller is None:
            raise PluginError(f"no hook is named {hook!r}{suggest(hook, self._hooks)}")
        implementations = {impl.plugin_name: impl for impl in caller.get_hookimpls()}
        for plugin in self.plugins:
            implementation = implementations.get(plugin.id)
            if implementation is None:
                continue
            try:
                yield plugin, self._asked(implementation.function, plugin, hook)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
                self._fail(plugin, f"{hook}: {_reason(error)}", error)

    def _asked(self, implementation: Callable[[], object], plugin: Plugin, hook: str) -> Mapping[str, Any]:
        return self._told(hook, plugin, lambda: _checked(implementation(), plugin, hook))

    def _told(self, hook: str, plugin: Plugin, function: Callable[[], T]) -> T:
        """Return ``function()``, the call of a hook or an import; the trace is told of it, also where it fails."""
        if self.trace is None:
            return function()
        started, size, error = perf_counter(), None, ""
        try:
            result = function()
            size = len(result) if isinstance(result, Mapping) else None
            return result
        except BaseException as raised:
            error = _reason(raised)
            raise
        finally:
            seconds = perf_counter() - started
            self.trace.hook(HookCall(hook, plugin.id, plugin.version, seconds, size, error))

    def _admit(self, plugin: Plugin, load: Callable[[], object]) -> None:
        self.plugins.append(plugin)
        if {normalize_distribution(plugin.distribution), _normalize_id(plugin.id)} & self._disabled:
            plugin.disabled, plugin.value = True, None
            return
        try:
            plugin.value = self._told(IMPORT, plugin, load)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an import may raise anything
            self._fail(plugin, _reason(error), error)

    def _given(self, item: object) -> Plugin:
        name, value = item if isinstance(item, tuple) else ("", item)
        name = str(name or getattr(value, "__name__", None) or type(value).__name__)
        version = str(getattr(value, "__version__", "unversioned"))
        taken = {plugin.distribution for plugin in self.plugins}
        unique, number = name, 2
        while unique in taken:
            unique, number = f"{name}-{number}", number + 1
        return Plugin(unique, "given", version, value)

    def _add_hookspecs(self) -> None:
        """Let plugins specify further hooks, before any plugin's hooks are checked against the list."""
        for plugin in self.plugins:
            implementation = getattr(plugin.value, _SPECS_HOOK, None)
            if plugin.status != "loaded" or implementation is None:
                continue
            try:
                specs = self._asked(implementation, plugin, _SPECS_HOOK)
                marked = {name: hookspecs.hookspec(function) for name, function in specs.items()}
                if clash := set(marked) & self._hooks:
                    raise PluginError(f"the hook {sorted(clash)[0]!r} is specified already")
                self._pluggy.add_hookspecs(type("Specs", (), {k: staticmethod(v) for k, v in marked.items()}))
                self._hooks |= set(marked)
                self.further_hooks += marked
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
                self._fail(plugin, f"{_SPECS_HOOK}: {_reason(error)}", error)

    def _register(self, plugin: Plugin) -> None:
        try:
            self._check_hooks(plugin.value)
            self._pluggy.register(plugin.value, plugin.id)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - validation calls the plugin's attributes
            # pluggy leaves a plugin that fails validation half registered
            if self._pluggy.has_plugin(plugin.id):
                self._pluggy.unregister(name=plugin.id)
            self._fail(plugin, _reason(error), error)

    def _check_hooks(self, value: object) -> None:
        """Raise PluginError for a hook that pluggy would ignore, misread or never call."""
        for name in dir(value):
            options = self._pluggy.parse_hookimpl_opts(value, name)
            if options is None:
                attribute = inspect.getattr_static(value, name)
                if name.startswith(f"{PROJECT}_") and isinstance(attribute, FunctionType | staticmethod):
                    raise PluginError(f"{name} is not marked with @hookimpl, so it would never be called")
                continue
            name = options.get("specname") or name
            if name not in self._hooks:
                if options.get("optionalhook"):
                    continue  # meant for another plugin's hook, which is not here
                raise PluginError(f"{name!r} is not a hook of textengine{suggest(name, self._hooks)}")
            if options.get("wrapper") or options.get("hookwrapper"):
                raise PluginError(f"{name} is a hook wrapper; textengine's hooks cannot be wrapped")
            for parameter in inspect.signature(getattr(value, name)).parameters.values():
                if parameter.default is not parameter.empty:
                    raise PluginError(
                        f"{name} gives its parameter {parameter.name!r} a default, which would hide the "
                        f"caller's value; remove the default"
                    )

    def _fail(self, plugin: Plugin, reason: str, error: BaseException) -> None:
        from textengine.plugin.requirements import unmet  # which imports much, and is rarely asked

        reason = "; ".join([reason, *unmet(plugin.distribution)])
        message = f"plugin {plugin.distribution} {plugin.version} ({plugin.name}) is skipped: {reason}"
        if self._strict or plugin.distribution == PROJECT:
            raise PluginError(message) from error
        if not plugin.errors:
            logger.warning("%s", message)
        plugin.errors.append(reason)
        logger.debug("traceback of %s", plugin.id, exc_info=error)

    def _warn_unknown_disabled(self) -> None:
        known = {normalize_distribution(plugin.distribution) for plugin in self.plugins}
        known |= {_normalize_id(plugin.id) for plugin in self.plugins}
        for name in sorted(self._disabled - known):
            logger.warning("no plugin named %r is installed, so there is nothing to disable", name)


def _entry_points() -> list[EntryPoint]:
    from importlib.metadata import entry_points  # imported late: the slowest import of `--help`

    return sorted(entry_points(group=PROJECT), key=lambda point: (_distribution(point)[0], point.name))


def _distribution(entry_point: EntryPoint) -> tuple[str, str]:
    """Return the name and version of an entry point's distribution, whose metadata may be gone."""
    try:
        name, version = entry_point.dist.name, entry_point.dist.version  # type: ignore[union-attr]
        return normalize_distribution(name), str(version)
    except (AttributeError, TypeError, KeyError):
        return entry_point.value.partition(":")[0], "unversioned"


def _described(entry_point: EntryPoint) -> tuple[Plugin, Callable[[], object]]:
    distribution, version = _distribution(entry_point)
    return Plugin(distribution, entry_point.name, version), entry_point.load


def _normalize_id(name: str) -> str:
    distribution, colon, rest = name.partition(":")
    return normalize_distribution(distribution) + colon + rest


def _checked(result: object, plugin: Plugin, hook: str) -> Mapping[str, Any]:
    """Return what a hook returned if it keeps the contract that all hooks share; raise PluginError if not."""
    if not isinstance(result, Mapping):
        raise PluginError(f"it must return a mapping from name to component, not {type(result).__name__}")
    for name, component in result.items():
        if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
            if hook == _SPECS_HOOK and isinstance(name, str) and name.isidentifier():
                continue
            raise PluginError(f"{name!r} is no name: use lower-case letters, digits, dots, dashes, underscores")
        if hook == "textengine_recipes":
            if not isinstance(component, str):
                raise PluginError(f"recipe {name!r} must be TOML text, not {type(component).__name__}")
        elif hook == "textengine_commands":
            if not hasattr(component, "get_short_help_str"):  # without importing click for it
                raise PluginError(f"{name!r} must be a click command, not {type(component).__name__}")
        elif not callable(component):
            raise PluginError(f"{name!r} must be a class or a callable, not {type(component).__name__}")
    return result


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, PluginError) else f"{type(error).__name__}: {text}".removesuffix(": ")
