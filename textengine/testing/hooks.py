"""What a plugin's module of hooks must do."""

from __future__ import annotations

import inspect
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from textengine.engine import Engine
from textengine.errors import suggest
from textengine.plugin import hookspecs
from textengine.plugin.hookspecs import PROJECT
from textengine.testing.check import LackingError, require_equal
from textengine.testing.spawn import run_clean

HEAVY = (
    "numpy", "pydantic", "rich", "numba", "torch", "pyarrow", "ray", "pandas", "scipy", "sklearn", "matplotlib",
    "tensorflow", "jax", "transformers", "datasets", "tokenizers", "spacy", "nltk",
)  # fmt: skip
SECONDS = 0.5  # far above what importing a few names takes, on a busy machine too
_TRIES = 3

_IMPORT = """
import pickle, sys, time
sys.path[:], name, heavy = pickle.load(sys.stdin.buffer)
import textengine.plugin.hookspecs
before, started = set(sys.modules), time.perf_counter()
__import__(name)
seconds = time.perf_counter() - started
print("imported:", seconds, *(item for item in heavy if item in set(sys.modules) - before))
"""


@dataclass(frozen=True)
class Hooks:
    """A module of hooks, or any other plugin object."""

    value: Any

    @classmethod
    def of(cls, given: object) -> Hooks:
        """Return the hooks of a module, of a module's dotted name, or of an object."""
        return cls(import_module(given) if isinstance(given, str) else given)

    def __str__(self) -> str:
        return f"hooks {getattr(self.value, '__name__', type(self.value).__name__)}"

    @cached_property
    def engine(self) -> Engine:
        """An engine that has the plugin, beside those installed, whose hooks it may implement."""
        return Engine([("checked", self.value)])

    def known(self) -> set[str]:
        """Return the names of all hooks: the engine's, and those that plugins specify."""
        own = {name for name in vars(hookspecs) if name.startswith(f"{PROJECT}_")}
        return own | set(self.engine.registry.manager.further_hooks)

    def implemented(self) -> dict[str, tuple[str, Callable[..., Any]]]:
        """Return the functions marked as hooks, by their own name: (the hook that each implements, function)."""
        found = {}
        for name in dir(self.value):
            function = getattr(self.value, name, None)
            options = getattr(function, f"{PROJECT}_impl", None)
            if callable(function) and isinstance(options, dict) and not options.get("optionalhook"):
                found[name] = (options.get("specname") or name, function)
        return found


def implements_a_hook(hooks: Hooks) -> None:
    """At least one function is marked with ``@hookimpl``."""
    if not hooks.implemented():
        raise LackingError("expected a function marked with @textengine.hookimpl, found none")


def hooks_are_known(hooks: Hooks) -> None:
    """Every function that is marked, or named like a hook, is a hook."""
    known = hooks.known()
    for name, (hook, _) in hooks.implemented().items():
        if hook not in known:
            raise LackingError(f"{name}: expected the name of a hook, got {hook!r}{suggest(hook, known)}")
    for name, attribute in vars(hooks.value).items():
        marked = hasattr(attribute, f"{PROJECT}_impl")
        if name.startswith(f"{PROJECT}_") and inspect.isfunction(attribute) and not marked:
            raise LackingError(f"{name} is not marked with @hookimpl, so it would never be called")


def parameters_have_no_defaults(hooks: Hooks) -> None:
    """No parameter of a hook has a default: it would hide the value that the caller passes."""
    for name, (_, function) in hooks.implemented().items():
        for parameter in inspect.signature(function).parameters.values():
            if parameter.default is not parameter.empty:
                raise LackingError(
                    f"{name}: the parameter {parameter.name!r} has a default, which hides the caller's value"
                )


def hooks_return_components(hooks: Hooks) -> None:
    """Each hook can be called, again and again, and returns a mapping from the same names to components."""
    manager = Engine([("checked", hooks.value)]).registry.manager
    [plugin] = [item for item in manager.plugins if item.value is hooks.value]
    for hook, _ in hooks.implemented().values():
        answers = [list(names) for _ in range(2) for found, names in manager.ask(hook) if found is plugin]
        if plugin.errors:
            break
        if answers:
            require_equal(answers[0], answers[-1], f"the names that {hook} returns when it is called again")
    if plugin.errors:
        raise LackingError(plugin.errors[0])


def imports_light(hooks: Hooks) -> None:
    """Importing the module loads none of the heavy libraries: ``textengine --help`` imports every plugin."""
    _, heavy = _imported(hooks)
    if heavy:
        raise LackingError(f"importing it loads {', '.join(heavy)}; import them in the function that needs them")


def imports_quick(hooks: Hooks) -> None:
    """Importing the module takes no time to speak of."""
    times = []
    for _ in range(_TRIES):  # the machine may be busy once
        times.append(_imported(hooks)[0])
        if times[-1] <= SECONDS:
            return
    raise LackingError(f"expected an import of at most {SECONDS} s, got {min(times):.2f} s; import late what is slow")


def _imported(hooks: Hooks) -> tuple[float, list[str]]:
    """Return the seconds that importing the module takes in a clean process, and the heavy libraries it loads."""
    if not inspect.ismodule(hooks.value):
        return 0.0, []
    done = run_clean(_IMPORT, pickle.dumps((sys.path, hooks.value.__name__, HEAVY)))
    _, found, line = done.stdout.decode(errors="replace").rpartition("imported:")
    if not found:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit status {done.returncode}"]
        raise LackingError(f"expected an import in a clean process, got {lines[-1]}")
    seconds, *heavy = line.split()
    return float(seconds), heavy


CHECKS = (
    implements_a_hook,
    hooks_are_known,
    parameters_have_no_defaults,
    hooks_return_components,
    imports_light,
    imports_quick,
)
