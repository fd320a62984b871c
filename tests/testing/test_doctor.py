"""``plugins check`` and ``plugins show``, as plugin authors run them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PROJECT = """
[project]
name = "textengine-mine"
version = "1.0"

[project.entry-points.textengine]
mine = "textengine_mine"
"""
GOOD = '''
from textengine import hookimpl


def cut(text):
    """The words, in capitals."""
    return text.upper().split()


@hookimpl
def textengine_tokenizers():
    return {"word": cut}
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is not installed."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "textengine_mine.py").write_text(GOOD)
    return folder


class TestCheck:
    def test_good(self, cli: Run, project: Path) -> None:
        """All passes: status 0, a row for each check, and who shares a name."""
        done = cli("plugins", "check", project, "--json")
        assert (0, "") == (done.returncode, done.stderr)
        found = json.loads(done.stdout)
        by_check = {(item["subject"], item["check"]): item for item in found}
        assert f"no; pip install -e {project}" == by_check["distribution", "installed"]["message"]
        assert "so is textengine/word: write the name in full" == by_check["tokenizer word", "name"]["message"]
        assert "passed" == by_check["tokenizer word", "picklable under spawn"]["result"]
        assert {"passed", "skipped"} == {item["result"] for item in found}

    def test_broken(self, cli: Run, project: Path) -> None:
        """What fails stands in the table with its message; the status is 3."""
        (project / "textengine_mine.py").write_text(GOOD.replace("text.upper().split()", "tuple(text)"))
        done = cli("plugins", "check", project)
        assert (3, "") == (done.returncode, done.stderr)
        said = " ".join(done.stdout.split())
        assert "failed" in said and "got tuple" in said
        assert "skipped" in done.stdout.splitlines()[-1]

    @pytest.mark.parametrize(
        ("before", "after", "says"),
        [
            ("textengine_tokenizers", "textengine_tokenizer", "did you mean 'textengine_tokenizers'?"),
            ("tokenizers():", "tokenizers(config=None):", "gives its parameter 'config' a default"),
            ("from textengine", "import no_such_dependency\nfrom textengine", "No module named 'no_such_dependency'"),
        ],
    )
    def test_hooks(self, cli: Run, project: Path, before: str, after: str, says: str) -> None:
        """What is wrong with the hooks is told, and is status 3."""
        (project / "textengine_mine.py").write_text(GOOD.replace(before, after))
        done = cli("plugins", "check", project, "--json")
        assert 3 == done.returncode
        assert any(says in item["message"] for item in json.loads(done.stdout) if item["result"] == "failed")

    def test_file(self, cli: Run, project: Path) -> None:
        """A module in a file can be checked alone."""
        assert 0 == cli("plugins", "check", project / "textengine_mine.py").returncode

    def test_installed(self, cli: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An installed one is named by its distribution, and it is told whether it can be edited."""
        monkeypatch.setenv("PYTHONPATH", str(project))
        info = project / "textengine_mine-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: textengine-mine\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[textengine]\nmine = textengine_mine\n")
        (info / "direct_url.json").write_text('{"url": "file:///mine", "dir_info": {"editable": true}}')
        done = cli("plugins", "check", "Textengine_Mine", "--json")
        assert (0, "") == (done.returncode, done.stderr)
        assert "1.0, editable" == json.loads(done.stdout)[0]["message"]

    @pytest.mark.parametrize(
        ("target", "says"),
        [
            ("textengin", "did you mean 'textengine'?"),
            (".", "no pyproject.toml in it"),
        ],
    )
    def test_bad_target(self, cli: Run, target: str, says: str) -> None:
        """What is neither is one line, and status 2."""
        done = cli("plugins", "check", target)
        assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
        assert says in done.stderr


class TestShow:
    def test_options(self, cli: Run) -> None:
        """Owner, file, options with types and defaults, example and documentation."""
        done = cli("plugins", "show", "pattern")
        assert (0, "") == (done.returncode, done.stderr)
        for line in (
            "tokenizer textengine/pattern",
            "option pattern  str, required",
            "option timeout  float, 5.0 by default",
            "example         textengine build TEXT -o OUT --tokenizer pattern --set 'tokenizer.pattern=...'",
        ):
            assert line in done.stdout
        assert "pattern.py:1" in done.stdout
        assert "is a token; the rest is dropped." in done.stdout

    @pytest.mark.parametrize("name", ["text", "time-machine", "frequency", "serial", "d2l", "textengine/strip"])
    def test_every_kind(self, cli: Run, name: str) -> None:
        """Components of every kind can be shown, by bare and qualified name."""
        done = cli("plugins", "show", name)
        assert (0, "") == (done.returncode, done.stderr)

    def test_unknown(self, cli: Run) -> None:
        """An unknown name is one line with a suggestion."""
        done = cli("plugins", "show", "lowercas")
        assert 2 == done.returncode
        assert "no component is named 'lowercas'; did you mean 'lowercase'?" in done.stderr
