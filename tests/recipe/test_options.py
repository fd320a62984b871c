"""Options: their validation, and how they are read from a command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Literal

import pytest

from textengine import Engine, Kind
from textengine.components import Bound, Component
from textengine.errors import ComponentError, ConfigurationError, PluginError
from textengine.recipe.options import RawValue, bind

Run = Callable[..., "CompletedProcess[str]"]


@dataclass(frozen=True)
class Everything:
    """A normalizer with an option of every type."""

    text: str = "x"
    maybe_text: str | None = None
    number: int = 1
    maybe_number: int | None = None
    share: float = 0.5
    flag: bool = False
    choice: Literal["a", "b"] = "a"
    names: tuple[str, ...] = ()
    table: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    path: Path | None = None

    def __call__(self, text: str) -> str:
        return text


def component(value: Any) -> Component:
    """A normalizer called acme/x."""
    return Component(Kind.NORMALIZER, "x", "acme", "1.0", value)


def option(name: str, value: Any) -> Any:
    """The value of an option of Everything that was given as `value`."""
    return getattr(bind(component(Everything), {name: value}).call, name)


class TestNames:
    """The names of options"""

    def test_unknown(self) -> None:
        """An unknown one is an error that has a near match and lists what there is."""
        expected = "^normalizer acme/x has no option 'nubmer'; did you mean 'number'? Its options: text, maybe_text"
        with pytest.raises(ConfigurationError, match=expected.replace("?", r"\?")):
            bind(component(Everything), {"nubmer": 1})

    def test_none(self) -> None:
        """A component without options says so."""
        with pytest.raises(ConfigurationError, match="^normalizer acme/x has no option 'deep'; its options: none$"):
            bind(component(str.lower), {"deep": True})

    def test_required(self) -> None:
        """An option without a default must be given."""

        @dataclass(frozen=True)
        class Needy:
            pattern: str

            def __call__(self, text: str) -> str:
                return text

        with pytest.raises(ConfigurationError, match="^normalizer acme/x needs the option 'pattern'$"):
            bind(component(Needy), {})

    @pytest.mark.parametrize("name", ["name", "builder"])
    def test_reserved(self, name: str) -> None:
        """An option cannot have the name under which a recipe names the component: that is the plugin's fault."""
        odd = type("Odd", (), {"__annotations__": {name: str}, name: "", "__call__": lambda self, text: text})
        with pytest.raises(PluginError, match=f"^normalizer acme/x: an option cannot be called '{name}'$"):
            bind(component(dataclass(frozen=True)(odd)), {})

    def test_field_that_is_no_option(self) -> None:
        """A field that is not set when the component is made is no option."""

        @dataclass
        class Caching:
            size: int = 1
            cache: dict[str, str] = field(default_factory=dict, init=False)

            def __call__(self, text: str) -> str:
                return text

        assert {"size": 1} == bind(component(Caching), {}).options


class TestValues:
    """The values of options, as a recipe has them"""

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("text", "y", "y"),
            ("maybe_text", "y", "y"),
            ("number", 7, 7),
            ("maybe_number", 7, 7),
            ("share", 1, 1.0),
            ("flag", True, True),
            ("choice", "b", "b"),
            ("names", ["a", "b"], ("a", "b")),
            ("table", {"b": "1", "a": "2"}, {"b": "1", "a": "2"}),
            ("numbers", {"a": 1}, {"a": 1}),
            ("path", "a.txt", Path("a.txt")),
        ],
    )
    def test_good(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: Any, expected: Any) -> None:
        """A value of the right type is taken; TOML's lists become tuples and its strings paths."""
        monkeypatch.chdir(tmp_path)
        Path("a.txt").touch()
        assert expected == option(name, value)

    @pytest.mark.parametrize(
        ("name", "value", "place"),
        [
            ("text", 7, "text: "),
            ("number", "many", "number: "),
            ("number", 1.5, "number: "),
            ("number", [1], "number: "),
            ("flag", "perhaps", "flag: "),
            ("choice", "c", "choice: Input should be 'a' or 'b'"),
            ("names", "abc", "names: "),
            ("names", ["a", 7], "names.1: "),
            ("table", ["a"], "table: "),
            ("table", {"pad": 7}, "table.pad: "),
        ],
    )
    def test_wrong_type(self, name: str, value: Any, place: str) -> None:
        """A value of the wrong type is an error that names the component, the option, the place in it and the value."""
        with pytest.raises(ConfigurationError, match=f"^normalizer acme/x: {re.escape(place)}.*, not ") as caught:
            option(name, value)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
    def test_number_that_json_cannot_hold(self, value: float) -> None:
        """NaN and the infinities are refused: the manifest, which is JSON, could not hold them."""
        with pytest.raises(ConfigurationError, match="^normalizer acme/x: share"):
            option("share", value)

    def test_order_of_a_table(self) -> None:
        """A table keeps its order, also where it equals the default but for that."""

        @dataclass(frozen=True)
        class Ordered:
            table: Mapping[str, str] = field(default_factory=lambda: {"a": "1", "b": "2"})

            def __call__(self, text: str) -> str:
                return text

        bound = bind(component(Ordered), {"table": {"b": "2", "a": "1"}})
        assert ["b", "a"] == list(bound.call.table)

    def test_all_options_are_recorded(self) -> None:
        """Every option is recorded with its value, as JSON can hold it, in the order of the fields."""
        bound = bind(component(Everything), {"names": ["b"], "number": 2})
        expected: dict[str, Any] = {
            "text": "x",
            "maybe_text": None,
            "number": 2,
            "maybe_number": None,
            "share": 0.5,
            "flag": False,
            "choice": "a",
            "names": ["b"],
            "table": {},
            "numbers": {},
            "path": None,
        }
        assert json.dumps(expected) == json.dumps(bound.options)

    def test_path_is_recorded_by_its_content(self, tmp_path: Path) -> None:
        """A file is recorded as the digest of its content."""
        path = tmp_path / "a.txt"
        path.write_text("x")
        [recorded] = bind(component(Everything), {"path": str(path)}).options["path"].items()
        assert "sha256" == recorded[0]
        assert re.fullmatch("[0-9a-f]{64}", recorded[1])

    def test_type_that_cannot_be_recorded(self) -> None:
        """An option whose value JSON cannot hold is refused."""

        @dataclass(frozen=True)
        class Odd:
            size: Any = Decimal(1)

            def __call__(self, text: str) -> str:
                return text

        with pytest.raises(ConfigurationError, match="an option of type Decimal cannot be recorded"):
            bind(component(Odd), {})


class TestMaking:
    """Making a component"""

    def test_function(self) -> None:
        """A function is the component itself."""
        assert str.lower is bind(component(str.lower), {}).call

    def test_class_that_refuses(self) -> None:
        """A ValueError of the class is about its options."""

        @dataclass(frozen=True)
        class Strict:
            size: int = 1

            def __post_init__(self) -> None:
                if self.size < 1:
                    raise ValueError("size must be 1 or more")

            def __call__(self, text: str) -> str:
                return text

        with pytest.raises(ConfigurationError, match="^normalizer acme/x: size must be 1 or more$"):
            bind(component(Strict), {"size": 0})

    def test_class_that_fails(self) -> None:
        """Any other exception is the plugin's fault."""

        class Broken:
            def __init__(self) -> None:
                raise RuntimeError("no luck")

        expected = "^plugin acme 1.0: normalizer 'x' failed: it cannot be made: RuntimeError: no luck$"
        with pytest.raises(ComponentError, match=expected):
            bind(component(Broken), {})

    def test_class_whose_objects_cannot_be_called(self) -> None:
        """So is a class without __call__."""
        with pytest.raises(ComponentError, match="normalizer 'x' failed: object has no __call__$"):
            bind(component(object), {})


class TestRawValues:
    """Values as they are written on a command line"""

    @pytest.mark.parametrize("name", ["text", "maybe_text"])
    @pytest.mark.parametrize("value", ["42", "true", "1.5", "[a]", "'quoted'", " ", "", r"\w+", "a=b", "2024-01-01"])
    def test_text(self, name: str, value: str) -> None:
        """An option that is text takes the value as it is, whatever it looks like."""
        found = option(name, RawValue(value))
        assert (str, value) == (type(found), found)

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("number", "42", 42),
            ("number", "1_000", 1000),
            ("maybe_number", "-1", -1),
            ("share", "0.25", 0.25),
            ("share", "1", 1.0),
            ("flag", "true", True),
            ("choice", "b", "b"),
            ("choice", "'b'", "b"),
            ("names", "['a', '1']", ("a", "1")),
            ("names", "[]", ()),
            ("table", "{ pad = '<pad>' }", {"pad": "<pad>"}),
            ("numbers", "{ a = 1 }", {"a": 1}),
        ],
    )
    def test_toml(self, name: str, value: str, expected: Any) -> None:
        """For any other option the value is TOML; a word that is none stands for itself."""
        assert expected == option(name, RawValue(value))

    def test_nested_text(self) -> None:
        """A value in a table of texts is text."""
        assert {"pad": "42"} == option("table", {"pad": RawValue("42")})

    def test_nested_number(self) -> None:
        """A value in a table of numbers is TOML."""
        assert {"a": 42} == option("numbers", {"a": RawValue("42")})

    @pytest.mark.parametrize(
        ("name", "value"), [("number", "many"), ("number", ""), ("number", "1\nx = 2"), ("names", "a"), ("choice", "c")]
    )
    def test_wrong(self, name: str, value: str) -> None:
        """What does not fit is an error."""
        with pytest.raises(ConfigurationError, match=f"^normalizer acme/x: {name}: "):
            option(name, RawValue(value))

    def test_path(self, tmp_path: Path) -> None:
        """A path is text."""
        path = tmp_path / "7"
        path.touch()
        assert path == option("path", RawValue(str(path)))


class TestBuiltInOptions:
    """Options of the built-in components"""

    def made(self, engine: Engine, kind: Kind, name: str, **options: Any) -> Bound:
        """A built-in component, made with `options`."""
        return bind(engine.registry.get(kind, name), options)

    @pytest.mark.parametrize(("kind", "name"), [(Kind.TOKENIZER, "pattern"), (Kind.NORMALIZER, "replace")])
    def test_pattern_is_needed(self, engine: Engine, kind: Kind, name: str) -> None:
        """A regular expression must be given."""
        with pytest.raises(ConfigurationError, match=f"^{kind} textengine/{name} needs the option 'pattern'$"):
            self.made(engine, kind, name)

    @pytest.mark.parametrize(("kind", "name"), [(Kind.TOKENIZER, "pattern"), (Kind.NORMALIZER, "replace")])
    @pytest.mark.parametrize("pattern", ["([", "a\\", "a)(?:b", "*"])
    def test_bad_pattern(self, engine: Engine, kind: Kind, name: str, pattern: str) -> None:
        """A bad one is an error, before any text is read, that has the position of the mistake."""
        quoted = re.escape(repr(pattern))
        expected = rf"^{kind} textengine/{name}: {quoted} is not a regular expression: .* at position \d+$"
        with pytest.raises(ConfigurationError, match=expected):
            self.made(engine, kind, name, pattern=pattern)

    @pytest.mark.parametrize("replacement", [r"\2", r"\g<none>", r"\g<"])
    def test_bad_replacement(self, engine: Engine, replacement: str) -> None:
        """A replacement that does not fit the pattern is an error before any text is read."""
        expected = f"^normalizer textengine/replace: {re.escape(repr(replacement))} is not a replacement for '\\(a\\)'"
        with pytest.raises(ConfigurationError, match=expected):
            self.made(engine, Kind.NORMALIZER, "replace", pattern="(a)", replacement=replacement)

    def test_good_replacement(self, engine: Engine) -> None:
        """Groups are put in by number and by name."""
        options = {"pattern": "(?P<a>a)(b)", "replacement": r"\2\g<a>"}
        assert "ba" == self.made(engine, Kind.NORMALIZER, "replace", **options).call("ab")

    @pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
    def test_timeout(self, engine: Engine, timeout: float) -> None:
        """A time limit is a number of seconds above 0."""
        with pytest.raises(ConfigurationError, match="^tokenizer textengine/pattern: timeout"):
            self.made(engine, Kind.TOKENIZER, "pattern", pattern="x", timeout=timeout)

    def test_groups(self, engine: Engine) -> None:
        """A token pattern with two groups is refused, with the way out."""
        with pytest.raises(ConfigurationError, match=r"has 2 groups, so a match is no single token; write \(\?:"):
            self.made(engine, Kind.TOKENIZER, "pattern", pattern="(a)(b)")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"min_freq": -1}, "min_freq must be 0 or more"),
            ({"min_freq": "many"}, "min_freq: "),
            ({"max_size": 0}, "max_size"),
            ({"max_size": 2, "reserved": ["a", "b"]}, "max_size is 2, too few for the 3 special and reserved tokens"),
            ({"reserved": ["a", "a"]}, "the token 'a' is named twice among the specials and reserved tokens"),
            ({"reserved": ["<unk>"]}, "the token '<unk>' is named twice among the specials and reserved tokens"),
            ({"ties": "random"}, "ties: Input should be 'first-seen', 'ascending' or 'descending', not 'random'"),
            ({"min_frequency": 2}, "has no option 'min_frequency'; did you mean 'min_freq'?"),
        ],
    )
    def test_frequency(self, engine: Engine, options: dict[str, Any], message: str) -> None:
        """A vocabulary policy that cannot be is refused before any text is read."""
        with pytest.raises(ConfigurationError, match=f"^vocabulary builder textengine/frequency.*{re.escape(message)}"):
            self.made(engine, Kind.VOCAB_BUILDER, "frequency", **options)

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ("tokenizer.patern=x", "tokenizer textengine/pattern has no option 'patern'; did you mean 'pattern'?"),
            ("tokenizer.pattern=(", "tokenizer textengine/pattern: '(' is not a regular expression: "),
            ("vocab.min_freq=many", "vocabulary builder textengine/frequency: min_freq: "),
            ("loader.encodin=utf-8", "loader textengine/text has no option 'encodin'; did you mean 'encoding'?"),
            ("loader.encoding=utf-9", "utf-9"),
        ],
    )
    def test_command_line(self, cli: Run, tmp_path: Path, setting: str, message: str) -> None:
        """On the command line each is one line and exit status 2."""
        (tmp_path / "a.txt").write_text("a b\n")
        done = cli(
            "build", "a.txt", "-o", "out", "--tokenizer", "pattern", "--set", "tokenizer.pattern=x", "--set", setting
        )
        assert (2, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert message in done.stderr
