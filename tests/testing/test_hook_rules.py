"""Modules of hooks that break a rule fail its check; and the kit as a whole."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from textengine import hookimpl
from textengine.testing import CheckError, check_tokenizer, parametrize_with_checks
from textengine.testing import hooks as hook_properties
from textengine.testing.entry import hook_checks

COUNTER = itertools.count()


@dataclass
class Thawed:
    def __call__(self, text: str) -> list[str]:
        return [text]


def module(**functions: Callable[..., Any]) -> ModuleType:
    """A module with the functions."""
    made = ModuleType("broken_plugin")
    vars(made).update(functions)
    return made


class TestHooks:
    @pytest.mark.parametrize(
        ("functions", "name", "says"),
        [
            ({}, "implements a hook", "expected a function marked with @textengine.hookimpl"),
            (
                {"textengine_tokenizer": hookimpl(lambda: {})},
                "hooks are known",
                "did you mean 'textengine_tokenizers'?",
            ),
            ({"textengine_tokenizers": lambda: {}}, "hooks are known", "is not marked with @hookimpl"),
            (
                {"textengine_tokenizers": hookimpl(lambda config=None: {})},
                "parameters have no defaults",
                "textengine_tokenizers: the parameter 'config' has a default",
            ),
            ({"textengine_tokenizers": hookimpl(lambda: None)}, "hooks return components", "it must return a mapping"),
            (
                {"textengine_tokenizers": hookimpl(lambda: {f"t{next(COUNTER)}": str.split})},
                "hooks return components",
                "the names that textengine_tokenizers returns when it is called again",
            ),
        ],
    )
    def test_rules(self, functions: dict[str, Any], name: str, says: str) -> None:
        """Each rule of the hooks has its own message."""
        [check] = [check for check in hook_checks(module(**functions)) if check.name == name]
        with pytest.raises(CheckError) as caught:
            check()
        assert says in str(caught.value)

    def imported(self, folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, name: str) -> str:
        """Return what a check says of a module of hooks with `source`."""
        (folder / "hooks_of_mine.py").write_text(source)
        monkeypatch.syspath_prepend(folder)
        monkeypatch.delitem(sys.modules, "hooks_of_mine", raising=False)
        [check] = [check for check in hook_checks("hooks_of_mine") if check.name == name]
        with pytest.raises(CheckError) as caught:
            check()
        return str(caught.value)

    def test_heavy(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A heavy import is named."""
        says = self.imported(tmp_path, monkeypatch, "import numpy\n", "imports light")
        assert "hooks hooks_of_mine: imports light: importing it loads numpy; import them in the function" in says

    def test_slow(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A slow import is told with its time."""
        monkeypatch.setattr(hook_properties, "SECONDS", 0.05)
        says = self.imported(tmp_path, monkeypatch, "import time\ntime.sleep(0.1)\n", "imports quick")
        assert "expected an import of at most 0.05 s, got 0.1" in says


class TestKit:
    def test_first_failure(self) -> None:
        """`check_tokenizer` raises an AssertionError at the first property that is lacking."""
        with pytest.raises(AssertionError, match=r"^tokenizer thawed: options are declared: .* write @dataclass"):
            check_tokenizer(Thawed)

    def test_unknown_kind(self) -> None:
        """A kind that is none is refused, with a suggestion."""
        with pytest.raises(Exception, match="'tokeniser' is no kind that has checks; did you mean 'tokenizer'"):
            parametrize_with_checks(tokeniser=str.split)
