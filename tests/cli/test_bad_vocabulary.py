"""Vocabularies that do not fit, are damaged, or lack a token."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from snapshots import books

pytestmark = pytest.mark.usefixtures("kernels")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


class TestVocabulary:
    @pytest.fixture
    def chars(self, cli: Run, text: Path, tmp_path: Path) -> Path:
        """A corpus whose vocabulary has no unknown token."""
        assert 0 == cli("build", text, "-o", "chars", "--recipe", "nanogpt-char", "--quiet").returncode
        return tmp_path / "chars"

    def test_encode_unseen_token(self, refused: Refused, chars: Path) -> None:
        """A token seen nowhere is named, with its record, where nothing can stand for it."""
        line = refused(1, "encode", "--corpus", chars, "--records", "line", stdin="xyz\n")
        assert "'x' in record 0 (counted from 0) of standard input" in line

    def test_build_unseen_token(self, refused: Refused, chars: Path, tmp_path: Path) -> None:
        """The same holds for a build with that vocabulary."""
        (tmp_path / "other.txt").write_text("one\nxyz\n")
        line = refused(1, "build", "other.txt", "--vocab", chars, "-o", "out", "--quiet", "--records", "line")
        assert "'x' in record 1 (counted from 0) of other.txt" in line
        assert not (tmp_path / "out").exists()

    def test_build_unseen_token_with_unknown(self, cli: Run, corpus: Path, tmp_path: Path) -> None:
        """Where there is an unknown token, the books count what it stands for."""
        (tmp_path / "other.txt").write_text("one xyz\nabc\n")
        assert 0 == cli("build", "other.txt", "--vocab", corpus, "-o", "out", "--quiet").returncode
        assert 2 == books(tmp_path / "out")["unknown_tokens"]

    def test_other_text_id(self, refused: Refused, text: Path, chars: Path, tmp_path: Path) -> None:
        """A vocabulary that was counted on the tokens of another pipeline is refused."""
        line = refused(2, "build", text, "--vocab", chars, "--recipe", "d2l", "-o", "out", "--quiet")
        assert "another text pipeline" in line
        assert not (tmp_path / "out").exists()

    def test_new_policy(self, refused: Refused, text: Path, corpus: Path) -> None:
        """Options of a new vocabulary exclude a given one."""
        assert "min_freq" in refused(2, "build", text, "--vocab", corpus, "--min-freq", "2", "-o", "out")

    def test_missing(self, refused: Refused, text: Path, tmp_path: Path) -> None:
        """A vocabulary that is not there is named."""
        assert "nope" in refused(2, "build", text, "--vocab", "nope", "-o", "out", "--quiet")
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"text",
            b"\xff\xfe",
            b"[]",
            b"{}",
            b"[" * 100_000,
            b'{"format":"textengine-vocab","version":2,"tokens":[],"counts":[],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[-1],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1.5],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a","a"],"counts":[1,1],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":[["a"]],"counts":[1],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["\\ud800"],"counts":[1],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{"unk":"b"}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{"unk":["a"]}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{},"text_id":5}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{},"frequency_order":5}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{},"frequency_order":[9]}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{},"colour":1}',
        ],
    )
    def test_file_that_is_none(self, refused: Refused, text: Path, tmp_path: Path, content: bytes) -> None:
        """A file that is no vocabulary, or a broken one, is named and refused."""
        (tmp_path / "vocab.json").write_bytes(content)
        assert "vocab.json" in refused(2, "build", text, "--vocab", "vocab.json", "-o", "out", "--quiet")
        assert not (tmp_path / "out").exists()

    def test_directory_that_is_no_corpus(self, refused: Refused, text: Path, tmp_path: Path) -> None:
        """A directory in which there is no finished corpus is named."""
        (tmp_path / "folder").mkdir()
        assert "folder holds no finished textengine-corpus" in refused(
            4, "build", text, "--vocab", "folder", "-o", "out", "--quiet"
        )

    def test_damaged_corpus(self, refused: Refused, text: Path, corpus: Path, tmp_path: Path) -> None:
        """A vocabulary of a corpus that is damaged is not used."""
        vocab = next(corpus.glob("vocab-*"))
        vocab.write_bytes(vocab.read_bytes().replace(b"three", b"threw"))
        assert vocab.name in refused(4, "build", text, "--vocab", corpus, "-o", "out", "--quiet")
        assert not (tmp_path / "out").exists()
