"""Plugins as installed distributions: those that work, and every way in which one can fail to load."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from textengine import Corpus

Run = Callable[..., "CompletedProcess[str]"]
Install = Callable[..., Path]

SHOUTED = ["<unk>", "THE", "TIME", "MACHINE", "BY", "WELLS"]
TOKENIZER = "def split(text):\n    return text.split()\n"

IMPORT_FAULTS = {
    "it raises": ("raise RuntimeError('no luck today')", "RuntimeError: no luck today"),
    "it raises nothing but a type": ("raise RuntimeError", "RuntimeError"),
    "a missing dependency": ("import no_such_dependency", "ModuleNotFoundError: No module named 'no_such_dependency'"),
    "a missing name": ("from textengine import no_such_name", "cannot import name 'no_such_name' from 'textengine'"),
    "a mistake in the syntax": ("def", "SyntaxError: invalid syntax"),
    "it exits": ("import sys\nsys.exit(0)", "SystemExit: 0"),
}

HOOK = "from textengine import hookimpl\n\n{}\ndef {}:\n    return {{}}\n"
RULES = {
    "a misspelt hook": (
        HOOK.format("@hookimpl", "textengine_tokenizer()"),
        "'textengine_tokenizer' is not a hook of textengine; did you mean 'textengine_tokenizers'?",
    ),
    "a hook like no other": (
        HOOK.format("@hookimpl", "frobnicate()"),
        "'frobnicate' is not a hook of textengine",
    ),
    "a misspelt name of the hook": (
        HOOK.format("@hookimpl(specname='textengine_normalisers')", "provide()"),
        "'textengine_normalisers' is not a hook of textengine; did you mean 'textengine_normalizers'?",
    ),
    "a default argument": (
        HOOK.format("@hookimpl", "textengine_tokenizers(config=None)"),
        "textengine_tokenizers gives its parameter 'config' a default",
    ),
    "an argument that no hook has": (
        HOOK.format("@hookimpl", "textengine_tokenizers(config)"),
        "config",
    ),
    "a function that is not marked": (
        HOOK.format("", "textengine_tokenizers()"),
        "textengine_tokenizers is not marked with @hookimpl",
    ),
    "a wrapper": (
        "from textengine import hookimpl\n@hookimpl(wrapper=True)\ndef textengine_tokenizers():\n    return (yield)\n",
        "textengine_tokenizers is a hook wrapper",
    ),
}

HOOK_FAULTS = {
    "it raises": ("tokenizers", "1 / 0", "textengine_tokenizers: ZeroDivisionError: division by zero"),
    "it exits": ("tokenizers", "exit('bye')", "textengine_tokenizers: SystemExit: bye"),
    "a list": ("tokenizers", "[split]", "must return a mapping from name to component, not list"),
    "nothing": ("tokenizers", "None", "must return a mapping from name to component, not NoneType"),
    "a name with capitals": ("tokenizers", "{'Split': split}", "'Split' is no name"),
    "a name with a slash": ("tokenizers", "{'my/split': split}", "'my/split' is no name"),
    "a name that is no text": ("tokenizers", "{7: split}", "7 is no name"),
    "no component": ("tokenizers", "{'split': 'split'}", "'split' must be a class or a callable, not str"),
    "a recipe that is no text": (
        "recipes",
        "{'mine': {'tokenizer': 'x'}}",
        "recipe 'mine' must be TOML text, not dict",
    ),
    "a command that is no command": ("commands", "{'split': split}", "'split' must be a click command"),
}


@pytest.fixture
def listed(cli: Run) -> Callable[..., dict[str, Any]]:
    """Return what ``plugins list --json`` says of one distribution."""

    def listed(distribution: str, *options: str) -> dict[str, Any]:
        done = cli(*options, "plugins", "list", "--json")
        assert 0 == done.returncode, done.stderr
        [found] = [plugin for plugin in json.loads(done.stdout) if plugin["distribution"] == distribution]
        assert isinstance(found, dict)
        return found

    return listed


def warnings(done: CompletedProcess[str]) -> list[str]:
    """The warnings among the lines of standard error."""
    return [line for line in done.stderr.splitlines() if line.startswith("warning:")]


@pytest.mark.usefixtures("shout")
class TestPlugin:
    """A plugin that works."""

    def test_listed(self, cli: Run) -> None:
        """The list has a line with its distribution, version, status and components."""
        done = cli("plugins", "list")
        assert (0, "") == (done.returncode, done.stderr)
        [line] = [line for line in done.stdout.splitlines() if "shout" in line]
        assert ["textengine-shout:shout", "1.2", "loaded", "tokenizer:", "shout-split"] == line.split()

    def test_listed_as_json(self, listed: Callable[..., dict[str, Any]]) -> None:
        """The list as JSON says the same."""
        assert {
            "distribution": "textengine-shout",
            "plugin": "shout",
            "version": "1.2",
            "status": "loaded",
            "components": {"tokenizer": ["shout-split"]},
            "errors": [],
        } == listed("textengine-shout")

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    @pytest.mark.parametrize("name", ["shout-split", "textengine-shout/shout-split"])
    def test_build(self, cli: Run, text: Path, tmp_path: Path, name: str, executor: str) -> None:
        """Its tokenizer works by its bare and its qualified name, in every executor."""
        options = ("--executor", executor, "--workers", "2", "--quiet")
        done = cli("build", text, "-o", "out", "--tokenizer", name, *options)
        assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
        assert SHOUTED == list(Corpus.open(tmp_path / "out").vocab)

    def test_owner_is_in_the_manifest(self, cli: Run, text: Path, tmp_path: Path) -> None:
        """The corpus names the plugin and the version that made it."""
        cli("build", text, "-o", "out", "--tokenizer", "shout-split")
        owner = {"kind": "tokenizer", "name": "shout-split", "distribution": "textengine-shout", "version": "1.2"}
        assert owner in Corpus.open(tmp_path / "out").manifest.document["components"]

    def test_encode(self, cli: Run, text: Path) -> None:
        """A corpus that it made encodes with it, without naming it again."""
        cli("build", text, "-o", "out", "--tokenizer", "shout-split")
        done = cli("encode", "--corpus", "out", stdin="wells the\n")
        assert (0, "5 1\n", "") == (done.returncode, done.stdout, done.stderr)

    def test_encode_without_it(self, cli: Run, text: Path) -> None:
        """Without the plugin, encoding names the component that is missing."""
        cli("build", text, "-o", "out", "--tokenizer", "shout-split")
        done = cli("--no-plugins", "encode", "--corpus", "out", stdin="wells the\n")
        assert 2 == done.returncode
        assert "no tokenizer is named 'textengine-shout/shout-split'" in done.stderr

    def test_opened_in_a_program(self, cli: Run, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """``Corpus.open`` finds the installed plugin by itself."""
        cli("build", text, "-o", "out", "--tokenizer", "shout-split")
        monkeypatch.syspath_prepend(tmp_path / "site")
        assert [5, 1] == Corpus.open(tmp_path / "out").encode("wells the")


class TestBrokenImport:
    """A plugin that cannot be imported."""

    @pytest.mark.parametrize("fault", IMPORT_FAULTS)
    def test_listed_as_failed(self, install: Install, listed: Callable[..., dict[str, Any]], fault: str) -> None:
        """It is listed as failed, with the reason."""
        source, reason = IMPORT_FAULTS[fault]
        install("broken", "0.3", source)
        found = listed("broken")
        assert ("failed", "0.3", {}) == (found["status"], found["version"], found["components"])
        assert reason in found["errors"][0]

    def test_reason_in_the_plain_list(self, install: Install, cli: Run) -> None:
        """The list for people shows the reason too."""
        install("broken", "0.3", "import no_such_dependency")
        done = cli("plugins", "list")
        assert 0 == done.returncode
        assert "because ModuleNotFoundError: No module named 'no_such_dependency'" in done.stdout

    def test_entry_point_without_its_module(self, install: Install, listed: Callable[..., dict[str, Any]]) -> None:
        """An entry point whose module is gone is a plugin that failed."""
        install("broken", "0.3", "").unlink()
        assert ["ModuleNotFoundError: No module named 'broken'"] == listed("broken")["errors"]

    def test_entry_point_that_is_none(
        self, install: Install, site: Path, listed: Callable[..., dict[str, Any]]
    ) -> None:
        """An entry point that Python cannot read is a plugin that failed."""
        install("broken", "0.3", "")
        (site / "broken-0.3.dist-info" / "entry_points.txt").write_text("[textengine]\nbroken = not a module\n")
        assert "failed" == listed("broken")["status"]

    @pytest.mark.usefixtures("shout")
    def test_others_work(self, install: Install, cli: Run, text: Path, tmp_path: Path) -> None:
        """Other plugins and the build work; one line on standard error says what is skipped, and why."""
        install("broken", "0.3", "raise RuntimeError('no luck\\ntoday')")
        done = cli("build", text, "-o", "out", "--tokenizer", "shout-split", "--quiet")
        expected = "warning: plugin broken 0.3 (broken) is skipped: RuntimeError: no luck today\n"
        assert (0, expected) == (done.returncode, done.stderr)
        assert SHOUTED == list(Corpus.open(tmp_path / "out").vocab)

    def test_processes_do_not_repeat_the_warning(self, install: Install, cli: Run, text: Path) -> None:
        """Workers load no plugins, so each warning is given once."""
        install("broken", "0.3", "raise RuntimeError('no luck')")
        done = cli("build", text, "-o", "out", "--executor", "processes", "--workers", "2", "--quiet")
        assert (0, 1) == (done.returncode, len(done.stderr.splitlines()))

    def test_help_works(self, install: Install, cli: Run) -> None:
        """The help is shown all the same."""
        install("broken", "0.3", "raise RuntimeError('no luck')")
        done = cli("--help")
        assert (0, 1) == (done.returncode, len(warnings(done)))

    def test_debug_shows_the_traceback(self, install: Install, cli: Run) -> None:
        """With --debug the traceback leads to the line of the plugin."""
        path = install("broken", "0.3", "raise RuntimeError('no luck')")
        assert f'File "{path}", line 1' in cli("plugins", "list", "--debug").stderr

    def test_distribution_without_metadata(self, site: Path, shout: Path, cli: Run) -> None:
        """A distribution that lost its METADATA, as a broken installer leaves it, stops no other."""
        info = site / "lost-1.0.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text("[textengine]\nlost = lost\n")
        done = cli("plugins", "list")
        assert 0 == done.returncode, done.stderr
        assert "shout-split" in done.stdout


class TestBrokenRule:
    """A plugin that breaks a rule that all hooks share, which is seen when it is loaded."""

    @pytest.mark.parametrize("rule", RULES)
    def test_listed_as_failed(self, install: Install, listed: Callable[..., dict[str, Any]], rule: str) -> None:
        """It is listed as failed, with the rule."""
        source, reason = RULES[rule]
        install("broken", "0.3", source)
        found = listed("broken")
        assert "failed" == found["status"]
        assert reason in found["errors"][0]

    def test_no_hook_of_it_is_used(self, install: Install, cli: Run, text: Path) -> None:
        """One broken hook takes the whole plugin out: it is not half there."""
        good = "@hookimpl\ndef textengine_normalizers():\n    return {'shout': str.upper}\n"
        install("broken", "0.3", HOOK.format("@hookimpl", "textengine_tokenizer()") + good)
        done = cli("build", text, "-o", "out", "--normalizer", "shout")
        assert 2 == done.returncode
        assert "no normalizer is named 'shout'" in done.stderr


class TestBrokenHook:
    """A plugin whose hook fails or returns the wrong thing, which is seen when the hook is asked."""

    @pytest.mark.parametrize("fault", HOOK_FAULTS)
    def test_listed_as_failed(self, provide: Install, listed: Callable[..., dict[str, Any]], fault: str) -> None:
        """It is listed as failed, with the hook and the reason."""
        hook, mapping, reason = HOOK_FAULTS[fault]
        provide("broken", hook, mapping, TOKENIZER)
        found = listed("broken")
        assert "failed" == found["status"]
        assert f"textengine_{hook}: " in found["errors"][0]
        assert reason in found["errors"][0]

    def test_build_works(self, provide: Install, cli: Run, text: Path) -> None:
        """A build works, and warns in one line."""
        provide("broken", "tokenizers", "1 / 0")
        done = cli("build", text, "-o", "out", "--quiet")
        expected = (
            "warning: plugin broken 1.0 (broken) is skipped: "
            "textengine_tokenizers: ZeroDivisionError: division by zero\n"
        )
        assert (0, expected) == (done.returncode, done.stderr)

    def test_warned_about_once(self, install: Install, cli: Run, text: Path) -> None:
        """A plugin with two broken hooks is warned about once, and both reasons are listed."""
        hooks = [f"@hookimpl\ndef textengine_{kind}():\n    return []\n" for kind in ("tokenizers", "normalizers")]
        install("broken", "0.3", "from textengine import hookimpl\n" + "\n".join(hooks))
        done = cli("plugins", "list", "--json")
        assert 1 == len(warnings(done))
        [found] = [plugin for plugin in json.loads(done.stdout) if plugin["distribution"] == "broken"]
        assert 2 == len(found["errors"])

    def test_help_works(self, provide: Install, cli: Run) -> None:
        """The help does without a plugin whose command is none."""
        provide("broken", "commands", "{'split': split}", TOKENIZER)
        done = cli("--help")
        assert 0 == done.returncode, done.stderr
        assert "build" in done.stdout


class TestStrict:
    """TEXTENGINE_STRICT_PLUGINS"""

    @pytest.mark.parametrize("source", ["raise RuntimeError('no luck')", RULES["a misspelt hook"][0]])
    def test_broken_plugin_is_exit_3(self, install: Install, cli: Run, text: Path, source: str) -> None:
        """A plugin that cannot be loaded ends the command, in one line."""
        install("broken", "0.3", source)
        done = cli("build", text, "-o", "out", env={"TEXTENGINE_STRICT_PLUGINS": "1"})
        assert (3, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert done.stderr.startswith("error: plugin broken 0.3 (broken) is skipped: ")

    def test_broken_hook_is_exit_3(self, provide: Install, cli: Run, text: Path) -> None:
        """So does one whose hook fails."""
        provide("broken", "tokenizers", "1 / 0")
        done = cli("build", text, "-o", "out", env={"TEXTENGINE_STRICT_PLUGINS": "1"})
        assert 3 == done.returncode
        assert "ZeroDivisionError" in done.stderr

    @pytest.mark.parametrize("value", ["", "0"])
    def test_off(self, install: Install, cli: Run, value: str) -> None:
        """Nothing and 0 mean that it is off."""
        install("broken", "0.3", "raise RuntimeError('no luck')")
        assert 0 == cli("plugins", "list", env={"TEXTENGINE_STRICT_PLUGINS": value}).returncode
