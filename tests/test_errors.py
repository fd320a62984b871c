"""Errors: one tree, drawn at the top of its module."""

from __future__ import annotations

import inspect

import pytest

from textengine import TextEngineError, errors

ALL = [value for _, value in inspect.getmembers(errors, inspect.isclass) if value.__module__ == errors.__name__]


class TestTree:
    @pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
    def test_one_root(self, error: type[BaseException]) -> None:
        """Everything raised on purpose is a TextEngineError; an interrupt alone is none, so that nobody swallows it."""
        assert issubclass(error, TextEngineError) != issubclass(error, KeyboardInterrupt)

    @pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
    def test_drawn(self, error: type[BaseException]) -> None:
        """The drawing has it, below the error that it is a kind of."""
        drawn = (errors.__doc__ or "").splitlines()
        [place] = [
            number for number, line in enumerate(drawn) if line.strip("│├└─ ").split(" ")[:1] == [error.__name__]
        ]
        depth = len(drawn[place]) - len(drawn[place].lstrip("│├└─ "))
        above = [line for line in drawn[:place] if len(line) - len(line.lstrip("│├└─ ")) < depth and line.strip("│ ")]
        parent = above[-1].strip("│├└─ ").split(" ")[0] if depth else ""
        assert depth == 0 or parent in [base.__name__ for base in error.__mro__[1:]]
