"""The built-in normalizers."""

from __future__ import annotations

import pickle
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine import Engine, Kind
from textengine.builtin import patterns
from textengine.builtin.normalizers.ascii_letters import AsciiLetters
from textengine.builtin.normalizers.replace import Replace
from textengine.builtin.normalizers.strip_accents import StripAccents

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ENGINE = Engine(discover=False)
PLAIN = [c for c in ENGINE.registry.all(Kind.NORMALIZER) if c.name != "replace"]
EXPECTED = {
    "ascii-letters": lambda text: re.sub("[^A-Za-z]+", " ", text).strip().lower(),
    "lowercase": str.lower,
    "casefold": str.casefold,
    "strip": str.strip,
    "collapse-whitespace": lambda text: re.sub(r"\s+", " ", text),
    "nfc": lambda text: unicodedata.normalize("NFC", text),
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "nfkc": lambda text: unicodedata.normalize("NFKC", text),
    "nfkd": lambda text: unicodedata.normalize("NFKD", text),
}


@pytest.mark.parametrize("component", PLAIN, ids=lambda component: component.name)
class TestEach:
    @given(text=TEXT)
    def test_pure_and_picklable(self, component, text: str) -> None:
        """The same text gives the same result, also after a journey to another process."""
        normalizer = component.value()
        assert normalizer(text) == normalizer(text) == pickle.loads(pickle.dumps(normalizer))(text)

    @given(text=TEXT)
    def test_idempotent(self, component, text: str) -> None:
        """What is normalized stays as it is."""
        normalizer = component.value()
        once = normalizer(text)
        if component.name != "lowercase":  # U+0130 lowers to two characters, and a final sigma depends on what follows
            assert once == normalizer(once)


@pytest.mark.parametrize("name", EXPECTED)
@given(text=TEXT)
def test_is_what_it_says(name: str, text: str) -> None:
    """Each equals the expression that defines it."""
    assert EXPECTED[name](text) == ENGINE.registry.get(Kind.NORMALIZER, name).value()(text)


class TestAsciiLetters:
    def test_without_strip(self) -> None:
        """d2l 1.0 keeps the spaces at the ends."""
        assert " a b " == AsciiLetters(strip=False)("1a-B!")


class TestStripAccents:
    @pytest.mark.parametrize(
        ("text", "expected"), [("Ångström, café", "Angstrom, cafe"), ("plain", "plain"), ("한글", "한글"), ("ΐ", "ι")]
    )
    def test_values(self, text: str, expected: str) -> None:
        """Marks go, letters stay, and what was composed is composed again."""
        assert expected == StripAccents()(text)


class TestReplace:
    def test_groups(self) -> None:
        """Groups can be used in the replacement."""
        assert "b-a" == Replace(r"(\w) (\w)", r"\2-\1")("a b")

    def test_pickles_with_its_pattern(self) -> None:
        """It can be sent to another process."""
        assert "xb" == pickle.loads(pickle.dumps(Replace("a", "x")))("ab")

    @pytest.mark.parametrize(
        ("pattern", "replacement", "timeout", "message"),
        [
            ("(", "", 1.0, "not a regular expression: missing \\)"),
            ("a", r"\1", 1.0, "not a replacement"),
            ("a", r"\g<x>", 1.0, "not a replacement"),
            ("a", "", 0.0, "timeout must be more than 0"),
        ],
    )
    def test_refuses(self, pattern: str, replacement: str, timeout: float, message: str) -> None:
        """A pattern or replacement that cannot work is refused when it is made."""
        with pytest.raises(ValueError, match=message):
            Replace(pattern, replacement, timeout)

    def test_time_limit(self) -> None:
        """A pattern that takes too long on a record is stopped, and says which pattern."""
        with pytest.raises(TimeoutError, match=r"the pattern .* took longer than 0\.05 s"):
            Replace(r"(a|aa)+$", "", 0.05)("a" * 60 + "b")

    def test_limit_counts_this_thread_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the library strikes before this thread has had its time, the call is repeated."""
        limits: list[float] = []

        def call(limit: float) -> str:
            limits.append(limit)
            if len(limits) < 3:
                raise TimeoutError
            return "done"

        assert "done" == patterns.within(60.0, call, "p")
        assert [60.0, 120.0, 240.0] == limits


class TestUnicodeVersion:
    def test_of_regex(self) -> None:
        """The version that the library knows is told from what it assigns."""
        assert re.fullmatch(r"regex \d+\.\d+\.\d+", patterns.unicode_version())

    def test_of_python(self) -> None:
        """Components whose result depends on Python's Unicode version declare it."""
        declared = {c.name for c in PLAIN if getattr(c.value, "unicode_version", None) == unicodedata.unidata_version}
        assert {"lowercase", "casefold", "nfc", "nfd", "nfkc", "nfkd", "strip-accents"} == declared

    @pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
    def test_conformance(self, data, form: str) -> None:
        """The forms pass the Unicode consortium's own test, where it has the version of the running Python."""
        path = data / "unicode" / unicodedata.unidata_version / "NormalizationTest.txt"
        if not path.exists():
            pytest.skip(f"the test data has no Unicode {unicodedata.unidata_version}")
        normalizer = ENGINE.registry.get(Kind.NORMALIZER, form.lower()).value()
        checked = 0
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = line.partition("#")[0].split(";")
            if len(fields) < 5:
                continue
            source, nfc, nfd, nfkc, nfkd = ("".join(chr(int(code, 16)) for code in f.split()) for f in fields[:5])
            expected = {"NFC": nfc, "NFD": nfd, "NFKC": nfkc, "NFKD": nfkd}[form]
            assert expected == normalizer(source)
            checked += 1
        assert checked > 10_000
