"""The commands that show things: demo, inspect, recipes, help, progress."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


class TestDemo:
    def test_time_machine(self, cli: Callable, tmp_path: Path) -> None:
        """The demo prints what the chapter prints, and leaves two whole corpora."""
        done = cli("demo")
        assert (0, "") == (done.returncode, done.stderr)
        for shown in (
            "# text lines: 3221",
            "the time machine by h g wells\ntwinkled and his usually pale face was flushed and animated the",
            "['the', 'time', 'machine', 'by', 'h', 'g', 'wells']",
            "line 10: twinkled",
            "[2186, 3, 25, 1044, 362, 113, 7, 1421, 3, 1045, 1]",
            "170,580",
            "32,775",
            "Three commands to try next:",
        ):
            assert shown in done.stdout
        for corpus in ("words", "chars"):
            assert 0 == cli("verify", tmp_path / "textengine-demo" / corpus).returncode

    def test_three_commands(self, cli: Callable, tmp_path: Path) -> None:
        """The three commands that it ends with work as printed."""
        lines = [line for line in cli("demo").stdout.splitlines() if line.startswith("  ") and "textengine" in line][
            -3:
        ]
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        for line in lines:
            assert (
                0 == subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True).returncode
            )

    def test_without_the_book(self, cli: Callable) -> None:
        """Without the book and a network, it is the sample, and it says which and why."""
        done = cli("demo", env={"TEXTENGINE_DATASETS": "", "http_proxy": "http://127.0.0.1:9"})
        assert 0 == done.returncode
        assert "This is the bundled sample, not The Time Machine: timemachine.txt is not in" in done.stdout

    def test_again(self, cli: Callable) -> None:
        """A second demo replaces the first."""
        assert [0, 0] == [cli("demo").returncode for _ in range(2)]


class TestInspect:
    def test_shows(self, cli: Callable) -> None:
        """Sizes, recipe, books, top tokens and records."""
        cli("build", "time-machine", "-o", "c", "--quiet", "--tokenizer", "pattern", "--set", r"tokenizer.pattern=\w+")
        shown = cli("inspect", "c").stdout
        for part in ("32,775", "uint16", "textengine/pattern", r'pattern="\\w+"', "regex", "empty", '"the"', "2,261"):
            assert part in shown

    def test_json(self, cli: Callable) -> None:
        """The manifest, for programs."""
        cli("build", "sample", "-o", "c", "--quiet")
        assert "textengine-corpus" == json.loads(cli("inspect", "c", "--json").stdout)["format"]


class TestRecipes:
    def test_list(self, cli: Callable) -> None:
        """Every recipe is listed."""
        shown = cli("recipes").stdout
        assert all(name in shown for name in ("d2l", "d2l-1.0", "nanogpt-char"))


class TestProgress:
    def test_lines_when_redirected(self, cli: Callable) -> None:
        """Lines on standard error, the result on standard output."""
        done = cli("build", "sample", "-o", "c")
        assert "100%" in done.stderr
        assert "MB/s" in done.stderr
        assert "tokens" in done.stdout

    def test_nothing_when_quiet(self, cli: Callable) -> None:
        """Nothing at all with --quiet."""
        done = cli("build", "sample", "-o", "c", "--quiet")
        assert (0, "", "") == (done.returncode, done.stdout, done.stderr)

    def test_bar_on_a_terminal(self, tmp_path: Path) -> None:
        """A bar on a terminal, with bytes, records and speed."""
        main, side = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "textengine", "build", "sample", "-o", "c"],
            stderr=side, stdout=subprocess.DEVNULL, cwd=tmp_path, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
        )  # fmt: skip
        os.close(side)
        shown = b""
        while True:
            try:
                data = os.read(main, 4096)
            except OSError:
                break
            if not data:
                break
            shown += data
        os.close(main)
        assert 0 == process.wait()
        for part in (b"read", b"records", b"MB/s", b"\x1b["):
            assert part in shown


class TestHelp:
    def test_version(self, cli: Callable) -> None:
        """The version is told."""
        import textengine

        assert f"textengine {textengine.__version__}\n" == cli("--version").stdout

    def test_no_arguments(self, cli: Callable) -> None:
        """Without a command, help is shown and the status says that nothing was done."""
        done = cli()
        assert 2 == done.returncode
        assert "Commands:" in done.stdout + done.stderr

    def test_debug_shows_the_traceback(self, cli: Callable) -> None:
        """--debug, wherever it stands, adds the traceback."""
        done = cli("build", "none.txt", "-o", "c", "--debug")
        assert 2 == done.returncode
        assert "Traceback" in done.stderr
        assert "Traceback" not in cli("build", "none.txt", "-o", "c").stderr
