"""Batch: many records in one UTF-8 buffer, the form in which text moves through the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Records back to back: record ``i`` is ``buffer[ends[i - 1]:ends[i]]``, the first starts at 0.

    buffer: uint8, shape (bytes,), valid UTF-8, no terminators between records.
    ends: int64, shape (records,), never decreasing, the last equal to ``len(buffer)``.
    offsets: int64, shape (records,): the byte offset of each record in its source, where that is known.
    replaced: how many malformed sequences of the source stand in the buffer as U+FFFD.
    """

    buffer: NDArray[np.uint8]
    ends: NDArray[np.int64]
    offsets: NDArray[np.int64] | None = None
    replaced: int = 0

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.ends)

    def texts(self) -> Iterator[str]:
        """Yield each record as a string."""
        data = self.buffer.tobytes()
        start = 0
        for end in self.ends.tolist():
            yield data[start:end].decode()
            start = end

    def split(self, most: int) -> Iterator[Batch]:
        """Yield the records in order, at most `most` in a batch; the first has all that were `replaced`."""
        replaced, begun = self.replaced, 0
        for first in range(0, max(1, len(self)), most):
            ends = self.ends[first : first + most]
            stop = int(ends[-1]) if len(ends) else 0
            offsets = None if self.offsets is None else self.offsets[first : first + most]
            yield Batch(self.buffer[begun:stop], ends - begun if begun else ends, offsets, replaced)
            replaced, begun = 0, stop

    @classmethod
    def from_texts(cls, texts: Iterable[str], offsets: NDArray[np.int64] | None = None, replaced: int = 0) -> Batch:
        """Return the batch whose records are `texts`. Raises UnicodeEncodeError on a lone surrogate."""
        encoded = [text.encode() for text in texts]
        ends = np.cumsum([len(data) for data in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends, offsets, replaced)
