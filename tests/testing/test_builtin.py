"""The engine's own components run exactly the checks that a plugin's run."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from textengine import Engine
from textengine.builtin import hooks
from textengine.builtin.executors.processes import Processes
from textengine.builtin.loaders.text import TextLoader
from textengine.builtin.normalizers.ascii_letters import AsciiLetters
from textengine.builtin.normalizers.replace import Replace
from textengine.builtin.tokenizers.pattern import PatternTokenizer
from textengine.builtin.vocabularies.frequency import FrequencyBuilder
from textengine.testing import Check, checks_of, parametrize_with_checks
from textengine.testing.entry import CHECKED, hook_checks

REQUIRED: dict[str, dict[str, Any]] = {"pattern": {"pattern": r"\w+|[^\w\s]"}, "replace": {"pattern": "[0-9]+"}}
REGISTRY = Engine(discover=False).registry
CHECKS = hook_checks(hooks) + [
    check
    for kind in CHECKED
    for component in REGISTRY.all(kind)
    for check in checks_of(kind, component, REQUIRED.get(component.name))
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_registered(check: Check) -> None:
    """Every registered component has every property of its kind."""
    check()


@parametrize_with_checks(
    loader=[TextLoader(records="file"), TextLoader(errors="replace")],
    normalizer=[AsciiLetters(strip=False), Replace("(a)", r"\1b", 2.0)],
    tokenizer=PatternTokenizer(r"\s*\w+", joiner=""),
    vocab_builder=FrequencyBuilder(min_freq=2, max_size=20, reserved=("<bos>",), ties="ascending"),
    executor=Processes("spawn"),
)
def test_with_options(check: Check) -> None:
    """And so have they with other options."""
    check()


def test_needs_no_pytest() -> None:
    """The kit is imported without pytest."""
    code = "import sys, textengine.testing; print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "False\n" == done.stdout
