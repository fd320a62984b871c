"""Damage of every kind is found, named, and never crashes the reader."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textengine import Engine
from textengine.corpus.commit import render_manifest
from textengine.corpus.corpus import Corpus
from textengine.corpus.verify import verify
from textengine.digest import file_digest
from textengine.errors import DamagedError, SourceError

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ROLES = ("tokens", "ends", "vocab")
FILES = (*ROLES, "manifest")


def file_of(corpus: Path, role: str) -> Path:
    """Return the path of one of a corpus's files."""
    return next(corpus.glob(f"{role}*"))


def document_of(corpus: Path) -> dict[str, Any]:
    """Return what a corpus's manifest says."""
    found: dict[str, Any] = json.loads((corpus / "manifest.json").read_bytes())
    return found


def replace_file(corpus: Path, role: str, content: bytes) -> None:
    """Replace a data file, and make the manifest right about it."""
    path, document = file_of(corpus, role), document_of(corpus)
    path.write_bytes(content)
    document["files"][role] |= {"size": len(content), "digest": file_digest(path)}
    (corpus / "manifest.json").write_bytes(render_manifest(document))


def replace_array(corpus: Path, role: str, array: np.ndarray[Any, Any]) -> None:
    """Replace an array, and make the manifest right about its file."""
    np.save(corpus / "new.npy", array)
    content = (corpus / "new.npy").read_bytes()
    (corpus / "new.npy").unlink()
    replace_file(corpus, role, content)


class TestBytes:
    @pytest.mark.parametrize("role", FILES)
    def test_flipped_byte(self, corpus: Path, role: str) -> None:
        """Any byte that is not what it was is found, and its file is named."""
        path = file_of(corpus, role)
        whole = path.read_bytes()
        chosen = random.Random(0)
        for position in range(0, len(whole), 1 if len(whole) < 600 else 3):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << chosen.randrange(8)
            path.write_bytes(damaged)
            with pytest.raises(DamagedError, match=path.name):
                verify(corpus)
        path.write_bytes(whole)
        verify(corpus)

    @pytest.mark.parametrize("role", FILES)
    def test_command_line(self, cli: Run, corpus: Path, role: str) -> None:
        """The command says so in one line, with status 4."""
        path = file_of(corpus, role)
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2] ^= 0x10
        path.write_bytes(damaged)
        done = cli("verify", corpus)
        assert (4, "") == (done.returncode, done.stdout)
        assert 1 == len(done.stderr.splitlines())
        assert done.stderr.startswith(f"error: {path}: ")

    @pytest.mark.parametrize("role", FILES)
    @pytest.mark.parametrize("kept", [0, 1, 64, -1])
    def test_truncated(self, corpus: Path, role: str, kept: int) -> None:
        """A file that was cut is found."""
        path = file_of(corpus, role)
        path.write_bytes(path.read_bytes()[:kept])
        with pytest.raises(DamagedError, match=path.name):
            verify(corpus)

    @pytest.mark.parametrize("role", FILES)
    def test_appended(self, corpus: Path, role: str) -> None:
        """A file that grew is found."""
        path = file_of(corpus, role)
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.raises(DamagedError, match=path.name):
            verify(corpus)

    @pytest.mark.parametrize("role", FILES)
    def test_missing(self, corpus: Path, role: str) -> None:
        """A file that is gone is found."""
        path = file_of(corpus, role)
        path.unlink()
        with pytest.raises(DamagedError, match=path.name):
            verify(corpus)

    @pytest.mark.parametrize("role", FILES)
    def test_directory_in_its_place(self, corpus: Path, role: str) -> None:
        """A directory where a file should be is found."""
        path = file_of(corpus, role)
        path.unlink()
        path.mkdir()
        with pytest.raises(DamagedError, match=path.name):
            verify(corpus)

    def test_run_record(self, corpus: Path) -> None:
        """run.json is no part of the corpus: it may change, or go."""
        (corpus / "run.json").write_text("changed")
        verify(corpus)
        (corpus / "run.json").unlink()
        verify(corpus)

    def test_no_directory(self, tmp_path: Path) -> None:
        """Where there is nothing, nothing is damaged."""
        with pytest.raises(SourceError, match="nope: no such directory"):
            verify(tmp_path / "nope")


class TestOpening:
    @pytest.mark.parametrize("role", ROLES)
    @pytest.mark.parametrize("kept", [0, 10, 128, -1])
    def test_truncated(self, corpus: Path, role: str, kept: int) -> None:
        """A data file that was cut is damage when the corpus is opened, before anything is mapped."""
        path = file_of(corpus, role)
        path.write_bytes(path.read_bytes()[:kept])
        with pytest.raises(DamagedError, match=path.name):
            assert Corpus.open(corpus).vocab

    def test_truncated_large(self, engine: Engine, tmp_path: Path) -> None:
        """A truncated map would kill the process, so a process of its own looks: it lives, and says so."""
        (tmp_path / "large.txt").write_bytes(b"a b c d e f g h\n" * 20_000)
        engine.build(tmp_path / "large.txt", output=tmp_path / "large")
        path = file_of(tmp_path / "large", "tokens")
        with path.open("r+b") as file:
            file.truncate(8192)
        script = (
            "import sys\nfrom textengine import Corpus\nfrom textengine.errors import DamagedError\n"
            "try:\n    print(Corpus.open(sys.argv[1]).tokens.sum())\nexcept DamagedError:\n    print('damaged')\n"
        )
        command = [sys.executable, "-c", script, str(tmp_path / "large")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (0, "damaged\n") == (done.returncode, done.stdout)

    @pytest.mark.parametrize("role", ["tokens", "ends"])
    def test_flipped_header(self, corpus: Path, role: str) -> None:
        """Whatever an array's header says, opening the corpus works or reports damage."""
        path = file_of(corpus, role)
        whole = path.read_bytes()
        for position in range(128):
            for bit in range(8):
                damaged = bytearray(whole)
                damaged[position] ^= 1 << bit
                path.write_bytes(damaged)
                try:
                    Corpus.open(corpus)
                except DamagedError as error:
                    assert path.name in str(error)

    @pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff", b"{}", b"[]", b"null"])
    def test_vocabulary(self, corpus: Path, content: bytes) -> None:
        """A vocabulary file that is none is damage, however sure the manifest is of it."""
        replace_file(corpus, "vocab", content)
        with pytest.raises(DamagedError, match="vocab-"):
            verify(corpus)

    def test_pickle(self, corpus: Path) -> None:
        """No pickle is read."""
        replace_array(corpus, "ends", np.array([{}], dtype=object))
        with pytest.raises(DamagedError, match="ends-"):
            verify(corpus)


class TestContents:
    """A manifest whose checksums are right, about contents that make no sense."""

    @pytest.mark.parametrize(
        ("role", "array"),
        [
            ("tokens", np.array([1, 2, 2, 3, 3, 9], np.uint8)),
            ("tokens", np.array([3, 2, 2, 1, 1], np.uint8)),
            ("tokens", np.array([3, 2, 2, 1, 1, 1], np.uint16)),
            ("tokens", np.array([3, 2, 2, 1, 1, 1], np.int8)),
            ("tokens", np.array([[3, 2, 2, 1, 1, 1]], np.uint8)),
            ("tokens", np.array([1.0] * 6)),
            ("tokens", np.array(3, np.uint8)),
            ("tokens", np.array(["a"] * 6)),
            ("ends", np.array([3, 2, 6], np.int64)),
            ("ends", np.array([-1, 3, 6], np.int64)),
            ("ends", np.array([3, 3, 5], np.int64)),
            ("ends", np.array([3, 3, 7], np.int64)),
            ("ends", np.array([3, 6], np.int64)),
            ("ends", np.array([3, 3, 3, 6], np.int64)),
            ("ends", np.array([3, 3, 6], np.int32)),
            ("ends", np.array([3, 3, 6], ">i8")),
            ("ends", np.array([3, -(2**63), 6], np.int64)),
            ("ends", np.array([[3], [3], [6]], np.int64)),
            ("ends", np.array([3.0, 3.0, 6.0])),
            ("ends", np.array([2, 3, 6], np.int64)),
        ],
    )  # fmt: skip
    def test_arrays(self, corpus: Path, role: str, array: np.ndarray[Any, Any]) -> None:
        """Ids beyond the vocabulary, ends that fall, arrays of another kind: the file is named."""
        replace_array(corpus, role, array)
        with pytest.raises(DamagedError, match=rf"{role}-|books"):
            verify(corpus)

    def test_vocabulary_of_another_size(self, corpus: Path) -> None:
        """A vocabulary with other tokens than the manifest says is found."""
        path = file_of(corpus, "vocab")
        vocab = json.loads(path.read_bytes())
        vocab |= {"tokens": [*vocab["tokens"], "four"], "counts": [*vocab["counts"], 0]}
        replace_file(corpus, "vocab", json.dumps(vocab).encode())
        with pytest.raises(DamagedError, match="vocab-"):
            verify(corpus)

    @pytest.mark.parametrize(
        "change",
        [
            {"version": 2},
            {"version": "1"},
            {"recipe": {}},
            {"recipe": {"normalizers": 5, "tokenizer": {}, "vocab": {}}},
            {"recipe_id": "0" * 64},
            {"text_id": "0" * 64},
            {"joiner": None},
            {"dtype": "uint16"},
            {"dtype": "float64"},
            {"vocab_size": 3},
            {"vocab_size": None},
            {"books": {}},
            {"books": {"tokens": "6", "encoded": 2, "empty": 1}},
            {"split": 5},
            {"split": {"train": [0]}},
            {"split": {"train": [0, 99]}},
            {"split": {"train": [4, 2]}},
            {"split": {"train": ["a", "b"]}},
            {"input": [5]},
            {"input": [{}]},
            {"files": {}},
            {"files": {"tokens": 5, "ends": 5, "vocab": 5}},
            {"files": {"tokens": {}, "ends": {}, "vocab": {}}},
            {"format": "textengine-run"},
        ],
    )
    def test_manifest(self, cli: Run, corpus: Path, change: dict[str, Any]) -> None:
        """A manifest whose checksum is right and that makes no sense is damage, in one line that names it."""
        (corpus / "manifest.json").write_bytes(render_manifest(document_of(corpus) | change))
        done = cli("verify", corpus)
        assert (4, "") == (done.returncode, done.stdout), done.stderr
        assert 1 == len(done.stderr.splitlines())

    @pytest.mark.parametrize("name", ["../text.txt", "/etc/passwd", "", ".", "sub/file"])
    def test_file_elsewhere(self, corpus: Path, name: str) -> None:
        """A manifest cannot name files outside its directory."""
        document = document_of(corpus)
        target = corpus / name
        size = target.stat().st_size if target.exists() else 0
        digest = file_digest(target) if target.is_file() else ""
        document["files"]["tokens"] |= {"name": name, "size": size, "digest": digest}
        (corpus / "manifest.json").write_bytes(render_manifest(document))
        with pytest.raises(DamagedError, match="manifest"):
            verify(corpus)

    @pytest.mark.parametrize("key", ["recipe", "books", "split", "vocab_size", "files", "version", "text_id"])
    def test_missing_key(self, corpus: Path, key: str) -> None:
        """A manifest without one of its parts is damage."""
        document = document_of(corpus)
        del document[key]
        (corpus / "manifest.json").write_bytes(render_manifest(document))
        with pytest.raises(DamagedError):
            verify(corpus)

    @pytest.mark.parametrize("books", [{"records": 4}, {"encoded": 3, "empty": 0}, {"cut_tokens": -1}, {"skipped": 1}])
    def test_books_that_do_not_balance(self, corpus: Path, books: dict[str, int]) -> None:
        """records = encoded + empty + skipped is checked, too."""
        document = document_of(corpus)
        document["books"] |= books
        (corpus / "manifest.json").write_bytes(render_manifest(document))
        with pytest.raises(DamagedError):
            verify(corpus)


class TestManifestText:
    def test_edited(self, corpus: Path) -> None:
        """A manifest that was edited by hand no longer fits its checksum."""
        path = corpus / "manifest.json"
        path.write_bytes(path.read_bytes().replace(b'"cut_tokens": 0', b'"cut_tokens": 1'))
        with pytest.raises(DamagedError, match="does not fit its checksum"):
            verify(corpus)

    def test_reformatted(self, corpus: Path) -> None:
        """Equal corpora are equal bytes, so a manifest written in another form is not the manifest."""
        path = corpus / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_bytes())))
        with pytest.raises(DamagedError, match="manifest"):
            verify(corpus)

    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"5", b'{"format":"x"}', b"\xff", b"[" * 100_000])
    def test_foreign(self, cli: Run, corpus: Path, content: bytes) -> None:
        """Another program's manifest is named, whatever is in it."""
        (corpus / "manifest.json").write_bytes(content)
        done = cli("verify", corpus)
        assert 4 == done.returncode, done.stderr
        assert done.stderr.startswith(f"error: {corpus / 'manifest.json'}: ")

    def test_says_nothing_of_the_run(self, corpus: Path, tmp_path: Path) -> None:
        """No time, host, path or executor stands in the manifest."""
        text = (corpus / "manifest.json").read_text()
        for word in (str(tmp_path), "text.txt", "serial", "executor", "workers", "host", "time", "started", "/tmp"):
            assert word not in text.replace("textengine/text", "")
