"""The reference of the Python interface: the names that modules list in ``__all__``, from their docstrings."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

# module -> its public names; None: those of its __all__
MODULES: dict[str, list[str] | None] = {
    "textengine": None,
    "textengine.testing": None,
    "textengine.corpus.commit": ["Commit", "read_manifest", "render_manifest"],
    "textengine_seqmodel": None,
}


def public(module: str) -> list[str]:
    """Return the public names of a module that have documentation of their own."""
    names = MODULES[module] or list(import_module(module).__all__)
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
