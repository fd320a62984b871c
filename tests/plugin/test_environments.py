"""Plugins in environments of their own: real projects, installed by pip, under the oldest pluggy and the newest."""

from __future__ import annotations

import importlib.util
import json
import os
import site
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

OLDEST = "1.5.0"
OLD_PLUGGY = Path(sys.prefix, f"pluggy-{OLDEST}")

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"
dependencies = {dependencies}

[project.entry-points.textengine]
{entry_point} = "{module}"

[tool.setuptools]
py-modules = ["{module}"]
"""
WORKS = """
from textengine import hookimpl

def {name}(text):
    return text.upper().split()

@hookimpl
def textengine_tokenizers():
    return {{"{name}": {name}}}
"""


@dataclass(frozen=True)
class Project:
    """A plugin's project: its one module, and what its metadata says."""

    name: str
    source: str
    version: str = "1.0"
    entry_point: str = "main"
    dependencies: tuple[str, ...] = ()

    def write(self, parent: Path) -> Path:
        folder, module = parent / self.name, self.name.replace("-", "_")
        folder.mkdir(parents=True)
        values = {"name": self.name, "version": self.version, "entry_point": self.entry_point, "module": module}
        text = PYPROJECT.format(dependencies=json.dumps(self.dependencies), **values)
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
        (folder / f"{module}.py").write_text(self.source, encoding="utf-8")
        return folder


NEWER = "import textengine\nfrom textengine import hook_of_tomorrow\n"
WORKING = [
    Project("acme-works", WORKS.format(name="loud"), "2.1"),
    # Both with the entry point `main`, and both with a tokenizer of one name.
    Project("acme-twin", WORKS.format(name="twin")),
    Project("acme-double", WORKS.format(name="twin")),
    Project("acme-early", WORKS.format(name="early"), dependencies=("textengine>=99",)),
]
BROKEN = {
    Project("acme-broken", "raise RuntimeError('no luck today')"): ["RuntimeError: no luck today"],
    Project(
        "acme-misspelt", "from textengine import hookimpl\n@hookimpl\ndef textengine_tokeniser():\n    return {}\n"
    ): ["'textengine_tokeniser' is not a hook of textengine; did you mean 'textengine_tokenizers'?"],
    Project(
        "acme-default", "from textengine import hookimpl\n@hookimpl\ndef textengine_tokenizers(x=1):\n    return {}\n"
    ): ["gives its parameter 'x' a default"],
    Project("acme-newer", NEWER, "3.0", dependencies=("textengine>=99,<100",)): [
        "ImportError: cannot import name 'hook_of_tomorrow' from 'textengine'",
        "it needs textengine<100,>=99, and ",
        " is installed; run: pip install 'textengine<100,>=99'",
    ],
    Project("acme-needy", "import no_such_module", dependencies=("no-such-distribution>=2", "numpy")): [
        "ModuleNotFoundError: No module named 'no_such_module'",
        "it needs no-such-distribution>=2, which is not installed; run: pip install 'no-such-distribution>=2'",
    ],
}
EDITABLE = Project("acme-editable", WORKS.format(name="fresh"), "0.9")


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the folder in which its commands run. pluggy: the version that is asked for."""

    python: Path
    folder: Path
    pluggy: str

    def textengine(self, *arguments: str) -> CompletedProcess[str]:
        return self._run("-m", "textengine", *arguments)

    def install(self, *arguments: str | Path) -> None:
        # The pip of the tests' own environment, working on this one.
        options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install", *options, *arguments]
        done = subprocess.run(pip, capture_output=True, text=True, check=False, env=environment())
        assert 0 == done.returncode, done.stderr

    def installed_pluggy(self) -> str:
        code = "from importlib.metadata import version; import pluggy; print(version('pluggy'), pluggy.__version__)"
        done = self._run("-c", code)
        assert 0 == done.returncode, done.stderr
        told, runs = done.stdout.split()
        assert told == runs
        return told

    def _run(self, *arguments: str) -> CompletedProcess[str]:
        return subprocess.run(
            [self.python, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, env=environment()
        )


def environment() -> dict[str, str]:
    """The variables of a process, without those that would let it see anything but its own environment."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONWARNINGS")}


@pytest.fixture(scope="module", params=[OLDEST, "newest"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment in which all of the plugins are installed."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("this Python has no pip")
    if request.param == OLDEST and not OLD_PLUGGY.is_dir():
        pytest.skip(f"pluggy {OLDEST} is not in {OLD_PLUGGY.name}; `make test` puts it there")
    folder = tmp_path_factory.mktemp(f"pluggy-{request.param}")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    [packages] = (folder / "env" / "lib").glob("python*/site-packages")
    # What the tests are run with, behind what is installed here; an older pluggy before it.
    if request.param == OLDEST:
        (packages / "a_pluggy.pth").write_text(f"{OLD_PLUGGY}\n")
    lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
    (packages / "b_engine.pth").write_text("\n".join(lines) + "\n")
    made = Environment(folder / "env" / "bin" / "python", folder, request.param)
    made.install(*(project.write(folder) for project in [*WORKING, *BROKEN]))
    made.install("-e", EDITABLE.write(folder))
    (folder / "text.txt").write_text("the time\nmachine by\n")
    return made


def listed(installed: Environment) -> dict[str, dict[str, Any]]:
    done = installed.textengine("plugins", "list", "--json")
    assert 0 == done.returncode, done.stderr
    return {plugin["distribution"]: plugin for plugin in json.loads(done.stdout)}


def tokens(installed: Environment, tokenizer: str, *options: str) -> list[str]:
    """Build with a tokenizer, and return the tokens of the vocabulary."""
    done = installed.textengine(
        "build", "text.txt", "-o", "out", "--force", "--quiet", "--tokenizer", tokenizer, *options
    )
    assert 0 == done.returncode, done.stderr
    [vocab] = (installed.folder / "out").glob("vocab-*.json")
    return [token for token in json.loads(vocab.read_text())["tokens"] if token != "<unk>"]


def test_the_pluggy_that_is_asked_for(installed: Environment) -> None:
    version = installed.installed_pluggy()
    if installed.pluggy == OLDEST:
        assert OLDEST == version
    else:
        assert (1, 6) <= tuple(map(int, version.split(".")[:2]))


@pytest.mark.parametrize("project", BROKEN, ids=lambda project: project.name)
def test_a_broken_one_is_listed_with_its_reason(installed: Environment, project: Project) -> None:
    found = listed(installed)[project.name]
    assert ("failed", project.version, {}) == (found["status"], found["version"], found["components"])
    for reason in BROKEN[project]:
        assert reason in found["errors"][0]


def test_each_broken_one_is_warned_of_once_and_stops_no_other(installed: Environment) -> None:
    done = installed.textengine("build", "text.txt", "-o", "loud", "--force", "--tokenizer", "loud", "--quiet")
    assert 0 == done.returncode, done.stderr
    warnings = done.stderr.splitlines()
    assert len(BROKEN) == len(warnings)
    for project in BROKEN:
        start = f"warning: plugin {project.name} {project.version} (main) is skipped: "
        assert 1 == sum(line.startswith(start) for line in warnings)
    assert ["THE", "TIME", "MACHINE", "BY"] == tokens(installed, "acme-works/loud")


def test_strict_stops_at_the_first(installed: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTENGINE_STRICT_PLUGINS", "1")
    done = installed.textengine("build", "text.txt", "-o", "strict", "--quiet")
    assert (3, 1) == (done.returncode, len(done.stderr.splitlines()))
    assert "plugin acme-broken 1.0 (main) is skipped: RuntimeError: no luck today" in done.stderr


def test_disabled_ones_are_not_imported(installed: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTENGINE_DISABLED_PLUGINS", ",".join(project.name for project in BROKEN))
    done = installed.textengine("plugins", "list", "--json")
    assert (0, "") == (done.returncode, done.stderr)
    status = {plugin["distribution"]: plugin["status"] for plugin in json.loads(done.stdout)}
    assert {"disabled"} == {status[project.name] for project in BROKEN}


def test_two_with_one_entry_point_and_one_name(installed: Environment) -> None:
    """Both are there; the bare name is refused with both full names, each of which works."""
    found = listed(installed)
    assert ["loaded", "loaded"] == [found[name]["status"] for name in ("acme-twin", "acme-double")]
    done = installed.textengine("build", "text.txt", "-o", "out", "--tokenizer", "twin")
    assert 2 == done.returncode
    assert "'acme-double/twin' and 'acme-twin/twin' in full" in done.stderr
    for name in ("acme-twin/twin", "acme-double/twin"):
        assert ["THE", "TIME", "MACHINE", "BY"] == tokens(installed, name, "--executor", "processes")


def test_near_match(installed: Environment) -> None:
    done = installed.textengine("build", "text.txt", "-o", "out", "--tokenizer", "lowd")
    assert 2 == done.returncode
    assert "no tokenizer is named 'lowd'; did you mean 'loud'?" in done.stderr


def test_one_for_a_newer_engine_that_loads_all_the_same(installed: Environment) -> None:
    """It works as far as it works; the doctor says that it asks for another engine."""
    assert ["THE", "TIME", "MACHINE", "BY"] == tokens(installed, "early")
    done = installed.textengine("plugins", "check", "acme-early", "--json")
    assert 3 == done.returncode
    failed = [finding for finding in json.loads(done.stdout) if finding["result"] == "failed"]
    assert ["requirements"] == [finding["check"] for finding in failed]
    assert "it needs textengine>=99, and " in failed[0]["message"]


def test_the_editable_one_follows_its_source(installed: Environment) -> None:
    done = installed.textengine("plugins", "check", EDITABLE.name, "--json")
    findings = json.loads(done.stdout)
    assert "0.9, editable" == findings[0]["message"]
    assert 0 == done.returncode, findings
    assert ["THE", "TIME", "MACHINE", "BY"] == tokens(installed, "fresh")
    source = installed.folder / EDITABLE.name / "acme_editable.py"
    before = source.read_text(encoding="utf-8")
    source.write_text(before.replace(".upper()", ".title()"), encoding="utf-8")
    try:
        assert ["The", "Time", "Machine", "By"] == tokens(installed, "fresh")
    finally:
        source.write_text(before, encoding="utf-8")


def test_the_doctor_on_each(installed: Environment) -> None:
    """All of them in one table, which ends with a status that says that some are ill."""
    done = installed.textengine("plugins", "check", "--json")
    assert 3 == done.returncode
    findings = json.loads(done.stdout)
    ill = {finding["plugin"].partition(":")[0] for finding in findings if finding["result"] == "failed"}
    assert {"acme-early", *(project.name for project in BROKEN)} == {name for name in ill if name.startswith("acme")}
    assert 0 == installed.textengine("plugins", "check", "acme-works").returncode
