"""Recipes as documents: reading them, finding them, and their identity."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType
from typing import Any

import pytest

from textengine import Engine, Recipe, hookimpl
from textengine.errors import ConfigurationError, UnknownNameError
from textengine.recipe.recipe import Spec
from textengine.recipe.resolved import ResolvedRecipe, resolve

Run = Callable[..., "CompletedProcess[str]"]

BUILT_IN = ["d2l", "d2l-1.0", "nanogpt-char"]
WORDS = "[recipe]\ntokenizer = 'textengine/word'\n"


def made(recipe: Recipe | str | dict[str, Any], engine: Engine) -> ResolvedRecipe:
    """A recipe, found and resolved."""
    return resolve(engine.recipe(recipe), engine.registry)


def spec(**recipe: Any) -> dict[str, Any]:
    """A recipe as a mapping; its tokenizer is ``word`` unless another one is given."""
    return {"recipe": {"tokenizer": "textengine/word", **recipe}}


def policy(**options: Any) -> dict[str, Any]:
    """A recipe with a vocabulary policy."""
    return spec(vocab={"builder": "textengine/frequency", **options})


class TestFromToml:
    """Recipe.from_toml"""

    def test_smallest(self) -> None:
        """A tokenizer is enough; the vocabulary is by frequency."""
        expected = Recipe(Spec("textengine/word"), (), Spec("textengine/frequency"), {})
        assert expected == Recipe.from_toml(WORDS, "r")

    def test_whole(self) -> None:
        """Every part has its place; a component is a name, or a table with its name and options."""
        text = """
            [input]
            records = "file"
            [recipe]
            normalizers = ["a/b", { name = "c/d", strip = false }]
            tokenizer = { name = "e/f", pattern = '\\w' }
            [recipe.vocab]
            builder = "g/h"
            specials = { unk = "?" }
        """
        assert Recipe(
            tokenizer=Spec("e/f", {"pattern": r"\w"}),
            normalizers=(Spec("a/b"), Spec("c/d", {"strip": False})),
            vocab=Spec("g/h", {"specials": {"unk": "?"}}),
            input={"records": "file"},
        ) == Recipe.from_toml(text, "r")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("recipe = [", "r: not TOML: "),
            ("[recipe]\na = 1\na = 2", "r: not TOML: Cannot overwrite a value"),
            ("[recip]\n", "r: unknown key 'recip'; did you mean 'recipe'? Known: input, recipe"),
            ("zzz = 1", "r: unknown key 'zzz'; known: input, recipe"),
            (f"{WORDS}normalizer = []", "r: [recipe]: unknown key 'normalizer'; did you mean 'normalizers'?"),
            (f"{WORDS}zzz = 1", "r: [recipe]: unknown key 'zzz'; known: normalizers, tokenizer, vocab"),
            ("", 'r: [recipe] names no tokenizer; write tokenizer = "textengine/word"'),
            ("[recipe]", "r: [recipe] names no tokenizer"),
            ("recipe = 7", "r: recipe must be a table, [recipe]"),
            (f"input = 7\n{WORDS}", "r: input must be a table, [input]"),
            ("[recipe]\ntokenizer = 7", "r: tokenizer: write a name, or a table with the key 'name' and the options"),
            ("[recipe]\ntokenizer = { pattern = 'x' }", "r: tokenizer: write a name, or a table with the key 'name'"),
            (f"{WORDS}normalizers = 'textengine/strip'", "r: normalizers must be a list, such as"),
            (f"{WORDS}normalizers = ['a', 7]", "r: normalizers.1: write a name, or a table with the key 'name'"),
            (f"{WORDS}vocab = 7", "r: vocab: write a name, or a table with the key 'builder'"),
            (f"{WORDS}vocab = {{ min_freq = 2 }}", "r: vocab: write a name, or a table with the key 'builder'"),
        ],
    )
    def test_mistake(self, text: str, message: str) -> None:
        """A mistake is named with the document, the place and what to write."""
        with pytest.raises(ConfigurationError, match=f"^{re.escape(message)}"):
            Recipe.from_toml(text, "r")


class TestFindRecipe:
    """Engine.recipe, which is find_recipe"""

    def test_itself(self, engine: Engine) -> None:
        """A Recipe is itself."""
        recipe = Recipe(Spec("textengine/word"))
        assert recipe is engine.recipe(recipe)

    @pytest.mark.parametrize("name", ["d2l", "textengine/d2l"])
    def test_name(self, engine: Engine, name: str) -> None:
        """A name, bare or qualified, is a registered recipe."""
        assert Spec("textengine/word") == engine.recipe(name).tokenizer

    @pytest.mark.parametrize("kind", [str, Path])
    def test_file(self, engine: Engine, tmp_path: Path, kind: Callable[[Path], str | Path]) -> None:
        """A path that ends in .toml is a file."""
        path = tmp_path / "d2l.toml"
        path.write_text(WORDS)
        assert Recipe(Spec("textengine/word")) == engine.recipe(kind(path))

    def test_missing_file(self, engine: Engine, tmp_path: Path) -> None:
        """A file that is not there is named."""
        with pytest.raises(ConfigurationError, match=r"^recipe .*none\.toml: No such file or directory$"):
            engine.recipe(tmp_path / "none.toml")

    def test_file_that_is_no_text(self, engine: Engine, tmp_path: Path) -> None:
        """A file that is not UTF-8 is named, with the place."""
        path = tmp_path / "r.toml"
        path.write_bytes(b"# \xff")
        with pytest.raises(ConfigurationError, match=r"r\.toml: not UTF-8 at byte 2$"):
            engine.recipe(path)

    def test_unknown_name(self, engine: Engine) -> None:
        """An unknown name lists the recipes that exist."""
        expected = r"^no recipe is named 'd2l-2'; did you mean 'd2l'\? There is: d2l, d2l-1\.0, nanogpt-char$"
        with pytest.raises(UnknownNameError, match=expected):
            engine.recipe("d2l-2")

    def test_mapping(self, engine: Engine) -> None:
        """A mapping is a recipe, and its mistakes are named as those of a file are."""
        with pytest.raises(ConfigurationError, match=r"^recipe: unknown key 'recip'; did you mean 'recipe'\?"):
            engine.recipe({"recip": {}})

    @pytest.mark.parametrize(
        ("options", "text", "message"),
        [
            (["--recipe", "r.toml"], "recipe = [", "r.toml: not TOML: "),
            (["--recipe", "none.toml"], "", "recipe none.toml: No such file or directory"),
            (
                ["--recipe", "r.toml"],
                f"[input]\nrecord = 'file'\n{WORDS}",
                "no option 'record'; did you mean 'records'?",
            ),
            (["--recipe", "r.toml"], f"[input]\nloader = 7\n{WORDS}", "loader"),
            (
                ["--recipe", "r.toml"],
                "[recipe]\ntokenizer = 'wrod'",
                "no tokenizer is named 'wrod'; did you mean 'word'?",
            ),
        ],
    )
    def test_mistake_on_the_command_line(
        self, cli: Run, tmp_path: Path, options: list[str], text: str, message: str
    ) -> None:
        """On the command line a mistake is one line and exit status 2; nothing is built."""
        (tmp_path / "r.toml").write_text(text)
        (tmp_path / "a.txt").write_text("a b\n")
        done = cli("build", "a.txt", "-o", "out", *options)
        assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert message in done.stderr
        assert not (tmp_path / "out" / "manifest.json").exists()


class TestRoundTrip:
    """``textengine recipes NAME > FILE.toml``"""

    @pytest.mark.parametrize("name", BUILT_IN)
    def test_same_corpus(self, cli: Run, tmp_path: Path, name: str) -> None:
        """What is printed can be saved and used: it has the same recipe id, and reads in the same way."""
        (tmp_path / "a.txt").write_text("The Time\nMachine, by H. G. Wells\n")
        (tmp_path / "saved.toml").write_text(cli("recipes", name).stdout)
        results = []
        for recipe in (name, "saved.toml"):
            done = cli("build", "a.txt", "-o", f"out-{recipe}", "--recipe", recipe, "--json")
            assert 0 == done.returncode, done.stderr
            results.append(json.loads(done.stdout))
        for key in ("recipe_id", "text_id", "records", "books", "vocab_size"):
            assert results[0][key] == results[1][key]

    @pytest.mark.parametrize("name", BUILT_IN)
    def test_qualified_names(self, engine: Engine, name: str) -> None:
        """A built-in recipe names its components by qualified names, so that no plugin can change it."""
        recipe = engine.recipe(name)
        specs = [*recipe.normalizers, recipe.tokenizer, recipe.vocab]
        assert [] == [spec.name for spec in specs if not spec.name.startswith("textengine/")]


class TestRecipeId:
    """The recipe id"""

    def test_every_built_in_recipe_has_its_own(self, engine: Engine) -> None:
        """Different recipes have different ids."""
        assert len(BUILT_IN) == len({made(name, engine).recipe_id for name in BUILT_IN})

    def test_sha256(self, engine: Engine) -> None:
        """It is a SHA-256 in hex."""
        assert re.fullmatch("[0-9a-f]{64}", made("d2l", engine).recipe_id)

    def test_bare_name(self, engine: Engine) -> None:
        """A bare name and the qualified one that it means are the same recipe."""
        assert made(spec(), engine).recipe_id == made(spec(tokenizer="word"), engine).recipe_id

    @pytest.mark.parametrize(
        "explicit",
        [
            policy(),
            policy(min_freq=0),
            policy(ties="first-seen"),
            policy(reserved=[]),
            policy(specials={"unk": "<unk>"}),
            spec(normalizers=[]),
            spec(tokenizer={"name": "textengine/word"}),
            {**spec(), "input": {"records": "file", "encoding": "latin-1"}},
        ],
    )
    def test_explicit_default(self, engine: Engine, explicit: dict[str, Any]) -> None:
        """A default that is written out changes nothing, and neither does how the text is read."""
        assert made(spec(), engine).recipe_id == made(explicit, engine).recipe_id

    def test_whole_number_for_a_float(self, engine: Engine) -> None:
        """An option has the value that the component sees: 5 seconds are 5.0 seconds."""
        implied = made(spec(tokenizer={"name": "pattern", "pattern": "x"}), engine)
        assert (
            implied.recipe_id
            == made(spec(tokenizer={"name": "pattern", "pattern": "x", "timeout": 5}), engine).recipe_id
        )

    @pytest.mark.parametrize(
        "changed",
        [
            policy(min_freq=1),
            policy(max_size=9),
            policy(ties="ascending"),
            policy(reserved=["<pad>"]),
            policy(specials={}),
            policy(specials={"unk": "?"}),
            spec(vocab="textengine/sorted"),
            spec(tokenizer="textengine/char"),
            spec(normalizers=["textengine/lowercase"]),
        ],
    )
    def test_change(self, engine: Engine, changed: dict[str, Any]) -> None:
        """Whatever changes ids changes the recipe id."""
        assert made(spec(), engine).recipe_id != made(changed, engine).recipe_id

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (policy(specials={"unk": "?", "pad": "!"}), policy(specials={"pad": "!", "unk": "?"})),
            (policy(reserved=["a", "b"]), policy(reserved=["b", "a"])),
            (spec(normalizers=["nfd", "strip-accents"]), spec(normalizers=["strip-accents", "nfd"])),
        ],
        ids=["specials", "reserved", "normalizers"],
    )
    def test_order(self, engine: Engine, one: dict[str, Any], other: dict[str, Any]) -> None:
        """Order counts: that of special and reserved tokens decides their ids, that of normalizers their result."""
        assert made(one, engine).recipe_id != made(other, engine).recipe_id

    def test_order_of_keys(self, engine: Engine) -> None:
        """The order in which options are written does not count."""
        one, other = policy(min_freq=2, max_size=9), policy(max_size=9, min_freq=2)
        assert made(one, engine).recipe_id == made(other, engine).recipe_id

    def test_name_of_the_recipe(self, engine: Engine, tmp_path: Path) -> None:
        """What a recipe is called, and comments in it, do not count."""
        path = tmp_path / "other.toml"
        path.write_text(f"# a comment\n{WORDS}")
        assert made(spec(), engine).recipe_id == made(str(path), engine).recipe_id


class TestTextId:
    """The text id"""

    @pytest.mark.parametrize("changed", [policy(min_freq=3), policy(specials={}), spec(vocab="textengine/sorted")])
    def test_vocabulary_policy(self, engine: Engine, changed: dict[str, Any]) -> None:
        """It does not depend on the vocabulary policy: the tokens are the same."""
        assert made(spec(), engine).pipeline.text_id == made(changed, engine).pipeline.text_id

    @pytest.mark.parametrize(
        "changed",
        [spec(tokenizer="textengine/char"), spec(normalizers=["textengine/strip"])],
        ids=["tokenizer", "normalizers"],
    )
    def test_text(self, engine: Engine, changed: dict[str, Any]) -> None:
        """It depends on what makes the tokens."""
        assert made(spec(), engine).pipeline.text_id != made(changed, engine).pipeline.text_id


class TestUnicodeVersion:
    """The Unicode version in the canonical form"""

    @pytest.mark.parametrize("name", ["ascii-letters", "strip", "collapse-whitespace"])
    def test_not_declared(self, engine: Engine, name: str) -> None:
        """Where a component does not declare that it depends on one, there is none."""
        assert "unicode" not in made(spec(normalizers=[name]), engine).canonical["normalizers"][0]

    @pytest.mark.parametrize("name", ["lowercase", "casefold", "nfc", "nfd", "nfkc", "nfkd", "strip-accents"])
    def test_declared(self, engine: Engine, name: str) -> None:
        """Where it does, there is."""
        assert made(spec(normalizers=[name]), engine).canonical["normalizers"][0]["unicode"]

    def test_tokenizers(self, engine: Engine) -> None:
        """A regular expression depends on one; white space and code points do not."""
        recipes = [spec(tokenizer=each) for each in ("word", "char", {"name": "pattern", "pattern": "x"})]
        declared = ["unicode" in made(recipe, engine).canonical["tokenizer"] for recipe in recipes]
        assert [False, False, True] == declared

    def test_part_of_the_ids(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another version is another recipe and another text, but only where it is declared."""
        depends, does_not = made(spec(normalizers=["nfc"]), engine), made(spec(), engine)
        before = (depends.recipe_id, depends.pipeline.text_id, does_not.recipe_id)
        monkeypatch.setattr(type(depends.pipeline.normalizers[0].call), "unicode_version", "99.0.0")
        after = (depends.recipe_id, depends.pipeline.text_id, does_not.recipe_id)
        assert [False, False, True] == [old == new for old, new in zip(before, after, strict=True)]


class TestPathOption:
    """An option that names a file"""

    @pytest.fixture
    def stopping(self) -> Engine:
        """An engine with a normalizer that has a file of words as its option."""

        @dataclass(frozen=True)
        class Stop:
            words: Path

            def __call__(self, text: str) -> str:
                return " ".join(word for word in text.split() if word not in self.words.read_text().split())

        module = ModuleType("acme")
        vars(module)["textengine_normalizers"] = hookimpl(lambda: {"stop": Stop})
        return Engine([module], discover=False)

    def stop(self, path: Path) -> dict[str, Any]:
        """A recipe with the normalizer."""
        return spec(normalizers=[{"name": "acme/stop", "words": str(path)}])

    def test_path_does_not_count(self, stopping: Engine, tmp_path: Path) -> None:
        """Two files with the same content are the same recipe, wherever they lie."""
        (tmp_path / "folder").mkdir()
        paths = [tmp_path / "a.txt", tmp_path / "folder" / "b.txt"]
        for path in paths:
            path.write_text("the of")
        one, other = (made(self.stop(path), stopping) for path in paths)
        assert one.recipe_id == other.recipe_id
        assert str(tmp_path) not in json.dumps(one.canonical)

    def test_content_counts(self, stopping: Engine, tmp_path: Path) -> None:
        """The same file with other content is another recipe and another text."""
        path = tmp_path / "a.txt"
        path.write_text("the of")
        one = made(self.stop(path), stopping)
        path.write_text("the of and")
        other = made(self.stop(path), stopping)
        assert one.recipe_id != other.recipe_id
        assert one.pipeline.text_id != other.pipeline.text_id

    def test_missing_file(self, stopping: Engine, tmp_path: Path) -> None:
        """A file that is not there is a mistake in the configuration that names it."""
        expected = r"^normalizer acme/stop: .*none\.txt: No such file or directory$"
        with pytest.raises(ConfigurationError, match=expected):
            made(self.stop(tmp_path / "none.txt"), stopping)
