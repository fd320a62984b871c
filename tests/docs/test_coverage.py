"""Nothing public is without documentation or without a test. What is new is found by itself, and must get both."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from textengine.cli.main import group
from textengine.components import Component, Kind
from textengine.recipe.options import option_fields

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "_ext"))

import components_page  # noqa: E402 - what builds the pages lies beside them
import hooks_page  # noqa: E402
import project  # noqa: E402
import python_page  # noqa: E402

TESTS = {
    path: path.read_text(encoding="utf-8")
    for folder in [ROOT / "tests", *ROOT.glob("plugins/*/tests")]
    for path in sorted(folder.rglob("*.py"))
    if path.parent.name != "docs"
}
HOOKS = hooks_page.specifications()
COMPONENTS = [component for kind in components_page.kinds() for component in project.own(kind)]
RECIPES = project.own(Kind.RECIPE)
COMMANDS = group.commands | {component.name: component.value for component in project.own(Kind.COMMAND)}
PUBLIC = [(module, name) for module in python_page.modules() for name in python_page.public(module)]


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def is_tested(*spellings: str) -> bool:
    """Whether a test's text has one of these, as a word of its own."""
    pattern = re.compile("|".join(rf"(?<![\w/-]){re.escape(spelling)}(?![\w-])" for spelling in spellings))
    return any(pattern.search(text) for text in TESTS.values())


class TestHooks:
    @pytest.mark.parametrize("hook", HOOKS)
    def test_documented(self, hook: str) -> None:
        """The specification says what the hook provides and what it returns, as the reference shows it."""
        text = inspect.getdoc(HOOKS[hook][1]) or ""
        assert re.match(r"(Provide|Specify) .+\.\n\nReturns .+", text)
        assert f"## {hook}\n" in "\n".join(hooks_page.lines())

    @pytest.mark.parametrize("hook", sorted(set(HOOKS) - {"textengine_hookspecs"}))
    def test_how_to(self, hook: str) -> None:
        """A page says how to write what the hook provides: it implements it, checks it, and names traps."""
        kinds: dict[str, str] = {kind.hook: kind for kind in Kind}
        text = page(f"howto/{project.HOWTO[kinds.get(hook, hook)]}")
        assert f"\ndef {hook}(" in text
        for part in ("How to write ", "## How to check it", "## Traps", "from textengine.testing import"):
            assert part in text
        assert f"`{hook}`" in page("index")

    @pytest.mark.parametrize("hook", HOOKS)
    def test_tested(self, hook: str) -> None:
        """A test implements or asks it; those of a plugin's fixtures write the prefix once."""
        assert is_tested(hook) or is_tested(f'"{hook.removeprefix("textengine_")}"')


class TestComponents:
    @pytest.mark.parametrize("component", COMPONENTS, ids=lambda item: item.qualified)
    def test_documented(self, component: Component) -> None:
        """Its docstring says what it does, and what each of its options means."""
        about, meanings = project.told_of_options(component)
        assert about
        assert [] == [name for name in option_fields(component) if not meanings.get(name)]

    @pytest.mark.parametrize("component", [*COMPONENTS, *RECIPES], ids=lambda item: item.qualified)
    def test_tested(self, component: Component) -> None:
        """A test names it, or its class."""
        own = getattr(component.value, "__name__", component.name)
        assert is_tested(f'"{component.name}"', f"'{component.name}'", f"/{component.name}", own, component.qualified)

    @pytest.mark.parametrize("recipe", RECIPES, ids=lambda item: item.qualified)
    def test_recipe_says_what_it_does(self, recipe: Component) -> None:
        """Its first line is a comment, which the list and the reference show."""
        assert re.match(r"# .+\.\n", recipe.value)


class TestCommands:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_documented(self, name: str) -> None:
        """It and the commands below it have help, and so has every option."""
        for command in walk(COMMANDS[name]):
            assert command.help
            options = [item for item in command.params if isinstance(item, click.Option)]
            assert [] == [item.name for item in options if not item.help]

    @pytest.mark.parametrize("name", COMMANDS)
    def test_tested(self, name: str) -> None:
        """A test runs it."""
        assert is_tested(f'"{name}"', f"textengine {name}")


def walk(command: click.Command) -> Iterator[click.Command]:
    """Yield a command and all below it."""
    yield command
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from walk(below)


class TestPublicNames:
    @pytest.mark.parametrize(("module", "name"), PUBLIC, ids=lambda item: str(item))
    def test_documented(self, module: str, name: str) -> None:
        """It has a docstring of its own, and so has every public method; its module is on the reference page."""
        value = getattr(import_module(module), name)
        assert own_docstring(value)
        if isinstance(value, type) and not issubclass(value, str):
            members = [item for key, item in vars(value).items() if not key.startswith("_")]
            methods = [item for item in members if inspect.isfunction(item) or isinstance(item, property | classmethod)]
            assert [] == [item for item in methods if not inspect.getdoc(item)]
        assert f"<!-- generated: python {module} -->" in page("reference/python")

    @pytest.mark.parametrize(("module", "name"), PUBLIC, ids=lambda item: str(item))
    def test_tested(self, module: str, name: str) -> None:
        """A test names it."""
        assert is_tested(name)


def own_docstring(value: object) -> str | None:
    """What somebody wrote, rather than what a dataclass or an enumeration makes up."""
    text = value.__doc__
    return None if text and re.match(rf"{getattr(value, '__name__', '')}\(", text) else text


class TestFindsWhatIsMissing:
    """The tests above can fail."""

    def test_untested_name(self) -> None:
        """A name that no test has is found out, also where it is part of a longer one."""
        assert not is_tested("no_test_has_this_" + "name")
        assert is_tested("Engine")
        assert not is_tested("Engi")

    def test_undocumented_option(self) -> None:
        """An option counts as explained only where a sentence begins with it."""
        text = "Does it.\n\nsize: how large; it is a width: no. depth: how deep."
        rest, meanings = project.explained(text, ["size", "width", "depth"])
        assert ("Does it.", {"size": "how large; it is a width: no", "depth": "how deep"}) == (rest, meanings)
