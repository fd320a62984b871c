"""Every example of the README runs, and prints what it says."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")
SERIES, LANGUAGE = TEXT.partition("## Language models")[::2]
SENTENCES = ("the traveller smiled and ", "the medical man went on and ", "a machine was gone and ")
SHORTER = {"--minutes": ("--steps", "3")}  # what would take minutes is tried for a moment

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def blocks(kind: str, text: str = TEXT) -> list[str]:
    """Return the blocks of code of one language."""
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


def commands(text: str) -> list[list[str]]:
    """Return the arguments of every `textengine` command in a block, those that take minutes made shorter."""
    found = []
    for line in text.splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words[:1] == ["textengine"]:
            for long, short in SHORTER.items():
                if long in words:
                    place = words.index(long)
                    words[place : place + 2] = short
            found.append(words[1:])
    return found


def run(code: str, folder: Path) -> str:
    """Run a snippet as its reader would; return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stdout


class TestSeries:
    def test_snippet(self, tmp_path: Path) -> None:
        """The example from Python prints what stands below it."""
        code, printed = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", SERIES, re.DOTALL).groups()  # type: ignore[union-attr]
        assert printed == run(code, tmp_path)

    def test_commands(self, cli: Cli, tmp_path: Path) -> None:
        """The commands run, on a file like that which they name."""
        rows = "\n".join(f"{day},{(day % 7) + day / 10}" for day in range(200))
        (tmp_path / "sales.csv").write_text(f"day,sold\n{rows}\n")
        found = commands("".join(blocks("sh", SERIES)))
        assert 2 == len(found)
        for number, arguments in enumerate(found):
            done = cli(*arguments, "--force", "--no-pictures")
            assert 0 == done.returncode, done.stderr
            assert number or done.stdout

    def test_printed(self, cli: Cli) -> None:
        """The run of the chapter prints the table that is shown."""
        shown = blocks("console", SERIES)[0]
        done = cli(*commands(shown)[0], "--no-pictures")
        table = [line.rstrip() for line in done.stdout.splitlines()]
        for line in shown.splitlines()[1:]:
            assert line.rstrip() in table


class TestLanguageModels:
    def test_commands(self, cli: Cli, data: Path) -> None:
        """The commands run, one after the other, and generating begins with the prefix."""
        found = commands(blocks("console", LANGUAGE)[0])
        assert ["build", "train", "evaluate", "generate"] == [arguments[0] for arguments in found][:4]
        for arguments in found:
            done = cli(*arguments)
            assert 0 == done.returncode, done.stderr
            if arguments[0] == "generate":
                assert done.stdout.startswith("time traveller")

    def test_snippets(self, cli: Cli, tmp_path: Path) -> None:
        """Every example from Python runs, on a corpus of the name that it opens."""
        (tmp_path / "text.txt").write_text("".join(SENTENCES) * 60)
        options = ("--recipe", "d2l-1.0", "--tokenizer", "char", "--split", "0.8,0.1,0.1")
        assert 0 == cli("build", "text.txt", "-o", "book", *options).returncode
        snippets = blocks("python", LANGUAGE)
        assert snippets
        for code in snippets:
            assert run(code, tmp_path).strip()


class TestBenchmarks:
    def test_named_parts(self) -> None:
        """Every command that prints figures is there, with the parts that the README names."""
        named = re.findall(r"`python (plugins/textengine-seqmodel/benchmarks/\S+?\.py)", TEXT)
        folder = README.parent / "benchmarks"
        assert {"figures.py", "series_band.py"} == {Path(path).name for path in named}
        assert all((folder / Path(path).name).is_file() for path in named)

    def test_figures_begin(self, tmp_path: Path) -> None:
        """The command for all figures says what is missing before it measures anything."""
        script = README.parent / "benchmarks" / "figures.py"
        for arguments, says in ((["nothing"], "no part is named 'nothing'"), (["small"], "not found")):
            done = subprocess.run(
                [sys.executable, str(script), *arguments], capture_output=True, text=True, check=False,
                env={"TEXTENGINE_TEST_DATA": str(tmp_path), "PATH": "", "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
            assert (1, True) == (done.returncode, says in done.stderr), done.stderr

    def test_smallest_part(self, data: Path) -> None:
        """One part of it, run: its figure stands in the table beside its target, which it meets."""
        script = README.parent / "benchmarks" / "figures.py"
        done = subprocess.run([sys.executable, str(script), "small"], capture_output=True, text=True, check=False,
                              env={"TEXTENGINE_TEST_DATA": str(data), "PATH": "", "OMP_NUM_THREADS": "1"})  # fmt: skip
        assert 0 == done.returncode, done.stderr
        assert re.search(r"\| 10,000 characters train.*5\.6\d* perplexity \| +<= 6\.5 \| holds", done.stdout)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`textengine_seqmodel\.([a-z_.]+)", TEXT))))
def test_names_are_there(name: str) -> None:
    """Whatever the README names can be imported."""
    module, _, attribute = f"textengine_seqmodel.{name}".rpartition(".")
    assert importlib.util.find_spec(module)
    assert hasattr(__import__(module, fromlist=[attribute]), attribute)
