"""What a new project is called: its distribution, its module, and the name of what it provides."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from textengine.errors import ConfigurationError
from textengine.plugin.hookspecs import PROJECT
from textengine.plugin.manager import normalize_distribution

LONGEST = 60  # the templates leave so much room in lines of 120 characters, which the project's own lint asks for
_PREFIX = f"{PROJECT}-"
_FOLDERS = ("tests", "build", "dist")  # beside the package, in every project


@dataclass(frozen=True)
class Names:
    """The names of a project. distribution: what pip installs; module: what Python imports; component: textengine."""

    distribution: str
    module: str
    component: str

    @classmethod
    def of(cls, given: str) -> Names:
        """Return the names that follow from that of a distribution (PEP 508), such as ``textengine-foo``.

        Raises ConfigurationError, which says what is wrong with it: installed, the project must stand in nobody's way.
        """
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", given):
            raise ConfigurationError(
                f"{given!r} is no name of a distribution: use letters, digits, dots, dashes and underscores, "
                "with a letter or digit first and last"
            )
        name = normalize_distribution(given)
        if len(name) > LONGEST:
            raise ConfigurationError(f"{given!r} has {len(name)} characters; use at most {LONGEST}")
        names = cls(name, name.replace("-", "_"), name.removeprefix(_PREFIX))
        if reason := _in_the_way(names):
            instead = "" if name.startswith(_PREFIX) or name == PROJECT else f", such as '{_PREFIX}{name}'"
            raise ConfigurationError(f"{given!r} cannot be the name of a project: {reason}; choose another{instead}")
        return names


def _in_the_way(names: Names) -> str:
    """Return why a project must not have these names, or an empty string."""
    module = names.module
    if not module.isidentifier() or keyword.iskeyword(module):
        return f"Python cannot import a module called {module!r}"
    if module in _FOLDERS:
        return f"every project has a folder {module!r} for something else"
    if module == PROJECT:
        return "its module would hide textengine itself"
    if module in sys.stdlib_module_names:
        return f"its module would hide the module {module!r} of Python's standard library"
    spec = find_spec(module)
    # a folder without code, such as that of an earlier try, is found too, but hides nothing
    if spec is not None and spec.has_location:
        return f"its module would hide the module {module!r}, which is installed here"
    try:
        distribution(names.distribution)
    except PackageNotFoundError:
        return ""
    return f"it would replace the distribution {names.distribution!r}, which is installed here"
