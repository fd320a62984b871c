"""The README and the documents say what is so: every snippet in the README runs and prints what it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from pages import without_times

import textengine
from textengine import Engine, Kind
from textengine.cli.main import group
from textengine.plugin import hookspecs

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


class TestReadme:
    def test_python(self, tmp_path: Path) -> None:
        """The Python snippets run, one after the other, and print what the README shows."""
        blocks = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL)
        assert 3 == len(blocks)
        code = "\n".join(block for block, _ in blocks)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert ("".join(shown for _, shown in blocks), "") == (done.stdout, done.stderr)

    def test_terminal(self, tmp_path: Path) -> None:
        """The terminal session prints what the README shows, times apart."""
        [session] = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        installed = {point.dist.name for point in entry_points(group="textengine") if point.dist}
        environment["TEXTENGINE_DISABLED_PLUGINS"] = ",".join(installed)  # it shows what the engine alone prints
        for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            done = subprocess.run(
                ["sh", "-c", f"{command} 2>&1"],
                capture_output=True,
                text=True,
                cwd=tmp_path,
                env=environment,
                check=False,
            )
            shown = re.sub("; disabled plugins: .*", "", done.stdout)
            assert without_times(expected) == without_times(shown)

    def test_commands_of_make(self) -> None:
        """The two commands are targets of the Makefile."""
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
            assert f"\n{target}:" in makefile

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.COMMAND, Kind.EXPORTER)])
    def test_names_every_component(self, kind: Kind) -> None:
        """The table names every built-in component."""
        for component in Engine(discover=False).registry.all(kind):
            assert f"`{component.name}`" in README

    def test_names_every_command(self) -> None:
        """And every command."""
        for name in group.commands:
            assert f"`{name}`" in README


class TestPublicNames:
    @pytest.mark.parametrize("name", sorted(set(textengine.__all__) - {"__version__"}))
    def test_documented(self, name: str) -> None:
        """Every public name can be had and has a docstring."""
        value = getattr(textengine, name)
        assert name in dir(textengine)
        assert name == "hookimpl" or value.__doc__

    def test_unknown(self) -> None:
        """A name that is none is an AttributeError."""
        with pytest.raises(AttributeError, match="has no attribute 'Engin'"):
            _ = textengine.Engin

    @pytest.mark.parametrize("hook", [name for name in vars(hookspecs) if name.startswith("textengine_")])
    def test_hooks(self, hook: str) -> None:
        """Every hook says what it provides and what it returns."""
        text = getattr(hookspecs, hook).__doc__
        assert "Returns" in text

    def test_every_kind_has_a_hook(self) -> None:
        """Every kind's hook is specified."""
        assert all(hasattr(hookspecs, kind.hook) for kind in Kind)


class TestArchitecture:
    def test_names_every_room(self) -> None:
        """The plan names every file and folder of the package."""
        package = Path(textengine.__file__).parent
        for path in package.iterdir():
            if path.suffix == ".py" and path.name != "__main__.py":
                assert f"  {path.name} " in ARCHITECTURE
            elif (path / "__init__.py").exists():
                assert f"  {path.name}/ " in ARCHITECTURE
