"""What is imported when, and who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import textengine

HEAVY = ("numpy", "pydantic", "rich", "numba", "torch", "pyarrow", "ray")
PACKAGE = Path(textengine.__file__).parent

# From the top down: a room may import from its own and from rooms below.
STOREYS = [
    ["__main__"],
    ["cli"],
    ["testing", "scaffold"],
    ["engine"],
    ["build"],
    ["corpus"],
    ["recipe"],
    ["plugin"],
    ["builtin"],
    ["components"],
    ["lexicon"],
    ["text", "vocab", "digest", "kernels"],
    ["errors", "interrupts", "trace"],
]


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


class TestLightness:
    @pytest.mark.parametrize(
        "code",
        [
            "import textengine",
            "from textengine.cli.main import run; run(['--help'])",
            "from textengine.cli.main import run; run(['plugins', 'list'])",
            "from textengine.cli.main import run; run(['plugins', 'list', '--json'])",
            "from textengine.cli.main import run; run(['build', '--help'])",
            "from textengine.cli.main import run; run(['plugins', 'check', '--help'])",
            "from textengine.cli.main import run; run(['plugins', 'new', '--help'])",
            "from textengine.cli.main import run; run(['recipes', 'd2l'])",
            "from textengine import Vocab; Vocab(['a'])",
        ],
    )
    def test_nothing_heavy(self, code: str) -> None:
        """Importing the package, help and the list of plugins load none of the heavy libraries."""
        check = f"import sys\n{code}\nheavy = {HEAVY!r}\nsys.stderr.write(' '.join(set(heavy) & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
        assert "" == done.stderr

    def test_hooks_import_only_names(self) -> None:
        """The built-in hooks module imports hookimpl and the standard library at its top."""
        tree = ast.parse((PACKAGE / "builtin" / "hooks.py").read_text(encoding="utf-8"))
        imported = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
        assert ["textengine"] == [module for module in imported if module and module.startswith("textengine")]

    def test_import_has_no_side_effect(self) -> None:
        """Importing every public name prints nothing, configures no logging and installs no handler."""
        code = (
            "import textengine, logging\n"
            "names = [getattr(textengine, name) for name in textengine.__all__]\n"
            "assert not logging.getLogger().handlers and not logging.getLogger('textengine').handlers\n"
        )
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
        assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


class TestArrows:
    @pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
    def test_point_down(self, path: Path) -> None:
        """A module imports from its own room and from rooms below it, even inside functions."""
        storey = {name: number for number, names in enumerate(STOREYS) for name in names}
        here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if here == "__init__":
            return
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("textengine."):
                there = room(node.module)
                allowed = there == here or storey[there] > storey[here]
                assert allowed, f"{path.relative_to(PACKAGE)} imports {node.module}"

    def test_every_room_has_a_storey(self) -> None:
        """A new room must say where it stands."""
        rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
        assert rooms - {"__init__"} == {name for names in STOREYS for name in names}


class TestInstalled:
    def test_wheel(self) -> None:
        """In the job that tests the wheels, it is the installed package that is tested."""
        import os

        if "TEXTENGINE_TEST_INSTALLED" not in os.environ:
            pytest.skip("this run tests the checkout")
        assert "site-packages" in PACKAGE.parts
