"""The text loader: shards and batches equal its definition, which equals Python's own text files."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textengine import Batch, Shard, Source
from textengine.builtin.loaders import text as text_module
from textengine.builtin.loaders.encodings import canonical_encoding, splittable
from textengine.builtin.loaders.text import TextLoader
from textengine.errors import MalformedTextError, RunError, SourceError

ENDINGS = st.lists(
    st.sampled_from(["a", "bc", "\n", "\r", "\r\n", "\u2028", "\x85", "\x0b", "\x00", "é", "中", "😀", "\ufeff"])
)
SPLITTABLE = ["utf-8", "latin-1", "cp1252", "koi8-r", "gb18030", "shift_jis", "euc_jp", "big5", "ascii"]
WHOLE = ["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037", "iso2022_jp"]


def records(loader: TextLoader, source: Source) -> list[str]:
    """The records by way of shards and batches."""
    found: list[str] = []
    for shard in loader.plan(source):
        batches = [shard.payload] if isinstance(shard.payload, Batch) else loader.read(shard)
        found += [text for batch in batches for text in batch.texts()]
    return found


def python_lines(data: bytes, encoding: str, errors: str = "strict") -> list[str]:
    """The lines that Python's own text files give."""
    with io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors=errors, newline=None) as file:
        return [line.removesuffix("\n") for line in file]


class TestRecords:
    @settings(max_examples=300, deadline=None)
    @given(pieces=ENDINGS, size=st.integers(1, 12), batch=st.integers(1, 9))
    def test_shards_anywhere(
        self, tmp_path_factory: pytest.TempPathFactory, pieces: list[str], size: int, batch: int
    ) -> None:
        """Cut into shards and batches anywhere, the records are Python's, and every byte is read."""
        data = "".join(pieces).encode()
        path = tmp_path_factory.getbasetemp() / "lines.txt"
        path.write_bytes(data)
        source, loader = Source("lines.txt", path, shard_size=size), TextLoader()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(text_module, "_BATCH", batch)
            found = records(loader, source)
        assert python_lines(data, "utf-8-sig") == found == list(loader(source))
        shards = list(loader.plan(source))
        assert [0, *(shard.stop for shard in shards)] == [*(shard.start for shard in shards), len(data)]

    @settings(max_examples=200, deadline=None)
    @given(pieces=ENDINGS, size=st.integers(1, 12))
    def test_streams(self, pieces: list[str], size: int) -> None:
        """A stream, which can be read only once, gives the same records as a file."""
        data = "".join(pieces).encode()
        source = Source("standard input", stream=io.BytesIO(data), shard_size=size)
        assert python_lines(data, "utf-8-sig") == records(TextLoader(), source)

    @settings(max_examples=100, deadline=None)
    @given(pieces=ENDINGS)
    def test_files(self, tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
        """With records = "file", a file is one record with its line ends as LF."""
        path = tmp_path_factory.getbasetemp() / "file.txt"
        path.write_bytes("".join(pieces).encode())
        loader, source = TextLoader(records="file"), Source("file.txt", path)
        with path.open(encoding="utf-8-sig") as file:
            assert [file.read()] == records(loader, source) == list(loader(source))

    @settings(max_examples=100, deadline=None)
    @given(pieces=ENDINGS, size=st.integers(1, 12))
    def test_offsets(self, tmp_path_factory: pytest.TempPathFactory, pieces: list[str], size: int) -> None:
        """Each record's offset is the byte of the source at which it begins."""
        data = "".join(pieces).encode()
        path = tmp_path_factory.getbasetemp() / "offsets.txt"
        path.write_bytes(data)
        loader = TextLoader()
        for shard in loader.plan(Source("offsets.txt", path, shard_size=size)):
            for batch in loader.read(shard):
                if batch.offsets is None:  # nothing but a byte order mark
                    assert len(batch) == 0
                    continue
                for offset, text in zip(batch.offsets.tolist(), batch.texts(), strict=True):
                    found = data[offset:].removeprefix(b"\xef\xbb\xbf") if offset == 0 else data[offset:]
                    assert found.startswith(text.encode())
                    assert offset == 0 or data[offset - 1] in b"\r\n"


class TestEncodings:
    @pytest.mark.parametrize("encoding", SPLITTABLE)
    def test_splittable(self, encoding: str) -> None:
        """Files in these encodings are cut at line ends."""
        assert splittable(canonical_encoding(encoding))

    @pytest.mark.parametrize("encoding", WHOLE)
    def test_not_splittable(self, encoding: str) -> None:
        """Files in these are decoded from the beginning."""
        assert not splittable(canonical_encoding(encoding))

    @pytest.mark.parametrize("encoding", SPLITTABLE + WHOLE)
    @pytest.mark.parametrize("errors", ["strict", "replace"])
    def test_as_python_reads(self, tmp_path: Path, encoding: str, errors: str) -> None:
        """In any encoding, the records are those of Python's text files."""
        text = "one\r\ntwo\rthree\n\nlast" * 50
        text += {"koi8-r": "Мёртвые", "gb18030": "西游记😀", "shift_jis": "日本ソ", "utf-16": "é😀"}.get(encoding, "")
        data = text.encode(encoding)
        path = tmp_path / "text.txt"
        path.write_bytes(data)
        source = Source("text.txt", path, shard_size=16)
        loader = TextLoader(encoding=encoding, errors=errors)  # type: ignore[arg-type]
        assert python_lines(data, encoding) == records(loader, source) == list(loader(source))

    @settings(max_examples=200, deadline=None)
    @given(
        data=st.binary(max_size=60), encoding=st.sampled_from(["utf-8", "gb18030", "utf-16-le", "shift_jis", "ascii"])
    )
    def test_replacement(self, tmp_path_factory: pytest.TempPathFactory, data: bytes, encoding: str) -> None:
        """Malformed bytes are replaced as Python replaces them, and each replacement is counted."""
        path = tmp_path_factory.getbasetemp() / "broken.txt"
        path.write_bytes(data)
        loader = TextLoader(encoding=encoding, errors="replace")
        source = Source("broken.txt", path, shard_size=7)
        expected = data.decode(encoding, "replace").removeprefix("\ufeff")
        found, replaced = [], 0
        for shard in loader.plan(source):
            for batch in [shard.payload] if isinstance(shard.payload, Batch) else loader.read(shard):
                found += list(batch.texts())
                replaced += batch.replaced
        assert [line.removesuffix("\n") for line in io.StringIO(expected, newline=None)] == found
        assert len(data.decode(encoding, "replace")) - len(data.decode(encoding, "ignore")) == replaced

    def test_kuhn(self, data: Path) -> None:
        """Markus Kuhn's malformed file is replaced exactly as Python replaces it."""
        path = data / "stress" / "UTF-8-test.txt"
        raw = path.read_bytes()
        loader = TextLoader(errors="replace")
        assert python_lines(raw, "utf-8", "replace") == records(loader, Source("kuhn", path, shard_size=512))

    @pytest.mark.parametrize("shard_size", [1, 8, 1 << 20])
    def test_malformed(self, tmp_path: Path, shard_size: int) -> None:
        """Strict names the file and the byte."""
        path = tmp_path / "bad.txt"
        path.write_bytes(b"good\nbad \xff\n")
        with pytest.raises(MalformedTextError, match=r"bad\.txt: not utf-8 \(0xff: invalid start byte\) at byte 9"):
            records(TextLoader(), Source("bad.txt", path, shard_size=shard_size))

    def test_malformed_utf_16(self, tmp_path: Path) -> None:
        """So it does where a file is decoded from the beginning."""
        path = tmp_path / "bad.txt"
        path.write_bytes("ok\n".encode("utf-16-le") + b"\x00\xdc" + b"a\x00")
        with pytest.raises(MalformedTextError, match=r"not utf-16-le .* at byte 6"):
            records(TextLoader(encoding="utf-16-le"), Source("bad.txt", path))

    @pytest.mark.parametrize(
        ("name", "message"), [("utf-9", "not an encoding"), ("hex", "does not turn bytes into text")]
    )
    def test_unknown(self, name: str, message: str) -> None:
        """An encoding that is none is refused."""
        with pytest.raises(ValueError, match=message):
            TextLoader(encoding=name)


class TestFiles:
    def test_missing(self, tmp_path: Path) -> None:
        """A file that is not there is a SourceError."""
        with pytest.raises(SourceError, match="No such file"):
            list(TextLoader().plan(Source("none", tmp_path / "none")))

    def test_became_shorter(self, tmp_path: Path) -> None:
        """A file that shrinks after it was planned is an error, not a short read."""
        path = tmp_path / "text.txt"
        path.write_text("a")
        with pytest.raises(RunError, match="became shorter"):
            list(TextLoader().read(Shard("text.txt", 0, 10, str(path))))

    def test_long_line_is_not_cut(self, tmp_path: Path) -> None:
        """A record is never split."""
        path = tmp_path / "long.txt"
        path.write_bytes(b"a" * 300_000 + b"\nb\n")
        shards = list(TextLoader().plan(Source("long.txt", path, shard_size=1000)))
        assert [(0, 300_001), (300_001, 300_003)] == [(shard.start, shard.stop) for shard in shards]


def test_command_line_reads_as_python(cli: Callable, data: Path, tmp_path: Path) -> None:
    """A book in CRLF and Chinese encodes to as many records as it has lines."""
    book = data / "books" / "xiyou_ji.txt"
    done = cli("build", book, "-o", "made", "--recipe", "nanogpt-char", "--records", "line", "--quiet")
    assert 0 == done.returncode, done.stderr
    from textengine import Corpus

    corpus = Corpus.open(tmp_path / "made")
    lines = python_lines(book.read_bytes(), "utf-8-sig")
    assert len(lines) == len(corpus.ends)
    assert lines[:200] == [record.text for record in corpus.records[:200]]
