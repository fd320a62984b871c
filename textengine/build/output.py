"""Where a build's arrays go: memory, or files in a work folder that become the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textengine.corpus.commit import Commit
from textengine.vocab import Vocab


@dataclass(frozen=True)
class Column:
    """The final ids or record ends: `count` items in `array`, or in the ``.npy`` file `path`, after its `head`."""

    count: int
    dtype: np.dtype[Any]
    array: NDArray[Any] | None
    path: str | None
    head: bytes

    def offset(self, position: int) -> int:
        """Return the byte at which the item at `position` lies in the file."""
        return len(self.head) + position * self.dtype.itemsize

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
            return Column(count, dtype, np.empty(count, dtype), None, b"")
        path, head = Path(self.folder, f"{name}.npy"), npy_header(dtype, count)
        path.write_bytes(head)
        return Column(count, dtype, None, str(path), head)


def npy_header(dtype: np.dtype[Any], count: int) -> bytes:
    """Return the header of a ``.npy`` file that holds `count` items."""
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (count,)}
    file = BytesIO()
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


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
