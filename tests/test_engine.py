"""The engine in other people's programs."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from textengine import Corpus, Engine, hookimpl
from textengine.build.progress import Progress
from textengine.errors import ComponentError, ConfigurationError, RunError, SourceError, UsageError

pytestmark = pytest.mark.usefixtures("kernels")


class Upper:
    @hookimpl
    def textengine_normalizers(self) -> dict:
        return {"upper": str.upper}


class TestSideBySide:
    def test_plugins_are_their_own(self) -> None:
        """What one engine knows, another does not."""
        with_plugin, without = Engine([("mine", Upper())], discover=False), Engine(discover=False)
        assert "A" == with_plugin.build_records(["a"], normalizers=["upper"]).records[0].text
        with pytest.raises(ConfigurationError, match="no normalizer is named 'upper'"):
            without.build_records(["a"], normalizers=["upper"])

    def test_silence(self, engine: Engine, capfd: pytest.CaptureFixture, caplog: pytest.LogCaptureFixture) -> None:
        """Nothing is printed, logged or configured."""
        engine.build_records(["a b"])
        assert ("", "") == tuple(capfd.readouterr())
        assert not caplog.records
        assert not logging.getLogger("textengine").handlers


class TestProgress:
    def test_callback(self, engine: Engine, book: Path) -> None:
        """The callback hears of every shard, in order, and of the end."""
        heard: list[Progress] = []
        engine.build(book, shard_size=1 << 14, progress=heard.append)
        read = [moment for moment in heard if moment.stage == "encode"]
        assert sorted(moment.done for moment in read) == [moment.done for moment in read]
        assert (178_979, 178_979, 3_221, 32_775) == (read[-1].done, read[-1].total, read[-1].records, read[-1].tokens)
        assert ("write", 32_775, 32_775) == (heard[-1].stage, heard[-1].done, heard[-1].total)


class TestCorpus:
    def test_records(self, engine: Engine) -> None:
        """Records are numbered from 0, from either end, and can be sliced; empty ones are there."""
        corpus = engine.build_records(["a b", "", "c"])
        assert ["a b", "", "c"] == [record.text for record in corpus.records]
        assert ("c", ["", "c"], 3) == (
            corpus.records[-1].text,
            [record.text for record in corpus.records[1:]],
            len(corpus.records),
        )
        with pytest.raises(IndexError):
            corpus.records[3]

    def test_on_disk(self, engine: Engine, tmp_path: Path) -> None:
        """An opened corpus is mapped and read-only, encodes and decodes, and numpy alone can read it."""
        engine.build_records(["a b"], output=tmp_path / "c")
        corpus = Corpus.open(tmp_path / "c")
        assert isinstance(corpus.tokens, np.memmap)
        with pytest.raises(ValueError, match="read-only"):
            corpus.tokens[0] = 1
        assert ([2, 0], "b <unk>") == (corpus.encode("B! x"), corpus.decode([2, 0]))
        [path] = (tmp_path / "c").glob("tokens-*.npy")
        assert [1, 2] == np.load(path, mmap_mode="r").tolist()

    def test_encode_inverts_decode(self, engine: Engine, book: Path) -> None:
        """decode(encode(x)) is x normalized, for words and characters."""
        for tokenizer in ("word", "char"):
            corpus = engine.build(book, tokenizer=tokenizer)
            for record in corpus.records[:100]:
                assert record.ids.tolist() == corpus.encode(record.text)
                assert record.text == corpus.decode(record.ids)

    def test_text_of_a_sequence_of_ids(self, engine: Engine) -> None:
        """Any sequence of ids can be decoded."""
        corpus = engine.build_records(["a b"])
        assert ("a b", "a b", "") == (corpus.decode((1, 2)), corpus.decode(np.array([1, 2])), corpus.decode([]))

    def test_missing(self, tmp_path: Path) -> None:
        """A corpus that is not there is a SourceError."""
        with pytest.raises(SourceError, match="no such directory"):
            Corpus.open(tmp_path / "none")


class TestRecords:
    def test_generator_is_read_once(self, engine: Engine) -> None:
        """Any iterable will do."""
        assert 100 == len(engine.build_records((f"w{n}" for n in range(100)), normalizers=[], shard_size=7))

    def test_any_character(self, engine: Engine) -> None:
        """A record may hold line ends, NUL and everything else."""
        corpus = engine.build_records(["a\nb\r\x00\u2028😀"], recipe="nanogpt-char")
        assert "a\nb\r\x00\u2028😀" == corpus.records[0].text

    def test_lone_surrogates(self, engine: Engine) -> None:
        """Lone surrogates are refused with their record, or replaced and counted."""
        with pytest.raises(RunError, match=r"record 1 of records .* lone surrogate U\+D800.*errors='replace'"):
            engine.build_records(["a", "\ud800"])
        corpus = engine.build_records(["\ud800x\ufffd"], recipe="nanogpt-char", errors="replace")
        assert ("\ufffdx\ufffd", 1) == (corpus.records[0].text, corpus.manifest.document["books"]["replaced"])

    def test_not_text(self, engine: Engine) -> None:
        """What is no text is refused with its record."""
        with pytest.raises(RunError, match="record 1 of mine .* is a int, not a str"):
            engine.build_records(["a", 1], name="mine")  # type: ignore[list-item]

    def test_errors_of_the_iterable_pass(self, engine: Engine) -> None:
        """An error of the caller's own iterable is the caller's."""

        def broken():
            yield "a"
            raise LookupError("mine")

        with pytest.raises(LookupError, match="mine"):
            engine.build_records(broken())


class TestFaults:
    @pytest.mark.parametrize("executor", ["serial", "threads"])
    def test_original_error_is_the_cause(self, executor: str, tmp_path: Path) -> None:
        """A component's own error is the cause, carries a note, and record and offset count over all shards."""

        class Plugin:
            @hookimpl
            def textengine_normalizers(self) -> dict:
                return {"picky": picky}

        def picky(text: str) -> str:
            if "7" in text:
                raise LookupError("no sevens")
            return text

        source = tmp_path / "numbers.txt"
        source.write_text("".join(f"{number}\n" for number in range(10)))
        engine = Engine([("picky-plugin", Plugin())], discover=False)
        with pytest.raises(ComponentError) as caught:
            engine.build(source, normalizers=["picky"], executor=executor, workers=2, shard_size=4)
        error = caught.value
        assert ("picky-plugin", "picky", str(source), 7, 14) == (
            error.plugin, error.component, error.source, error.record, error.offset
        )  # fmt: skip
        assert isinstance(error.__cause__, LookupError)
        assert "picky-plugin" in error.__cause__.__notes__[0]

    def test_auto_runs_what_cannot_be_sent(self, tmp_path: Path) -> None:
        """A local function cannot go to another process: auto uses threads, and processes says what to do."""

        class Plugin:
            @hookimpl
            def textengine_normalizers(self) -> dict:
                return {"local": lambda text: text}

        source = tmp_path / "large.txt"
        source.write_bytes(b"word\n" * 1_000_000)
        engine = Engine([("mine", Plugin())], discover=False)
        assert 1_000_000 == len(engine.build(source, normalizers=["local"], workers=2))
        with pytest.raises(ComponentError, match="use the executor 'threads' or 'serial'"):
            engine.build(source, normalizers=["local"], executor="processes")

    def test_no_source(self, engine: Engine) -> None:
        """A build of nothing is refused."""
        with pytest.raises(UsageError, match="no source is given"):
            engine.build()
