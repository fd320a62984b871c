"""replace: replaces what a regular expression matches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from textengine.builtin.patterns import compile_pattern, unicode_version, within

if TYPE_CHECKING:
    import regex


@dataclass(frozen=True)
class Replace:
    r"""Replace every match of `pattern` (the syntax of the ``regex`` package) by `replacement`.

    pattern: the regular expression.
    replacement: the text put in its place; ``\1`` and ``\g<name>`` stand for groups.
    timeout: seconds of processor time that one record may take; more is an error that names the record.
    """

    pattern: str
    replacement: str = ""
    timeout: float = 5.0

    def __post_init__(self) -> None:
        if not self.timeout > 0:
            raise ValueError("timeout must be more than 0 seconds")
        import regex

        compile_pattern(self.pattern)  # before anything else, so that a mistake is shown as the user wrote it
        try:
            # A pattern that matches nowhere would hide the mistake; the newline ends a comment in a verbose one.
            compile_pattern(f"(?:{self.pattern}\n)|").sub(self.replacement, "")
        except (IndexError, KeyError, regex.error) as error:
            raise ValueError(f"{self.replacement!r} is not a replacement for {self.pattern!r}: {error}") from error

    @cached_property
    def _compiled(self) -> regex.Pattern[str]:
        return compile_pattern(self.pattern)

    @property
    def unicode_version(self) -> str:
        return unicode_version()

    def __call__(self, text: str) -> str:
        return within(
            self.timeout,
            lambda limit: self._compiled.sub(self.replacement, text, timeout=limit),
            self.pattern,
        )
