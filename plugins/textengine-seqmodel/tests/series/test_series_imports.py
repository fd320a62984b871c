"""What is imported when."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import textengine_seqmodel

HEAVY = ("numpy", "torch", "matplotlib", "rich", "safetensors")


class TestLightness:
    @pytest.mark.parametrize(
        "code",
        [
            "import textengine_seqmodel",
            "from textengine.cli.main import run; assert run(['--help']) == 0",
            "from textengine.cli.main import run; assert run(['forecast', '--help']) == 0",
            "from textengine.cli.main import run; assert run(['plugins', 'list']) == 0",
        ],
    )
    def test_nothing_heavy(self, code: str) -> None:
        """Importing the package, help and the list of plugins load none of the heavy libraries."""
        check = f"import sys\n{code}\nheavy = {HEAVY!r}\nsys.stderr.write(' '.join(set(heavy) & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
        assert "" == done.stderr
        assert "list" in code or "forecast" in done.stdout or "import textengine_seqmodel" == code

    def test_bad_input_needs_no_torch(self, tmp_path: Path) -> None:
        """A request that is refused is refused before torch is imported."""
        code = f"run(['forecast', '-o', {str(tmp_path / 'out')!r}, '--model', 'nothing'])"
        check = f"import sys\nfrom textengine.cli.main import run\n{code}\nprint('torch' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
        assert "False\n" == done.stdout

    def test_hooks_import_only_names(self) -> None:
        """The hooks module imports hookimpl and the standard library at its top."""
        tree = ast.parse(Path(textengine_seqmodel.__file__).with_name("hooks.py").read_text(encoding="utf-8"))
        imported = [node.module for node in tree.body if isinstance(node, ast.ImportFrom)]
        assert {"__future__", "collections.abc", "typing", "textengine"} >= set(imported)


class TestPublicNames:
    def test_there(self) -> None:
        """Every public name is found, is listed by dir(), and has a docstring."""
        for name in textengine_seqmodel.__all__:
            assert getattr(textengine_seqmodel, name).__doc__
            assert name in dir(textengine_seqmodel)

    def test_unknown(self) -> None:
        """Any other name is not."""
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            _ = textengine_seqmodel.nothing
