"""``plugins new``: what it writes, what it says, and which names and folders it refuses."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from textengine.errors import OutputExistsError
from textengine.scaffold.kinds import PROJECTS
from textengine.scaffold.names import Names
from textengine.scaffold.project import render, write

Run = Callable[..., "subprocess.CompletedProcess[str]"]


class TestOutput:
    def test_files(self, cli: Run, tmp_path: Path) -> None:
        """It names every file that it writes, and the commands to type next."""
        done = cli("plugins", "new", "textengine-foo", "--kind", "tokenizer")
        assert (0, "") == (done.returncode, done.stderr)
        written = {str(path.relative_to(tmp_path / "textengine-foo")) for path in tmp_path.rglob("*") if path.is_file()}
        assert {"pyproject.toml", "README.md", "textengine_foo/hooks.py", "tests/test_textengine_foo.py"} <= written
        for path in written:
            assert f"  {path} " in done.stdout
        assert "the tokenizer 'foo'" in done.stdout
        assert "textengine plugins check ." in done.stdout

    def test_elsewhere(self, cli: Run, tmp_path: Path) -> None:
        """--output names another folder; one that is there already and empty will do."""
        (tmp_path / "here").mkdir()
        assert 0 == cli("plugins", "new", "foo", "--kind", "loader", "-o", "here").returncode
        assert (tmp_path / "here" / "pyproject.toml").is_file()
        assert not (tmp_path / "foo").exists()

    @pytest.mark.parametrize("kind", PROJECTS)
    def test_name(self, kind: str) -> None:
        """Each project provides its component by the hook of its kind, under the name that the project has."""
        hooks = render(Names.of("textengine-Some.Thing"), kind)["textengine_some_thing/hooks.py"]
        assert f"def {PROJECTS[kind].hook}()" in hooks
        assert '{"some-thing": ' in hooks


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("a b", "'a b' is no name of a distribution: use letters"),
            ("-foo-", "is no name of a distribution"),
            ("", "is no name of a distribution"),
            ("7up", "Python cannot import a module called '7up'; choose another, such as 'textengine-7up'"),
            ("class", "Python cannot import a module called 'class'"),
            ("json", "would hide the module 'json' of Python's standard library"),
            ("numpy", "would hide the module 'numpy', which is installed here"),
            ("textengine", "its module would hide textengine itself"),
            ("tests", "every project has a folder 'tests'"),
            ("a" * 61, "has 61 characters; use at most 60"),
            ("textengine-word", "there is a tokenizer 'word' already (textengine/word)"),
        ],
    )
    def test_name(self, cli: Run, tmp_path: Path, name: str, says: str) -> None:
        """A name that could not be installed, imported or used is refused in one line, and nothing is written."""
        done = cli("plugins", "new", "--kind", "tokenizer", "--", name)
        assert 2 == done.returncode
        assert says in done.stderr
        assert 1 == len([line for line in done.stderr.splitlines() if "rror" in line])
        assert not list(tmp_path.iterdir())

    def test_command(self, cli: Run) -> None:
        """So is the name of a command that is there."""
        done = cli("plugins", "new", "textengine-build", "--kind", "command")
        assert (2, True) == (done.returncode, "there is a command 'build' already" in done.stderr)

    def test_kind(self, cli: Run) -> None:
        """A kind that is none lists those that there are."""
        done = cli("plugins", "new", "foo", "--kind", "tokeniser")
        assert 2 == done.returncode
        assert "tokenizer" in done.stderr

    def test_folder(self, cli: Run, tmp_path: Path) -> None:
        """A folder that is not empty stays as it is."""
        (tmp_path / "foo").mkdir()
        (tmp_path / "foo" / "mine").write_text("mine")
        done = cli("plugins", "new", "foo", "--kind", "loader")
        assert (2, "error: foo is there already, and is not empty; choose another with --output\n") == (
            done.returncode,
            done.stderr,
        )
        assert ["mine"] == [path.name for path in (tmp_path / "foo").iterdir()]

    def test_file(self, tmp_path: Path) -> None:
        """A file is no folder."""
        (tmp_path / "foo").touch()
        with pytest.raises(OutputExistsError, match="is no folder"):
            write(tmp_path / "foo", {"a": "b"})

    def test_nothing_is_left(self, tmp_path: Path) -> None:
        """Where writing fails half-way, nothing of the project is left."""
        with pytest.raises(OSError, match="exists|directory"):
            write(tmp_path / "foo", {"a": "a file", "a/b": "below a file"})
        assert not (tmp_path / "foo").exists()
