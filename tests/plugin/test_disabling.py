"""Plugins that the user does not want: disabled ones are not even imported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., "CompletedProcess[str]"]
Install = Callable[..., Path]

VARIABLE = "TEXTENGINE_DISABLED_PLUGINS"
MARKING = "from pathlib import Path\nPath(__file__).with_suffix('.imported').touch()\n"


@pytest.fixture
def marker(install: Install) -> Path:
    """The file that the plugin Foo_Bar writes when it is imported."""
    return install("Foo_Bar", "1.0", MARKING, entry_point="main").with_suffix(".imported")


class TestDisabling:
    """--disable-plugin and TEXTENGINE_DISABLED_PLUGINS"""

    def test_marker(self, marker: Path, cli: Run) -> None:
        """Without either, the plugin is imported: the tests below would notice."""
        assert 0 == cli("plugins", "list").returncode
        assert marker.exists()

    @pytest.mark.parametrize("name", ["Foo_Bar", "foo-bar", "FOO.bar", "foo__bar", "foo-bar:main", "Foo.Bar:main"])
    def test_option(self, marker: Path, cli: Run, name: str) -> None:
        """The plugin is not imported, however its name is spelt."""
        done = cli("--disable-plugin", name, "plugins", "list")
        assert (0, "") == (done.returncode, done.stderr)
        assert not marker.exists()

    def test_variable(self, marker: Path, cli: Run) -> None:
        """The variable takes several names, with commas."""
        done = cli("plugins", "list", env={VARIABLE: "textengine-nowhere, foo_bar,"})
        assert 0 == done.returncode
        assert not marker.exists()

    def test_build(self, marker: Path, cli: Run, text: Path) -> None:
        """A build does not import it either, nor do the processes that it starts."""
        options = ("--executor", "processes", "--workers", "2", "--quiet")
        done = cli("--disable-plugin", "foo-bar", "build", text, "-o", "out", *options)
        assert (0, "") == (done.returncode, done.stderr)
        assert not marker.exists()

    def test_another_entry_point(self, marker: Path, cli: Run) -> None:
        """With ``distribution:name`` only that plugin of the distribution is left out."""
        cli("--disable-plugin", "foo-bar:other", "plugins", "list")
        assert marker.exists()

    @pytest.mark.parametrize(
        "order",
        [("--disable-plugin", "foo-bar", "--help"), ("--help", "--disable-plugin", "foo-bar")],
        ids=["before", "after"],
    )
    def test_help(self, marker: Path, cli: Run, order: tuple[str, ...]) -> None:
        """The help does not import it, wherever the option stands."""
        assert 0 == cli(*order).returncode
        assert not marker.exists()

    def test_listed_as_disabled(self, marker: Path, cli: Run) -> None:
        """It is listed, as disabled, with its version and without components."""
        done = cli("--disable-plugin", "foo-bar", "plugins", "list", "--json")
        assert {
            "distribution": "foo-bar",
            "plugin": "main",
            "version": "1.0",
            "status": "disabled",
            "components": {},
            "errors": [],
        } in json.loads(done.stdout)

    def test_broken_plugin(self, install: Install, cli: Run) -> None:
        """A broken plugin that is disabled is not warned about, in strict mode either."""
        install("broken", "1.0", "raise RuntimeError('no luck')")
        done = cli("--disable-plugin", "broken", "plugins", "list", env={"TEXTENGINE_STRICT_PLUGINS": "1"})
        assert (0, "") == (done.returncode, done.stderr)

    def test_component_of_it(self, shout: Path, cli: Run, text: Path) -> None:
        """Its components are unknown, and the message says that it is disabled."""
        done = cli("--disable-plugin", "textengine-shout", "build", text, "-o", "out", "--tokenizer", "shout-split")
        assert 2 == done.returncode
        assert "disabled plugins: textengine-shout" in done.stderr

    @pytest.mark.parametrize("way", ["option", "variable"])
    def test_unknown_plugin(self, cli: Run, text: Path, way: str) -> None:
        """Disabling what is not installed is no error, and a warning."""
        options = ("--disable-plugin", "textengine-nowhere") if way == "option" else ()
        env = {VARIABLE: "textengine-nowhere"} if way == "variable" else {}
        done = cli(*options, "build", text, "-o", "out", "--quiet", env=env)
        expected = "warning: no plugin named 'textengine-nowhere' is installed, so there is nothing to disable\n"
        assert (0, expected) == (done.returncode, done.stderr)


class TestNoPlugins:
    """--no-plugins"""

    @pytest.mark.parametrize("order", [("--no-plugins", "--help"), ("--help", "--no-plugins")], ids=["before", "after"])
    def test_help(self, marker: Path, cli: Run, order: tuple[str, ...]) -> None:
        """The help imports no plugin, wherever the option stands."""
        assert 0 == cli(*order).returncode
        assert not marker.exists()

    def test_list(self, marker: Path, cli: Run) -> None:
        """Only the built-in plugin is listed, and nothing else is imported."""
        done = cli("--no-plugins", "plugins", "list", "--json")
        assert ["textengine"] == [plugin["distribution"] for plugin in json.loads(done.stdout)]
        assert not marker.exists()

    def test_build(self, marker: Path, cli: Run, text: Path) -> None:
        """The engine builds with what is built in."""
        done = cli("--no-plugins", "build", text, "-o", "out", "--quiet")
        assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
        assert not marker.exists()

    def test_strict(self, install: Install, cli: Run) -> None:
        """A broken plugin is out of the way, in strict mode too."""
        install("broken", "1.0", "raise RuntimeError('no luck')")
        assert 0 == cli("--no-plugins", "plugins", "list", env={"TEXTENGINE_STRICT_PLUGINS": "1"}).returncode
