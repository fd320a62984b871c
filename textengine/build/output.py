"""Where a build's arrays go: memory, or files in a work folder that become the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from textengine.build.storage import write_array
from textengine.corpus.commit import Commit
from textengine.vocab import Vocab


@dataclass(frozen=True)
class Tokens:
    """The final ids: `count` of them in `array`, or in the ``.npy`` file `path`, whose header has `header` bytes."""

    count: int
    dtype: np.dtype[Any]
    array: NDArray[Any] | None
    path: str | None
    header: int

    def offset(self, position: int) -> int:
        """Return the byte at which the id at `position` lies in the file."""
        return self.header + position * self.dtype.itemsize

    def put(self, position: int, ids: NDArray[Any]) -> None:
        """Put `ids` at `position` of the array."""
        if self.array is not None:
            self.array[position : position + len(ids)] = ids


@dataclass(frozen=True)
class Target:
    """folder: where shards and files are written, or None to keep everything in memory."""

    folder: str | None

    def tokens(self, count: int, dtype: np.dtype[Any]) -> Tokens:
        """Return the place for `count` ids."""
        if self.folder is None:
            return Tokens(count, dtype, np.empty(count, dtype), None, 0)
        path = Path(self.folder, "tokens.npy")
        with path.open("wb") as file:
            write_header(file, dtype, count)
            return Tokens(count, dtype, None, str(path), file.tell())


def write_header(file: BinaryIO, dtype: np.dtype[Any], count: int) -> None:
    """Write the header of a ``.npy`` file that holds `count` items."""
    header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (count,)}
    np.lib.format.write_array_header_1_0(file, header)


@dataclass(frozen=True)
class Result:
    """What a build made. digest: of the file of `tokens`. ends: int64, shape (records,)."""

    tokens: Tokens
    digest: str | None
    ends: NDArray[np.int64]
    vocab: Vocab
    split: dict[str, tuple[int, int]] | None
    books: dict[str, Any]
    sources: list[dict[str, Any]]

    def add_to(self, commit: Commit) -> None:
        """Hand the three data files to the commit in whose work folder the ids are."""
        commit.add("tokens", Path(self.tokens.path or ""), self.digest)
        ends = commit.work / "ends.npy"
        with ends.open("wb") as file:
            write_header(file, np.dtype("<i8"), len(self.ends))
            write_array(file, self.ends.astype("<i8", copy=False))
        commit.add("ends", ends)
        vocab = commit.work / "vocab.json"
        vocab.write_bytes(self.vocab.to_json().encode())
        commit.add("vocab", vocab)
