"""Vocab and Counts, used alone."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine import Counts, Vocab
from textengine.errors import UnknownTokenError, VocabError

TOKENS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=4))


class TestMaking:
    def test_flat_and_nested_are_the_same(self) -> None:
        """Nesting does not matter, however deep."""
        assert Vocab(["a", "b", "a"]) == Vocab([["a"], [["b"], "a"]])

    def test_empty(self) -> None:
        """An empty vocabulary holds the unknown token."""
        vocab = Vocab()
        assert (1, 0, ("<unk>",), ()) == (len(vocab), vocab.unk, vocab.idx_to_token, vocab.token_freqs)

    def test_min_freq(self) -> None:
        """Rare tokens are left out and stay in token_freqs."""
        vocab = Vocab("aab", min_freq=2)
        assert (["<unk>", "a"], (("a", 2), ("b", 1))) == (list(vocab), vocab.token_freqs)

    def test_reserved_token_met_in_the_text_keeps_its_id(self) -> None:
        """A reserved token has one id."""
        vocab = Vocab(["x", "<pad>", "<pad>"], reserved_tokens=["<bos>", "<pad>"])
        assert ["<unk>", "<bos>", "<pad>", "x"] == list(vocab)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: Vocab(["a", 1]), "a token is a str, not int: 1"),
            (lambda: Vocab(["a", b"b"]), "a token is a str, not bytes"),
            (lambda: Vocab(["\ud800"]), "lone surrogate"),
            (lambda: Vocab([], reserved_tokens=["a", "a"]), "'a' stands twice"),
            (lambda: Vocab.from_tokens(["a"], specials={"unk": "b"}), "special token 'b'"),
        ],
    )
    def test_refuses(self, make: object, message: str) -> None:
        """What could not be stored or looked up is refused at once."""
        with pytest.raises(VocabError, match=message):
            make()  # type: ignore[operator]


class TestLookingUp:
    def test_nested_tokens(self) -> None:
        """Ids are nested as the tokens are."""
        vocab = Vocab(["a", "a", "b"])
        assert [1, [2, [0]], []] == vocab[["a", ("b", ["?"]), []]]

    def test_no_unknown_token(self) -> None:
        """Without an unknown token, an unknown one is a KeyError that names it."""
        with pytest.raises(KeyError, match="token 'b' is not in the vocabulary"):
            Vocab.from_tokens(["a"])["b"]
        with pytest.raises(UnknownTokenError):
            Vocab.from_tokens(["a"])[["a", "b"]]

    @pytest.mark.parametrize(
        ("indices", "expected"),
        [
            (1, "a"),
            (np.uint16(1), "a"),
            ([1], ["a"]),
            ([], []),
            ([1, 2, 1], ["a", "b", "a"]),
            (np.array([1, 2], np.uint8), ["a", "b"]),
            (np.array([[1], [2]]), [["a"], ["b"]]),
            (np.array(2), "b"),
            (range(1, 3), ["a", "b"]),
        ],
    )
    def test_to_tokens(self, indices: object, expected: object) -> None:
        """An int, a list of any length, an array of any shape."""
        assert expected == Vocab(["a", "a", "b"]).to_tokens(indices)  # type: ignore[call-overload]

    @pytest.mark.parametrize("index", [-1, 3, 10**30])
    def test_to_tokens_out_of_range(self, index: int) -> None:
        """No id is wrapped around."""
        with pytest.raises(VocabError, match=r"whose ids are 0 to 2"):
            Vocab(["a", "b"]).to_tokens([index])

    def test_to_tokens_of_no_number(self) -> None:
        """An id is an int."""
        with pytest.raises(VocabError, match="an id is an int, not str"):
            Vocab().to_tokens(["1"])

    def test_contains_and_iterates(self) -> None:
        """``in`` and iteration are over tokens."""
        vocab = Vocab("ba")
        assert ("a" in vocab, "c" in vocab, ["<unk>", "b", "a"]) == (True, False, list(vocab))


class TestImmutability:
    @pytest.mark.parametrize("name", ["_tokens", "unk", "new"])
    def test_attributes(self, name: str) -> None:
        """No attribute can be set."""
        with pytest.raises(AttributeError):
            setattr(Vocab("a"), name, 1)

    def test_views(self) -> None:
        """What it hands out cannot change it."""
        vocab = Vocab("a")
        with pytest.raises(TypeError):
            vocab.token_to_idx["b"] = 7  # type: ignore[index]
        with pytest.raises(TypeError):
            vocab.specials["pad"] = "a"  # type: ignore[index]

    def test_hash(self) -> None:
        """Equal vocabularies have equal hashes."""
        assert 1 == len({Vocab("ab"), Vocab("ab")})


class TestSaving:
    @given(tokens=TOKENS, reserved=st.lists(st.sampled_from(["<pad>", "\n", " "]), unique=True))
    def test_round_trip(self, tmp_path_factory: pytest.TempPathFactory, tokens: list[str], reserved: list[str]) -> None:
        """What was saved is loaded, token_freqs and their order included."""
        path = tmp_path_factory.getbasetemp() / "vocab.json"
        vocab = Vocab(tokens, reserved_tokens=reserved)
        vocab.save(path)
        loaded = Vocab.load(path)
        assert vocab == loaded
        assert vocab.token_freqs == loaded.token_freqs
        assert dict(vocab.specials) == dict(loaded.specials)

    def test_sorted_vocabulary_keeps_the_order_of_its_counts(self, tmp_path: Path) -> None:
        """First appearance survives where ids do not tell it."""
        vocab = Vocab.from_tokens(["a", "b"], Counts(["b", "a"]))
        vocab.save(tmp_path / "v.json")
        assert (("b", 1), ("a", 1)) == Vocab.load(tmp_path / "v.json").token_freqs

    def test_pickle(self) -> None:
        """Pickled and back."""
        vocab = Vocab("abca").with_text_id("x")
        again = pickle.loads(pickle.dumps(vocab))
        assert (vocab, "x", vocab.token_freqs) == (again, again.text_id, again.token_freqs)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("{", "not a vocabulary"),
            ("[]", "its format is not"),
            ('{"format": "textengine-vocab", "version": 2}', "version 2; this textengine reads 1"),
            ('{"format": "textengine-vocab", "version": 1, "token": []}', "'token'; did you mean 'tokens'"),
            ('{"format": "textengine-vocab", "version": 1, "tokens": ["a"], "counts": []}', "the same length"),
            ('{"format": "textengine-vocab", "version": 1, "tokens": ["a"], "counts": [-1]}', "whole numbers"),
        ],
    )
    def test_load_refuses(self, tmp_path: Path, content: str, message: str) -> None:
        """A file that is no vocabulary is named, with what is wrong."""
        path = tmp_path / "v.json"
        path.write_text(content)
        with pytest.raises(VocabError, match=rf"v\.json: .*{message}"):
            Vocab.load(path)

    def test_load_missing(self, tmp_path: Path) -> None:
        """So is one that is not there."""
        with pytest.raises(VocabError, match="none.json: No such file"):
            Vocab.load(tmp_path / "none.json")

    def test_json_is_plain(self) -> None:
        """The file can be read by anything that reads JSON."""
        document = json.loads(Vocab("aab").to_json())
        assert (["<unk>", "a", "b"], [0, 2, 1]) == (document["tokens"], document["counts"])


class TestCounts:
    @given(parts=st.lists(st.lists(st.sampled_from("abcde"))))
    def test_merged_in_order(self, parts: list[list[str]]) -> None:
        """Counting parts and merging them in order equals counting the whole, first appearance included."""
        whole, merged = Counts(token for part in parts for token in part), Counts()
        for part in parts:
            counts = Counts(part)
            merged.update(list(counts), list(counts.values()))
        assert list(whole.items()) == list(merged.items())
        assert whole.most_common() == merged.most_common()
