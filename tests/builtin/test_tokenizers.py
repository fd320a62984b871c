"""The built-in tokenizers, and encoding by them in batches."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textengine import Batch, Engine, Kind, Lexicon
from textengine.builtin.tokenizers.pattern import PatternTokenizer
from textengine.recipe.recipe import Recipe, Spec
from textengine.recipe.resolved import resolve

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ENGINE = Engine(discover=False)
OPTIONS = {"pattern": {"pattern": r"\w+|[^\w\s]"}}


@pytest.mark.parametrize("component", ENGINE.registry.all(Kind.TOKENIZER), ids=lambda component: component.name)
class TestEach:
    @given(text=TEXT)
    def test_pure_and_picklable(self, component, text: str) -> None:
        """The same text gives the same tokens, all of them strings, also after a journey to another process."""
        tokenizer = component.value(**OPTIONS.get(component.name, {}))
        tokens = tokenizer(text)
        assert tokens == tokenizer(text) == pickle.loads(pickle.dumps(tokenizer))(text)
        assert all(type(token) is str for token in tokens)

    @settings(max_examples=60, deadline=None)
    @given(texts=st.lists(TEXT), cut=st.integers(0, 5))
    def test_batches(self, component, texts: list[str], cut: int) -> None:
        """Encoding batches, cut anywhere, equals adding the tokens of each record in turn."""
        recipe = Recipe(Spec(component.qualified, OPTIONS.get(component.name, {})))
        pipeline = resolve(recipe, ENGINE.registry).pipeline
        expected, lexicon = Lexicon(), Lexicon()
        wanted = [[expected.add(token) for token in pipeline.tokens(text)] for text in texts]
        found: list[list[int]] = []
        for part in (texts[:cut], texts[cut:]):
            ids, ends = pipeline.encode(Batch.from_texts(part), lexicon)
            assert (np.uint32, np.int64) == (ids.dtype, ends.dtype)
            found += [piece.tolist() for piece in np.split(ids, ends[:-1])] if part else []
        assert wanted == found
        assert (expected.tokens, expected.counts.tolist()) == (lexicon.tokens, lexicon.counts.tolist())


class TestWord:
    def test_all_white_space(self) -> None:
        """Every character that str.isspace knows parts words; no other does."""
        tokenizer = ENGINE.registry.get(Kind.TOKENIZER, "word").value()
        spaces = [chr(code) for code in range(0x110000) if chr(code).isspace()]
        assert ["a"] * (len(spaces) + 1) == tokenizer("a".join(["", *spaces, ""]))
        assert ["a\u200bb"] == tokenizer("a\u200bb")


class TestPattern:
    def test_one_group(self) -> None:
        """With one group, the group is the token."""
        assert ["a", "b"] == PatternTokenizer(r"(\w)!")("a! b!")

    @pytest.mark.parametrize(("pattern", "message"), [("(a)(b)", "has 2 groups"), ("[", "not a regular expression")])
    def test_refuses(self, pattern: str, message: str) -> None:
        """A pattern whose matches are no single tokens is refused."""
        with pytest.raises(ValueError, match=message):
            PatternTokenizer(pattern)

    def test_time_limit(self) -> None:
        """A pattern that takes too long on a record is stopped."""
        with pytest.raises(TimeoutError, match="took longer than"):
            PatternTokenizer(r"(?:a|aa)+$", timeout=0.05)("a" * 60 + "b")


class TestLexicon:
    @given(words=st.lists(st.text("abé😀", max_size=3)))
    def test_intern(self, words: list[str]) -> None:
        """Interning slices of a buffer equals adding the tokens."""
        batch = Batch.from_texts(words)
        starts = np.concatenate([np.zeros(min(1, len(words)), np.int64), batch.ends[:-1]])
        one, other = Lexicon(), Lexicon()
        assert [one.add(word) for word in words] == other.intern(batch.buffer, starts, batch.ends).tolist()
        assert (one.tokens, one.counts.tolist()) == (other.tokens, other.counts.tolist())

    @given(text=TEXT)
    def test_intern_codepoints(self, text: str) -> None:
        """Interning code points equals adding the characters."""
        one, other = Lexicon(), Lexicon()
        codepoints = np.array([ord(char) for char in text], np.uint32)
        assert [one.add(char) for char in text] == other.intern_codepoints(codepoints).tolist()

    @pytest.mark.parametrize(("token", "error"), [(1, TypeError), (b"a", TypeError), ("\ud800", UnicodeEncodeError)])
    def test_refuses(self, token: object, error: type[Exception]) -> None:
        """Only text can be a token."""
        with pytest.raises(error):
            Lexicon().add(token)  # type: ignore[arg-type]


class TestBatch:
    @given(texts=st.lists(TEXT))
    def test_round_trip(self, texts: list[str]) -> None:
        """Records come out as they went in, empty ones included."""
        batch = Batch.from_texts(texts)
        assert (texts, len(texts)) == (list(batch.texts()), len(batch))
