"""Plugins given to an engine in a program: the manager and the registry, in one process."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

import textengine
from textengine import Engine, Kind, hookimpl
from textengine.errors import PluginError, UnknownNameError
from textengine.plugin.manager import normalize_distribution


def letters(text: str) -> list[str]:
    """The letters."""
    return list(text)


def capitals(text: str) -> list[str]:
    """The words, in capitals."""
    return text.upper().split()


def plugin(**hooks: Callable[[], Any]) -> ModuleType:
    """A module with hook implementations, as a plugin's module is."""
    module = ModuleType("acme")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


def tokenizers(**components: Callable[..., Any]) -> ModuleType:
    """A plugin that provides tokenizers."""
    return plugin(textengine_tokenizers=lambda: components)


def engine_with(*plugins: object) -> Engine:
    """An engine with the built-in plugin and those given."""
    return Engine(plugins, discover=False)


class TestGivenPlugins:
    """Engine(plugins=...)"""

    def test_two_engines_do_not_share(self) -> None:
        """Engines with different plugins live side by side, each with its own meaning of a name."""
        one = engine_with(tokenizers(cut=letters))
        two = engine_with(tokenizers(cut=capitals))
        assert ["i", "h"] == list(one.build_records(["hi"], tokenizer="cut").vocab)[:0:-1]
        assert ["<unk>", "HI"] == list(two.build_records(["hi"], tokenizer="cut").vocab)

    def test_engine_without_plugins(self) -> None:
        """A plugin of one engine is unknown to the next."""
        engine_with(tokenizers(cut=letters))
        with pytest.raises(UnknownNameError, match="no tokenizer is named 'cut'"):
            engine_with().build_records(["hi"], tokenizer="cut")

    def test_module(self) -> None:
        """A module is called by its name, and has its version."""
        module = tokenizers(cut=letters)
        vars(module)["__version__"] = "3.1"
        found = engine_with(module).plugins[-1]
        assert ("acme", "given", "3.1", "loaded") == (found.distribution, found.name, found.version, found.status)

    def test_no_version(self) -> None:
        """What has no version is unversioned."""
        assert "unversioned" == engine_with(tokenizers(cut=letters)).plugins[-1].version

    def test_object(self) -> None:
        """An object with methods is a plugin, called by its class."""

        class Acme:
            @hookimpl
            def textengine_tokenizers(self) -> Mapping[str, Any]:
                return {"cut": letters}

        assert "Acme/cut" == engine_with(Acme()).registry.get(Kind.TOKENIZER, "cut").qualified

    def test_named(self) -> None:
        """With a name, a plugin is called by it."""
        engine = engine_with(("ours", tokenizers(cut=letters)))
        assert "ours/cut" == engine.registry.get(Kind.TOKENIZER, "cut").qualified

    def test_same_name_twice(self) -> None:
        """Two plugins of the same name get different ones, so that both can be reached."""
        engine = engine_with(tokenizers(cut=letters), tokenizers(cut=capitals))
        assert letters is engine.registry.get(Kind.TOKENIZER, "acme/cut").value
        assert capitals is engine.registry.get(Kind.TOKENIZER, "acme-2/cut").value

    def test_name_of_the_engine(self) -> None:
        """A plugin cannot take the name of the engine."""
        engine = engine_with(("textengine", tokenizers(cut=letters)))
        assert "textengine-2/cut" == engine.registry.get(Kind.TOKENIZER, "cut").qualified

    @pytest.mark.parametrize(
        "twice",
        [lambda p: (p, p), lambda p: (("a", p), ("b", p)), lambda p: (p, ("b", p)), lambda p: (("a", p), p)],
        ids=["bare", "named", "named later", "named first"],
    )
    def test_same_object_twice(self, twice: Callable[[object], tuple[object, ...]]) -> None:
        """An object given twice is one plugin, however it is given."""
        engine = engine_with(*twice(tokenizers(cut=letters)))
        assert [("loaded", [])] == [(found.status, found.errors) for found in engine.plugins[1:]]

    def test_order(self) -> None:
        """The built-in plugin comes first, then those given, in order."""
        engine = engine_with(("zebra", tokenizers()), ("ant", tokenizers()))
        assert ["textengine", "zebra", "ant"] == [found.distribution for found in engine.plugins]

    def test_disabled(self) -> None:
        """A plugin given and disabled is listed and not used."""
        engine = Engine([("ours", tokenizers(cut=letters))], False, disabled=["Ours"])
        assert "disabled" == engine.plugins[-1].status
        assert [] == engine.registry.find(Kind.TOKENIZER, "cut")

    def test_hook_is_asked_once(self) -> None:
        """A hook is called when its kind is first looked up, and not again."""
        calls: list[int] = []

        def asked() -> Mapping[str, Any]:
            calls.append(1)
            return {"cut": letters}

        engine = engine_with(plugin(textengine_tokenizers=asked))
        assert [] == calls
        for _ in range(3):
            engine.registry.get(Kind.TOKENIZER, "cut")
        assert [1] == calls

    def test_broken(self, caplog: pytest.LogCaptureFixture) -> None:
        """A plugin that breaks a rule is skipped, with one warning in the logger of the engine."""
        engine = engine_with(plugin(textengine_tokenizer=lambda: {}))
        assert "failed" == engine.plugins[-1].status
        [record] = caplog.records
        assert ("textengine", logging.WARNING) == (record.name, record.levelno)
        assert "plugin acme unversioned (given) is skipped: 'textengine_tokenizer' is not a hook" in record.message

    def test_interrupt_passes(self) -> None:
        """An interrupt by the user while a hook runs is no fault of the plugin."""

        def interrupted() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            engine_with(plugin(textengine_tokenizers=interrupted)).registry.all(Kind.TOKENIZER)


class TestStrict:
    """TEXTENGINE_STRICT_PLUGINS"""

    @pytest.fixture(autouse=True)
    def strict(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Strict mode."""
        monkeypatch.setenv("TEXTENGINE_STRICT_PLUGINS", "1")

    def test_broken_plugin(self) -> None:
        """A plugin that breaks a rule raises when the engine is made."""
        with pytest.raises(PluginError, match=r"^plugin acme unversioned \(given\) is skipped: 'textengine_tokenizer'"):
            engine_with(plugin(textengine_tokenizer=lambda: {}))

    def test_broken_hook(self) -> None:
        """A hook that fails raises when its kind is first looked up, from the error that it raised."""
        engine = engine_with(plugin(textengine_tokenizers=lambda: 1 / 0))
        with pytest.raises(PluginError, match="textengine_tokenizers: ZeroDivisionError") as caught:
            engine.registry.all(Kind.TOKENIZER)
        assert isinstance(caught.value.__cause__, ZeroDivisionError)

    def test_good_plugin(self) -> None:
        """A plugin that works, works."""
        assert "loaded" == engine_with(tokenizers(cut=letters)).plugins[-1].status


class TestRegistry:
    """Registry"""

    def test_unknown(self) -> None:
        """An unknown name lists what exists."""
        with pytest.raises(UnknownNameError, match="^no tokenizer is named 'zzz'; there is: char, cut, pattern, word$"):
            engine_with(tokenizers(cut=letters)).registry.get(Kind.TOKENIZER, "zzz")

    def test_near(self) -> None:
        """A near match is suggested."""
        with pytest.raises(UnknownNameError, match=r"no tokenizer is named 'wrod'; did you mean 'word'\?"):
            engine_with().registry.get(Kind.TOKENIZER, "wrod")

    def test_nothing_exists(self) -> None:
        """Where a kind has no component, the message says so."""
        with pytest.raises(UnknownNameError, match="^no exporter is named 'zzz'; there is: none$"):
            engine_with().registry.get(Kind.EXPORTER, "zzz")

    def test_failed_plugin(self) -> None:
        """The message names plugins that failed."""
        engine = engine_with(plugin(textengine_tokenizers=lambda: 1 / 0))
        failed = r"plugins that failed to load: acme unversioned \(textengine_tokenizers: ZeroDivisionError: "
        with pytest.raises(UnknownNameError, match=failed):
            engine.registry.get(Kind.TOKENIZER, "zzz")

    def test_ambiguous(self) -> None:
        """A bare name that two plugins provide names both in full."""
        engine = engine_with(("a", tokenizers(cut=letters)), ("b", tokenizers(cut=capitals)))
        expected = "^tokenizer 'cut' is provided more than once: write 'a/cut' and 'b/cut' in full$"
        with pytest.raises(UnknownNameError, match=expected):
            engine.registry.get(Kind.TOKENIZER, "cut")

    def test_three_of_a_name(self) -> None:
        """With three, all are named."""
        engine = engine_with(*[(name, tokenizers(cut=letters)) for name in "abc"])
        with pytest.raises(UnknownNameError, match="'a/cut' and 'b/cut' and 'c/cut'"):
            engine.registry.get(Kind.TOKENIZER, "cut")

    def test_same_name_in_two_kinds(self) -> None:
        """A name is a name of its kind: the same in another is no clash."""
        module = plugin(textengine_tokenizers=lambda: {"x": letters}, textengine_normalizers=lambda: {"x": str.upper})
        assert "acme/x" == engine_with(module).registry.get(Kind.NORMALIZER, "x").qualified

    def test_shortest(self) -> None:
        """The shortest name is the bare one, or the qualified one where the bare one is ambiguous."""
        registry = engine_with(tokenizers(word=capitals, cut=letters)).registry
        shortest = {found.qualified: registry.shortest(found) for found in registry.all(Kind.TOKENIZER)}
        assert {
            "textengine/word": "textengine/word",
            "textengine/char": "char",
            "textengine/pattern": "pattern",
            "acme/word": "acme/word",
            "acme/cut": "cut",
        } == shortest

    def test_names(self) -> None:
        """The names are the shortest ones, sorted."""
        registry = engine_with(tokenizers(word=capitals)).registry
        assert ["acme/word", "char", "pattern", "textengine/word"] == registry.names(Kind.TOKENIZER)

    def test_unknown_hook(self) -> None:
        """A kind of no hook is an error that suggests one."""
        with pytest.raises(PluginError, match=r"no hook is named 'textengine_tokenizer'; did you mean 'textengine_tok"):
            engine_with().registry.all("textengine_tokenizer")

    def test_kind_of_a_plugin(self) -> None:
        """A hook that a plugin specifies is a further kind, looked up by the hook's name."""

        def zoo_animals() -> Mapping[str, Any]:
            """Provide animals."""
            return {}

        zoo = plugin(textengine_hookspecs=lambda: {"zoo_animals": zoo_animals})
        registry = engine_with(("zoo", zoo), ("lion", plugin(zoo_animals=lambda: {"lion": str}))).registry
        assert "lion/lion" == registry.get("zoo_animals", "lion").qualified
        with pytest.raises(UnknownNameError, match="^no zoo_animals is named 'owl'; there is: lion$"):
            registry.get("zoo_animals", "owl")

    def test_command(self) -> None:
        """A click command is a component like any other."""
        command = click.Command("hello")
        engine = engine_with(plugin(textengine_commands=lambda: {"hello": command}))
        assert command is engine.registry.get(Kind.COMMAND, "hello").value


class TestNormalizeDistribution:
    """normalize_distribution"""

    @pytest.mark.parametrize("name", ["Foo_Bar", "foo.bar", "FOO-BAR", "foo-_.bar", "foo-bar"])
    def test_one_spelling(self, name: str) -> None:
        """All spellings of a distribution's name are one, as PEP 503 says."""
        assert "foo-bar" == normalize_distribution(name)


class TestBuiltinHooks:
    """The built-in plugin"""

    def test_first(self) -> None:
        """It comes first, with the version of the engine."""
        found = engine_with().plugins[0]
        assert ("textengine", textengine.__version__, "loaded") == (found.distribution, found.version, found.status)

    def test_imports_light(self, tmp_path: Path) -> None:
        """Its hooks' module imports the marker and names, none of what the components need."""
        heavy = ("numpy", "pydantic", "regex", "click", "rich", "filelock", "platformdirs", "textengine.components")
        script = f"import sys, textengine.builtin.hooks; print([name for name in {heavy} if name in sys.modules])"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert "[]\n" == done.stdout
