"""Progress: what a build tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a build.

    stage: "encode" (text is read and tokenized) or "write" (ids are written). done, total: bytes of text for
    "encode", tokens for "write"; total is None where it is not known. records, tokens: so far. recalled: bytes of text
    that an interrupted build had encoded, and that were taken over.
    """

    stage: Literal["encode", "write"]
    done: int
    total: int | None
    records: int
    tokens: int
    recalled: int = 0


ProgressCallback = Callable[[Progress], None]
