"""Stored: an array of a shard between the two passes over it, in memory or in a file of the work folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Stored:
    """A one-dimensional array, kept in `path` if there is one and in `array` otherwise. Picklable."""

    dtype: str
    length: int
    path: str | None
    array: NDArray[Any] | None

    @classmethod
    def keep(cls, array: NDArray[Any], folder: str | None, name: str) -> Stored:
        """Keep `array` in memory, or as the file `name` of `folder`."""
        if folder is None:
            return cls(array.dtype.str, len(array), None, array)
        path = Path(folder, name)
        with path.open("wb") as file:
            write_array(file, array)
        return cls(array.dtype.str, len(array), str(path), None)

    def load(self) -> NDArray[Any]:
        """Return the array."""
        if self.array is not None or self.path is None:
            return self.array if self.array is not None else np.zeros(0, self.dtype)
        array: NDArray[Any] = np.fromfile(self.path, self.dtype)
        if len(array) != self.length:
            raise OSError(f"{self.path}: {len(array)} of {self.length} items; something else changed the work folder")
        return array


def write_array(file: BinaryIO, array: NDArray[Any]) -> None:
    """Write the bytes of `array`. Unlike ``tofile``, it raises OSError with the system's reason."""
    if len(array):
        file.write(memoryview(np.ascontiguousarray(array)).cast("B"))  # type: ignore[arg-type]


def smallest_dtype(largest: int) -> np.dtype[Any]:
    """Return the smallest of uint8, uint16 and uint32, little-endian, that holds `largest`."""
    for code in ("u1", "<u2", "<u4"):
        if largest <= np.iinfo(code).max:
            return np.dtype(code)
    raise OverflowError(f"{largest} does not fit into 32 bits")
