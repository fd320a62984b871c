"""textengine plugins new"""

from __future__ import annotations

import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from textengine.cli.state import state_of
from textengine.components import Kind
from textengine.scaffold.kinds import MODELS_PROJECT, PROJECTS

if TYPE_CHECKING:
    from textengine.plugin.registry import Registry
    from textengine.scaffold.kinds import ProjectKind

# the last part of a path -> what the file is; the files that a kind has of its own are told by their folder
_ABOUT = {
    "pyproject.toml": "name, dependencies, entry point; the settings of pytest, ruff and mypy",
    "README.md": "what it is, and how it is used",
    ".gitignore": "what git leaves alone",
    "__init__.py": "what it is, in one line",
    "py.typed": "says that the code is annotated",
    "hooks.py": "which name it has in textengine",
}


@click.command("new", no_args_is_help=True)
@click.argument("name", metavar="NAME")
@click.option("--kind", type=click.Choice(list(PROJECTS)), required=True, help="What the plugin is to provide.")
@click.option("-o", "--output", metavar="DIR", help="The folder to write it to.  [default: NAME]")
@click.pass_context
def new_project(ctx: click.Context, name: str, kind: str, output: str | None) -> None:
    """Write the project of a plugin: a small component that works, its tests, and the settings of its lint.

    NAME is the name of the distribution, such as textengine-foo. What it provides is then called foo.
    """
    from textengine.cli.plain import facts
    from textengine.scaffold.names import Names
    from textengine.scaffold.project import render, write

    names, chosen = Names.of(name), PROJECTS[kind]
    _refuse_taken(ctx, state_of(ctx).registry, chosen, names.component)
    folder = Path(output or names.distribution)
    files = render(names, kind)
    write(folder, files)
    told = [(path, _ABOUT.get(Path(path).name) or _own(path, chosen)) for path in files]
    facts(f"{folder}: the {chosen.noun} {names.component!r}, as the distribution {names.distribution}", told)
    facts("next", _next(folder, kind))


def _refuse_taken(ctx: click.Context, registry: Registry, kind: ProjectKind, component: str) -> None:
    """Raise UsageError where the name means something already: everybody would have to write both in full."""
    known = kind.kind in (*Kind, *registry.manager.further_hooks)
    owners = [found.qualified for found in registry.find(kind.kind, component)] if known else []
    root = ctx.find_root().command
    if kind is PROJECTS["command"] and isinstance(root, click.Group) and component in root.commands:
        owners = [f"textengine {component}"]
    if owners:
        raise click.UsageError(
            f"there is a {kind.noun} {component!r} already ({owners[0]}), and with a second one both would have to be "
            "written in full; choose another name",
            ctx,
        )


def _own(path: str, kind: ProjectKind) -> str:
    """Return what a file is that only projects of its kind have."""
    if path.startswith("tests/"):
        return f"what textengine asks of every plugin; what this {kind.noun} alone does"
    return f"the {kind.noun}" if path.endswith(f"/{kind.file}.py") else f"what the {kind.noun} is made of"


def _next(folder: Path, kind: str) -> list[tuple[str, str]]:
    """Return the commands to type next, each with what it does."""
    needed = kind == "model" and find_spec("textengine_seqmodel") is None
    checkout = f"in a checkout of textengine, pip install -c constraints.txt plugins/{MODELS_PROJECT}"
    missing = [(f"pip install {MODELS_PROJECT}", f"which is not installed here, and has the commands; {checkout}")]
    return [
        *(missing if needed else []),
        (f"cd {shlex.quote(str(folder))}", "where the project is"),
        ("pip install -e '.[test,lint]'", "installs it as it lies there, with what the commands below need"),
        ("textengine plugins check .", "looks at every property that textengine asks for"),
        ("pytest", "runs its tests"),
        ("ruff check . && ruff format --check . && mypy", "its lint"),
    ]
