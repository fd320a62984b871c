"""Text in other encodings, and every kind of line end: what Python's own text files give is what is expected."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from textengine import Engine

pytestmark = pytest.mark.usefixtures("kernels")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]

AS_IT_IS = {
    "recipe": {
        "normalizers": [],
        "tokenizer": "textengine/char",
        "vocab": {"builder": "textengine/sorted", "specials": {}},
    }
}
TEXTS = {
    "latin-1": "naïve café\nÿ\x85x\n\xa0\n",
    "cp1252": "“naïve” €\n\n",
    "koi8-r": "привет\nмир\n",
    "utf-8-sig": "naïve\n\ufeffx\n",
    "utf-16": "ਊ ഊ 😀\n\u2028x\nlast",
    "utf-16-le": "ਊ ഊ 😀\n\u0a0d\nlast",
    "utf-16-be": "ਊ ഊ 😀\n\u0d0a\nlast",
    "utf-32": "ਊ 😀\nlast\n",
    "gb18030": "中文 𠀀 é\n混\n",
    "gbk": "中文\n混\n",
    "big5": "中文功許\n混\n",
    "shift_jis": "表ソ能\n日本\n",
    "euc_jp": "表ソ能\n日本\n",
    "euc_kr": "한국어\n글\n",
    "iso2022_jp": "表ソ能 abc\n日本\n",
    "hz": "中文 abc\n混\n",
    "cp037": "hello, world\nsecond\n",
    "cp500": "hello, world\nsecond\n",
    "utf-7": "naïve + café\n中文\n",
}
LINE_ENDS = {
    "lf": b"a\nb\n\nc\n",
    "crlf": b"a\r\nb\r\n\r\nc\r\n",
    "cr": b"a\rb\r\rc\r",
    "mixed": b"a\r\nb\rc\n\rd\r\r\n\n\re",
    "no last": b"a\r\nb",
    "cr last": b"ab\r",
    "cr only": b"\r",
    "crlf only": b"\r\n",
    "unicode lines": "a\u2028b\x85c\x0bd\x0ce\x1cf\n".encode(),
    "nul": b"a\0b\n\0\n\0",
    "bom": b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n",
    "bom only": b"\xef\xbb\xbf",
    "bom and line end": b"\xef\xbb\xbf\r\nx",
}


def records(engine: Engine, path: Path, **options: object) -> list[str]:
    """Return the records of `path` as an engine reads them."""
    corpus = engine.build(path, recipe=AS_IT_IS, executor="serial", **options)  # type: ignore[arg-type]
    return [record.text for record in corpus.records]


def lines(path: Path, encoding: str) -> list[str]:
    """Return the lines of `path` as Python reads them, without a byte order mark."""
    with path.open(encoding=encoding) as file:
        return [line.removesuffix("\n") for line in io.StringIO(file.read().removeprefix("\ufeff"), newline="\n")]


class TestEncodings:
    @pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("encoding", TEXTS)
    def test_lines(self, engine: Engine, tmp_path: Path, encoding: str, ends: str) -> None:
        """Whatever the encoding, the line end and the size of a shard, records are the lines that Python reads."""
        path = tmp_path / "text.txt"
        path.write_bytes(TEXTS[encoding].replace("\n", ends).encode(encoding))
        expected = lines(path, encoding)
        for size in (1, 2, 3, 5, 8, 1000):
            assert expected == records(engine, path, encoding=encoding, shard_size=size)

    @pytest.mark.parametrize("encoding", TEXTS)
    def test_file(self, engine: Engine, tmp_path: Path, encoding: str) -> None:
        """A whole file as one record is what Python reads."""
        path = tmp_path / "text.txt"
        path.write_bytes(TEXTS[encoding].replace("\n", "\r\n").encode(encoding))
        with path.open(encoding=encoding) as file:
            expected = file.read().removeprefix("\ufeff")
        assert [expected] == records(engine, path, encoding=encoding, records="file")

    @pytest.mark.parametrize("encoding", TEXTS)
    def test_large(self, engine: Engine, tmp_path: Path, encoding: str) -> None:
        """The same holds for a text larger than one block of any reader."""
        path = tmp_path / "text.txt"
        path.write_bytes((TEXTS[encoding] * 60_000).encode(encoding)[: 2_200_000 // 4 * 4])
        with path.open(encoding=encoding, errors="replace") as file:
            expected = file.read().removeprefix("\ufeff")
        corpus = engine.build(
            path, recipe=AS_IT_IS, executor="serial", encoding=encoding, errors="replace", shard_size=500_000
        )
        assert expected.split("\n")[:100] == [record.text for record in corpus.records[:100]]
        assert len(expected) - expected.count("\n") == len(corpus)
        assert expected.count("\n") + (not expected.endswith("\n")) == len(corpus.records)

    @pytest.mark.parametrize("records", ["line", "file"])
    @pytest.mark.parametrize(
        ("encoding", "raw", "offset"),
        [
            ("ascii", b"a\nb\x80\n", 3),
            ("utf-16-le", b"a\0\n\0\x00\xd8\n\0", 4),
            ("utf-16", b"\xff\xfea\0\n\0b", 6),
            ("gb18030", b"a\nb\xff\n", 3),
            ("shift_jis", b"a\n\x81\n", 2),
            ("cp1252", b"a\n\x81\n", 2),
            ("utf-7", b"a\n+\xff\n", 2),
            ("utf-8", b"a\n\xed\xa0\x80\n", 2),
            ("utf-8", b"a\n\xc0\x80\n", 2),
            ("utf-8", b"a\nb\xe2\x82", 3),
            ("utf-8", b"\xef\xbb\xbfa\n\xff", 5),
        ],
    )
    def test_malformed(
        self, refused: Refused, tmp_path: Path, encoding: str, raw: bytes, offset: int, records: str
    ) -> None:
        """Malformed bytes are named by their offset in the file, in every encoding."""
        (tmp_path / "bad.txt").write_bytes(raw)
        flags = ("--encoding", encoding, "--records", records, "--quiet")
        assert f" at byte {offset};" in refused(1, "build", "bad.txt", "-o", "out", *flags)
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("size", [1, 7, 64, 1000, 1 << 20])
    def test_offset_in_a_large_file(self, engine: Engine, tmp_path: Path, size: int) -> None:
        """The offset counts from the beginning of the file, wherever shards begin."""
        (tmp_path / "bad.txt").write_bytes(b"good line\r\n" * 500 + b"bad \xff\n" + b"good line\n" * 500)
        with pytest.raises(Exception, match=r"bad\.txt: not utf-8 \(0xff: invalid start byte\) at byte 5504;"):
            engine.build(tmp_path / "bad.txt", shard_size=size)

    @pytest.mark.parametrize("size", [1, 7, 64, 1 << 20])
    def test_replaced_in_a_large_file(self, engine: Engine, tmp_path: Path, size: int) -> None:
        """Replaced sequences are counted once each, wherever shards begin."""
        (tmp_path / "bad.txt").write_bytes(b"a \xff\xc3\r\xe2\x82\n" * 300)
        corpus = engine.build(tmp_path / "bad.txt", shard_size=size, errors="replace")
        assert 900 == corpus.manifest.document["books"]["replaced"]

    @pytest.mark.parametrize(
        ("encoding", "raw"),
        [("utf-16-le", b"a\0\x00\xdcb\0\n\0"), ("gb18030", b"a\xff\nb\xff\n"), ("ascii", b"\x80a\n")],
    )
    def test_replaced(self, cli: Run, tmp_path: Path, encoding: str, raw: bytes) -> None:
        """Replacement is counted in every encoding as Python replaces."""
        (tmp_path / "bad.txt").write_bytes(raw)
        flags = ("--encoding", encoding, "--errors", "replace", "--json")
        done = cli("build", "bad.txt", "-o", "out", *flags)
        expected = raw.decode(encoding, "replace").count("\ufffd")
        assert expected == json.loads(done.stdout)["books"]["replaced"]

    @pytest.mark.parametrize("encoding", ["utf-9", "", "base64", "rot13", "x" * 1000])
    def test_unknown(self, refused: Refused, text: Path, tmp_path: Path, encoding: str) -> None:
        """What is no encoding of text is refused."""
        refused(2, "build", text, "-o", "out", "--encoding", encoding, "--quiet")
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("encoding", ["unicode_escape", "raw_unicode_escape"])
    def test_strange(self, engine: Engine, tmp_path: Path, encoding: str) -> None:
        """Python's stranger encodings of text give what Python gives."""
        path = tmp_path / "text.txt"
        path.write_bytes(b"abc\\x0ad\\u00e9-f\n")
        assert lines(path, encoding) == records(engine, path, encoding=encoding)

    def test_encode(self, cli: Run, text: Path, corpus: Path, tmp_path: Path) -> None:
        """`encode` reads other encodings too."""
        (tmp_path / "wide.txt").write_bytes(text.read_text().encode("utf-16"))
        expected = cli("encode", "--corpus", corpus, text).stdout
        assert expected == cli("encode", "--corpus", corpus, "wide.txt", "--encoding", "utf-16").stdout


class TestLineEnds:
    @pytest.mark.parametrize("name", LINE_ENDS)
    def test_file(self, engine: Engine, tmp_path: Path, name: str) -> None:
        """LF, CRLF and bare CR end a line, and nothing else does, wherever a shard is cut."""
        path = tmp_path / "text.txt"
        path.write_bytes(LINE_ENDS[name])
        expected = lines(path, "utf-8")
        for size in range(1, len(LINE_ENDS[name]) + 2):
            assert expected == records(engine, path, shard_size=size)

    @pytest.mark.parametrize("name", LINE_ENDS)
    def test_stream(self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """A stream gives what a file gives, however it is cut."""
        path = tmp_path / "text.txt"
        path.write_bytes(LINE_ENDS[name])
        for size in range(1, len(LINE_ENDS[name]) + 2):
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(LINE_ENDS[name])))
            corpus = engine.build("-", recipe=AS_IT_IS, shard_size=size)
            assert lines(path, "utf-8") == [record.text for record in corpus.records]

    def test_every_file_has_its_own_mark(self, engine: Engine, tmp_path: Path) -> None:
        """The byte order mark of each file is removed, and no other U+FEFF."""
        for name in ("a.txt", "b.txt"):
            (tmp_path / name).write_bytes("\ufeffx\n\ufeffy\n".encode())
        corpus = engine.build(tmp_path, recipe=AS_IT_IS)
        assert ["x", "\ufeffy", "x", "\ufeffy"] == [record.text for record in corpus.records]

    def test_files_without_last_line_end(self, engine: Engine, tmp_path: Path) -> None:
        """The last line of one file and the first of the next are two records."""
        for name in ("a.txt", "b.txt"):
            (tmp_path / name).write_bytes(b"x")
        corpus = engine.build(tmp_path, recipe=AS_IT_IS)
        assert ["x", "x"] == [record.text for record in corpus.records]
