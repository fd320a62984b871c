"""Projects as ``plugins new`` writes them: each installs, and passes its own tests and its lint, as it is."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from pages import PageRun

from textengine.scaffold.kinds import PROJECTS
from textengine.scaffold.names import LONGEST, Names
from textengine.scaffold.project import render, write

Run = Callable[..., "CompletedProcess[str]"]

TOOLS = ("ruff", "mypy")
MISSING = [tool for tool in TOOLS if importlib.util.find_spec(tool) is None]
# Every kind from the checkout; from the wheel one shows that the templates are in it.
KINDS = ["tokenizer"] if os.environ.get("TEXTENGINE_TEST_INSTALLED") else list(PROJECTS)
needs_tools = pytest.mark.skipif(bool(MISSING), reason=f"{' and '.join(MISSING)} not installed; see make lint")


@pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="this Python has no pip")
@pytest.mark.parametrize("kind", KINDS)
def test_project(kind: str, cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed as the next commands works, and so does all that the README shows, in a new environment."""
    if kind == "model":
        pytest.importorskip("textengine_seqmodel", reason="textengine-seqmodel is not installed")
    done = cli("plugins", "new", f"textengine-my-{kind}", "--kind", kind)
    assert (0, "") == (done.returncode, done.stderr)
    folder = tmp_path / f"textengine-my-{kind}"
    readme = (folder / "README.md").read_text(encoding="utf-8")
    enter, *commands = printed(done.stdout)
    assert f"cd {folder.name}" == enter
    assert "\n".join(commands) in readme

    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)  # the project's tests are no part of these
    readme = readme.replace(" && mypy\n", "\n")  # which looks at all projects at once, below
    if MISSING:
        readme = re.sub(r"\.\[test,lint\]", ".[test]", readme).replace(commands[-1].removesuffix(" && mypy"), "true")
    monkeypatch.setenv("PATH", os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)]))
    PageRun(f"<!-- needs: textengine-seqmodel -->\n{readme}", folder).run()


def printed(told: str) -> list[str]:
    """Return the commands that are printed to be typed next."""
    return [re.split(r"  +", line.strip())[0] for line in told.partition("next\n")[2].splitlines() if line.strip()]


@needs_tools
class TestLint:
    """The lint of projects, with their own settings."""

    @pytest.mark.parametrize("name", ["a", "textengine-" + "very-" * 9 + "long"], ids=["short", "long"])
    def test_ruff(self, name: str, tmp_path: Path) -> None:
        """The code is formatted, and nothing is found in it, however long the names are."""
        assert len(name) <= LONGEST
        for kind in PROJECTS:
            write(tmp_path / kind, render(Names.of(name), kind))
            for command in (["check", "."], ["format", "--check", "."]):
                lint("ruff", *command, "--no-cache", folder=tmp_path / kind)

    def test_mypy(self, tmp_path: Path) -> None:
        """Everything is annotated as strictly as mypy asks; all projects at once, which share what is slow to read."""
        seen = tmp_path / "seen"  # packages as they are when they are not installed to be edited
        seen.mkdir()
        for package in ("textengine", "textengine_seqmodel"):
            spec = importlib.util.find_spec(package)
            if spec is not None and spec.submodule_search_locations:
                (seen / package).symlink_to(spec.submodule_search_locations[0])
        for kind in PROJECTS:
            write(tmp_path / kind, render(Names.of(f"my-{kind}"), kind))
        code = [str(path) for kind in PROJECTS for path in (tmp_path / kind).iterdir() if path.is_dir()]
        settings = ["--config-file", str(tmp_path / "tokenizer" / "pyproject.toml"), "--cache-dir", str(tmp_path / "c")]
        lint("mypy", *settings, *code, folder=tmp_path, PYTHONPATH=str(seen))


def lint(tool: str, *arguments: str, folder: Path, **environment: str) -> None:
    """Run a tool, which must find nothing."""
    done = subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "default", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
