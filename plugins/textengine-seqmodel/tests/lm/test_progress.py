"""How training is shown and steered: the bar on a terminal, the learning rate over a run."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from textengine import Corpus
from textengine_seqmodel.train.optimizers import learning_rate
from textengine_seqmodel.train.options import Training

from .conftest import SMALL_FLAGS


def on_terminal(command: list[str], folder: Path, columns: int) -> str:
    """Run a command with a terminal for its standard error; return what it wrote there."""
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=slave, env=environment) as process:
        os.close(slave)
        written = b""
        while True:
            try:
                found = os.read(master, 65536)
            except OSError:  # how a terminal says that nobody holds its other end
                break
            if not found:
                break
            written += found
    os.close(master)
    assert 0 == process.returncode, written
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode())


class TestBar:
    @pytest.mark.parametrize("columns", [80, 120])
    def test_terminal(self, corpus: Corpus, tmp_path: Path, columns: int) -> None:
        """On a terminal a bar shows loss, validation, speed and time left, on one line, and is gone in the end."""
        command = [sys.executable, "-m", "textengine", "train", str(corpus.path), "-o", "run", "--steps", "400"]
        lines = re.split(r"[\r\n]+", on_terminal([*command, *SMALL_FLAGS], tmp_path, columns))
        whole = r"train .* \d+% step \d+/400  loss \d\.\d{3}  val \d\.\d{3}  [\d,]+ tokens/s  \d+ s left"
        assert any(re.search(whole, line) for line in lines), lines
        assert all(len(line.rstrip()) <= columns for line in lines)


class TestLearningRate:
    def test_warm_up_and_cosine(self) -> None:
        """It rises over the warm-up, then falls to its last share along half a cosine."""
        options = Training(lr=1.0, warmup=3, final_lr=0.1)
        assert [0.25, 0.5, 0.75, 1.0] == [learning_rate(options, step, 0.0) for step in range(4)]
        assert [1.0, 0.55, 0.1] == pytest.approx([learning_rate(options, 99, share) for share in (0.0, 0.5, 1.0)])

    def test_constant(self) -> None:
        """Without a schedule it stays."""
        options = Training(lr=0.5, warmup=0, schedule="constant")
        assert {0.5} == {learning_rate(options, step, step / 9) for step in range(10)}
