"""Check: one property of one component, and the error of a component that does not have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_LONGEST = 120


class CheckError(AssertionError):
    """A component lacks a property. Attributes: ``property`` (its name), ``subject`` (the component's), ``reason``."""

    def __init__(self, property: str, subject: str, reason: str) -> None:
        self.property, self.subject, self.reason = property, subject, reason
        super().__init__(f"{subject}: {property}: {reason}")


class LackingError(Exception):
    """What a property's function raises: why the component does not have the property."""


@dataclass(frozen=True)
class Check:
    """A property, by its name, to be checked by calling this. subject: what is checked, as messages name it."""

    name: str
    subject: str
    function: Callable[..., None]
    argument: Any

    @property
    def id(self) -> str:
        """The name of the check in a list of tests."""
        return f"{self.subject}-{self.name}".replace(" ", "_")

    def __call__(self) -> None:
        """Return if the component has the property. Raises CheckError if not, whatever the component raised."""
        try:
            self.function(self.argument)
        except LackingError as lacking:
            raise CheckError(self.name, self.subject, str(lacking)) from lacking.__cause__
        except (Exception, SystemExit) as error:
            reason = f"it raised {type(error).__name__}: {error}".removesuffix(": ")
            raise CheckError(self.name, self.subject, reason) from error


def property_of(function: Callable[..., None]) -> str:
    """Return the name of the property that a function checks: its own, in words."""
    return function.__name__.replace("_", " ")


def shown(value: object) -> str:
    """Return a value as messages show it: of a long one, the beginning."""
    text = ascii(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text):,} characters)"


def require_equal(expected: object, found: object, what: str) -> None:
    """Raise LackingError unless the two are equal; `what` says what was compared, and on which text."""
    if type(expected) is not type(found) or expected != found:
        raise LackingError(f"{what}: expected {shown(expected)}, got {shown(found)}")
