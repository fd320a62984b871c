"""The JSON Schema of recipes says what the engine says."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typing_extensions import TypedDict

from textengine import Engine, hookimpl
from textengine.components import Kind
from textengine.errors import UsageError
from textengine.recipe.options import option_fields

Run = Callable[..., "CompletedProcess[str]"]


class Inner(TypedDict, total=False):
    depth: int


@dataclass(frozen=True)
class Cut:
    """Has an option of every type.

    And a second paragraph.
    """

    needed: str
    number: int = 3
    share: float = 0.5
    flag: bool = False
    mode: Literal["one", "two"] = "one"
    names: tuple[str, ...] = ("a",)
    numbers: list[int] = field(default_factory=list)
    table: dict[str, int] = field(default_factory=dict)
    maybe: str | None = None
    inner: dict[str, Inner] = field(default_factory=dict)

    def __call__(self, text: str) -> list[str]:
        return text.split()


@dataclass(frozen=True)
class FromFile:
    words: Path = Path("words.txt")

    def __call__(self, text: str) -> str:
        return text


@dataclass(frozen=True)
class Table:
    column: int = 0

    def __call__(self, source: Any) -> list[str]:
        return source.path.read_text().splitlines()


class Plugin:
    @hookimpl
    def textengine_tokenizers(self) -> dict[str, Any]:
        return {"cut": Cut, "plain": str.split, "word": str.split}

    @hookimpl
    def textengine_normalizers(self) -> dict[str, Any]:
        return {"from-file": FromFile}

    @hookimpl
    def textengine_loaders(self) -> dict[str, Any]:
        return {"table": Table}


ENGINE = Engine(plugins=[("acme", Plugin())], discover=False)
SCHEMA = ENGINE.recipe_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "text.txt"
    path.write_text("a b\n")
    return path


def accepts(document: Mapping[str, Any], file: Path) -> bool:
    """Return whether the engine builds with a recipe. The file is of a kind that any loader reads."""
    try:
        ENGINE.build(file, recipe=document)
    except UsageError:
        return False
    return True


def recipe(tokenizer: Any = "textengine/word", **parts: Any) -> dict[str, Any]:
    return {"recipe": {"tokenizer": tokenizer, **parts}}


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert "https://json-schema.org/draft/2020-12/schema" == SCHEMA["$schema"]
    json.dumps(SCHEMA)


@pytest.mark.parametrize("name", [component.name for component in ENGINE.registry.all(Kind.RECIPE)])
def test_every_recipe_is_valid(name: str) -> None:
    VALIDATOR.validate(tomllib.loads(ENGINE.registry.get(Kind.RECIPE, name).value))


GOOD = [
    recipe(),
    recipe("acme/word"),
    recipe("char", normalizers=["lowercase", {"name": "textengine/ascii-letters", "strip": False}]),
    recipe({"name": "cut", "needed": "x"}),
    recipe({"name": "cut", "needed": "x", "inner": {"a": {"depth": 2}}}),
    recipe(vocab="textengine/sorted"),
    recipe(vocab={"builder": "frequency", "min_freq": 2, "specials": {"unk": "<unk>", "pad": "<pad>"}}),
    recipe() | {"input": {"records": "file", "encoding": "latin-1", "errors": "replace"}},
    recipe() | {"input": {"loader": "text", "records": "line"}},
    recipe() | {"input": {"loader": "acme/table", "column": 2, "records": "line"}},
]
BAD = [
    {},
    {"recipe": {}},
    {"recipe": []},
    {"recipes": {"tokenizer": "word"}},
    recipe() | {"extra": {}},
    recipe("no-such"),
    recipe("word"),  # of two plugins
    recipe(7),
    recipe("cut"),  # which needs an option
    recipe({"name": "cut"}),
    recipe({"needed": "x"}),
    recipe({"name": "cut", "needed": 7}),
    recipe({"name": "cut", "needed": "x", "nedeed": "x"}),
    recipe({"name": "cut", "needed": "x", "inner": {"a": {"depth": "deep"}}}),
    recipe({"name": "textengine/word", "size": 1}),
    recipe(tokenisers=[]),
    recipe(normalizers="lowercase"),
    recipe(normalizers=["lowercase", "uppercase"]),
    recipe(normalizers=[["lowercase"]]),
    recipe(normalizers=[{"name": "replace"}]),
    recipe(vocab={"name": "frequency"}),
    recipe(vocab={"builder": "frequency", "min_freq": "often"}),
    recipe(vocab="word"),
    recipe() | {"input": {"loader": "no-such"}},
    recipe() | {"input": {"loader": 7}},
    recipe() | {"input": {"loader": "text", "column": 2}},
    recipe() | {"input": {"loader": "text", "records": "page"}},
    recipe() | {"input": {"loader": "table", "column": "first"}},
    recipe() | {"input": []},
]


@pytest.mark.parametrize("document", GOOD, ids=json.dumps)
def test_both_accept(document: dict[str, Any], file: Path) -> None:
    VALIDATOR.validate(document)
    assert accepts(document, file)


@pytest.mark.parametrize("document", BAD, ids=json.dumps)
def test_both_refuse(document: dict[str, Any], file: Path) -> None:
    assert not VALIDATOR.is_valid(document)
    assert not accepts(document, file)


# No value that the engine would turn into one of another type, such as "7" for a number: a schema knows no such thing.
VALUES = st.sampled_from(
    [7, -3, 2.5, "x", "one", "", [], ["a"], [7], [2.5], {}, {"a": 7}, {"a": "b"}, {"a": {"depth": 7}}, None]
)
OPTIONS = [*option_fields(ENGINE.registry.get(Kind.TOKENIZER, "cut")), "unknown"]


@given(st.dictionaries(st.sampled_from(OPTIONS), VALUES, max_size=3), st.booleans())
def test_both_say_the_same_of_options(options: dict[str, Any], flag: bool) -> None:
    """Whatever is written for whichever option: the schema accepts it where the engine does."""
    spec = {"name": "acme/cut", "needed": "x", "flag": flag, **options}
    taken = True
    try:
        ENGINE.build_records(["a"], recipe=recipe(spec))
    except UsageError:
        taken = False
    assert taken == VALIDATOR.is_valid(recipe(spec))


def test_defaults_and_descriptions() -> None:
    """What an editor shows: whose a component is and what it does, the type of an option and its default."""
    [cut] = [
        item
        for item in SCHEMA["properties"]["recipe"]["properties"]["tokenizer"]["anyOf"]
        if "acme/cut" in item.get("properties", {}).get("name", {}).get("enum", [])
    ]
    assert "Has an option of every type. (acme unversioned)" == cut["description"]
    assert ["name", "needed"] == cut["required"]
    defaults = {name: option["default"] for name, option in cut["properties"].items() if "default" in option}
    assert {
        "number": 3, "share": 0.5, "flag": False, "mode": "one", "names": ["a"], "numbers": [], "table": {},
        "maybe": None, "inner": {},
    } == defaults  # fmt: skip
    assert {"enum": ["one", "two"], "type": "string", "default": "one"} == cut["properties"]["mode"]


def test_a_path_is_text() -> None:
    document = recipe(normalizers=[{"name": "from-file", "words": "mine.txt"}])
    assert VALIDATOR.is_valid(document)
    assert not VALIDATOR.is_valid(recipe(normalizers=[{"name": "from-file", "words": 7}]))


class TestCommand:
    def test_printed(self, cli: Run) -> None:
        done = cli("--no-plugins", "recipes", "--schema")
        assert (0, "") == (done.returncode, done.stderr)
        assert Engine(discover=False).recipe_schema() == json.loads(done.stdout)

    def test_with_a_name(self, cli: Run) -> None:
        done = cli("recipes", "d2l", "--schema")
        assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
        assert "--schema is the schema of every recipe; leave 'd2l' out" in done.stderr
