"""Commit: whatever happens, a directory holds its previous state or its new one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from textengine import Corpus, Engine
from textengine.corpus.commit import Commit, read_manifest
from textengine.corpus.verify import verify
from textengine.errors import DamagedError, MalformedTextError, OutputExistsError

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Snapshot = Callable[[Path], dict[str, bytes]]

# Builds, and kills itself without warning before the given one of the calls that change what is on the disk.
KILLED = """
import os, pathlib, shutil, signal, sys
from textengine import Engine

left = int(sys.argv[1])


def counted(function):
    def call(*arguments, **options):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return function(*arguments, **options)

    return call


engine = Engine(discover=False)
for owner, name in (
    (pathlib.Path, "replace"), (pathlib.Path, "unlink"), (pathlib.Path, "mkdir"), (pathlib.Path, "rmdir"),
    (pathlib.Path, "write_bytes"), (os, "fsync"), (shutil, "rmtree"),
):
    setattr(owner, name, counted(getattr(owner, name)))
engine.build(sys.argv[2], output=sys.argv[3], force=True, executor="serial")
"""


def killed_at(step: int, source: Path, output: Path) -> bool:
    """Build in a process that is killed before its `step`-th change of the disk; return whether it came that far."""
    command = [sys.executable, "-c", KILLED, str(step), str(source), str(output)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another small text."""
    path = tmp_path / "other.txt"
    path.write_bytes(b"four five six\n" * 10)
    return path


class TestKill:
    def test_every_moment_of_a_rebuild(
        self, engine: Engine, corpus: Path, text: Path, other: Path, tmp_path: Path, snapshot: Snapshot
    ) -> None:
        """Killed at any moment of a rebuild, the directory holds the earlier corpus or the new one, whole."""
        old = snapshot(corpus)
        new = snapshot(engine.build(other, output=tmp_path / "new").path)  # type: ignore[arg-type]
        step = 0
        while killed_at(step, other, corpus):
            verify(corpus)
            expected = new if (corpus / "manifest.json").read_bytes() == new["manifest.json"] else old
            assert expected == {name: data for name, data in snapshot(corpus).items() if name in expected}
            engine.build(text, output=corpus, force=True)
            assert old == snapshot(corpus), "the next build leaves nothing of the killed one"
            step += 1
        assert step > 15
        assert new == snapshot(corpus)

    def test_every_moment_of_a_first_build(
        self, engine: Engine, other: Path, tmp_path: Path, snapshot: Snapshot
    ) -> None:
        """Killed at any moment of a first build, the directory can be built into again without --force."""
        new = snapshot(engine.build(other, output=tmp_path / "new").path)  # type: ignore[arg-type]
        step = 0
        while killed_at(step, other, out := tmp_path / f"out{step}"):
            if not (out / "manifest.json").exists():
                engine.build(other, output=out)
            verify(out)
            assert new == {name: data for name, data in snapshot(out).items() if name in new}
            step += 1
        assert step > 10

    def test_killed_twice(self, engine: Engine, other: Path, tmp_path: Path, snapshot: Snapshot) -> None:
        """A second kill, while the remains of the first are cleared away, does not lock the user out."""
        committing = 8
        for step in range(committing):
            out = tmp_path / f"out{step}"
            while not list(out.glob("tokens-*")):
                assert killed_at(committing, other, out)
                committing += 1
            committing = 8
            killed_at(step, other, out)
            engine.build(other, output=out, force=True)
            verify(out)

    def test_failure_after_a_kill(self, engine: Engine, other: Path, tmp_path: Path, snapshot: Snapshot) -> None:
        """A build that fails in the remains of a killed one leaves a directory that can still be built into."""
        out, step = tmp_path / "out", 8
        while not list(out.glob("tokens-*")):
            assert killed_at(step, other, out)
            step += 1
        (tmp_path / "bad.txt").write_bytes(b"\xff")
        with pytest.raises(MalformedTextError):
            engine.build(tmp_path / "bad.txt", output=out, force=True)
        engine.build(other, output=out)
        verify(out)
        assert 4 == len(snapshot(out))

    @pytest.mark.parametrize("executor", ["serial", "processes"])
    def test_random_moments(self, cli: Run, corpus: Path, book: Path, executor: str) -> None:
        """Killed after any time, and with any executor, the corpus verifies, and a rerun succeeds."""
        chosen = random.Random(executor)
        for _ in range(5):
            command = [sys.executable, "-m", "textengine", "build", str(book), "-o", str(corpus), "--force", "--quiet"]
            process = subprocess.Popen([*command, "--executor", executor, "--workers", "2"], start_new_session=True)
            time.sleep(chosen.uniform(0.1, 0.8))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            assert 0 == cli("verify", corpus, "--quiet").returncode
        assert 0 == cli("build", book, "-o", corpus, "--force", "--quiet").returncode
        assert 32_775 == len(Corpus.open(corpus))
        assert not (corpus / ".textengine-work").exists()


class TestTwoWriters:
    def test_one_wins(self, cli: Run, tmp_path: Path, other: Path) -> None:
        """Of two builds into one directory, the second is told that the first is writing, and the first succeeds."""
        out = tmp_path / "out"
        with Commit(out, "textengine-corpus"):
            done = cli("build", other, "-o", out, "--quiet")
            assert (2, "") == (done.returncode, done.stdout)
            assert f"error: {out}: another process is writing there; wait for it to end\n" == done.stderr
            assert (out / ".textengine-work").is_dir()
        assert not out.exists()
        assert 0 == cli("build", other, "-o", out, "--quiet").returncode

    @pytest.mark.parametrize("flags", [(), ("--force",)])
    def test_race(self, other: Path, tmp_path: Path, flags: tuple[str, ...]) -> None:
        """Several builds that start together: the corpus is whole, and whoever did not build it says why."""
        out = tmp_path / "out"
        command = [sys.executable, "-m", "textengine", "build", str(other), "-o", str(out), "--quiet", *flags]
        pipe = subprocess.PIPE
        running = [subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) for _ in range(4)]
        ended = [(*process.communicate(timeout=60), process.returncode) for process in running]
        assert 0 in [code for _, _, code in ended]
        for _, errors, code in ended:
            assert (code, bool(errors)) in ((0, False), (2, True)), errors
            assert "" == errors or "exists" in errors or "another process is writing there" in errors
        verify(out)

    def test_reader_during_a_rebuild(self, engine: Engine, corpus: Path, other: Path) -> None:
        """A corpus that is open stays readable while it is replaced, and opening it again gives the new one."""
        opened = Corpus.open(corpus)
        engine.build(other, output=corpus, force=True)
        assert [3, 2, 2, 1, 1, 1] == opened.tokens.tolist()
        assert 30 == len(Corpus.open(corpus))


class TestReplacement:
    def test_old_files_go(self, engine: Engine, corpus: Path, other: Path) -> None:
        """After --force nothing of the earlier corpus is left."""
        old = {path.name for path in corpus.iterdir()} - {"manifest.json", "run.json", ".lock"}
        engine.build(other, output=corpus, force=True)
        assert 3 == len(old)
        assert set() == old & {path.name for path in corpus.iterdir()}

    def test_same_again(self, engine: Engine, corpus: Path, text: Path, snapshot: Snapshot) -> None:
        """Replacing a corpus by itself changes nothing."""
        before = snapshot(corpus)
        engine.build(text, output=corpus, force=True)
        assert before == snapshot(corpus)

    def test_failure_with_equal_files(self, engine: Engine, corpus: Path, text: Path, snapshot: Snapshot) -> None:
        """A commit that fails after it made files equal to those in use leaves those in use."""
        before = snapshot(corpus)
        entry = read_manifest(corpus, "textengine-corpus")["files"]["vocab"]
        with pytest.raises(ZeroDivisionError), Commit(corpus, "textengine-corpus", force=True) as commit:
            (commit.work / "vocab.json").write_bytes((corpus / entry["name"]).read_bytes())
            commit.add("vocab", commit.work / "vocab.json")
            raise ZeroDivisionError
        assert before == snapshot(corpus)

    def test_foreign_files_stay(self, engine: Engine, corpus: Path, other: Path) -> None:
        """A user's note beside a corpus survives --force."""
        (corpus / "README.txt").write_text("mine")
        engine.build(other, output=corpus, force=True)
        assert "mine" == (corpus / "README.txt").read_text()

    def test_folder_of_the_user(self, engine: Engine, text: Path, tmp_path: Path) -> None:
        """A folder called .work that textengine did not make is not emptied."""
        (tmp_path / "mine" / ".work").mkdir(parents=True)
        (tmp_path / "mine" / ".work" / "thesis.txt").write_text("mine")
        with pytest.raises(OutputExistsError):
            engine.build(text, output=tmp_path / "mine")
        assert "mine" == (tmp_path / "mine" / ".work" / "thesis.txt").read_text()

    def test_symbolic_link(self, engine: Engine, corpus: Path, other: Path, tmp_path: Path) -> None:
        """A link to a directory is followed, and stays a link."""
        (tmp_path / "link").symlink_to(corpus)
        engine.build(other, output=tmp_path / "link", force=True)
        assert (tmp_path / "link").is_symlink()
        assert 30 == len(Corpus.open(corpus))

    def test_run_record_that_cannot_be_written(self, engine: Engine, corpus: Path, other: Path) -> None:
        """Once the manifest is in place, a run.json that cannot be written does not fail the build."""
        (corpus / "run.json").unlink()
        (corpus / "run.json").mkdir()
        engine.build(other, output=corpus, force=True)
        assert 1 == len(list(corpus.glob("tokens-*")))


class TestEqualBuilds:
    def test_from_different_folders(
        self, engine: Engine, text: Path, tmp_path: Path, corpus: Path, snapshot: Snapshot
    ) -> None:
        """Equal builds are equal bytes, wherever the text lies and whatever it is called."""
        (tmp_path / "elsewhere").mkdir()
        copy = tmp_path / "elsewhere" / "copy.md"
        copy.write_bytes(text.read_bytes())
        other = engine.build(copy, output=tmp_path / "deep" / "other").path
        assert other is not None
        assert snapshot(corpus) == snapshot(other)

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    def test_from_standard_input(
        self, cli: Run, text: Path, corpus: Path, tmp_path: Path, snapshot: Snapshot, executor: str
    ) -> None:
        """Standard input gives the bytes that the file gives, with every executor."""
        flags = ("--executor", executor, "--workers", "2", "--quiet")
        assert 0 == cli("build", "-", "-o", "piped", *flags, stdin=text.read_bytes()).returncode
        assert snapshot(corpus) == snapshot(tmp_path / "piped")

    def test_run_record_is_no_part(self, engine: Engine, text: Path, corpus: Path, tmp_path: Path) -> None:
        """What tells one run from another stands in run.json alone."""
        record = json.loads((corpus / "run.json").read_bytes())
        assert [str(text)] == record["sources"]
        assert {"started", "seconds", "host"} <= record.keys()


class TestAsLibrary:
    """Commit serves other formats, such as run directories."""

    @staticmethod
    def commit(folder: Path, content: str, *, force: bool = False) -> None:
        """Commit one file as the state of a run."""
        with Commit(folder, "example-run", force=force) as commit:
            (commit.work / "weights.json").write_text(content)
            commit.add("weights", commit.work / "weights.json")
            commit.finish({"epoch": len(content)}, {"host.json": {"name": "here"}})

    def test_commit(self, tmp_path: Path) -> None:
        """The manifest names the file, its size and its digest."""
        self.commit(tmp_path / "run", "abc")
        manifest = read_manifest(tmp_path / "run", "example-run")
        assert 3 == manifest["epoch"] == manifest["files"]["weights"]["size"]
        assert "abc" == (tmp_path / "run" / manifest["files"]["weights"]["name"]).read_text()
        assert {"name": "here"} == json.loads((tmp_path / "run" / "host.json").read_bytes())

    def test_replace(self, tmp_path: Path) -> None:
        """A state is replaced only where that was asked for."""
        self.commit(tmp_path / "run", "abc")
        with pytest.raises(OutputExistsError, match="--force|exists"):
            self.commit(tmp_path / "run", "abcd")
        self.commit(tmp_path / "run", "abcd", force=True)
        assert 4 == read_manifest(tmp_path / "run", "example-run")["epoch"]
        assert 1 == len(list((tmp_path / "run").glob("weights-*")))

    def test_other_format(self, corpus: Path, snapshot: Snapshot) -> None:
        """A directory of another format is never replaced."""
        before = snapshot(corpus)
        with pytest.raises(OutputExistsError, match="holds no example-run"):
            self.commit(corpus, "abc", force=True)
        assert before == snapshot(corpus)

    def test_reading_another_format(self, corpus: Path) -> None:
        """A corpus is no run."""
        with pytest.raises(DamagedError, match="manifest.json: not the manifest of"):
            read_manifest(corpus, "example-run")

    def test_leaving_without_finish(self, tmp_path: Path) -> None:
        """Leaving without `finish` commits nothing and leaves nothing."""
        with Commit(tmp_path / "a" / "run", "example-run") as commit:
            (commit.work / "weights.json").write_text("abc")
            commit.add("weights", commit.work / "weights.json")
        assert [] == list(tmp_path.iterdir())

    def test_two_files_of_one_content(self, tmp_path: Path) -> None:
        """Two roles may have the same content."""
        with Commit(tmp_path / "run", "example-run") as commit:
            for role in ("first", "second"):
                (commit.work / f"{role}.json").write_text("same")
                commit.add(role, commit.work / f"{role}.json")
            commit.finish({})
        names = {file["name"] for file in read_manifest(tmp_path / "run", "example-run")["files"].values()}
        assert names == {path.name for path in (tmp_path / "run").glob("*-*")}

    @pytest.mark.parametrize("name", ["best_model.safetensors", "Weights.json", "step-10.json"])
    def test_names_of_files(self, tmp_path: Path, name: str) -> None:
        """A file that was replaced goes, whatever names the other format gives its files."""
        for content in ("old", "new"):
            with Commit(tmp_path / "run", "example-run", force=True) as commit:
                (commit.work / name).write_text(content)
                commit.add("data", commit.work / name)
                commit.finish({})
        kept = {path.name for path in (tmp_path / "run").iterdir()} - {"manifest.json", ".lock"}
        assert {read_manifest(tmp_path / "run", "example-run")["files"]["data"]["name"]} == kept
