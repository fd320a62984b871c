"""What is kept of a shard between the two passes over it, in memory or in a file of the work folder.

Arrays are written and read in blocks that stay in a processor's cache: for large arrays, having the system hand out
fresh memory again and again takes longer than the work on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 19  # items


@dataclass(frozen=True, slots=True)
class Stored:
    """A one-dimensional array in pieces, whose dtypes may differ: in `arrays`, or one after the other in `path`.

    segments: (dtype, number of items) of each piece. Picklable.
    """

    segments: tuple[tuple[str, int], ...]
    path: str | None
    arrays: tuple[NDArray[Any], ...]

    @property
    def length(self) -> int:
        """The number of items."""
        return sum(count for _, count in self.segments)

    def blocks(self, stop: int) -> Iterator[NDArray[Any]]:
        """Yield the first `stop` items in order, in blocks. Each may overwrite the last."""
        if self.path is None:
            for array in self.arrays:
                for start in range(0, min(len(array), stop), BLOCK):
                    yield array[start : min(start + BLOCK, stop)]
                stop -= min(len(array), stop)
            return
        with Path(self.path).open("rb", buffering=0) as file:
            for dtype, count in self.segments:
                buffer = np.empty(min(count, BLOCK), dtype)
                for start in range(0, count, BLOCK):
                    wanted = min(count - start, BLOCK)
                    block = buffer[:wanted]
                    if _read_into(file, block) != block.nbytes:
                        raise OSError(f"{self.path}: it is too short; something else changed the work folder")
                    if stop > 0:
                        yield block[:stop]
                    stop -= wanted

    def load(self) -> NDArray[Any]:
        """Return the whole array, in the largest of the dtypes."""
        blocks = [block.copy() for block in self.blocks(self.length)]
        return np.concatenate(blocks) if blocks else np.zeros(0, np.uint8)


class Keeper:
    """Keeps the pieces of a shard's array as they come: in memory, or in the file `name` of `folder`."""

    def __init__(self, folder: str | None, name: str) -> None:
        self._path = None if folder is None else Path(folder, name)
        self._file: BinaryIO | None = None if self._path is None else self._path.open("wb", buffering=0)
        self._arrays: list[NDArray[Any]] = []
        self._segments: list[tuple[str, int]] = []

    def append(self, array: NDArray[Any]) -> None:
        """Keep one more piece."""
        code = array.dtype.str
        if self._segments and self._segments[-1][0] == code and self._file is not None:
            self._segments[-1] = (code, self._segments[-1][1] + len(array))
        else:
            self._segments.append((code, len(array)))
        if self._file is None:
            self._arrays.append(array)
        else:
            write_array(self._file, array)

    def close(self) -> Stored:
        """Return what was kept."""
        if self._file is not None:
            self._file.close()
        return Stored(tuple(self._segments), None if self._path is None else str(self._path), tuple(self._arrays))


def write_array(file: BinaryIO, array: NDArray[Any]) -> None:
    """Write the bytes of `array`. Unlike ``tofile``, it raises OSError with the system's reason."""
    if not len(array):
        return
    view = memoryview(np.ascontiguousarray(array)).cast("B")  # type: ignore[arg-type]
    while len(view):
        view = view[file.write(view) :]


def _read_into(file: BinaryIO, array: NDArray[Any]) -> int:
    view, done = memoryview(array).cast("B"), 0  # type: ignore[arg-type]
    while done < len(view):
        count = file.readinto(view[done:])  # type: ignore[attr-defined]
        if not count:
            break
        done += count
    return done


def smallest_dtype(largest: int) -> np.dtype[Any]:
    """Return the smallest of uint8, uint16 and uint32, little-endian, that holds `largest`."""
    for code in ("u1", "<u2", "<u4"):
        if largest <= np.iinfo(code).max:
            return np.dtype(code)
    raise OverflowError(f"{largest} does not fit into 32 bits")
