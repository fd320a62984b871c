"""Registry: components by kind and name."""

from __future__ import annotations

from collections.abc import Iterable

from textengine.components import Component, Kind
from textengine.errors import UnknownNameError, suggest
from textengine.plugin.hookspecs import PROJECT
from textengine.plugin.manager import PluginManager


class Registry:
    """Looks components up by bare or qualified name. A kind's hook is asked when the kind is first needed.

    Further kinds, which plugins specify, are known by the name of their hook, such as "seqmodel_models".
    """

    def __init__(self, manager: PluginManager) -> None:
        self.manager = manager
        self._kinds: dict[str, list[Component]] = {}

    def all(self, kind: str) -> list[Component]:
        """Return every component of `kind`, built-ins first, then by distribution; each plugin's in its order."""
        if kind not in self._kinds:
            hook = kind.hook if isinstance(kind, Kind) else kind
            self._kinds[kind] = [
                Component(kind, name, plugin.distribution, plugin.version, value)
                for plugin, provided in self.manager.ask(hook)
                for name, value in provided.items()
            ]
        return self._kinds[kind]

    def find(self, kind: str, name: str) -> list[Component]:
        """Return the components that `name`, bare or qualified, could mean."""
        return [component for component in self.all(kind) if name in (component.name, component.qualified)]

    def get(self, kind: str, name: str) -> Component:
        """Return the component that `name` means. Raises UnknownNameError if there is none, or more than one."""
        found = self.find(kind, name)
        if not found:
            raise UnknownNameError(self._unknown(kind, name))
        if len(found) > 1:
            owners = " and ".join(repr(component.qualified) for component in found)
            raise UnknownNameError(f"{kind} {name!r} is provided more than once: write {owners} in full")
        return found[0]

    def names(self, kind: str) -> list[str]:
        """Return the shortest name of each component of `kind` that is not ambiguous, sorted."""
        return sorted(self.shortest(component) for component in self.all(kind))

    def shortest(self, component: Component) -> str:
        """Return the bare name if it means `component` alone, the qualified name otherwise."""
        alone = len(self.find(component.kind, component.name)) == 1
        return component.name if alone else component.qualified

    def by_suffix(self, suffix: str) -> Component | None:
        """Return the loader that declares `suffix`, if one does; for its own suffixes, the built-in one.

        Raises UnknownNameError where the loaders of two other plugins do.
        """
        found = [component for component in self.all(Kind.LOADER) if suffix.lower() in suffixes_of(component)]
        found = [component for component in found if component.distribution == PROJECT] or found
        if len(found) > 1:
            names = " or ".join(f"--loader {component.qualified}" for component in found)
            raise UnknownNameError(f"files ending in {suffix!r} are claimed more than once: say {names}")
        return found[0] if found else None

    def _unknown(self, kind: str, name: str) -> str:
        names = self.names(kind)
        qualified = [component.qualified for component in self.all(kind)]
        there = f"there is: {_listed(names)}"
        known = qualified if "/" in name else names
        message = f"no {kind} is named {name!r}{suggest(name, known, there)}"
        plugins = self.manager.plugins
        failed = [f"{p.distribution} {p.version} ({p.errors[0]})" for p in plugins if p.status == "failed"]
        disabled = [p.distribution for p in plugins if p.disabled]
        if failed:
            message += f"; plugins that failed to load: {_listed(failed)}"
        if disabled:
            message += f"; disabled plugins: {_listed(disabled)}"
        return message


def suffixes_of(loader: Component) -> tuple[str, ...]:
    """Return the file endings that a loader declares, in lower case."""
    declared = getattr(loader.value, "suffixes", ())
    return tuple(suffix.lower() for suffix in ([declared] if isinstance(declared, str) else declared))


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items) or "none"
