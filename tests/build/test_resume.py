"""Resume: a build that was cut off goes on with its finished shards, and ends in the bytes of an undisturbed one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from textengine import Engine
from textengine.build.progress import Progress
from textengine.corpus.verify import verify
from textengine.errors import BuildInterrupted, MismatchError

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Snapshot = Callable[[Path], dict[str, bytes]]

SHARD = 20_000  # bytes: the book has nine shards of it


def interrupt_after(shards: int) -> Callable[[Progress], None]:
    """Return a progress callback that interrupts the build once so many shards are encoded."""
    seen = 0

    def callback(progress: Progress) -> None:
        nonlocal seen
        seen += progress.stage == "encode"
        if seen == shards:
            raise KeyboardInterrupt

    return callback


def journal(output: Path) -> list[dict[str, Any]]:
    """Return the lines of finished shards in the journal of an unfinished build."""
    lines = map(json.loads, (output / ".textengine-work" / "journal.jsonl").read_text().splitlines())
    return [line for line in lines if "number" in line]


@pytest.fixture
def whole(engine: Engine, book: Path, tmp_path: Path, snapshot: Snapshot) -> dict[str, bytes]:
    """The files of an undisturbed build of the book."""
    engine.build(book, output=tmp_path / "whole", shard_size=SHARD)
    return snapshot(tmp_path / "whole")


@pytest.fixture
def unfinished(engine: Engine, book: Path, tmp_path: Path) -> Path:
    """The output of a build of the book that was interrupted after five of its shards."""
    with pytest.raises(BuildInterrupted):
        engine.build(book, output=tmp_path / "out", shard_size=SHARD, progress=interrupt_after(5))
    return tmp_path / "out"


def resumed(engine: Engine, *sources: Any, output: Path, **options: Any) -> int:
    """Build again; return how many bytes of text were taken over."""
    moments: list[Progress] = []
    engine.build(*sources, output=output, progress=moments.append, **options)
    taken = max(moment.recalled for moment in moments)
    assert taken == json.loads((output / "run.json").read_bytes())["resumed_bytes"]
    return taken


@pytest.mark.usefixtures("kernels")
class TestGoingOn:
    @pytest.mark.parametrize("shards", range(1, 10))
    @pytest.mark.parametrize("tokenizer", ["word", "char"])
    def test_after_any_shard(
        self, engine: Engine, book: Path, tmp_path: Path, snapshot: Snapshot, shards: int, tokenizer: str
    ) -> None:
        """Interrupted after any shard, the same build takes over what is finished and ends in the same bytes."""
        how = {"tokenizer": tokenizer, "shard_size": SHARD}
        engine.build(book, output=tmp_path / "whole", **how)
        with pytest.raises(BuildInterrupted):
            engine.build(book, output=tmp_path / "out", progress=interrupt_after(shards), **how)
        finished = sum(line["stop"] - line["start"] for line in journal(tmp_path / "out"))
        assert finished >= SHARD * (shards - 1)
        assert finished == resumed(engine, book, output=tmp_path / "out", **how)
        assert snapshot(tmp_path / "whole") == snapshot(tmp_path / "out")

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    @pytest.mark.parametrize("workers", [1, 3])
    def test_with_other_workers(
        self,
        engine: Engine,
        book: Path,
        unfinished: Path,
        whole: dict[str, bytes],
        snapshot: Snapshot,
        executor: str,
        workers: int,
    ) -> None:
        """What one executor began, any other goes on with, whatever the number of workers."""
        assert resumed(engine, book, output=unfinished, shard_size=SHARD, executor=executor, workers=workers)
        assert whole == snapshot(unfinished)

    def test_twice(
        self, engine: Engine, book: Path, unfinished: Path, whole: dict[str, bytes], snapshot: Snapshot
    ) -> None:
        """A build that goes on may be interrupted again."""
        with pytest.raises(BuildInterrupted):
            engine.build(book, output=unfinished, shard_size=SHARD, progress=interrupt_after(7))
        assert resumed(engine, book, output=unfinished, shard_size=SHARD) >= 6 * SHARD
        assert whole == snapshot(unfinished)

    def test_other_shards(
        self, engine: Engine, book: Path, unfinished: Path, whole: dict[str, bytes], snapshot: Snapshot
    ) -> None:
        """Shards that end elsewhere are encoded anew."""
        assert 0 == resumed(engine, book, output=unfinished, shard_size=2 * SHARD)
        assert whole == snapshot(unfinished)

    def test_records(self, engine: Engine, book: Path, tmp_path: Path, snapshot: Snapshot) -> None:
        """Records that a program hands over again are taken over as far as they are the same."""
        lines = book.read_text().splitlines()
        engine.build_records(lines, output=tmp_path / "whole", shard_size=SHARD)
        with pytest.raises(BuildInterrupted):
            engine.build_records(lines, output=tmp_path / "out", shard_size=SHARD, progress=interrupt_after(4))
        changed = [*lines[:1000], "changed", *lines[1001:]]
        with pytest.raises(BuildInterrupted):
            engine.build_records(changed, output=tmp_path / "out", shard_size=SHARD, progress=interrupt_after(4))
        moments: list[Progress] = []
        engine.build_records(lines, output=tmp_path / "out", shard_size=SHARD, progress=moments.append)
        assert SHARD <= max(moment.recalled for moment in moments) < 3 * SHARD
        assert snapshot(tmp_path / "whole") == snapshot(tmp_path / "out")


class TestKernelsChange:
    def test_between_definitions_and_kernels(
        self, book: Path, tmp_path: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the definitions began the kernels go on with, and the other way round."""
        engine = Engine(discover=False)
        engine.build(book, output=tmp_path / "whole", shard_size=SHARD)
        for first, second in (("never", "always"), ("always", "never")):
            monkeypatch.setenv("TEXTENGINE_KERNELS", first)
            with pytest.raises(BuildInterrupted):
                engine.build(book, output=tmp_path / first, shard_size=SHARD, progress=interrupt_after(5))
            monkeypatch.setenv("TEXTENGINE_KERNELS", second)
            assert resumed(engine, book, output=tmp_path / first, shard_size=SHARD) >= 4 * SHARD
            assert snapshot(tmp_path / "whole") == snapshot(tmp_path / first)


class TestDamage:
    @pytest.mark.parametrize("role", ["ids", "ends", "tokens"])
    @pytest.mark.parametrize("how", ["flipped", "cut", "longer", "gone"])
    def test_file_of_a_shard(
        self,
        engine: Engine,
        book: Path,
        unfinished: Path,
        whole: dict[str, bytes],
        snapshot: Snapshot,
        role: str,
        how: str,
    ) -> None:
        """A finished shard whose files are not as they were written is encoded again."""
        path = unfinished / ".textengine-work" / f"000001.{role}"
        data = path.read_bytes()
        if how == "gone":
            path.unlink()
        else:
            middle = len(data) // 2
            flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
            path.write_bytes({"flipped": flipped, "cut": data[:-1], "longer": data + b"\0"}[how])
        finished = sum(line["stop"] - line["start"] for line in journal(unfinished))
        taken = resumed(engine, book, output=unfinished, shard_size=SHARD)
        assert SHARD <= finished - taken < 2 * SHARD
        assert whole == snapshot(unfinished)

    @pytest.mark.parametrize("cut", [1, 40, 400])
    def test_journal_cut_off(
        self, engine: Engine, book: Path, unfinished: Path, whole: dict[str, bytes], snapshot: Snapshot, cut: int
    ) -> None:
        """A journal that ends in the middle of a line is good up to that line."""
        path = unfinished / ".textengine-work" / "journal.jsonl"
        path.write_bytes(path.read_bytes()[:-cut])
        assert resumed(engine, book, output=unfinished, shard_size=SHARD)
        assert whole == snapshot(unfinished)

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]\n", b"{}\n", b'{"format": "other"}\n'])
    def test_no_journal(
        self, engine: Engine, book: Path, unfinished: Path, whole: dict[str, bytes], snapshot: Snapshot, content: bytes
    ) -> None:
        """Work without a journal of ours is removed."""
        (unfinished / ".textengine-work" / "journal.jsonl").write_bytes(content)
        assert 0 == resumed(engine, book, output=unfinished, shard_size=SHARD)
        assert whole == snapshot(unfinished)

    @pytest.mark.parametrize(
        "line",
        ["{}", '{"number": 1}', '{"number":1,"start":0,"stop":1,"ids":3}', "3", "null", '{"chunk": 3, "digest": ""}'],
    )
    def test_senseless_line(
        self, engine: Engine, book: Path, unfinished: Path, whole: dict[str, bytes], snapshot: Snapshot, line: str
    ) -> None:
        """A line that makes no sense is no finished shard."""
        path = unfinished / ".textengine-work" / "journal.jsonl"
        path.write_text(path.read_text() + line + "\n")
        resumed(engine, book, output=unfinished, shard_size=SHARD)
        assert whole == snapshot(unfinished)


class TestRefusal:
    @pytest.mark.parametrize(
        ("options", "difference"),
        [
            ({"tokenizer": "char"}, 'recipe.tokenizer.name was "textengine/word", is "textengine/char"'),
            ({"min_freq": 2}, "recipe.vocab.options.min_freq was 0, is 2"),
            ({"max_tokens": 10}, "build.max_tokens was null, is 10"),
            ({"split": "0.5,0.5"}, 'build.split was null, is "0.5,0.5"'),
            ({"encoding": "latin-1"}, 'input[0].options.encoding was "utf-8", is "iso8859-1"'),
        ],
    )
    def test_other_options(
        self,
        engine: Engine,
        book: Path,
        unfinished: Path,
        snapshot: Snapshot,
        options: dict[str, Any],
        difference: str,
    ) -> None:
        """Another build into the same directory is refused, says what differs, and leaves the work alone."""
        before = snapshot(unfinished)
        with pytest.raises(MismatchError) as caught:
            engine.build(book, output=unfinished, shard_size=SHARD, **options)
        assert difference in str(caught.value)
        assert "--force to start anew" in str(caught.value)
        assert before == snapshot(unfinished)

    def test_other_sources(self, engine: Engine, book: Path, unfinished: Path, text: Path) -> None:
        """Other sources are another build."""
        with pytest.raises(MismatchError, match=r"sources was .* is "):
            engine.build(book, text, output=unfinished, shard_size=SHARD)
        with pytest.raises(MismatchError, match=r"sources\[0\].name was .* is "):
            engine.build(text, output=unfinished, shard_size=SHARD)

    def test_changed_source(self, engine: Engine, text: Path, tmp_path: Path) -> None:
        """A source that changed since is refused, by its size or the time of its change."""
        with pytest.raises(BuildInterrupted):
            engine.build(text, output=tmp_path / "out", shard_size=1, progress=interrupt_after(2))
        text.write_bytes(text.read_bytes() + b"more\n")
        with pytest.raises(MismatchError, match=r"sources\[0\].size was 31, is 36; sources\[0\].changed was"):
            engine.build(text, output=tmp_path / "out", shard_size=1)

    def test_force(
        self, engine: Engine, book: Path, unfinished: Path, whole: dict[str, bytes], snapshot: Snapshot
    ) -> None:
        """--force starts anew."""
        assert 0 == resumed(engine, book, output=unfinished, shard_size=SHARD, force=True)
        assert whole == snapshot(unfinished)

    def test_command_line(self, cli: Run, book: Path, unfinished: Path) -> None:
        """On the command line that is status 2 and one line."""
        done = cli("build", book, "-o", unfinished, "--tokenizer", "char")
        assert (2, "") == (done.returncode, done.stdout)
        assert done.stderr.startswith(f"error: {unfinished} holds the work of an interrupted build that differs")
        assert 1 == done.stderr.count("\n")


class TestWhatIsKept:
    def test_nothing_beside_a_corpus(
        self, engine: Engine, book: Path, tmp_path: Path, whole: dict[str, bytes], snapshot: Snapshot
    ) -> None:
        """An interrupted replacement leaves the earlier corpus and nothing else."""
        with pytest.raises(KeyboardInterrupt) as caught:
            engine.build(
                book, output=tmp_path / "whole", shard_size=SHARD, progress=interrupt_after(5), force=True,
                tokenizer="char",
            )  # fmt: skip
        assert not isinstance(caught.value, BuildInterrupted)
        assert whole == snapshot(tmp_path / "whole")

    def test_nothing_of_nothing(self, engine: Engine, book: Path, tmp_path: Path) -> None:
        """Without a finished shard there is nothing to go on with, and nothing is left."""

        def broken() -> Iterator[str]:
            yield "a"
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            engine.build_records(broken(), output=tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_message(self, engine: Engine, book: Path, tmp_path: Path) -> None:
        """The exception says how much is done and how to go on."""
        with pytest.raises(
            BuildInterrupted, match=r"^interrupted; nothing was committed; \d\d% of the text is encoded"
        ):
            engine.build(book, output=tmp_path / "a", shard_size=SHARD, progress=interrupt_after(5))
        with pytest.raises(BuildInterrupted, match="the same command without --force goes on from there$"):
            engine.build(book, output=tmp_path / "b", shard_size=SHARD, progress=interrupt_after(5), force=True)


class TestKills:
    def test_twenty_random_moments(self, data: Path, tmp_path: Path, cli: Run, snapshot: Snapshot) -> None:
        """Killed at any moment, with any executor, the same command ends in the bytes of an undisturbed build."""
        source = tmp_path / "large.txt"
        source.write_bytes((data / "books" / "moby-dick.txt").read_bytes() * 12)
        begin = time.monotonic()
        assert 0 == cli("build", source, "-o", "whole", "--quiet").returncode
        seconds, whole, taken = time.monotonic() - begin, snapshot(tmp_path / "whole"), 0
        chosen = random.Random(20)
        for number in range(20):
            out = tmp_path / f"out{number}"
            executor, workers = chosen.choice(["serial", "threads", "processes"]), chosen.choice(["1", "2", "3"])
            command = [sys.executable, "-m", "textengine", "build", str(source), "-o", str(out), "--quiet"]
            command += ["--executor", executor, "--workers", workers]
            process = subprocess.Popen(command, start_new_session=True, cwd=tmp_path)
            time.sleep(chosen.uniform(0.3, 1.2) * seconds)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not (out / "manifest.json").exists():
                done = cli("build", source, "-o", out, "--json")
                assert 0 == done.returncode, done.stderr
                taken += json.loads(done.stdout)["resumed_bytes"] > 0
            verify(out)
            assert whole == {name: data for name, data in snapshot(out).items() if "work" not in name}
        assert taken, "no kill came between the first shard and the commit"
