"""Overrides: what the flags of a build and --set do to a recipe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from textengine import Corpus, Engine, Recipe
from textengine.errors import ConfigurationError
from textengine.recipe.overrides import override
from textengine.recipe.recipe import Spec

Run = Callable[..., "CompletedProcess[str]"]

RECIPE = Recipe(
    tokenizer=Spec("t", {"pattern": "x"}),
    normalizers=(Spec("a"), Spec("b", {"deep": True})),
    vocab=Spec("v", {"min_freq": 1, "specials": {"unk": "?"}}),
    input={"records": "file"},
)


def with_setting(key: str, value: Any = "new") -> Recipe:
    """RECIPE with one setting."""
    return override(RECIPE, settings={key: value})


class TestParts:
    """Other components in place of the recipe's"""

    def test_nothing(self) -> None:
        """Without overrides the recipe is as it was."""
        assert RECIPE == override(RECIPE)

    def test_tokenizer(self) -> None:
        """Another tokenizer has none of the options of the one before."""
        assert Spec("other") == override(RECIPE, tokenizer="other").tokenizer

    def test_normalizers(self) -> None:
        """Normalizers replace all that there were."""
        assert (Spec("c"), Spec("a")) == override(RECIPE, normalizers=["c", "a"]).normalizers

    def test_no_normalizers(self) -> None:
        """An empty list takes all of them away."""
        assert () == override(RECIPE, normalizers=[]).normalizers

    def test_vocab(self) -> None:
        """Options of the vocabulary change only what they name."""
        expected = Spec("v", {"min_freq": 5, "specials": {"unk": "?"}, "max_size": 9})
        assert expected == override(RECIPE, vocab={"min_freq": 5, "max_size": 9}).vocab

    def test_original_is_kept(self) -> None:
        """The recipe itself is not changed."""
        with_setting("vocab.specials.pad")
        assert {"min_freq": 1, "specials": {"unk": "?"}} == RECIPE.vocab.options


class TestSettings:
    """Settings by dotted keys"""

    def test_tokenizer(self) -> None:
        """tokenizer.OPTION"""
        assert Spec("t", {"pattern": "new"}) == with_setting("tokenizer.pattern").tokenizer

    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            ("normalizers.0.deep", (Spec("a", {"deep": "new"}), Spec("b", {"deep": True}))),
            ("normalizers.1.deep", (Spec("a"), Spec("b", {"deep": "new"}))),
        ],
    )
    def test_normalizers(self, key: str, expected: tuple[Spec, ...]) -> None:
        """normalizers.NUMBER.OPTION, counted from 0"""
        assert expected == with_setting(key).normalizers

    def test_vocab(self) -> None:
        """vocab.OPTION"""
        assert Spec("v", {"min_freq": "new", "specials": {"unk": "?"}}) == with_setting("vocab.min_freq").vocab

    def test_nested(self) -> None:
        """A longer key goes into a table, and keeps what else is there, in order."""
        assert {"unk": "?", "pad": "new"} == with_setting("vocab.specials.pad").vocab.options["specials"]

    def test_nested_in_nothing(self) -> None:
        """It makes the table if there is none."""
        assert {"pattern": "x", "table": {"a": {"b": "new"}}} == with_setting("tokenizer.table.a.b").tokenizer.options

    def test_loader(self) -> None:
        """loader.OPTION is a default of the input."""
        assert {"records": "file", "encoding": "new"} == with_setting("loader.encoding").input

    def test_after_the_parts(self) -> None:
        """Settings are for the components that the flags chose."""
        changed = override(
            RECIPE, tokenizer="other", normalizers=["c"], settings={"tokenizer.a": 1, "normalizers.0.b": 2}
        )
        assert (Spec("other", {"a": 1}), (Spec("c", {"b": 2}),)) == (changed.tokenizer, changed.normalizers)

    @pytest.mark.parametrize(
        "key", ["normalizers.2.x", "normalizers.-1.x", "normalizers.one.x", "normalizers", "normalizers.x"]
    )
    def test_number(self, key: str) -> None:
        """A number that no normalizer has is an error that says how many there are."""
        expected = f"setting {key!r}: the recipe has 2 normalizers, numbered from 0; write normalizers.NUMBER.OPTION"
        with pytest.raises(ConfigurationError, match=f"^{re.escape(expected)}$"):
            with_setting(key)

    def test_number_without_normalizers(self) -> None:
        """So it does where there are none."""
        with pytest.raises(ConfigurationError, match="the recipe has no normalizers; write normalizers.NUMBER.OPTION"):
            override(RECIPE, normalizers=[], settings={"normalizers.0.x": 1})

    @pytest.mark.parametrize(
        "key", ["tokenizer", "tokenizer.", "vocab", "vocab..x", "loader.", "normalizers.0", "normalizers.0."]
    )
    def test_no_option(self, key: str) -> None:
        """A key without an option is an error."""
        with pytest.raises(ConfigurationError, match=f"^setting {re.escape(repr(key))}: name the option, such as"):
            with_setting(key)

    @pytest.mark.parametrize(
        ("key", "message"),
        [
            (
                "tokeniser.pattern",
                "'tokeniser' is no part of a recipe; did you mean 'tokenizer'? Write tokenizer.OPTION",
            ),
            ("normalizer.0.x", "'normalizer' is no part of a recipe; did you mean 'normalizers'?"),
            ("pattern", "'pattern' is no part of a recipe; write tokenizer.OPTION"),
        ],
    )
    def test_unknown_part(self, key: str, message: str) -> None:
        """A part that recipes do not have is an error that suggests one."""
        with pytest.raises(ConfigurationError, match=f"^setting {re.escape(repr(key))}: {re.escape(message)}"):
            with_setting(key)


class TestInAProgram:
    """Engine.build_records(settings=...)"""

    def test_specials(self, engine: Engine) -> None:
        """A further special token has an id after those of the recipe."""
        corpus = engine.build_records(["a b"], settings={"vocab.specials.pad": "<pad>"})
        assert ["<unk>", "<pad>", "a", "b"] == list(corpus.vocab)

    def test_text_stays_text(self, engine: Engine) -> None:
        """A value has its type: text for a number is not read as TOML, which is for the command line."""
        with pytest.raises(ConfigurationError, match="vocabulary builder textengine/frequency: reserved: "):
            engine.build_records(["a b"], settings={"vocab.reserved": "['<pad>']"})


class TestCommandLine:
    """--set"""

    @pytest.fixture(autouse=True)
    def text(self, tmp_path: Path) -> None:
        """A text."""
        (tmp_path / "a.txt").write_text("b 42 42 a4\n")

    def vocab(self, cli: Run, folder: Path, *options: str) -> list[str]:
        """The vocabulary of a corpus that was built with `options`."""
        done = cli("build", "a.txt", "-o", "out", "--no-normalizers", "--quiet", *options)
        assert (0, "") == (done.returncode, done.stderr)
        return list(Corpus.open(folder / "out").vocab)

    def test_text_that_looks_like_a_number(self, cli: Run, tmp_path: Path) -> None:
        """A pattern may be a number."""
        assert ["<unk>", "4"] == self.vocab(cli, tmp_path, "--tokenizer", "pattern", "--set", "tokenizer.pattern=4")

    def test_equals_sign_in_the_value(self, cli: Run, tmp_path: Path) -> None:
        """Only the first equals sign separates key and value."""
        options = ("--tokenizer", "pattern", "--set", "tokenizer.pattern=(?:(?<=a)4|b)")
        assert ["<unk>", "b", "4"] == self.vocab(cli, tmp_path, *options)

    def test_nested_special(self, cli: Run, tmp_path: Path) -> None:
        """A special token is text, and is added to those of the recipe."""
        assert ["<unk>", "42", "b", "a4"] == self.vocab(cli, tmp_path, "--set", "vocab.specials.pad=42")

    def test_list(self, cli: Run, tmp_path: Path) -> None:
        """A list is written as TOML."""
        options = ("--set", "vocab.reserved=['<pad>', 'a4']", "--set", "vocab.min_freq=2")
        assert ["<unk>", "<pad>", "a4", "42"] == self.vocab(cli, tmp_path, *options)

    def test_word(self, cli: Run, tmp_path: Path) -> None:
        """A choice needs no quotes."""
        assert ["<unk>", "42", "a4", "b"] == self.vocab(cli, tmp_path, "--set", "vocab.ties=ascending")

    @pytest.mark.parametrize("item", ["tokenizer.pattern", "=x", ""])
    def test_no_key_and_value(self, cli: Run, item: str) -> None:
        """What is not KEY=VALUE is a user's mistake."""
        done = cli("build", "a.txt", "-o", "out", "--set", item)
        assert 2 == done.returncode
        assert f"{item!r} is not KEY=VALUE" in done.stderr

    def test_number_of_normalizer(self, cli: Run) -> None:
        """A normalizer that is not there is a user's mistake."""
        done = cli("build", "a.txt", "-o", "out", "--set", "normalizers.1.pattern=x")
        assert 2 == done.returncode
        assert "setting 'normalizers.1.pattern': the recipe has 1 normalizer, numbered from 0" in done.stderr
