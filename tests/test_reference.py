"""The engine beside a plain re-implementation of the chapter's functions: every value agrees."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textengine import Corpus, Engine, Vocab

pytestmark = pytest.mark.usefixtures("kernels")

_PEER = Path(__file__).parents[1] / "benchmarks" / "peers" / "d2l.py"
_spec = importlib.util.spec_from_file_location("reference", _PEER)
assert _spec is not None and _spec.loader is not None
reference: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

ENGINE = Engine(discover=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
WORDY = st.text("abcAB \n\r\t\x0b\x1c\x85\u2028\u00e9\u4e2d\U0001f600.<unk>", max_size=300)


def assert_same(corpus: Corpus, text: str, token: str, max_tokens: int | None = None) -> None:
    ids, vocab = reference.load_corpus(text, token, max_tokens)
    assert ids == corpus.tokens.tolist()
    assert vocab.idx_to_token == list(corpus.vocab.idx_to_token)
    assert vocab.token_to_idx == dict(corpus.vocab.token_to_idx)
    assert vocab.token_freqs == list(corpus.vocab.token_freqs)


class TestBook:
    @pytest.mark.parametrize("token", ["word", "char"])
    @pytest.mark.parametrize("max_tokens", [None, 1, 10_000])
    def test_every_value_agrees(self, book: Path, token: str, max_tokens: int | None) -> None:
        """Ids, vocabulary and token_freqs, order included, are the chapter's."""
        corpus = ENGINE.build(book, tokenizer=token, max_tokens=max_tokens)
        assert_same(corpus, book.read_text(encoding="utf-8"), token, max_tokens)

    def test_lines(self, book: Path) -> None:
        """The records, as text, are the chapter's lines."""
        lines = reference.read_lines(book.read_text(encoding="utf-8"))
        corpus = ENGINE.build(book, tokenizer="char")
        assert lines == [record.text for record in corpus.records]


class TestAnyText:
    @settings(max_examples=150, deadline=None)
    @given(text=TEXTS | WORDY, token=st.sampled_from(["word", "char"]), shard=st.integers(1, 64))
    def test_file(self, tmp_path_factory: pytest.TempPathFactory, text: str, token: str, shard: int) -> None:
        """Any text, cut into shards anywhere, encodes as the chapter would encode it."""
        file = tmp_path_factory.getbasetemp() / "any.txt"
        file.write_bytes(text.encode())
        assert_same(ENGINE.build(file, tokenizer=token, shard_size=shard), text.removeprefix("\ufeff"), token)

    @settings(max_examples=100, deadline=None)
    @given(records=st.lists(st.text("abcAB .<unk>\u00e9", max_size=20), max_size=30), shard=st.integers(1, 64))
    def test_records(self, records: list[str], shard: int) -> None:
        """Records handed over by a program are each one line of the chapter's."""
        corpus = ENGINE.build_records(records, shard_size=shard)
        lines = [reference.read_lines(record)[0] if record else "" for record in records]
        vocab = reference.ReferenceVocab(reference.tokenize(lines, "word"))
        assert [vocab[line.split()] for line in lines] == [record.ids.tolist() for record in corpus.records]
        assert vocab.token_freqs == list(corpus.vocab.token_freqs)


class TestVocab:
    @given(
        tokens=st.lists(st.sampled_from(["a", "b", "c", "d", "<unk>", "<pad>", ""])),
        min_freq=st.integers(0, 4),
        reserved=st.sampled_from([None, [], ["<pad>"], ["<pad>", "b"]]),
    )
    def test_agrees(self, tokens: list[str], min_freq: int, reserved: list[str] | None) -> None:
        """The vocabulary alone is the chapter's, with min_freq and reserved tokens."""
        expected = reference.ReferenceVocab(tokens, min_freq, reserved)
        vocab = Vocab(tokens, min_freq, reserved)
        assert expected.idx_to_token == list(vocab.idx_to_token)
        assert expected.token_freqs == list(vocab.token_freqs)
        assert expected[["a", ["b", "nowhere"]]] == vocab[["a", ["b", "nowhere"]]]
