"""Hooks that a plugin specifies and another one implements."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

Run = Callable[..., "CompletedProcess[str]"]
Install = Callable[..., Path]

SPEC = 'def animals():\n    """Provide animals."""\n'
ANIMALS = "from textengine import hookimpl\n@hookimpl\ndef zoo_animals():\n    return {'lion': str, 'owl': str}\n"


def listed(done: CompletedProcess[str]) -> dict[str, Any]:
    """What ``plugins list --json`` says, by distribution."""
    assert 0 == done.returncode, done.stderr
    return {plugin["distribution"]: plugin for plugin in json.loads(done.stdout)}


class TestHookspec:
    """A hook that a plugin adds."""

    @pytest.fixture
    def zoo(self, provide: Install) -> None:
        """A plugin that specifies the hook ``zoo_animals``."""
        provide("textengine-zoo", "hookspecs", "{'zoo_animals': animals}", SPEC)

    @pytest.mark.usefixtures("zoo")
    @pytest.mark.parametrize("name", ["a-lion", "z-lion"])
    def test_implementation(self, install: Install, cli: Run, name: str) -> None:
        """What another plugin provides for it is listed under the hook's name, in whatever order they are found."""
        install(name, "1.0", ANIMALS)
        done = cli("plugins", "list", "--json")
        assert "" == done.stderr
        assert {"zoo_animals": ["lion", "owl"]} == listed(done)[name]["components"]

    @pytest.mark.usefixtures("zoo")
    def test_misspelt(self, install: Install, cli: Run) -> None:
        """A misspelt implementation is told the hook that is nearest."""
        install("lion", "1.0", ANIMALS.replace("zoo_animals", "zoo_animal"))
        found = listed(cli("plugins", "list", "--json"))["lion"]
        assert ["'zoo_animal' is not a hook of textengine; did you mean 'zoo_animals'?"] == found["errors"]

    @pytest.mark.usefixtures("zoo")
    def test_broken_implementation(self, install: Install, cli: Run) -> None:
        """The rules that hold for every hook hold for it."""
        install("lion", "1.0", ANIMALS.replace("{'lion': str, 'owl': str}", "['lion']"))
        found = listed(cli("plugins", "list", "--json"))["lion"]
        assert ["zoo_animals: it must return a mapping from name to component, not list"] == found["errors"]

    def test_without_the_plugin_that_specifies_it(self, install: Install, cli: Run) -> None:
        """An implementation of a hook that nobody specifies fails, and says which."""
        install("lion", "1.0", ANIMALS)
        found = listed(cli("plugins", "list", "--json"))["lion"]
        assert ["'zoo_animals' is not a hook of textengine"] == found["errors"]

    def test_optional_implementation(self, install: Install, cli: Run) -> None:
        """One that is marked as optional, in pluggy's way, is left alone where nobody specifies its hook."""
        install("lion", "1.0", ANIMALS.replace("@hookimpl", "@hookimpl(optionalhook=True)"))
        found = listed(cli("plugins", "list", "--json"))["lion"]
        assert ("loaded", []) == (found["status"], found["errors"])

    @pytest.mark.usefixtures("zoo")
    def test_same_hook_twice(self, provide: Install, cli: Run) -> None:
        """A hook that is there already cannot be specified again."""
        provide("textengine-zoo-two", "hookspecs", "{'zoo_animals': animals}", SPEC)
        found = listed(cli("plugins", "list", "--json"))["textengine-zoo-two"]
        assert ["textengine_hookspecs: the hook 'zoo_animals' is specified already"] == found["errors"]

    def test_hook_of_the_engine(self, provide: Install, cli: Run) -> None:
        """Nor can one of the engine's."""
        provide("textengine-zoo", "hookspecs", "{'textengine_tokenizers': animals}", SPEC)
        found = listed(cli("plugins", "list", "--json"))["textengine-zoo"]
        assert ["textengine_hookspecs: the hook 'textengine_tokenizers' is specified already"] == found["errors"]
