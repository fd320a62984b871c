"""Runs what pages show: a page's fences, in their order, in one folder.

====================  =================================================================================================
fence                 what happens to it
====================  =================================================================================================
``python``            one program with those around it, up to the next ``sh`` or ``console``; runs in a process
``text``              after ``python``: exactly what that prints
``console``           commands after ``$``, each with exactly its output, times and speeds apart
``sh``                commands that must succeed
``toml``, ``json``    must be read without error; a recipe must also resolve
no language           a drawing; nothing
====================  =================================================================================================

``<!-- file: PATH -->`` on the line before a fence makes it the content of a file. ``<!-- needs: DISTRIBUTION -->`` in a
page leaves that plugin enabled; all others that are installed are disabled, so that a page shows what its reader sees.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

from textengine.engine import Engine
from textengine.recipe.resolved import resolve

_FENCE = re.compile(r"(?:^<!-- file: (\S+) -->\n)?^```([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMANDS = ("pip", "pytest", "textengine")


@dataclass(frozen=True)
class Snippet:
    """A fence of a page. file: the path that it is written to, or an empty string."""

    file: str
    language: str
    code: str


def snippets(page: str) -> list[Snippet]:
    """Return the fences of a page."""
    return [Snippet(file or "", language, code) for file, language, code in _FENCE.findall(page)]


def without_times(text: str) -> str:
    """The text without speeds and seconds, which no two runs share, nor spaces at the ends of lines."""
    text = re.sub(r"[\d.,]+ ?(MB/s|s left|s\b)", r"N \1", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@dataclass
class PageRun:
    """A page that is being run in `folder`."""

    page: str
    folder: Path
    program: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Run every fence. Raises AssertionError for one that does not do what the page says."""
        before = ""
        for snippet in snippets(self.page):
            if snippet.file:
                path = self.folder / snippet.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(snippet.code, encoding="utf-8")
            else:
                self._one(snippet, before)
            before = snippet.language if not snippet.file else "file"
        self._finish_program()

    def _one(self, snippet: Snippet, before: str) -> None:
        if snippet.language == "python":
            self.program.append(snippet.code)
        elif snippet.language == "text":
            assert before == "python", f"this is the output of no program:\n{snippet.code}"
            self.printed.append(snippet.code)
        elif snippet.language == "console":
            self._finish_program()
            for part in re.split(r"^\$ ", snippet.code, flags=re.MULTILINE)[1:]:
                command, _, expected = part.partition("\n")
                assert without_times(expected) == without_times(self.shell(f"{command} 2>&1").stdout), command
        elif snippet.language == "sh":
            self._finish_program()
            done = self.shell(f"set -e\n{snippet.code}")
            assert 0 == done.returncode, f"{snippet.code}\n{done.stdout}{done.stderr}"
        elif snippet.language == "toml":
            document = tomllib.loads(snippet.code)
            if "recipe" in document:
                engine = Engine(discover=False)
                resolve(engine.recipe(document), engine.registry)
        elif snippet.language == "json":
            json.loads(snippet.code)
        else:
            assert not snippet.language, f"no rule for a fence of {snippet.language!r}"

    def _finish_program(self) -> None:
        if not self.program:
            return
        (self.folder / "page.py").write_text("\n".join(self.program), encoding="utf-8")
        done = self.process([self.executable("python"), "page.py"])
        assert ("".join(self.printed), "") == (done.stdout, done.stderr), "\n".join(self.program)
        self.program, self.printed = [], []

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a terminal would."""
        return self.process(["sh", "-c", command])

    def process(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a process in the page's folder, with the page's plugins."""
        kept = set(re.findall(r"^<!-- needs: (\S+) -->$", self.page, re.MULTILINE))
        others = {point.dist.name for point in entry_points(group="textengine") if point.dist} - kept
        environment = {
            **os.environ,
            "PATH": f"{self.binaries}{os.pathsep}{os.environ['PATH']}",
            "TEXTENGINE_DISABLED_PLUGINS": ",".join(sorted(others)),
            "PYTHONWARNINGS": "default" if self.own_environment else os.environ.get("PYTHONWARNINGS", ""),
            "PIP_NO_BUILD_ISOLATION": "0",  # which pip reads as "without isolation"
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "COLUMNS": "100",
            "OMP_NUM_THREADS": "1",  # on a busy machine, threads that wait for each other are slow
        }
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, env=environment, timeout=300, check=False
        )
        done.stdout = re.sub("; disabled plugins: .*", "", done.stdout)
        return done

    @property
    def own_environment(self) -> bool:
        """Whether the page installs something, so that it must not be the tests' own environment."""
        return any("pip install" in item.code for item in snippets(self.page) if item.language in ("sh", "console"))

    def executable(self, name: str) -> str:
        """Return the path of a program."""
        return str(self.binaries / name)

    @property
    def binaries(self) -> Path:
        """The folder of python, textengine, pip and pytest: the tests' own, or those of a new environment over it."""
        if not self.own_environment:
            return Path(sys.executable).parent
        home = self.folder.parent / f"{self.folder.name}-environment"
        if not home.exists():
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
            [packages] = home.glob("lib/python*/site-packages")
            parent = sysconfig.get_path("purelib")
            (packages / "parent.pth").write_text(f"import site; site.addsitedir({parent!r})\n", encoding="utf-8")
            for name in _COMMANDS:
                script = home / "bin" / name
                script.write_text(f'#!/bin/sh\nexec "{home}/bin/python" -m {name} "$@"\n', encoding="utf-8")
                script.chmod(0o755)
        return home / "bin"
