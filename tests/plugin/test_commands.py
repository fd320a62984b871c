"""Commands of installed plugins."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from textengine.cli.main import group

Run = Callable[..., "CompletedProcess[str]"]
Install = Callable[..., Path]

HELLO = """
import click


@click.command()
@click.argument("name")
def hello(name):
    \"\"\"Greet somebody.\"\"\"
    click.echo(f"hello {name}")
"""


class TestCommand:
    """A command that a plugin adds."""

    def test_in_the_help(self, provide: Install, cli: Run) -> None:
        """The help shows it below the built-in ones."""
        provide("textengine-hello", "commands", "{'hello': hello}", HELLO)
        done = cli("--help")
        assert (0, "") == (done.returncode, done.stderr)
        names = [line.split()[0] for line in done.stdout.partition("Commands:")[2].splitlines() if line.strip()]
        assert [*group.commands] == names[: len(group.commands)]
        assert "hello" in names[len(group.commands) :]
        assert ["Greet somebody."] == re.findall(r"^  hello +(.*)$", done.stdout, re.MULTILINE)

    def test_run(self, provide: Install, cli: Run) -> None:
        """It runs, with its own arguments."""
        provide("textengine-hello", "commands", "{'hello': hello}", HELLO)
        done = cli("hello", "you")
        assert (0, "hello you\n", "") == (done.returncode, done.stdout, done.stderr)

    def test_own_help(self, provide: Install, cli: Run) -> None:
        """It has its own help."""
        provide("textengine-hello", "commands", "{'hello': hello}", HELLO)
        assert cli("hello", "--help").stdout.startswith("Usage: textengine hello [OPTIONS] NAME\n")

    def test_near_match(self, provide: Install, cli: Run) -> None:
        """A misspelt command is a user's mistake, and the plugin's command is suggested."""
        provide("textengine-hello", "commands", "{'hello': hello}", HELLO)
        done = cli("helo")
        assert 2 == done.returncode
        assert "no command is named 'helo'; did you mean 'hello'?" in done.stderr

    def test_with_no_plugins(self, provide: Install, cli: Run) -> None:
        """Without plugins, it is not there."""
        provide("textengine-hello", "commands", "{'hello': hello}", HELLO)
        assert 2 == cli("--no-plugins", "hello", "you").returncode

    def test_not_asked_for_by_other_commands(self, provide: Install, cli: Run, text: Path) -> None:
        """A built-in command does not ask for plugins' commands."""
        mark = "from pathlib import Path\n\n\ndef asked():\n    Path(__file__).with_suffix('.asked').touch()\n"
        path = provide("textengine-hello", "commands", "asked() or {}", mark)
        assert 0 == cli("build", text, "-o", "out", "--quiet").returncode
        assert not path.with_suffix(".asked").exists()

    def test_fault(self, provide: Install, cli: Run) -> None:
        """What it raises is its plugin's fault, not the engine's."""
        source = HELLO.replace('click.echo(f"hello {name}")', "1 / 0")
        provide("textengine-hello", "commands", "{'hello': hello}", source)
        done = cli("hello", "you")
        assert (3, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert "plugin textengine-hello 1.0: command 'hello' failed: ZeroDivisionError" in done.stderr


class TestNameOfABuiltInCommand:
    """A command called as a built-in one."""

    @pytest.fixture(autouse=True)
    def build_command(self, provide: Install) -> None:
        """A plugin with a command called ``build``."""
        provide("textengine-hello", "commands", "{'build': hello}", HELLO)

    def test_bare(self, cli: Run, text: Path) -> None:
        """The bare name is the built-in command."""
        assert 0 == cli("build", text, "-o", "out", "--quiet").returncode

    def test_qualified(self, cli: Run) -> None:
        """The qualified name is the plugin's."""
        done = cli("textengine-hello/build", "you")
        assert (0, "hello you\n", "") == (done.returncode, done.stdout, done.stderr)

    def test_help(self, cli: Run) -> None:
        """The help shows both, each under the name that it answers to."""
        names = [line.split()[0] for line in cli("--help").stdout.splitlines() if line.startswith("  ")]
        assert (1, 1) == (names.count("build"), names.count("textengine-hello/build"))


class TestCommandsOfTwoPlugins:
    """A command's name that two plugins provide."""

    @pytest.fixture(autouse=True)
    def two(self, provide: Install) -> None:
        """Two plugins with a command called ``hello``."""
        provide("alpha", "commands", "{'hello': hello}", HELLO)
        provide("beta", "commands", "{'hello': hello}", HELLO)

    def test_bare(self, cli: Run) -> None:
        """The bare name is a user's mistake that names both."""
        done = cli("hello", "you")
        assert 2 == done.returncode
        assert "write 'alpha/hello' and 'beta/hello' in full" in done.stderr

    def test_qualified(self, cli: Run) -> None:
        """The help shows the qualified names, which work."""
        assert "beta/hello" in cli("--help").stdout
        assert "hello you\n" == cli("beta/hello", "you").stdout
