"""Every kind of component from an installed plugin, at work, and what happens where it breaks its contract."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from textengine import Corpus

Run = Callable[..., "CompletedProcess[str]"]
Install = Callable[..., Path]

RECIPE = """'''# Capitals, one letter a token.
[recipe]
normalizers = ["textengine/lowercase"]
tokenizer = "textengine/char"

[recipe.vocab]
builder = "textengine/sorted"
specials = {}
'''"""
LOADER = """
class Foo:
    suffixes = (".foo",)

    def __call__(self, source):
        with open(source.path, encoding="utf-8") as file:
            for record in file.read().split(";"):
                yield record.strip()
"""
EXECUTOR = """
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def pool(workers):
    Path(__file__).with_suffix(".workers").write_text(str(workers))
    return ThreadPoolExecutor(workers)
"""
BUILDER = """
from textengine import Vocab


def longest(counts):
    return Vocab.from_tokens(sorted(counts, key=len, reverse=True), counts)
"""


def tokens(folder: Path) -> list[str]:
    """The tokens of a corpus, one after the other."""
    corpus = Corpus.open(folder)
    return corpus.vocab.to_tokens(list(corpus))


class TestLoader:
    """A loader that has only the definition, ``__call__``."""

    @pytest.fixture
    def foo(self, provide: Install, tmp_path: Path) -> Path:
        """A file that ends in .foo, and a plugin that reads such files."""
        provide("textengine-foo", "loaders", "{'foo': Foo}", LOADER)
        path = tmp_path / "b.foo"
        path.write_text("one two; three\nfour ;;five", encoding="utf-8")
        return path

    def test_chosen_by_suffix(self, cli: Run, foo: Path, tmp_path: Path) -> None:
        """It reads the files that have its suffix."""
        done = cli("build", foo, "-o", "out", "--json")
        assert 0 == done.returncode, done.stderr
        assert (4, 1) == (json.loads(done.stdout)["records"], json.loads(done.stdout)["books"]["empty"])
        assert ["one", "two", "three", "four", "five"] == tokens(tmp_path / "out")

    @pytest.mark.parametrize("executor", ["threads", "processes"])
    def test_executors(self, cli: Run, foo: Path, tmp_path: Path, executor: str) -> None:
        """It gives the same in every executor."""
        done = cli("build", foo, "-o", "out", "--executor", executor, "--workers", "2", "--quiet")
        assert (0, "") == (done.returncode, done.stderr)
        assert ["one", "two", "three", "four", "five"] == tokens(tmp_path / "out")

    def test_suffix_in_capitals(self, cli: Run, foo: Path, tmp_path: Path) -> None:
        """Capitals in a file's name make no difference."""
        foo.rename(tmp_path / "B.FOO")
        cli("build", "B.FOO", "-o", "out", "--quiet")
        assert ["one", "two", "three", "four", "five"] == tokens(tmp_path / "out")

    @pytest.mark.usefixtures("foo")
    def test_directory(self, cli: Run, text: Path, tmp_path: Path) -> None:
        """In a directory, each file is read by the loader of its suffix, in the order of the names."""
        folder = tmp_path / "texts"
        folder.mkdir()
        text.rename(folder / "a.txt")
        (tmp_path / "b.foo").rename(folder / "b.foo")
        done = cli("build", folder, "-o", "out", "--quiet")
        assert (0, "") == (done.returncode, done.stderr)
        assert ["the", "wells", "one", "two", "three", "four", "five"] == tokens(tmp_path / "out")[-7:]

    @pytest.mark.usefixtures("foo")
    def test_chosen_by_name(self, cli: Run, text: Path, tmp_path: Path) -> None:
        """--loader chooses it for any file."""
        done = cli("build", text, "-o", "out", "--loader", "foo", "--json")
        assert 1 == json.loads(done.stdout)["records"]

    def test_digest_of_the_source(self, cli: Run, foo: Path) -> None:
        """The books hold every byte of the file, and its digest, whoever read it."""
        done = cli("build", foo, "-o", "out", "--json")
        assert [foo.stat().st_size] == [source["size"] for source in json.loads(done.stdout)["sources"]]

    def test_option_that_it_does_not_have(self, cli: Run, foo: Path) -> None:
        """An option that only other loaders have is a user's mistake."""
        done = cli("build", foo, "-o", "out", "--encoding", "latin-1")
        assert 2 == done.returncode
        assert "loader textengine-foo/foo has no option 'encoding'; its options: none" in done.stderr

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("return 1 / 0", "ZeroDivisionError: division by zero"),
            ("yield 'good'\n    yield 7", "failed on record 1 (counted from 0) of b.foo: "),
            ("yield 'good'\n    yield '\\ud800'", "failed on record 1 (counted from 0) of b.foo: "),
            ("return None", "TypeError: "),
            ("raise SystemExit(0)", "SystemExit: 0"),
            ("raise TimeoutError('no answer')", "no answer"),
        ],
        ids=["it raises", "a record that is no text", "a lone surrogate", "nothing", "it exits", "an OSError"],
    )
    def test_fault(self, provide: Install, cli: Run, tmp_path: Path, body: str, reason: str) -> None:
        """What it raises, and a record that is no text, are its plugin's fault; the source is named."""
        source = f"def foo(source):\n    {body}\n\n\nfoo.suffixes = ('.foo',)\n"
        provide("textengine-foo", "loaders", "{'foo': foo}", source)
        (tmp_path / "b.foo").touch()
        done = cli("build", "b.foo", "-o", "out", "--quiet")
        assert (3, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert done.stderr.startswith("error: plugin textengine-foo 1.0: loader 'foo' failed ")
        assert "b.foo" in done.stderr
        assert reason in done.stderr

    def test_suffix_claimed_twice(self, provide: Install, cli: Run, foo: Path) -> None:
        """Two loaders for a suffix are an error that names both, and the way out."""
        provide("other-foo", "loaders", "{'other': Foo}", LOADER)
        done = cli("build", foo, "-o", "out")
        assert 2 == done.returncode
        assert "claimed more than once: say --loader other-foo/other or --loader textengine-foo/foo" in done.stderr


class TestRecipe:
    """A recipe."""

    def test_build(self, provide: Install, cli: Run, text: Path, tmp_path: Path) -> None:
        """It is used by its name."""
        provide("textengine-ours", "recipes", f"{{'ours': {RECIPE}}}")
        done = cli("build", text, "-o", "out", "--recipe", "ours", "--quiet")
        assert (0, "") == (done.returncode, done.stderr)
        assert list(" abcehilmnstwy") == list(Corpus.open(tmp_path / "out").vocab)

    def test_listed_and_printed(self, provide: Install, cli: Run) -> None:
        """It is listed with its first comment, and printed as it was written."""
        provide("textengine-ours", "recipes", f"{{'ours': {RECIPE}}}")
        assert "Capitals, one letter a token." in cli("recipes").stdout
        assert RECIPE.strip("'") == cli("recipes", "ours").stdout

    @pytest.mark.parametrize(
        ("toml", "reason"),
        [
            ("this is no TOML", "recipe textengine-ours/ours: not TOML: "),
            ("[recipe]\ntokeniser = 'x'", "recipe textengine-ours/ours: [recipe]: unknown key 'tokeniser'"),
        ],
    )
    def test_fault(self, provide: Install, cli: Run, text: Path, toml: str, reason: str) -> None:
        """One that cannot be read is named with its plugin."""
        provide("textengine-ours", "recipes", f"{{'ours': {toml!r}}}")
        done = cli("build", text, "-o", "out", "--recipe", "ours")
        assert 2 == done.returncode
        assert reason in done.stderr


class TestVocabBuilder:
    """A vocabulary builder."""

    def recipe(self, folder: Path) -> Path:
        """The path of a recipe with the builder of the plugin."""
        path = folder / "r.toml"
        path.write_text("[recipe]\ntokenizer = 'textengine/word'\nvocab = 'textengine-v/build'\n")
        return path

    def test_build(self, provide: Install, cli: Run, text: Path, tmp_path: Path) -> None:
        """Its vocabulary is that of the corpus."""
        provide("textengine-v", "vocab_builders", "{'build': longest}", BUILDER)
        done = cli("build", text, "-o", "out", "--recipe", self.recipe(tmp_path), "--quiet")
        assert (0, "") == (done.returncode, done.stderr)
        assert ["machine", "wells", "time", "the", "by"] == list(Corpus.open(tmp_path / "out").vocab)

    @pytest.mark.parametrize(
        ("result", "reason"),
        [
            ("dict(counts)", "TypeError: it must return a Vocab, not dict"),
            ("None", "TypeError: it must return a Vocab, not NoneType"),
            ("1 / 0", "ZeroDivisionError: division by zero"),
            ("exit(0)", "SystemExit: 0"),
        ],
    )
    def test_fault(self, provide: Install, cli: Run, text: Path, tmp_path: Path, result: str, reason: str) -> None:
        """What is no Vocab, and what it raises, are its plugin's fault; nothing is committed."""
        provide("textengine-v", "vocab_builders", "{'build': build}", f"def build(counts):\n    return {result}\n")
        done = cli("build", text, "-o", "out", "--recipe", self.recipe(tmp_path), "--quiet")
        expected = f"error: plugin textengine-v 1.0: vocabulary builder 'build' failed: {reason}\n"
        assert (3, expected) == (done.returncode, done.stderr)
        assert not (tmp_path / "out" / "manifest.json").exists()

    def test_token_left_out_without_unk(self, provide: Install, cli: Run, text: Path, tmp_path: Path) -> None:
        """A token that the vocabulary leaves out, with nothing to stand for it, is named with its record."""
        source = "from textengine import Vocab\n\n\ndef build(counts):\n    return Vocab.from_tokens(['the', 'time'])\n"
        provide("textengine-v", "vocab_builders", "{'build': build}", source)
        done = cli("build", text, "-o", "out", "--recipe", self.recipe(tmp_path), "--quiet")
        assert 1 == done.returncode
        assert f"token 'machine' in record 1 (counted from 0) of {text} is not in the vocabulary" in done.stderr


class TestExecutor:
    """An executor."""

    def test_build(self, provide: Install, cli: Run, text: Path, tmp_path: Path) -> None:
        """It runs the work, is told the number of workers, and leaves no trace in the corpus."""
        path = provide("textengine-pool", "executors", "{'pool': pool}", EXECUTOR)
        cli("build", text, "-o", "before", "--quiet")
        done = cli("build", text, "-o", "out", "--executor", "pool", "--workers", "2", "--quiet")
        assert (0, "") == (done.returncode, done.stderr)
        assert "2" == path.with_suffix(".workers").read_text()
        assert (tmp_path / "before" / "manifest.json").read_bytes() == (tmp_path / "out/manifest.json").read_bytes()

    @pytest.mark.parametrize(
        ("result", "reason"),
        [
            ("map", "TypeError: it must return a concurrent.futures.Executor, not type"),
            ("1 / 0", "ZeroDivisionError: division by zero"),
        ],
    )
    def test_fault(self, provide: Install, cli: Run, text: Path, result: str, reason: str) -> None:
        """What is no Executor, and what it raises, are its plugin's fault."""
        provide("textengine-pool", "executors", "{'pool': pool}", f"def pool(workers):\n    return {result}\n")
        done = cli("build", text, "-o", "out", "--executor", "pool", "--quiet")
        expected = f"error: plugin textengine-pool 1.0: executor 'pool' failed: {reason}\n"
        assert (3, expected) == (done.returncode, done.stderr)


class TestDataset:
    """A data set."""

    def test_build(self, provide: Install, cli: Run, text: Path, tmp_path: Path) -> None:
        """A bare word that names it is it, and its files are read by their suffix."""
        source = f"from pathlib import Path\n\n\ndef three(cache):\n    return [Path({str(text)!r})]\n"
        provide("textengine-three", "datasets", "{'three-lines': three}", source)
        done = cli("build", "three-lines", "-o", "out", "--json")
        assert 0 == done.returncode, done.stderr
        assert 3 == json.loads(done.stdout)["records"]

    @pytest.mark.parametrize(
        ("result", "reason"),
        [("1 / 0", "ZeroDivisionError: division by zero"), ("None", "TypeError: "), ("[7]", "TypeError: ")],
    )
    def test_fault(self, provide: Install, cli: Run, result: str, reason: str) -> None:
        """What it raises, and a result that is no list of files, are its plugin's fault."""
        provide("textengine-three", "datasets", "{'three': three}", f"def three(cache):\n    return {result}\n")
        done = cli("build", "three", "-o", "out", "--quiet")
        assert 3 == done.returncode
        assert f"error: plugin textengine-three 1.0: dataset 'three' failed: {reason}" in done.stderr


ODD = """
from dataclasses import dataclass


class Size:
    pass


@dataclass(frozen=True)
class Cut:
    size: Size = None
    joiner: str = "-"

    def __call__(self, text):
        return [text]


@dataclass(frozen=True)
class Named:
    name: str = "x"

    def __call__(self, text):
        return [text]
"""


class TestSchema:
    """Installed components in the schema of recipes."""

    def test_options(self, provide: Install, cli: Run) -> None:
        """The options of an installed tokenizer are in it, with the plugin's name and version."""
        definition = "from dataclasses import dataclass\n\n@dataclass(frozen=True)\nclass Cut:\n    size: int = 4\n"
        provide(
            "cutter", "tokenizers", "{'cut': Cut}", definition + "    def __call__(self, text):\n        return []\n"
        )
        done = cli("recipes", "--schema")
        assert (0, "") == (done.returncode, done.stderr)
        tokenizers = json.loads(done.stdout)["properties"]["recipe"]["properties"]["tokenizer"]["anyOf"]
        assert "cut" in tokenizers[0]["enum"]
        [cut] = [item for item in tokenizers[1:] if "cutter/cut" in item["properties"]["name"]["enum"]]
        assert cut["description"].endswith("(cutter 1.0)")
        assert {"type": "integer", "default": 4} == cut["properties"]["size"]

    def test_what_cannot_be_described(self, provide: Install, cli: Run) -> None:
        """An option of an odd type may be anything, and a component that no recipe can make is left out: both named."""
        provide("cutter", "tokenizers", "{'cut': Cut, 'named': Named}", ODD)
        done = cli("recipes", "--schema")
        assert 0 == done.returncode
        lines = sorted(done.stderr.splitlines())
        assert 2 == len(lines), done.stderr
        assert "an option cannot be called 'name'; it is left out of the schema" in lines[1]
        assert "plugin cutter 1.0: tokenizer 'cut' failed: its option 'size' has a type that cannot" in lines[0]
        assert lines[0].endswith("; the schema lets it be anything")
        tokenizers = json.loads(done.stdout)["properties"]["recipe"]["properties"]["tokenizer"]["anyOf"]
        assert "named" not in tokenizers[0]["enum"]
        [cut] = [item for item in tokenizers[1:] if "cutter/cut" in item["properties"]["name"]["enum"]]
        assert {} == cut["properties"]["size"]
        assert {"type": "string", "default": "-"} == cut["properties"]["joiner"]

    def test_the_doctor(self, provide: Install, cli: Run) -> None:
        """What cannot be described is a finding of the doctor."""
        provide("cutter", "tokenizers", "{'cut': Cut, 'named': Named}", ODD)
        done = cli("plugins", "check", "cutter", "--json")
        assert 3 == done.returncode
        failed = {
            item["subject"]: item["message"] for item in json.loads(done.stdout) if item["check"] == "options schema"
        }
        assert "its option 'size' has a type that cannot be described" in failed["tokenizer cut"]
        assert "an option cannot be called 'name'" in failed["tokenizer named"]
