"""time-machine: the text of H. G. Wells's novel, exactly as the d2l book uses it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textengine.builtin.datasets.fetch import find_or_fetch


@dataclass(frozen=True)
class TimeMachine:
    """The Time Machine, 178,979 bytes, in the edition of the d2l book.

    Taken from a folder named by TEXTENGINE_DATASETS or from the cache; otherwise fetched once.
    url: where it is fetched from. sha1: the digest that the file must have, wherever it comes from.
    timeout: seconds that connecting, and each read, may take.
    """

    url: str = "http://d2l-data.s3-accelerate.amazonaws.com/timemachine.txt"
    sha1: str = "090b5e7e70c295757f55df93cb0a180b9691891a"
    timeout: float = 5.0

    def __call__(self, cache: Path) -> list[Path]:
        return [find_or_fetch("timemachine.txt", self.url, self.sha1, cache, self.timeout)]
