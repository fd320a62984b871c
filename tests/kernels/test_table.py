"""The table of tokens: words, characters, merging: each kernel equals its plain definition on any text."""

import pickle
from typing import Any

import numpy as np
import pytest
from draws import RECORDS, WORDS, batch, cut
from hypothesis import example, given
from hypothesis import strategies as st

from textengine.kernels import words
from textengine.kernels.chars import chars_definition
from textengine.kernels.table import TokenTable, intern_definition
from textengine.kernels.words import word_edges, words_definition

# Tiny: every array grows, again and again. Colliding: all keys in one slot, all long tokens with one hash.
KINDS = {
    "usual": {},
    "tiny": {"tokens": 1, "arena": 0},
    "colliding": {"multiplier": 0},
    "other": {"multiplier": 5},
}
TABLES = st.sampled_from(sorted(KINDS))
TOKENS = st.lists(st.one_of(WORDS, st.sampled_from([w for n in (7, 8, 9) for w in ("a" * n, "a" * (n - 1) + "\0")])))


def made(kind: str) -> TokenTable:
    options: dict[str, Any] = KINDS[kind]
    return TokenTable(**options)


def interned(table: TokenTable, tokens: list[str]) -> list[int]:
    buffer, stops = batch(tokens)
    starts = np.concatenate(([0], stops))[: len(stops)]
    return table.intern(buffer, starts, stops).tolist()


def check(table: TokenTable, tokens: list[str]) -> None:
    _, counts = intern_definition(tokens)
    assert list(counts) == table.tokens()
    assert list(counts.values()) == table.counts.tolist()
    assert len(counts) == len(table)


class TestIntern:
    @given(TABLES, TOKENS, TOKENS)
    @example("usual", [], [])
    @example(
        "colliding",
        ["a", "a\0", "", "\0", "12345678", "1234567\x08", "1234567\0", "1234567"],
        ["\0" * 8, "\0" * 9],
    )
    def test_equals_its_definition(self, kind: str, first: list[str], second: list[str]) -> None:
        """Ids, tokens and counts are those of the definition, also over two calls."""
        table, (ids, _) = made(kind), intern_definition(first + second)
        assert ids == interned(table, first) + interned(table, second)
        check(table, first + second)

    def test_long_tokens(self) -> None:
        """Tokens of a megabyte that differ in one byte are different tokens."""
        long = "x" * (1 << 20)
        tokens = [
            long,
            long[:-1] + "y",
            "y" + long[1:],
            long[: 1 << 19] + "y" + long[: (1 << 19) - 1],
            long[1:],
            long,
        ]
        for kind in KINDS:
            table = made(kind)
            assert interned(table, tokens) == [0, 1, 2, 3, 4, 0]
            check(table, tokens)

    @pytest.mark.parametrize(("starts", "stops"), [([-1], [1]), ([2], [1]), ([0], [5]), ([0, 1], [1])])
    def test_spans_outside_the_buffer(self, starts: list[int], stops: list[int]) -> None:
        """A span that does not lie in the buffer is refused before a byte is read."""
        with pytest.raises(ValueError, match="token"):
            TokenTable().intern(np.zeros(4, np.uint8), np.array(starts), np.array(stops))


class TestWords:
    @given(TABLES, RECORDS)
    @example("usual", [])
    @example("usual", ["", " ", "a" * 64, "b" * 128, " " * 64 + "c"])
    def test_equals_str_split(self, kind: str, texts: list[str]) -> None:
        """Each record's words are those of `str.split`; a batch may be cut between any two records."""
        expected = words_definition(texts)
        flat = [word for found in expected for word in found]
        ids, _ = intern_definition(flat)
        for k in range(max(len(texts), 1)):
            table = made(kind)
            parts = [table.intern_words(*batch(part)) for part in (texts[:k], texts[k:])]
            assert ids == [number for part, _ in parts for number in part.tolist()]
            tokens = table.tokens()
            seen = [found for part, ends in parts for found in cut([tokens[i] for i in part], ends)]
            assert expected == seen
            check(table, flat)

    @given(RECORDS)
    def test_found_a_few_at_a_time(self, texts: list[str]) -> None:
        """Words that lie across two steps of `word_edges` are found whole."""
        texts = texts * 20
        buffer, ends = batch(texts)
        data, token_ends = buffer.tobytes(), np.empty(len(ends), np.int64)
        spans = [edges.reshape(-1, 2).tolist() for edges in word_edges(buffer, ends, token_ends, room=1)]
        found = [data[start:stop].decode() for pairs in spans for start, stop in pairs]
        assert words_definition(texts) == cut(found, token_ends)

    def test_a_word_longer_than_many_steps(self) -> None:
        """A word of a megabyte, and one of whitespace in between, in every kind of record."""
        texts = ["x" * (1 << 20), "a " + "é" * (1 << 20) + "\u3000b", "c" * words.ROOM + " d"]
        table = TokenTable()
        ids, ends = table.intern_words(*batch(texts))
        tokens = table.tokens()
        assert words_definition(texts) == cut([tokens[i] for i in ids], ends)

    def test_edges_of_blocks(self) -> None:
        """Words and whitespace of one to three bytes are whole wherever a block of 64 bytes ends."""
        for space in (" ", "\x85", "\u2003", "\u3000", "\u3001", "é"):
            for length in range(130):
                texts = ["x" * length + space + "y", space * length, "é" * length + space, "tail"]
                table = TokenTable()
                ids, ends = table.intern_words(*batch(texts))
                tokens = table.tokens()
                assert words_definition(texts) == cut([tokens[i] for i in ids], ends)


class TestChars:
    @given(TABLES, RECORDS)
    @example("usual", [])
    @example("usual", ["a" * 64, "b" * 65, "é" * 64, "a" * 63 + "é"])
    def test_equals_list(self, kind: str, texts: list[str]) -> None:
        """Each record's tokens are its characters; a batch may be cut between any two records."""
        expected = chars_definition(texts)
        flat = [char for found in expected for char in found]
        ids, _ = intern_definition(flat)
        for k in range(max(len(texts), 1)):
            table = made(kind)
            parts = []
            for part in (texts[:k], texts[k:]):
                parts.append(table.encode_chars(*batch(part), narrow=k % 2 == 1))
                narrow = k % 2 == 1 and len(table) <= 256
                assert parts[-1][0].dtype == (np.uint8 if narrow else np.uint32)
            assert ids == [number for part, _ in parts for number in part.tolist()]
            tokens = table.tokens()
            assert expected == [found for part, ends in parts for found in cut([tokens[i] for i in part], ends)]
            check(table, flat)
        table = made(kind)
        assert ids == table.intern_codepoints(np.array([ord(char) for char in flat], np.uint32)).tolist()
        check(table, flat)

    @given(
        TABLES,
        st.lists(st.tuples(st.sampled_from(["intern", "words", "chars", "codepoints"]), RECORDS), max_size=5),
    )
    def test_all_ways_number_alike(self, kind: str, steps: list[tuple[str, list[str]]]) -> None:
        """A token has one id, whichever way it came into the table."""
        table, tokens, seen = made(kind), [], []
        for how, texts in steps:
            if how == "intern":
                tokens += texts
                seen += interned(table, texts)
            elif how == "words":
                tokens += [word for text in texts for word in text.split()]
                seen += table.intern_words(*batch(texts))[0].tolist()
            elif how == "chars":
                tokens += "".join(texts)
                seen += table.encode_chars(*batch(texts), narrow=len(texts) % 2 == 1)[0].tolist()
            else:
                tokens += "".join(texts)
                seen += table.intern_codepoints(np.array([ord(c) for c in "".join(texts)], np.uint32)).tolist()
        assert intern_definition(tokens)[0] == seen
        check(table, tokens)

    @pytest.mark.parametrize("first", [0, 100, 191, 192, 193, 255, 256, 257, 300])
    @pytest.mark.parametrize("second", [0, 1, 63, 64, 65, 150, 400])
    @pytest.mark.parametrize("plain", ["", "x" * 100])
    def test_narrow_ids(self, first: int, second: int, plain: str) -> None:
        """The ids are uint8 while they all fit, whenever the table stops being small."""
        table, texts = (
            TokenTable(),
            [plain + "".join(map(chr, range(0x400, 0x400 + n))) + plain for n in (first, second + first)],
        )
        expected, _ = intern_definition("".join(texts))
        parts = []
        for text in texts:
            ids, _ = table.encode_chars(*batch([text]), narrow=True)
            assert ids.dtype == (np.uint8 if len(table) <= 256 else np.uint32)
            parts += ids.tolist()
        assert expected == parts
        check(table, list("".join(texts)))

    @given(st.lists(st.integers(0, 127), min_size=1, max_size=128), st.integers(0, 2**32 - 1), st.integers(0, 300))
    def test_blocks_of_ascii(self, alphabet: list[int], seed: int, known: int) -> None:
        """Whole blocks, in which characters turn up late, and some of which were tokens before: ids of two sizes."""
        tokens = [f"w{number}" for number in range(known)] + [chr(code) for code in alphabet[::3]]
        generator = np.random.default_rng(seed)
        drawn = [generator.choice(alphabet[: 1 + len(alphabet) * part // 4], 300) for part in range(5)]
        texts = ["".join(map(chr, some.tolist())) for some in drawn]
        table = TokenTable()
        interned(table, tokens)
        ids = [number for text in texts for number in table.encode_chars(*batch([text]), narrow=True)[0].tolist()]
        chars = list("".join(texts))
        assert intern_definition(tokens + chars)[0][len(tokens) :] == ids
        check(table, tokens + chars)

    def test_every_character(self) -> None:
        """All scalar values, more than one call can list as new, some known before as tokens."""
        chars = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
        known = [chars[70_000], chars[5_000], "two", "a"]
        table = TokenTable()
        interned(table, known)
        texts = ["".join(chars), "".join(chars[::-1])]
        ids, _ = table.encode_chars(*batch(texts))
        assert intern_definition(known + chars + chars[::-1])[0][4:] == ids.tolist()
        check(table, known + chars + chars)

    @pytest.mark.parametrize("codepoint", [0xD800, 0xDFFF, 0x110000, 0xFFFFFFFF])
    def test_no_scalar_value(self, codepoint: int) -> None:
        """Surrogates and numbers past U+10FFFF are refused, by name."""
        with pytest.raises(ValueError, match=f"0x{codepoint:X}"):
            TokenTable().intern_codepoints(np.array([65, codepoint], np.uint32))


class TestMerge:
    @given(st.lists(st.tuples(TABLES, TOKENS), max_size=5), TABLES)
    def test_equals_interning_everything(self, shards: list[tuple[str, list[str]]], kind: str) -> None:
        """Merging the shards' tables in order gives the ids and counts of one table over all."""
        merged, everything, seen = made(kind), [], []
        for shard, tokens in shards:
            table = made(shard)
            ids = interned(table, tokens)
            seen += merged.merge(table)[ids].tolist()
            everything += tokens
        assert intern_definition(everything)[0] == seen
        check(merged, everything)

    @given(TABLES, TOKENS, TOKENS)
    def test_a_pickle_is_the_same_table(self, kind: str, first: list[str], second: list[str]) -> None:
        """A table goes on where it was after a pickle, and can be merged from one."""
        table = made(kind)
        interned(table, first)
        copy, source, chars = (pickle.loads(pickle.dumps(table)) for _ in range(3))
        check(copy, first)
        chars.encode_chars(*batch(second))
        check(chars, first + [char for token in second for char in token])
        interned(copy, second)
        copy.encode_chars(*batch(second))
        check(copy, first + second + [char for token in second for char in token])
        into = TokenTable()
        assert list(range(len(table))) == into.merge(source).tolist()
        check(into, first)

    def test_arrays_are_not_written_to(self) -> None:
        """A table from read-only arrays can be added to, and leaves them as they were."""
        table = TokenTable()
        interned(table, ["a", "bc"])
        arrays = [array.copy() for array in (table.arena, table.offsets, table.counts)]
        for array in arrays:
            array.flags.writeable = False
        copy = TokenTable.from_arrays(*arrays)
        assert interned(copy, ["bc", "d"]) == [1, 2]
        check(copy, ["a", "bc", "bc", "d"])
        assert arrays[2].tolist() == [1, 1]

    def test_a_pickle_is_small(self) -> None:
        """Only the tokens' bytes, offsets and counts travel."""
        table = TokenTable(tokens=1 << 16, arena=1 << 20)
        interned(table, ["token"])
        assert len(pickle.dumps(table)) < 1000
