"""The functions that run all checks of a kind at once."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from textengine import Kind, hookimpl
from textengine.builtin import hooks
from textengine.builtin.executors.serial import Serial
from textengine.builtin.loaders.text import TextLoader
from textengine.builtin.normalizers.replace import Replace
from textengine.builtin.tokenizers.pattern import PatternTokenizer
from textengine.builtin.vocabularies.sorted import SortedBuilder
from textengine.testing import (
    CheckError,
    check_executor,
    check_exporter,
    check_hooks,
    check_loader,
    check_normalizer,
    check_tokenizer,
    check_vocab_builder,
    engine_with,
    sample_corpus,
)


def lines(corpus: Any, path: Any) -> None:
    """Write the ids, one a line."""
    path.write_text("".join(f"{number}\n" for number in corpus.tokens.tolist()))


def read_lines(path: Any) -> list[int]:
    """Read them again."""
    return [int(line) for line in path.read_text().splitlines()]


def nothing(*given: Any) -> None:
    """No component of any kind."""


SOUND: list[tuple[Callable[..., None], Any, dict[str, Any]]] = [
    (check_loader, TextLoader, {"records": "file"}),
    (check_normalizer, Replace, {"pattern": "a"}),
    (check_tokenizer, PatternTokenizer, {"pattern": r"\w+"}),
    (check_vocab_builder, SortedBuilder, {"min_freq": 2}),
    (check_executor, Serial, {}),
    (check_exporter, lines, {"read": read_lines}),
]


class TestCheckFunctions:
    @pytest.mark.parametrize(("check", "component", "options"), SOUND, ids=lambda item: getattr(item, "__name__", ""))
    def test_sound(self, check: Callable[..., None], component: Any, options: dict[str, Any]) -> None:
        """A component that has every property passes, made with the options that are given."""
        check(component, **options)

    @pytest.mark.parametrize("check", [check for check, _, _ in SOUND], ids=lambda check: check.__name__)
    def test_unsound(self, check: Callable[..., None]) -> None:
        """What is no component of the kind is a CheckError that names it."""
        with pytest.raises(CheckError, match="nothing"):
            check(nothing)

    def test_hooks(self) -> None:
        """A module of hooks passes; an object whose hook returns no mapping does not."""
        check_hooks(hooks)
        with pytest.raises(CheckError):
            check_hooks(SimpleNamespace(textengine_tokenizers=hookimpl(lambda: ["word"])))


class TestExporters:
    def test_registered(self) -> None:
        """An exporter is looked up by its name, bare or qualified."""
        plugin = SimpleNamespace(textengine_exporters=hookimpl(lambda: {"lines": lines}))
        registry = engine_with(("mine", plugin)).registry
        assert lines is registry.get(Kind.EXPORTER, "lines").value is registry.get(Kind.EXPORTER, "mine/lines").value


class TestSampleCorpus:
    def test_kinds_of_text(self) -> None:
        """The sample holds empty records, text outside ASCII, and characters that components tend to forget."""
        texts = sample_corpus()
        assert "" in texts
        assert all(any(char in text for text in texts) for char in "\0\r\u2028😀é")
        assert texts == sample_corpus()
