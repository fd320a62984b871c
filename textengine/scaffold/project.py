"""A project as files: made from the templates, and written whole or not at all.

The folders below ``templates`` are projects: ``common``, which every project has, and one for each kind. ``module`` in
a path stands for the name of the module, and the texts in ``parts`` are put where other templates name them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

import textengine
from textengine.errors import OutputExistsError
from textengine.plugin.hookspecs import PROJECT
from textengine.scaffold.kinds import PROJECTS, ProjectKind
from textengine.scaffold.names import Names

_TEMPLATES = Path(__file__).with_name("templates")
_SUFFIX = ".tmpl"
_PARTS = "parts"


def render(names: Names, kind: str) -> dict[str, str]:
    """Return the files of a project of `kind`, a key of PROJECTS, as path -> text, sorted by path."""
    values = _values(names, PROJECTS[kind])
    found = {path: text for folder in ("common", kind) for path, text in _templates(_TEMPLATES / folder)}
    parts = {path: text for path, text in found.items() if path.parts[0] == _PARTS}
    values |= {path.stem: Template(text).substitute(values).rstrip("\n") for path, text in parts.items()}
    files = {
        _named(path, names.module): Template(text).substitute(values)
        for path, text in found.items()
        if path not in parts
    }
    return dict(sorted(files.items()))


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files`, path -> text, into `folder`, which must be empty or not be there. Raises OutputExistsError.

    Where something else goes wrong, nothing of them is left.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputExistsError(f"{folder} is there already, and is no folder; choose another with --output")
    if folder.exists() and any(folder.iterdir()):
        raise OutputExistsError(f"{folder} is there already, and is not empty; choose another with --output")
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except BaseException:
        for path in missing[-1:] or list(folder.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise


def _values(names: Names, kind: ProjectKind) -> dict[str, str]:
    """Return what the templates may name."""
    release = ".".join(textengine.__version__.split(".")[:2])
    requires = (f"{PROJECT}>={release}", *kind.requires)
    data = ["py.typed", *filter(None, [kind.data])]
    return {
        "distribution": names.distribution,
        "module": names.module,
        "component": names.component,
        "hook": kind.hook,
        "file": kind.file,
        "symbol": kind.symbol,
        "noun": kind.noun,
        "title": kind.title,
        "dependencies": "\n".join(f'  "{item}",' for item in requires),
        "data": ", ".join(f'"{item}"' for item in data),
    }


def _templates(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield (path below `folder` without the templates' suffix, text)."""
    for path in sorted(folder.rglob(f"*{_SUFFIX}")):
        yield path.relative_to(folder).with_suffix(""), path.read_text(encoding="utf-8")


def _named(path: Path, module: str) -> str:
    """Return the path of a file in the project."""
    if path.name == "gitignore":  # with its dot it would be one for the templates
        return ".gitignore"
    folders = [module if part == "module" else part for part in path.parts[:-1]]
    return "/".join([*folders, path.name.replace("test_module", f"test_{module}")])
