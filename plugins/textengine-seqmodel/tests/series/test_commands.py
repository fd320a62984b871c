"""`textengine forecast`: what it prints, what it leaves, and what it refuses."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from textengine.errors import DamagedError
from textengine_seqmodel import read_forecast

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]

QUICK = ("--model", "linear", "--no-pictures")
PICTURES = ("series", "one-step", "k-step", "interval", "error-by-horizon")


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A file with a series of 150 values."""
    rows = [f"{day},{1000 + 30 * (day % 7) + day}" for day in range(150)]
    path = tmp_path / "sales.csv"
    path.write_text("\n".join(["day,sold", *rows]) + "\n")
    return path


class TestChapter:
    def test_run(self, cli: Run, tmp_path: Path) -> None:
        """Without options it is the chapter's run: losses per epoch, a table, files that hold what was printed."""
        done = cli("forecast", "-o", "out", "--seed", "1")
        assert (0, "") == (done.returncode, done.stderr)
        found = read_forecast(tmp_path / "out")
        losses = [f"epoch {epoch}, loss: {loss:f}" for epoch, loss in enumerate(found["losses"], 1)]
        assert losses == done.stdout.splitlines()[:5]
        for word in ("recursive", "direct", "least squares", "naive", "noise", "0.0400", "inside", "k-step-"):
            assert word in done.stdout
        manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
        for name in PICTURES:
            png, svg = (tmp_path / "out" / manifest["files"][f"{name}.{kind}"]["name"] for kind in ("png", "svg"))
            assert b"\x89PNG" == png.read_bytes()[:4]
            assert ElementTree.parse(svg).getroot().tag.endswith("svg")
        assert {entry["name"] for entry in manifest["files"].values()} | {"manifest.json", ".lock"} == {
            path.name for path in (tmp_path / "out").iterdir()
        }

    def test_predictions(self, cli: Run, tmp_path: Path) -> None:
        """predictions.csv has a row for each value, and its errors are those of the table."""
        assert 0 == cli("forecast", "-o", "out", "--quiet", *QUICK).returncode
        path = next((tmp_path / "out").glob("predictions-*.csv"))
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        held = [row for row in rows if row["part"] == "held-out"]
        errors = [(float(row["linear_recursive_16"]) - float(row["value"])) ** 2 for row in held]
        found = read_forecast(tmp_path / "out")
        assert (1000, 396) == (len(rows), len(held))
        assert sum(errors) / 396 == pytest.approx(found["errors"][0]["held_out"]["16"])


class TestOutput:
    def test_repeats(self, cli: Run, tmp_path: Path) -> None:
        """The same seed gives the same files to the last byte, pictures included."""
        for name in ("one", "two"):
            assert 0 == cli("forecast", "-o", name, "--model", "linear", "--quiet").returncode
        one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
        assert one == two

    def test_json(self, cli: Run) -> None:
        """--json prints the result and nothing else."""
        done = cli("forecast", "-o", "out", "--json", "--direction", "backward", *QUICK)
        found = json.loads(done.stdout)
        assert ("", "out", 0.04) == (done.stderr, found["forecast"], found["noise_floor"])
        assert {"1", "4", "16", "64"} == set(found["errors"][0]["held_out"])
        assert {"values", "forward", "backward", "difference"} == set(found["likelihoods"])

    def test_quiet(self, cli: Run) -> None:
        """--quiet prints nothing."""
        done = cli("forecast", "-o", "out", "--quiet", "--epochs", "1", "--horizons", "1", "--no-pictures")
        assert (0, "", "") == (done.returncode, done.stdout, done.stderr)

    def test_backward(self, cli: Run) -> None:
        """Backward, the output compares the two factorizations."""
        done = cli("forecast", "-o", "out", "--direction", "backward", *QUICK)
        assert "log-likelihood of 388 held-out values" in done.stdout
        assert "standard error" in done.stdout

    def test_file(self, cli: Run, sales: Path, tmp_path: Path) -> None:
        """A file's column is forecast in its own units; a weekly pattern is found with lags that reach back a week."""
        done = cli(
            "forecast", sales, "--column", "sold", "-o", "out", "--tau", "8", "--horizons", "1,7", "--json", *QUICK
        )
        found = json.loads(done.stdout)
        assert (0, 90, None) == (done.returncode, found["options"]["train"], found["noise_floor"])
        assert found["errors"][0]["held_out"]["7"] < 1e-6
        assert found["errors"][-1]["held_out"]["1"] > 1000
        assert {"file": "sales.csv", "column": "sold", "seed": 0} == read_forecast(tmp_path / "out")["source"]

    def test_runs_off(self, cli: Run, tmp_path: Path) -> None:
        """A model whose forecasts run off to infinity is shown as it is, with pictures, in valid JSON."""
        (tmp_path / "grows.csv").write_text("x\n" + "\n".join(str(1.5**t) for t in range(120)) + "\n")
        done = cli("forecast", "grows.csv", "-o", "out", "--model", "linear", "--horizons", "1,40", "--json")
        assert (0, "") == (done.returncode, done.stderr)
        json.loads(done.stdout, parse_constant=pytest.fail)

    def test_damage(self, cli: Run, tmp_path: Path) -> None:
        """A result that was changed is not read."""
        assert 0 == cli("forecast", "-o", "out", "--quiet", *QUICK).returncode
        path = next((tmp_path / "out").glob("forecast-*.json"))
        path.write_text(path.read_text().replace("0.9", "0.8"))
        with pytest.raises(DamagedError, match="it is missing or was changed"):
            read_forecast(tmp_path / "out")


class TestRefused:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--model", "lsmt"], "no model of a series is named 'lsmt'; did you mean 'lstm'? There is: mlp, linear"),
            (["--series", "sin"], "no series is named 'sin'; did you mean 'sine'?"),
            (["--horizons", "1,x"], "'1,x' is not whole numbers with commas"),
            (["--tau", "x"], "'x' is neither a whole number nor auto"),
            (["--seed", "-1"], "-1 is not within 0 to 9223372036854775807"),
            (["--column", "a"], "--column is for a FILE"),
            (["--train", "999"], "leave nothing to hold out"),
            (["missing.csv"], "missing.csv: No such file or directory"),
            (["sales.csv", "--series", "sine"], "a FILE and --series exclude each other"),
            (["sales.csv"], "sales.csv has 2 columns, so name one with --column; there is: day, sold"),
            (["sales.csv", "--column", "sould"], "no column is named 'sould'; did you mean 'sold'?"),
            (["gap.csv"], "gap.csv, row 3, column 'x': there is no value"),
            (["text.csv"], "text.csv, row 2, column 'x': 'much' is no finite number"),
            (
                ["short.csv", "--horizons", "1"],
                "4 values leave nothing to hold out after 2 training rows of 4 lags; give more values",
            ),
            (["sales.csv", "--column", "sold", "--train", "140"], "6 held-out values can be forecast 64 steps ahead"),
        ],
    )
    def test_input(self, refused: Refused, sales: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
        """A request that cannot be carried out: status 2, one line, no directory."""
        (tmp_path / "gap.csv").write_text("x\n1\n\n2\n")
        (tmp_path / "text.csv").write_text("x\nmuch\n2\n")
        (tmp_path / "short.csv").write_text("x\n1\n2\n3\n4\n")
        assert message in refused(2, "forecast", *arguments, "-o", "out")
        assert not (tmp_path / "out").exists()

    def test_divergence(self, refused: Refused, tmp_path: Path) -> None:
        """A loss that is no number: status 1, epoch and step, no directory."""
        message = refused(1, "forecast", "-o", "out", "--lr", "1e30")
        assert "the loss is no longer a finite number in epoch 1, step 2 of 38; lower the learning rate" in message
        assert not (tmp_path / "out").exists()

    def test_existing(self, cli: Run, refused: Refused, tmp_path: Path) -> None:
        """An earlier forecast is replaced only with --force, and anything else never."""
        assert 0 == cli("forecast", "-o", "out", "--quiet", *QUICK).returncode
        before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
        assert "out exists; choose another output, or replace it with --force" in refused(2, "forecast", "-o", "out")
        assert before == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
        assert 0 == cli("forecast", "-o", "out", "--quiet", "--force", "--seed", "2", *QUICK).returncode
        assert 2 == read_forecast(tmp_path / "out")["source"]["seed"]
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "mine.txt").touch()
        assert "other is not empty" in refused(2, "forecast", "-o", "other", "--force")

    def test_interrupt(self, tmp_path: Path) -> None:
        """Ctrl-C while it trains: status 130, one line, no directory."""
        command = [sys.executable, "-m", "textengine", "forecast", "-o", "out", "--epochs", "100000"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, cwd=tmp_path, start_new_session=True) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline().startswith(b"epoch 1, loss: 0.")
                time.sleep(0.1)
                os.killpg(process.pid, signal.SIGINT)
                _, errors = process.communicate(timeout=20)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        assert (130, b"interrupted; nothing was committed\n") == (process.returncode, errors.lstrip(b"\n"))
        assert not (tmp_path / "out").exists()
