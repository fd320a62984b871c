"""Names that plugins share, and names that nobody provides."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from textengine import Corpus

Run = Callable[..., "CompletedProcess[str]"]
Install = Callable[..., Path]

LETTERS = "def split(text):\n    return list(text)\n"
CAPITALS = "def split(text):\n    return text.upper().split()\n"
OTHER_RECIPE = """'''
[recipe]
tokenizer = "textengine/char"
'''"""


def recipe_id(done: CompletedProcess[str]) -> str:
    """The recipe id that ``build --json`` printed."""
    assert 0 == done.returncode, done.stderr
    return str(json.loads(done.stdout)["recipe_id"])


def existing(done: CompletedProcess[str]) -> set[str]:
    """The names that a message lists as those that exist."""
    return set(re.split("[Tt]here is: ", done.stderr)[1].partition(";")[0].strip().split(", "))


class TestEntryPoints:
    """The names of entry points."""

    def test_same_name_in_two_distributions(self, install: Install, cli: Run) -> None:
        """Two distributions may call their entry points alike: both load."""
        for distribution in ("one", "two"):
            install(distribution, "1.0", "", entry_point="plugin")
        done = cli("plugins", "list", "--json")
        found = {(plugin["distribution"], plugin["plugin"], plugin["status"]) for plugin in json.loads(done.stdout)}
        assert {("one", "plugin", "loaded"), ("two", "plugin", "loaded")} <= found

    def test_order(self, install: Install, cli: Run) -> None:
        """The built-in plugin comes first, then distributions by name, wherever they are installed."""
        for distribution in ("Zebra", "aardvark", "middle"):
            install(distribution, "1.0", "")
        done = cli("plugins", "list", "--json")
        found = [plugin["distribution"] for plugin in json.loads(done.stdout)]
        assert "textengine" == found[0]
        assert sorted(found[1:]) == found[1:]
        assert {"zebra", "aardvark", "middle"} <= set(found)


class TestSharedName:
    """A component's name that two plugins provide."""

    @pytest.fixture
    def two(self, provide: Install) -> None:
        """Two plugins with a tokenizer called ``split``."""
        provide("alpha", "tokenizers", "{'split': split}", LETTERS)
        provide("beta", "tokenizers", "{'split': split}", CAPITALS)

    @pytest.mark.usefixtures("two")
    def test_installed(self, cli: Run, text: Path) -> None:
        """That it is provided twice is no problem while nobody uses it."""
        done = cli("build", text, "-o", "out", "--quiet")
        assert (0, "") == (done.returncode, done.stderr)

    @pytest.mark.usefixtures("two")
    def test_bare(self, cli: Run, text: Path) -> None:
        """The bare name is a user's mistake; the message has both qualified names."""
        done = cli("build", text, "-o", "out", "--tokenizer", "split")
        assert 2 == done.returncode
        assert (
            "error: tokenizer 'split' is provided more than once: write 'alpha/split' and 'beta/split' in full\n"
            == done.stderr
        )

    @pytest.mark.usefixtures("two")
    @pytest.mark.parametrize(("name", "first"), [("alpha/split", "t"), ("beta/split", "THE")])
    def test_qualified(self, cli: Run, text: Path, tmp_path: Path, name: str, first: str) -> None:
        """The qualified name means one of them."""
        done = cli("build", text, "-o", "out", "--tokenizer", name, "--no-normalizers", "--quiet")
        assert 0 == done.returncode, done.stderr
        assert first in Corpus.open(tmp_path / "out").vocab

    @pytest.mark.usefixtures("two")
    def test_unknown_name_lists_both(self, cli: Run, text: Path) -> None:
        """A list of what exists has the names under which they can be had."""
        done = cli("build", text, "-o", "out", "--tokenizer", "splat")
        assert {"alpha/split", "beta/split", "char", "pattern", "word"} <= existing(done)


class TestBuiltInName:
    """A plugin that provides a name of the engine."""

    def test_recipe_is_not_changed(self, provide: Install, cli: Run, text: Path) -> None:
        """The recipe d2l is what it is without the plugin."""
        before = recipe_id(cli("build", text, "-o", "before", "--json"))
        provide("rogue", "tokenizers", "{'word': split}", CAPITALS)
        assert before == recipe_id(cli("build", text, "-o", "after", "--json"))

    def test_bare_name_is_ambiguous(self, provide: Install, cli: Run, text: Path) -> None:
        """Only the bare name has lost its meaning."""
        provide("rogue", "tokenizers", "{'word': split}", CAPITALS)
        done = cli("build", text, "-o", "out", "--tokenizer", "word")
        assert 2 == done.returncode
        assert "write 'textengine/word' and 'rogue/word' in full" in done.stderr

    def test_built_in_one_by_its_qualified_name(self, provide: Install, cli: Run, text: Path) -> None:
        """The engine's own is ``textengine/word``."""
        provide("rogue", "tokenizers", "{'word': split}", CAPITALS)
        assert 0 == cli("build", text, "-o", "out", "--tokenizer", "textengine/word").returncode

    def test_default_recipe(self, provide: Install, cli: Run, text: Path) -> None:
        """A build that names no recipe uses the engine's, whatever a plugin calls its own."""
        before = recipe_id(cli("build", text, "-o", "before", "--json"))
        provide("rogue", "recipes", f"{{'d2l': {OTHER_RECIPE}}}")
        assert before == recipe_id(cli("build", text, "-o", "after", "--json"))

    def test_default_executor(self, provide: Install, cli: Run, text: Path) -> None:
        """The executor that the engine chooses is its own."""
        for name in ("serial", "threads", "processes", "auto"):
            provide(f"rogue-{name}", "executors", f"{{'{name}': fail}}", "def fail(workers):\n    1 / 0\n")
        done = cli("build", text, "-o", "out", "--quiet")
        assert (0, "") == (done.returncode, done.stderr)

    def test_demo(self, provide: Install, cli: Run, book: Path) -> None:
        """The demo, which names nothing that a user wrote, works beside any plugin."""
        provide("rogue-a", "tokenizers", "{'char': split, 'word': split}", CAPITALS)
        provide("rogue-b", "recipes", f"{{'d2l': {OTHER_RECIPE}}}")
        provide("rogue-c", "datasets", "{'time-machine': fail, 'sample': fail}", "def fail(cache):\n    1 / 0\n")
        done = cli("demo")
        assert (0, "") == (done.returncode, done.stderr)
        assert "twinkled and his usually pale face was flushed and animated the" in done.stdout


class TestUnknownName:
    """A name that nobody provides."""

    def test_what_exists(self, shout: Path, cli: Run, text: Path) -> None:
        """The message lists what exists, plugins' components among it."""
        done = cli("build", text, "-o", "out", "--tokenizer", "zzz")
        assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert done.stderr.startswith("error: no tokenizer is named 'zzz'; there is: ")
        assert {"char", "pattern", "shout-split", "word"} <= existing(done)

    @pytest.mark.parametrize(
        ("name", "near"),
        [("shout-spilt", "shout-split"), ("textengine-shuot/shout-split", "textengine-shout/shout-split")],
    )
    def test_near_match(self, shout: Path, cli: Run, text: Path, name: str, near: str) -> None:
        """A name that is nearly one of them, bare or qualified, brings a suggestion."""
        done = cli("build", text, "-o", "out", "--tokenizer", name)
        assert f"no tokenizer is named {name!r}; did you mean {near!r}?" in done.stderr

    def test_failed_plugin(self, install: Install, cli: Run, text: Path) -> None:
        """The message says which plugins failed to load, because the name may be theirs."""
        install("broken", "0.3", "import no_such_dependency")
        done = cli("build", text, "-o", "out", "--tokenizer", "zzz")
        expected = "plugins that failed to load: broken 0.3 (ModuleNotFoundError: No module named 'no_such_dependency')"
        assert 2 == done.returncode
        assert expected in done.stderr

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--loader", "txet"), "no loader is named 'txet'; did you mean 'text'?"),
            (("--normalizer", "lowercas"), "no normalizer is named 'lowercas'; did you mean 'lowercase'?"),
            (("--executor", "thread"), "no executor is named 'thread'; did you mean 'threads'?"),
            (("--recipe", "d21"), "no recipe is named 'd21'; did you mean 'd2l'?"),
        ],
    )
    def test_every_kind(self, cli: Run, text: Path, options: tuple[str, str], message: str) -> None:
        """The same holds for every kind of component that an option names."""
        done = cli("build", text, "-o", "out", *options)
        assert 2 == done.returncode
        assert message in done.stderr
