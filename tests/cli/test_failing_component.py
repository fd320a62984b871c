"""Components that fail while a build runs: named, and an earlier corpus stays."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from snapshots import snapshot

pytestmark = pytest.mark.usefixtures("kernels")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]

PLUGIN = """
import os

from textengine import hookimpl


def fails(text: str) -> str:
    if "bad" in text:
        raise ValueError("it is bad")
    return text


def exits(text: str) -> str:
    raise SystemExit(7)


def dies(text: str) -> str:
    os._exit(1)


def number(text: str) -> int:
    return 5


def surrogate(text: str) -> list[str]:
    return [chr(0xD800)]


@hookimpl
def textengine_normalizers():
    return {"fails": fails, "exits": exits, "dies": dies, "number": number}


@hookimpl
def textengine_tokenizers():
    return {"surrogate": surrogate}
"""


@pytest.fixture
def plugin(tmp_path: Path) -> dict[str, str]:
    """The environment in which a distribution is installed whose components fail in different ways."""
    site = tmp_path / ".site"
    info = site / "failing-1.2.dist-info"
    info.mkdir(parents=True)
    (site / "failing_plugin.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: failing\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[textengine]\nfailing = failing_plugin\n")
    return {"PYTHONPATH": str(site)}


class TestFailingComponent:
    @pytest.fixture
    def bad(self, tmp_path: Path) -> Path:
        """A text whose third record is bad."""
        path = tmp_path / "bad.txt"
        path.write_text("good\ngood\nbad\ngood\n")
        return path

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    def test_place(self, refused: Refused, plugin: dict[str, str], bad: Path, tmp_path: Path, executor: str) -> None:
        """A component that raises is named with its plugin, the source, the record and its byte offset."""
        flags = ("--normalizer", "fails", "--executor", executor, "--workers", "2", "--quiet")
        line = refused(3, "build", "bad.txt", "-o", "out", *flags, env=plugin)
        place = "plugin failing 1.2: normalizer 'fails' failed on record 2 (counted from 0) of bad.txt, byte 10"
        assert f"error: {place}: ValueError: it is bad\n" == line
        assert not (tmp_path / "out").exists()

    def test_earlier_corpus_stays(self, refused: Refused, plugin: dict[str, str], bad: Path, corpus: Path) -> None:
        """The earlier corpus survives a component that raises."""
        before = snapshot(corpus)
        refused(3, "build", bad, "-o", corpus, "--normalizer", "fails", "--force", "--quiet", env=plugin)
        assert before == snapshot(corpus)

    @pytest.mark.parametrize("name", ["exits", "number"])
    def test_other_ways_to_fail(self, refused: Refused, plugin: dict[str, str], bad: Path, name: str) -> None:
        """A component that leaves the program, or returns nonsense, has failed like any other."""
        line = refused(3, "build", bad, "-o", "out", "--normalizer", name, "--quiet", env=plugin)
        assert f"normalizer {name!r} failed on record 0" in line

    def test_token_that_is_no_text(self, refused: Refused, plugin: dict[str, str], bad: Path) -> None:
        """A tokenizer whose token is a lone surrogate is refused at its door."""
        line = refused(3, "build", bad, "-o", "out", "--tokenizer", "surrogate", "--quiet", env=plugin)
        assert "lone surrogate" in line

    def test_encode(self, cli: Run, plugin: dict[str, str], tmp_path: Path, text: Path) -> None:
        """`encode` names the place too."""
        assert 0 == cli("build", text, "-o", "c", "--normalizer", "fails", "--quiet", env=plugin).returncode
        done = cli("encode", "--corpus", "c", stdin="good\nbad\n", env=plugin)
        assert 3 == done.returncode
        assert "normalizer 'fails' failed on record 1 (counted from 0) of standard input" in done.stderr

    def test_worker_that_dies(self, refused: Refused, plugin: dict[str, str], bad: Path, tmp_path: Path) -> None:
        """A worker process that dies ends the build; nothing hangs, nothing is left."""
        flags = ("--normalizer", "dies", "--executor", "processes", "--workers", "2", "--quiet")
        assert "a worker process died" in refused(1, "build", bad, "-o", "out", *flags, env=plugin)
        assert not (tmp_path / "out").exists()

    def test_corpus_without_its_plugin(self, cli: Run, refused: Refused, plugin: dict[str, str], text: Path) -> None:
        """Where the plugin that made a corpus is gone, its name is what the user hears."""
        assert 0 == cli("build", text, "-o", "c", "--normalizer", "fails", "--quiet", env=plugin).returncode
        assert "failing/fails" in refused(2, "encode", "--corpus", "c", stdin="a\n")
