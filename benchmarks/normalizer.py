"""A normalizer that somebody else might have written: a plain function that knows nothing of the engine."""

from __future__ import annotations

import re


def letters_only(text: str) -> str:
    """Letters of the English alphabet, lower case, with one space for everything between."""
    return re.sub("[^A-Za-z]+", " ", text).strip().lower()
