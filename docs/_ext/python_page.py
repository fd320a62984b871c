"""The reference of the Python interface: the names that modules list in ``__all__``, from their docstrings."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from project import distributions

_OWN = {"textengine.corpus.commit": ["Commit", "read_manifest", "render_manifest"]}  # it has no __all__


def modules() -> list[str]:
    """Return the modules that have public names: the engine's, and the packages of plugins that list theirs."""
    packages = [name.replace("-", "_") for name in distributions()[1:]]
    listing = [name for name in packages if hasattr(import_module(name), "__all__")]
    return ["textengine", "textengine.testing", "textengine.corpus.commit", *listing]


def public(module: str) -> list[str]:
    """Return the public names of a module that have documentation of their own."""
    names = _OWN.get(module) or list(import_module(module).__all__)
    return [name for name in names if not name.startswith("__") and name != "hookimpl"]


def lines(module: str) -> Iterator[str]:
    """Yield what stands in the section of a module."""
    loaded: ModuleType = import_module(module)
    yield "```{eval-rst}"
    yield from [f".. py:module:: {module}", ""]
    for name in public(module):
        value = getattr(loaded, name)
        kind = "function"
        if isinstance(value, type):
            kind = "exception" if issubclass(value, BaseException) else "class"
        yield f".. auto{kind}:: {module}.{name}"
        if kind == "class" and not inspect.isabstract(value):
            yield "   :members:"
            if issubclass(value, enum.Enum):
                yield "   :undoc-members:"
        yield ""
    yield "```"
