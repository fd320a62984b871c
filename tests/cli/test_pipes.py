"""Text from pipes and standard input: the same bytes as from a file."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from snapshots import snapshot

pytestmark = pytest.mark.usefixtures("kernels")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


class TestPipes:
    CONTENT = b"one\r\ntwo\rthree\n" * 1000

    @pytest.fixture
    def expected(self, cli: Run, tmp_path: Path) -> dict[str, bytes]:
        """The corpus of the same content in a file."""
        (tmp_path / "plain.txt").write_bytes(self.CONTENT)
        assert 0 == cli("build", "plain.txt", "-o", "plain", "--quiet").returncode
        return snapshot(tmp_path / "plain")

    def test_standard_input(self, cli: Run, tmp_path: Path, expected: dict[str, bytes]) -> None:
        """Standard input gives the corpus that a file gives."""
        assert 0 == cli("build", "-", "-o", "out", "--quiet", stdin=self.CONTENT).returncode
        assert expected == snapshot(tmp_path / "out")

    def test_dev_stdin(self, cli: Run, tmp_path: Path, expected: dict[str, bytes]) -> None:
        """/dev/stdin is read once and gives the same corpus."""
        assert 0 == cli("build", "/dev/stdin", "-o", "out", "--quiet", stdin=self.CONTENT).returncode
        assert expected == snapshot(tmp_path / "out")

    @pytest.mark.parametrize("executor", ["serial", "processes"])
    def test_fifo(self, cli: Run, tmp_path: Path, expected: dict[str, bytes], executor: str) -> None:
        """A named pipe is read once and gives the same corpus."""
        fifo = tmp_path / "fifo.txt"
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(self.CONTENT,), daemon=True)
        writer.start()
        done = cli("build", fifo, "-o", "out", "--quiet", "--executor", executor, "--workers", "2")
        writer.join(10)
        assert (0, "") == (done.returncode, done.stderr)
        assert expected == snapshot(tmp_path / "out")

    def test_standard_input_twice(self, refused: Refused, tmp_path: Path) -> None:
        """Standard input can be read only once, so naming it twice is a mistake."""
        refused(2, "build", "-", "-", "-o", "out", "--quiet", stdin=b"a b\n")
        assert not (tmp_path / "out").exists()

    def test_malformed_standard_input(self, refused: Refused, tmp_path: Path) -> None:
        """Malformed bytes of standard input are named by their offset."""
        assert "standard input: not utf-8 (0xff: invalid start byte) at byte 4" in refused(
            1, "build", "-", "-o", "out", "--quiet", stdin=b"abc\n\xff\n"
        )
        assert not (tmp_path / "out").exists()
