"""What components with a user's regular expression share: compiling, a time limit, the Unicode version."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import regex

T = TypeVar("T")

# The first code point that each version of Unicode assigned, newest first: the library does not tell its version.
_FIRST_ASSIGNED = {
    "17.0.0": 0x10940,
    "16.0.0": 0x105C0,
    "15.1.0": 0x2FFC,
    "15.0.0": 0x10EFD,
    "14.0.0": 0x061D,
}


def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Return the compiled pattern. Raises ValueError, with the position of the mistake, for a bad one."""
    import regex

    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error


def within(seconds: float, call: Callable[[float], T], pattern: str) -> T:
    """Return ``call(timeout)``; TimeoutError once it has taken `seconds` of this thread's processor time.

    The library's own limit counts the processor time of the whole process, so other threads at work would make
    it strike early; then the call is repeated with more time.
    """
    limit = seconds
    while True:
        started = time.thread_time()
        try:
            return call(limit)
        except TimeoutError:
            if time.thread_time() - started >= seconds:
                raise TimeoutError(
                    f"the pattern {pattern!r} took longer than {seconds:g} s; simplify it or raise 'timeout'"
                ) from None
            limit *= 2


@cache
def unicode_version() -> str:
    """Return the Unicode version that the regex library knows, to the precision of the table above."""
    for version, codepoint in _FIRST_ASSIGNED.items():
        if not compile_pattern(r"\p{Cn}").match(chr(codepoint)):
            return f"regex {version}"
    return "regex before 14.0.0"
