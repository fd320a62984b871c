"""`encode` and `decode`: inverse to each other, and clear about nonsense."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("kernels")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


class TestInverse:
    def test_nanogpt(self, cli: Run, data: Path) -> None:
        """Characters come back exactly, byte for byte."""
        path = data / "tinyshakespeare.txt"
        assert 0 == cli("build", path, "-o", "out", "--recipe", "nanogpt-char", "--quiet").returncode
        ids = cli("encode", "--corpus", "out", path).stdout
        assert path.read_bytes().decode() == cli("decode", "--corpus", "out", stdin=ids).stdout

    @pytest.mark.parametrize("recipe", ["d2l", "d2l-1.0", "nanogpt-char"])
    @pytest.mark.parametrize("tokenizer", ["word", "char"])
    def test_ids(self, cli: Run, book: Path, recipe: str, tokenizer: str) -> None:
        """Decoding and encoding again gives the same ids, blank lines included."""
        flags = ("--recipe", recipe, "--tokenizer", tokenizer, "--quiet")
        assert 0 == cli("build", book, "-o", "out", *flags).returncode
        ids = cli("encode", "--corpus", "out", book).stdout
        decoded = cli("decode", "--corpus", "out", stdin=ids).stdout
        assert ids == cli("encode", "--corpus", "out", stdin=decoded).stdout

    def test_decode_reads_a_file(self, cli: Run, corpus: Path, tmp_path: Path) -> None:
        """`decode` reads a file as it reads standard input."""
        (tmp_path / "ids").write_text("1 2\r\n\n2")
        assert "three two\n\ntwo\n" == cli("decode", "--corpus", corpus, "ids").stdout

    def test_every_character(self, cli: Run, tmp_path: Path) -> None:
        """Every control character and character beyond the first plane comes back."""
        text = "".join(chr(number) for number in (*range(0x300), 0x2028, 0xFEFF, 0xFFFD, 0xFFFF, 0x1F600, 0x10FFFF))
        text = text.replace("\r", "")
        (tmp_path / "all.txt").write_bytes(text.encode())
        assert 0 == cli("build", "all.txt", "-o", "out", "--recipe", "nanogpt-char", "--quiet").returncode
        ids = cli("encode", "--corpus", "out", "all.txt").stdout
        assert text == cli("decode", "--corpus", "out", stdin=ids).stdout
        assert 0 == cli("inspect", "out").returncode

    @pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
    def test_locale(self, cli: Run, tmp_path: Path, locale: str) -> None:
        """Text is UTF-8 whatever the locale says."""
        (tmp_path / "text.txt").write_text("naïve 中文\n", encoding="utf-8")
        env = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        assert 0 == cli("build", "text.txt", "-o", "out", "--no-normalizers", "--quiet", env=env).returncode
        assert "naïve 中文\n" == cli("decode", "--corpus", "out", stdin="1 2\n", env=env).stdout
        assert 0 == cli("inspect", "out", env={**env, "PYTHONIOENCODING": "ascii"}).returncode


class TestNonsense:
    @pytest.mark.parametrize(
        "line",
        [
            "-1",
            "1.5",
            "1e3",
            "0x1",
            "+1",
            "1_0",
            "abc",
            "²",
            "٣",
            "1,2",
            "[1]",
            "nan",
            "4",
            "9" * 30,
            "9" * 5000,
            "\ufeff1",
        ],
    )
    def test_decode(self, refused: Refused, corpus: Path, line: str) -> None:
        """What is no id of the vocabulary is named, with its line, and no wall of text."""
        message = refused(1, "decode", "--corpus", corpus, stdin=f"{line}\n")
        assert "standard input, line 1" in message
        assert len(message) < 300

    def test_decode_bytes(self, refused: Refused, corpus: Path) -> None:
        """Bytes that are no text are no ids."""
        assert "is no id" in refused(1, "decode", "--corpus", corpus, stdin=b"\xff\xfe\n")

    def test_decode_of_an_empty_vocabulary(self, cli: Run, refused: Refused, tmp_path: Path) -> None:
        """Where there are no ids at all, the line does not name ids 0 to -1."""
        (tmp_path / "empty.txt").touch()
        cli("build", "empty.txt", "-o", "out", "--recipe", "nanogpt-char", "--quiet")
        assert "-1" not in refused(1, "decode", "--corpus", "out", stdin="0\n")

    @pytest.mark.parametrize("command", ["encode", "decode"])
    def test_missing_file(self, refused: Refused, corpus: Path, command: str) -> None:
        """A file that is not there is named."""
        assert "nope: No such file" in refused(2, command, "--corpus", corpus, "nope")

    @pytest.mark.parametrize("command", ["encode", "decode"])
    def test_directory(self, refused: Refused, corpus: Path, command: str) -> None:
        """A directory is no file."""
        assert "directory" in refused(2, command, "--corpus", corpus, corpus)

    @pytest.mark.parametrize("command", [["encode", "--corpus"], ["decode", "--corpus"], ["inspect"], ["verify"]])
    def test_missing_corpus(self, refused: Refused, command: list[str]) -> None:
        """A corpus that is not there is named, and is a user's mistake."""
        assert "nope: no such directory" in refused(2, *command, "nope")

    @pytest.mark.parametrize("command", [["encode", "--corpus"], ["decode", "--corpus"], ["inspect"], ["verify"]])
    def test_file_as_corpus(self, refused: Refused, text: Path, command: list[str]) -> None:
        """A file is no corpus; the line does not say that it is not there."""
        line = refused(2, *command, text)
        assert "text.txt" in line
        assert "no such" not in line

    def test_malformed_text(self, cli: Run, corpus: Path) -> None:
        """`encode` names the place of malformed bytes."""
        done = cli("encode", "--corpus", corpus, stdin=b"one\n\xff\n")
        assert 1 == done.returncode
        assert "standard input: not utf-8 (0xff: invalid start byte) at byte 4" in done.stderr

    def test_encode_replaced(self, cli: Run, corpus: Path) -> None:
        """`encode --errors replace` goes on."""
        assert 0 == cli("encode", "--corpus", corpus, "--errors", "replace", stdin=b"one\n\xff\n").returncode

    @pytest.mark.parametrize("value", ["-1", "x", "0"])
    def test_inspect_numbers(self, cli: Run, corpus: Path, value: str) -> None:
        """A number of rows that is none is refused; no traceback for any."""
        done = cli("inspect", corpus, "--top", value, "--records", value)
        assert (0 if value == "0" else 2) == done.returncode


class TestBrokenPipe:
    @pytest.mark.parametrize(
        "command",
        [
            "encode --corpus out {book}",
            "inspect --json out",
            "decode --corpus out ids",
            "verify out",
            "recipes",
            "--help",
        ],
    )
    def test_head(self, cli: Run, book: Path, tmp_path: Path, command: str) -> None:
        """A reader that has seen enough (``| head -1``) is no error worth a word."""
        assert 0 == cli("build", book, "-o", "out", "--quiet").returncode
        (tmp_path / "ids").write_text("1 2 3\n" * 50_000)
        script = f"{sys.executable} -m textengine {command.format(book=book)} | head -1"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=60)
        assert "" == done.stderr

    def test_closed_output(self, book: Path, cli: Run, tmp_path: Path) -> None:
        """A reader that is gone before the first line is no error worth a word either."""
        assert 0 == cli("build", book, "-o", "out", "--quiet").returncode
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [sys.executable, "-m", "textengine", "encode", "--corpus", "out", str(book)],
            stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, timeout=60,
        )  # fmt: skip
        os.close(writing)
        assert b"" == done.stderr
        assert 0 != done.returncode

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
    @pytest.mark.parametrize("command", ["encode --corpus out {book}", "inspect out", "verify out", "recipes d2l"])
    def test_output_without_space(self, cli: Run, book: Path, tmp_path: Path, command: str) -> None:
        """Output that cannot be written is an error, not a success that lost its last lines."""
        assert 0 == cli("build", book, "-o", "out", "--quiet").returncode
        script = f"{sys.executable} -m textengine {command.format(book=book)} > /dev/full"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=60)
        assert 1 == done.returncode
        assert done.stderr.startswith("error: No space left on device")
        assert 1 == len(done.stderr.splitlines())
