"""pattern: the matches of a regular expression."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from textengine.builtin.patterns import compile_pattern, unicode_version, within

if TYPE_CHECKING:
    import regex


@dataclass(frozen=True)
class PatternTokenizer:
    r"""Every match of `pattern` (the syntax of the ``regex`` package) is a token; the rest is dropped.

    pattern: the regular expression, such as ``\w+|[^\w\s]``. With one group, the group is the token.
    joiner: what decoding puts between tokens; "" where the pattern keeps the spaces.
    timeout: seconds of processor time that one record may take; more is an error that names the record.
    """

    pattern: str
    joiner: str = " "
    timeout: float = 5.0

    def __post_init__(self) -> None:
        if not self.timeout > 0:
            raise ValueError("timeout must be more than 0 seconds")
        if self._compiled.groups > 1:
            raise ValueError(
                f"{self.pattern!r} has {self._compiled.groups} groups, so a match is no single token; "
                "write (?:...) for groups that only hold alternatives together"
            )

    @cached_property
    def _compiled(self) -> regex.Pattern[str]:
        return compile_pattern(self.pattern)

    @property
    def unicode_version(self) -> str:
        return unicode_version()

    def __call__(self, text: str) -> list[str]:
        found = within(self.timeout, lambda limit: self._compiled.findall(text, timeout=limit), self.pattern)
        return cast(list[str], found)
