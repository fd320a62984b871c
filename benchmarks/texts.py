"""The texts to build from: real books repeated to a size, and made ones that are hard in one way each.

Every text is the same to the byte for its name and size. All but the single line end at a line's end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from pathlib import Path

MIB = 1 << 20
ENGLISH = ("war_and_peace.txt", "moby-dick.txt", "pride_and_prejudice.txt", "ulysses.txt")
BLOCK = 1 << 24
Wanted = tuple[str, int]
"""(name of the text, bytes)"""


class MissingBooksError(Exception):
    """The books are not where TEXTENGINE_TEST_DATA says."""


def books(*names: str) -> bytes:
    """Return books in one. Raises MissingBooksError."""
    folder = Path(os.environ.get("TEXTENGINE_TEST_DATA", "")) / "books"
    try:
        return b"".join((folder / name).read_bytes() for name in names)
    except OSError as error:
        message = f"the books are missing ({error.strerror}: {error.filename}); TEXTENGINE_TEST_DATA names their folder"
        raise MissingBooksError(message) from None


def many_words(number: int = 5_000_000, per_line: int = 12) -> Iterator[bytes]:
    """Yield lines of words without end: a new one every sixth word, the others by Zipf's law, `number` different ones.

    A word is five letters that are its number in another order, so that all differ, and none to six more.
    """
    import numpy as np

    generator = np.random.default_rng(20_260_101)
    fresh = generator.permutation(number)
    length = 5 + np.arange(number, dtype=np.int64) * 7919 % 7
    while True:
        for first in range(0, number, 100_000):
            new = fresh[first : first + 100_000]
            known = (number ** generator.random(5 * len(new))).astype(np.int64) - 1
            words = generator.permutation(np.concatenate((new, known)))
            letters = words * 7_368_787 % 26**5 + words % 26**6 * 26**5  # the factor has none in common with 26
            table = np.empty((len(words), 12), np.uint8)
            for place in range(11):
                table[:, place] = letters % 26 + ord("a")
                letters //= 26
            ends = length[words]
            table[np.arange(len(words)), ends] = ord(" ")
            table[np.arange(per_line - 1, len(words), per_line), ends[per_line - 1 :: per_line]] = ord("\n")
            yield table[np.arange(12) <= ends[:, None]].tobytes()


def one_line() -> Iterator[bytes]:
    """Yield the English books without a line's end."""
    return repeat(b" ".join(books(*ENGLISH).split()) + b" ")


MAKERS: dict[str, Callable[[], Iterable[bytes]]] = {
    "English books": lambda: repeat(books(*ENGLISH)),
    "Russian book": lambda: repeat(books("gogol_dead_souls.txt")),
    "Chinese book": lambda: repeat(books("xiyou_ji.txt")),
    "5 million words": many_words,
    "lines of one letter": lambda: repeat((b"a" * 63 + b"\n") * (BLOCK // 64)),
    "empty lines": lambda: repeat(b"\n" * BLOCK),
    "one line": one_line,
}


class Texts:
    """The texts in a folder, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[Wanted, Path] = {}

    def path(self, name: str, size: int) -> Path:
        """Return the path of a text of about `size` bytes, at most that. Raises MissingBooksError."""
        wanted = (name, size)
        if wanted not in self._made:
            path = self.folder / f"{name.replace(' ', '-').lower()}-{size}.txt"
            _write(path, MAKERS[name](), size, b" " if name == "one line" else b"\n")
            self._made[wanted] = path
        return self._made[wanted]

    def keep(self, wanted: set[Wanted]) -> None:
        """Remove the texts that nobody will ask for again."""
        for key in self._made.keys() - wanted:
            self._made.pop(key).unlink()


def _write(path: Path, blocks: Iterable[bytes], size: int, end: bytes) -> None:
    with path.open("wb") as file:
        left = size
        for block in blocks:
            if len(block) >= left:
                file.write(block[: block.rfind(end, 0, left) + 1])
                break
            file.write(block)
            left -= len(block)
        file.flush()
        os.fsync(file.fileno())  # now, rather than while something is timed
