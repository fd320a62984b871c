"""What is kept of a shard between the two passes over it, in memory or in a file of the work folder.

Arrays are read in blocks that stay in a processor's cache: for large arrays, having the system hand out fresh memory
again and again takes longer than the work on them. For small ones, threads that wait for the interpreter would.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 21  # bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A one-dimensional array in pieces, whose dtypes may differ: in `arrays`, or one after the other in `path`.

    segments: (dtype, number of items) of each piece. checksum: the CRC-32 of the file. Picklable.
    """

    segments: tuple[tuple[str, int], ...]
    path: str | None
    arrays: tuple[NDArray[Any], ...]
    checksum: int = 0

    @property
    def length(self) -> int:
        """The number of items."""
        return sum(count for _, count in self.segments)

    def blocks(self, start: int, stop: int) -> Iterator[NDArray[Any]]:
        """Yield the items from `start` to `stop` in order, in blocks. Each may overwrite the last."""
        first = offset = 0
        for number, (dtype, count) in enumerate(self.segments):
            begin, end = max(0, start - first), min(count, stop - first)
            if begin < end:
                if self.path is None:
                    size = BLOCK // np.dtype(dtype).itemsize
                    for at in range(begin, end, size):
                        yield self.arrays[number][at : min(at + size, end)]
                else:
                    yield from _read(self.path, np.dtype(dtype), offset, begin, end)
            first += count
            offset += count * np.dtype(dtype).itemsize

    def load(self) -> NDArray[Any]:
        """Return the whole array, in the largest of the dtypes."""
        return np.concatenate([np.zeros(0, np.uint8), *self.pieces()])

    def pieces(self) -> list[NDArray[Any]]:
        """Return each piece, in its own dtype."""
        starts = [0, *accumulate(count for _, count in self.segments)]
        blocks = ((code, list(map(np.copy, self.blocks(*edges)))) for (code, _), edges in
                  zip(self.segments, pairwise(starts), strict=True))  # fmt: skip
        return [np.concatenate([np.zeros(0, code), *found]) for code, found in blocks]

    def is_whole(self) -> bool:
        """Return whether the file still holds what was written to it."""
        checksum, buffer = 0, memoryview(bytearray(BLOCK))
        try:
            with Path(self.path or "").open("rb", buffering=0) as file:
                while count := file.readinto(buffer):
                    checksum = zlib.crc32(buffer[:count], checksum)
                size = file.tell()
        except OSError:
            return False
        return checksum == self.checksum and size == sum(n * np.dtype(code).itemsize for code, n in self.segments)

    def to_json(self) -> dict[str, Any]:
        """Return all but the path, as JSON can hold it."""
        return {"segments": [list(segment) for segment in self.segments], "checksum": self.checksum}

    @classmethod
    def from_json(cls, document: Mapping[str, Any], path: Path) -> Stored:
        """Return the array in the file `path` that `to_json` described."""
        segments = tuple((str(np.dtype(code).str), int(count)) for code, count in document["segments"])
        return cls(segments, str(path), (), int(document["checksum"]))


class Keeper:
    """Keeps the pieces of a shard's array as they come: in memory, or in the file `name` of `folder`."""

    def __init__(self, folder: str | None, name: str) -> None:
        self._path = None if folder is None else Path(folder, name)
        self._file: BinaryIO | None = None if self._path is None else self._path.open("wb", buffering=0)
        self._arrays: list[NDArray[Any]] = []
        self._segments: list[tuple[str, int]] = []
        self._checksum = 0

    def append(self, array: NDArray[Any]) -> None:
        """Keep one more piece."""
        code = array.dtype.str
        if self._segments and self._segments[-1][0] == code and self._file is not None:
            self._segments[-1] = (code, self._segments[-1][1] + len(array))
        else:
            self._segments.append((code, len(array)))
        if self._file is None:
            self._arrays.append(array)
        elif len(array):
            view = as_bytes(array)
            self._checksum = zlib.crc32(view, self._checksum)
            write_all(self._file, view)

    def close(self) -> Stored:
        """Return what was kept."""
        if self._file is not None:
            self._file.close()
        path = None if self._path is None else str(self._path)
        return Stored(tuple(self._segments), path, tuple(self._arrays), self._checksum)


def as_bytes(array: NDArray[Any]) -> memoryview:
    """Return the bytes of an array that is not empty."""
    return memoryview(np.ascontiguousarray(array)).cast("B")  # type: ignore[arg-type]


def write_all(file: BinaryIO, view: memoryview) -> None:
    """Write all of `view`. Unlike numpy's ``tofile``, it raises OSError with the system's reason."""
    while len(view):
        view = view[file.write(view) :]


def _read(path: str, dtype: np.dtype[Any], offset: int, start: int, stop: int) -> Iterator[NDArray[Any]]:
    """Yield the items `start` to `stop` of the array that begins at byte `offset` of a file, in one buffer."""
    size = BLOCK // dtype.itemsize
    buffer = np.empty(min(stop - start, size), dtype)
    with Path(path).open("rb", buffering=0) as file:
        file.seek(offset + start * dtype.itemsize)
        for at in range(start, stop, size):
            block = buffer[: min(size, stop - at)]
            view = memoryview(block).cast("B")  # type: ignore[arg-type]
            while len(view):
                count = file.readinto(view)
                if not count:
                    raise OSError(f"{path}: it is too short; something else changed the work folder")
                view = view[count:]
            yield block


def smallest_dtype(largest: int) -> np.dtype[Any]:
    """Return the smallest of uint8, uint16 and uint32, little-endian, that holds `largest`."""
    for code in ("u1", "<u2", "<u4"):
        if largest <= np.iinfo(code).max:
            return np.dtype(code)
    raise OverflowError(f"{largest} does not fit into 32 bits")
