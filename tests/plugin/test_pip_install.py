"""A plugin as its author writes it and its user installs it: a project, built and installed by pip."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., "CompletedProcess[str]"]

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "textengine-shout"
version = "1.2"
dependencies = ["textengine"]

[project.entry-points.textengine]
shout = "textengine_shout.hooks"
"""

# The smallest build backend that pip accepts: the test needs neither setuptools nor a network.
BACKEND = '''
import tomllib
import zipfile
from pathlib import Path


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Zip the package and the metadata that pyproject.toml holds."""
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    info = f"textengine_shout-{project['version']}.dist-info"
    points = project["entry-points"]["textengine"].items()
    files = {str(path): path.read_text() for path in Path("textengine_shout").glob("*.py")}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\\nName: {project['name']}\\nVersion: {project['version']}\\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[f"{info}/entry_points.txt"] = "[textengine]\\n" + "".join(f"{name} = {value}\\n" for name, value in points)
    files[f"{info}/RECORD"] = "".join(f"{name},,\\n" for name in [*files, f"{info}/RECORD"])
    name = f"textengine_shout-{project['version']}-py3-none-any.whl"
    with zipfile.ZipFile(Path(wheel_directory, name), "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name
'''

HOOKS = '''
from textengine import hookimpl


@hookimpl
def textengine_tokenizers():
    """Import the tokenizer only when it is asked for."""
    from textengine_shout.tokenizer import shout_split

    return {"shout-split": shout_split}
'''

TOKENIZER = '''
def shout_split(text: str) -> list[str]:
    """The words, in capitals."""
    return text.upper().split()
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project of a plugin."""
    folder = tmp_path / "textengine-shout"
    package = folder / "textengine_shout"
    package.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "backend.py").write_text(BACKEND)
    (package / "__init__.py").touch()
    (package / "hooks.py").write_text(HOOKS)
    (package / "tokenizer.py").write_text(TOKENIZER)
    return folder


class TestPipInstall:
    """``pip install`` of a plugin."""

    @pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="this Python has no pip")
    def test_installed_plugin_works(self, project: Path, site: Path, cli: Run, text: Path) -> None:
        """Once it is installed, and with nothing else done, the plugin is listed and its tokenizer works."""
        options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", *options, "--target", site, project],
            env={**os.environ, "PYTHONWARNINGS": "default"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        found = json.loads(cli("plugins", "list", "--json").stdout)
        expected = ("textengine-shout", "1.2", "loaded")
        assert expected in [(plugin["distribution"], plugin["version"], plugin["status"]) for plugin in found]
        built = cli("build", text, "-o", "out", "--tokenizer", "shout-split", "--executor", "processes", "--quiet")
        assert (0, "") == (built.returncode, built.stderr)
