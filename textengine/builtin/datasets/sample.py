"""sample: a short story written for this project, so that there is text to try things on without a network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """A short story in plain English, part of the installation."""

    def __call__(self, cache: Path) -> list[Path]:
        return [Path(__file__).with_name("sample.txt")]
