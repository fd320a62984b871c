"""Fixtures that install plugins: a module and its ``.dist-info``, in a folder that Python searches."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

Install = Callable[..., Path]

SHOUT = '''
from textengine import hookimpl


def shout_split(text):
    """The words, in capitals."""
    return text.upper().split()


@hookimpl
def textengine_tokenizers():
    return {"shout-split": shout_split}
'''


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of installed distributions, which every ``textengine`` process of the test searches."""
    folder = tmp_path / "site"
    folder.mkdir()
    searched = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(searched))
    return folder


@pytest.fixture
def install(site: Path) -> Install:
    """Install a distribution of one module, as an installer leaves it; return the path of the module.

    entry_point: its name in the group ``textengine``; that of the distribution if not given.
    """

    def install(name: str, version: str, module_source: str, entry_point: str | None = None) -> Path:
        module = re.sub(r"\W", "_", name).lower()
        info = site / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[textengine]\n{entry_point or name} = {module}\n")
        (info / "INSTALLER").write_text("tests\n")
        names = ("METADATA", "entry_points.txt", "INSTALLER", "RECORD")
        (info / "RECORD").write_text("".join(f"{info.name}/{file},,\n" for file in names) + f"{module}.py,,\n")
        path = site / f"{module}.py"
        path.write_text(module_source)
        return path

    return install


@pytest.fixture
def provide(install: Install) -> Install:
    """Install a distribution with one hook: ``provide(name, "tokenizers", "{'t': t}", "def t(text): ...")``."""

    def provide(name: str, hook: str, mapping: str, definitions: str = "", version: str = "1.0") -> Path:
        implementation = f"@hookimpl\ndef textengine_{hook}():\n    return {mapping}\n"
        return install(name, version, f"from textengine import hookimpl\n\n{definitions}\n\n{implementation}")

    return provide


@pytest.fixture
def shout(install: Install) -> Path:
    """An installed plugin that works: textengine-shout 1.2 with the tokenizer ``shout-split``."""
    return install("textengine-shout", "1.2", SHOUT, entry_point="shout")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text of three lines."""
    path = tmp_path / "a.txt"
    path.write_text("the time\nmachine by\nthe wells\n")
    return path
