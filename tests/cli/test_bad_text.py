"""Text that is empty, malformed or one enormous record: nothing is lost, and what is refused has a place."""

from __future__ import annotations

import codecs
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from snapshots import books, snapshot

pytestmark = pytest.mark.usefixtures("kernels")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]

RECIPES = ("d2l", "d2l-1.0", "nanogpt-char")


class TestEmptyText:
    @pytest.mark.parametrize("recipe", RECIPES)
    def test_empty_file(self, cli: Run, tmp_path: Path, recipe: str) -> None:
        """An empty file makes a corpus that every other command takes."""
        (tmp_path / "empty.txt").touch()
        assert 0 == cli("build", "empty.txt", "-o", "out", "--quiet", "--recipe", recipe).returncode
        for command in (["inspect", "out"], ["verify", "out"], ["decode", "--corpus", "out"]):
            done = cli(*command)
            assert (0, "") == (done.returncode, done.stderr)
        assert 0 == books(tmp_path / "out")["tokens"]

    def test_empty_file_among_others(self, cli: Run, tmp_path: Path, text: Path) -> None:
        """An empty file among others adds nothing but a source."""
        (tmp_path / "empty.txt").touch()
        done = cli("build", "empty.txt", text, "empty.txt", "-o", "out", "--json")
        assert [0, 31, 0] == [source["size"] for source in json.loads(done.stdout)["sources"]]

    @pytest.mark.parametrize("recipe", RECIPES)
    def test_blank_lines_only(self, cli: Run, tmp_path: Path, recipe: str) -> None:
        """A text of blank lines is a valid corpus."""
        (tmp_path / "blank.txt").write_bytes(b"\n\r\n\r\n \n")
        assert 0 == cli("build", "blank.txt", "-o", "out", "--quiet", "--recipe", recipe).returncode
        assert 0 == cli("verify", "out").returncode
        assert 0 == cli("inspect", "out").returncode

    def test_blank_lines_are_records(self, cli: Run, tmp_path: Path) -> None:
        """Blank lines are empty records, and the books say so."""
        (tmp_path / "blank.txt").write_bytes(b"\n\n \n")
        cli("build", "blank.txt", "-o", "out", "--quiet")
        assert (3, 3, 0) == tuple(books(tmp_path / "out")[name] for name in ("records", "empty", "tokens"))

    def test_split_of_an_empty_text(self, cli: Run, tmp_path: Path) -> None:
        """Shares of nothing are nothing."""
        (tmp_path / "empty.txt").touch()
        done = cli("build", "empty.txt", "-o", "out", "--split", "0.9,0.1", "--json")
        assert {"train": [0, 0], "val": [0, 0]} == json.loads(done.stdout)["split"]

    def test_empty_text_cannot_be_split_by_numbers(self, refused: Refused, tmp_path: Path) -> None:
        """Numbers of tokens that are not there are refused."""
        (tmp_path / "empty.txt").touch()
        assert "there are 0" in refused(2, "build", "empty.txt", "-o", "out", "--split", "1,1", "--quiet")
        assert not (tmp_path / "out").exists()


class TestMalformedText:
    def test_place(self, refused: Refused, tmp_path: Path) -> None:
        """Malformed bytes are refused; file and byte offset are named."""
        (tmp_path / "bad.txt").write_bytes(b"good\nba\xffd\n")
        line = refused(1, "build", "bad.txt", "-o", "out", "--quiet")
        assert "bad.txt: not utf-8 (0xff: invalid start byte) at byte 7;" in line
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    def test_earlier_corpus_stays(self, refused: Refused, tmp_path: Path, corpus: Path, executor: str) -> None:
        """A failed build with --force leaves the earlier corpus as it was, byte for byte."""
        before = snapshot(corpus)
        (tmp_path / "bad.txt").write_bytes(b"fine\n" * 1000 + b"\xc3\n")
        line = refused(1, "build", "bad.txt", "-o", corpus, "--force", "--quiet", "--executor", executor)
        assert "at byte 5000;" in line
        assert before == snapshot(corpus)

    def test_replaced(self, cli: Run, tmp_path: Path) -> None:
        """--errors replace counts what it replaced in the books."""
        (tmp_path / "bad.txt").write_bytes(b"a\xff\xc3b\xe2\x82\nc\xf0\x9f\x98\n")
        assert 0 == cli("build", "bad.txt", "-o", "out", "--errors", "replace", "--quiet").returncode
        assert 4 == books(tmp_path / "out")["replaced"]

    def test_replacement_characters_of_the_text(self, cli: Run, tmp_path: Path) -> None:
        """U+FFFD that stands in the text itself is not counted as replaced."""
        (tmp_path / "bad.txt").write_bytes("\ufffd\n".encode() + b"\xff\n")
        assert 0 == cli("build", "bad.txt", "-o", "out", "--errors", "replace", "--quiet").returncode
        assert 1 == books(tmp_path / "out")["replaced"]

    @pytest.mark.parametrize("name", ["utf8tests.bin", "UTF-8-test.txt"])
    def test_stress_file(self, cli: Run, data: Path, tmp_path: Path, name: str) -> None:
        """Of a file full of malformed sequences, text and count are those of Python's own decoder."""
        raw = (data / "stress" / name).read_bytes()
        found = 0

        def count(error: UnicodeError) -> tuple[str, int]:
            nonlocal found
            found += 1
            assert isinstance(error, UnicodeDecodeError)
            return "\ufffd", error.end

        codecs.register_error("textengine-test-count", count)
        expected = raw.decode("utf-8", "textengine-test-count").replace("\r\n", "\n").replace("\r", "\n")
        flags = ("--recipe", "nanogpt-char", "--errors", "replace")
        done = cli("build", data / "stress" / name, "-o", "out", "--json", *flags)
        assert found == json.loads(done.stdout)["books"]["replaced"]
        ids = cli("encode", "--corpus", "out", "--errors", "replace", data / "stress" / name).stdout
        assert expected.removeprefix("\ufeff") == cli("decode", "--corpus", "out", stdin=ids).stdout

    def test_stress_file_against_its_reference(self, cli: Run, data: Path) -> None:
        """The replaced text is the reference that lies beside the stress file."""
        stress = data / "stress"
        flags = ("--recipe", "nanogpt-char", "--errors", "replace", "--quiet")
        assert 0 == cli("build", stress / "utf8tests.bin", "-o", "out", *flags).returncode
        ids = cli("encode", "--corpus", "out", "--errors", "replace", stress / "utf8tests.bin").stdout
        expected = (stress / "utf8tests.replace.python.txt").read_bytes().decode()
        assert expected == cli("decode", "--corpus", "out", stdin=ids).stdout


class TestLargeRecord:
    SIZE = 100 * 2**20

    def test_many_words(self, cli: Run, tmp_path: Path) -> None:
        """A record of 100 MB is encoded whole."""
        word = b"x" * 4095 + b" "
        (tmp_path / "large.txt").write_bytes(word * (self.SIZE // 4096) + b"\nend\n")
        done = cli("build", "large.txt", "-o", "out", "--json")
        assert "" == done.stderr
        assert (2, self.SIZE // 4096 + 1) == tuple(json.loads(done.stdout)[name] for name in ("records", "tokens"))
        (tmp_path / "large.txt").unlink()

    def test_one_token(self, cli: Run, tmp_path: Path) -> None:
        """A token of 100 MB has an id."""
        (tmp_path / "large.txt").write_bytes(b"x" * self.SIZE + b"\nend\n")
        done = cli("build", "large.txt", "-o", "out", "--json")
        assert "" == done.stderr
        assert (2, 3) == tuple(json.loads(done.stdout)[name] for name in ("tokens", "vocab_size"))
        shutil.rmtree(tmp_path / "out")
        (tmp_path / "large.txt").unlink()

    def test_inspect(self, cli: Run, tmp_path: Path) -> None:
        """A large token is shown by its beginning."""
        (tmp_path / "large.txt").write_bytes(b"x" * 1_000_000 + b"\nend\n")
        assert 0 == cli("build", "large.txt", "-o", "out", "--quiet").returncode
        shown = cli("inspect", "out")
        assert (0, "") == (shown.returncode, shown.stderr)
        assert len(shown.stdout) < 20_000
