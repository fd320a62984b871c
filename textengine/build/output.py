"""Where a build's arrays go: memory, or files in a work folder that become the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from textengine.corpus.commit import Commit
from textengine.vocab import Vocab


@dataclass(frozen=True)
class Column:
    """The final ids or record ends: `count` items in `array`, or in the ``.npy`` file `path`, after its header."""

    count: int
    dtype: np.dtype[Any]
    array: NDArray[Any] | None
    path: str | None
    header: int

    def offset(self, position: int) -> int:
        """Return the byte at which the item at `position` lies in the file."""
        return self.header + position * self.dtype.itemsize

    def put(self, position: int, items: NDArray[Any]) -> None:
        """Put `items` at `position` of the array."""
        if self.array is not None:
            self.array[position : position + len(items)] = items


@dataclass(frozen=True)
class Target:
    """folder: where shards and files are written, or None to keep everything in memory."""

    folder: str | None

    def column(self, name: str, count: int, dtype: np.dtype[Any]) -> Column:
        """Return the place for `count` items."""
        if self.folder is None:
            return Column(count, dtype, np.empty(count, dtype), None, 0)
        path = Path(self.folder, f"{name}.npy")
        with path.open("wb") as file:
            write_header(file, dtype, count)
            return Column(count, dtype, None, str(path), file.tell())


def write_header(file: BinaryIO, dtype: np.dtype[Any], count: int) -> None:
    """Write the header of a ``.npy`` file that holds `count` items."""
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (count,)}
    np.lib.format.write_array_header_1_0(file, header)


@dataclass(frozen=True)
class Result:
    """What a build made. digests: of the files of `tokens` and `ends`, where they are files."""

    tokens: Column
    ends: Column
    digests: tuple[str, str] | None
    vocab: Vocab
    split: dict[str, tuple[int, int]] | None
    books: dict[str, Any]
    sources: list[dict[str, Any]]

    def add_to(self, commit: Commit) -> None:
        """Hand the three data files to the commit in whose work folder they are."""
        for role, column, digest in zip(("tokens", "ends"), (self.tokens, self.ends), self.digests or (), strict=True):
            commit.add(role, Path(column.path or ""), digest)
        vocab = commit.work / "vocab.json"
        vocab.write_bytes(self.vocab.to_json().encode())
        commit.add("vocab", vocab)
