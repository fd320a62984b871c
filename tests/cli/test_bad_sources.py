"""Sources that are missing, misspelt, unreadable, or named in odd ways."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from snapshots import books

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


class TestSources:
    def test_missing_file(self, refused: Refused, tmp_path: Path) -> None:
        """A file that is not there is named, as are the data sets that a bare word could have meant."""
        line = refused(2, "build", "nope.txt", "-o", "out")
        assert "nope.txt: no such file" in line
        assert "sample" in line
        assert [] == list(tmp_path.iterdir())

    def test_misspelt_data_set(self, refused: Refused) -> None:
        """A word near the name of a data set is answered with that name."""
        assert "did you mean 'time-machine'?" in refused(2, "build", "time-machin", "-o", "out")

    def test_directory_without_text(self, refused: Refused, tmp_path: Path) -> None:
        """A directory in which nothing is text is refused, with what text would end in."""
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "image.bin").write_bytes(b"\0")
        assert ".txt" in refused(2, "build", "folder", "-o", "out")
        assert not (tmp_path / "out").exists()

    def test_empty_directory(self, refused: Refused, tmp_path: Path) -> None:
        """A directory with nothing in it is refused too."""
        (tmp_path / "folder").mkdir()
        assert "folder" in refused(2, "build", "folder", "-o", "out")
        assert not (tmp_path / "out").exists()

    def test_empty_name(self, refused: Refused, text: Path) -> None:
        """An empty word, such as an unset shell variable, is not the current directory."""
        refused(2, "build", "", "-o", "out", "--quiet")

    def test_empty_output(self, refused: Refused, text: Path, tmp_path: Path) -> None:
        """An empty output, such as an unset shell variable, is not the current directory."""
        empty = tmp_path / "empty"
        empty.mkdir()
        refused(2, "build", text, "-o", "", "--quiet", cwd=empty)
        assert [] == list(empty.iterdir())

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the system's administrator may read every file")
    def test_unreadable_file(self, refused: Refused, text: Path, tmp_path: Path) -> None:
        """A file that may not be read is named."""
        text.chmod(0)
        assert "text.txt: Permission denied" in refused(2, "build", text, "-o", "out", "--quiet")
        assert not (tmp_path / "out").exists()

    def test_address(self, refused: Refused) -> None:
        """An address is not fetched."""
        assert "addresses are not read" in refused(2, "build", "http://example.invalid/a.txt", "-o", "out")

    def test_glob(self, cli: Run, tmp_path: Path) -> None:
        """A pattern is all files that match, sorted by name."""
        for name, content in (("b.txt", "second\n"), ("a.txt", "first\n"), ("c.bin", "third\n")):
            (tmp_path / name).write_text(content)
        assert 0 == cli("build", "*.txt", "-o", "out", "--quiet").returncode
        assert "first\nsecond\n" == cli("decode", "--corpus", "out", stdin="1\n2\n").stdout

    def test_glob_without_match(self, refused: Refused, tmp_path: Path) -> None:
        """A pattern that matches nothing is refused."""
        assert "*.txt: no file matches" in refused(2, "build", "*.txt", "-o", "out")
        assert [] == list(tmp_path.iterdir())

    def test_data_set_is_meant_by_the_bare_word(self, cli: Run, tmp_path: Path) -> None:
        """A name that is both a data set and a file is the data set."""
        (tmp_path / "sample").write_text("short\n")
        assert 0 == cli("build", "sample", "-o", "out", "--quiet").returncode
        assert books(tmp_path / "out")["bytes"] > 10_000

    def test_file_with_the_name_of_a_data_set(self, cli: Run, tmp_path: Path) -> None:
        """A file with the name of a data set is written ./name."""
        (tmp_path / "sample").write_text("short\n")
        assert 0 == cli("build", "./sample", "-o", "out", "--quiet").returncode
        assert 6 == books(tmp_path / "out")["bytes"]

    def test_file_whose_name_is_no_utf8(self, cli: Run, tmp_path: Path) -> None:
        """A file is read whatever bytes its name is made of, and the build succeeds whole."""
        name = os.fsdecode(b"a\xff.txt")
        (tmp_path / name).write_text("some text\n")
        done = cli("build", name, "-o", "out", "--quiet")
        assert (0, "") == (done.returncode, done.stderr)
        assert (tmp_path / "out" / "run.json").is_file()

    def test_missing_file_whose_name_is_no_utf8(self, refused: Refused) -> None:
        """A missing file is reported whatever bytes its name is made of."""
        assert "no such file" in refused(2, "build", os.fsdecode(b"a\xff.txt"), "-o", "out")

    def test_missing_file_whose_name_holds_a_line_end(self, refused: Refused) -> None:
        """The report stays one line whatever the name holds."""
        refused(2, "build", "a\nb\x1b[31m.txt", "-o", "out")

    def test_name_that_is_too_long(self, refused: Refused, tmp_path: Path) -> None:
        """A name longer than the system takes is a user's mistake."""
        refused(2, "build", "x" * 300, "-o", "out")
        assert [] == list(tmp_path.iterdir())
