"""Outputs that cannot be written: what is there stays, and nothing is left behind."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from snapshots import snapshot

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]


class TestOutput:
    def test_existing_corpus(self, refused: Refused, text: Path, corpus: Path) -> None:
        """An existing corpus is kept unless --force is given, and the line says so."""
        before = snapshot(corpus)
        assert "--force" in refused(2, "build", text, "-o", corpus, "--quiet")
        assert before == snapshot(corpus)

    def test_file(self, refused: Refused, text: Path) -> None:
        """An output that is a file is left alone, also with --force."""
        before = text.read_bytes()
        assert "is no directory" in refused(2, "build", text, "-o", text, "--force", "--quiet")
        assert before == text.read_bytes()

    @pytest.mark.parametrize("force", [[], ["--force"]])
    @pytest.mark.parametrize("name", ["thesis.txt", "manifest.json", ".hidden", ".work/thesis.txt"])
    def test_foreign_directory(self, refused: Refused, text: Path, tmp_path: Path, force: list[str], name: str) -> None:
        """A directory that holds anything else is left alone, also with --force."""
        thesis = tmp_path / "mine" / name
        thesis.parent.mkdir(parents=True)
        thesis.write_text("{}")
        assert "left alone" in refused(2, "build", text, "-o", "mine", "--quiet", *force)
        assert [thesis] == [path for path in (tmp_path / "mine").rglob("*") if path.is_file()]

    def test_below_a_file(self, refused: Refused, text: Path) -> None:
        """An output below a file cannot be made, which is a mistake of the request."""
        assert "text.txt" in refused(2, "build", text, "-o", text / "sub", "--quiet")

    def test_empty_directory(self, cli: Run, text: Path, tmp_path: Path) -> None:
        """An empty directory is an output like one that does not exist."""
        (tmp_path / "out").mkdir()
        assert 0 == cli("build", text, "-o", "out", "--quiet").returncode

    def test_parents_are_removed_too(self, refused: Refused, tmp_path: Path) -> None:
        """Directories made on the way to a failed build are removed."""
        (tmp_path / "bad.txt").write_bytes(b"\xff")
        refused(1, "build", "bad.txt", "-o", "a/b/c", "--quiet")
        assert not (tmp_path / "a").exists()

    def test_empty_directory_stays(self, refused: Refused, tmp_path: Path) -> None:
        """A directory that was there before a failed build is there after it, empty."""
        (tmp_path / "out").mkdir()
        (tmp_path / "bad.txt").write_bytes(b"\xff")
        refused(1, "build", "bad.txt", "-o", "out", "--quiet")
        assert {} == {name: data for name, data in snapshot(tmp_path / "out").items() if name != ".lock"}

    def test_source_in_the_output(self, refused: Refused, tmp_path: Path, text: Path) -> None:
        """A directory that holds the source is not turned into a corpus."""
        (tmp_path / "folder").mkdir()
        shutil.copy(text, tmp_path / "folder")
        refused(2, "build", "folder", "-o", "folder", "--force", "--quiet")
        assert (tmp_path / "folder" / "text.txt").is_file()


class TestFullDisk:
    @staticmethod
    def limited(size: int, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run `textengine` where no file may grow beyond `size` bytes."""

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return subprocess.run(
            [sys.executable, "-m", "textengine", *map(str, arguments)],
            preexec_fn=limit,
            capture_output=True,
            text=True,
            cwd=cwd,
            timeout=120,
        )

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    @pytest.mark.parametrize("size", [0, 1000, 30_000, 60_000])
    def test_file_limit(self, book: Path, tmp_path: Path, size: int, executor: str) -> None:
        """Wherever the limit on a file's size strikes, the line says that it was space, and nothing is left."""
        flags = ("--quiet", "--executor", executor, "--workers", "2")
        done = self.limited(size, "build", book, "-o", "out", *flags, cwd=tmp_path)
        assert 1 == done.returncode
        assert [done.stderr.rstrip("\n")] == done.stderr.splitlines()
        assert done.stderr.startswith("error: ")
        assert "File too large" in done.stderr or "No space left" in done.stderr
        assert not (tmp_path / "out").exists()

    def test_earlier_corpus_stays(self, book: Path, corpus: Path) -> None:
        """A rebuild that finds no space leaves the earlier corpus."""
        before = snapshot(corpus)
        done = self.limited(30_000, "build", book, "-o", corpus, "--force", "--quiet", cwd=corpus.parent)
        assert 1 == done.returncode
        assert before == snapshot(corpus)

    @pytest.mark.parametrize("kilobytes", [16, 64, 96, 128, 180])
    def test_full_file_system(self, book: Path, tmp_path: Path, kilobytes: int) -> None:
        """On a file system that is really full the line says so, and nothing is left on it."""
        mount = tmp_path / "disk"
        mount.mkdir()
        script = 'mount -t tmpfs -o size="$1k" none disk || exit 99; cd disk; shift; "$@"; code=$?; ls -A; exit $code'
        if shutil.which("unshare") is None:
            pytest.skip("unshare is not installed")
        command = [sys.executable, "-m", "textengine", "build", str(book), "-o", "out", "--quiet"]
        done = subprocess.run(
            ["unshare", "-rm", "bash", "-c", script, "bash", str(kilobytes), *command],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
        )
        if done.returncode == 99 or "unshare" in done.stderr:
            pytest.skip("this system does not let us mount a small file system")
        assert (1, "") == (done.returncode, done.stdout)
        assert [done.stderr.rstrip("\n")] == done.stderr.splitlines()
        assert "No space left on device" in done.stderr
        assert "nothing was committed" in done.stderr
