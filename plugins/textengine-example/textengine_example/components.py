"""The components: any function from text to text is a normalizer; a frozen dataclass has options."""

from __future__ import annotations

from dataclasses import dataclass

_QUOTES = str.maketrans("‘’“”", "''\"\"")


def swap_quotes(text: str) -> str:
    """Write typographic quotation marks as plain ones."""
    return text.translate(_QUOTES)


@dataclass(frozen=True)
class Separated:
    """The fields between separators; empty ones are no tokens.

    separator: what stands between fields.
    """

    separator: str = ","

    def __post_init__(self) -> None:
        if not self.separator:
            raise ValueError("separator must not be empty")

    @property
    def joiner(self) -> str:
        """What decoding puts between tokens."""
        return self.separator

    def __call__(self, text: str) -> list[str]:
        return [field for field in text.split(self.separator) if field]
