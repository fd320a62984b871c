"""Universal newlines over bytes: where lines end (LF, CRLF, bare CR), where a file may be cut, lines to a Batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from textengine.text import Batch

_WINDOW = 1 << 16


def pieces(file: BinaryIO, start: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of consecutive ranges of about `size` bytes that end where a line ends.

    A line that is longer than `size` makes its range longer; it is never cut.
    """
    while start < stop:
        end = stop if stop - start <= size else _line_end(file, start + size, stop)
        yield start, end
        start = end


def _line_end(file: BinaryIO, position: int, stop: int) -> int:
    """Return the first offset >= `position` at which a line has just ended, or `stop`."""
    position -= 1
    while position < stop:
        file.seek(position)
        window = file.read(min(_WINDOW, stop - position))
        if not window:
            return stop
        found = [at for at in (window.find(b"\n"), window.find(b"\r")) if at >= 0]
        if not found:
            position += len(window)
            continue
        at = min(found)
        if window[at] == 0x0D:
            file.seek(position + at + 1)
            if position + at + 1 < stop and file.read(1) == b"\n":
                at += 1
        return min(position + at + 1, stop)
    return stop


def last_line_end(data: bytes | bytearray, searched: int) -> int:
    """Return the offset after the last line end that is certain, at or after `searched`, or 0 if there is none.

    A CR in the last place is not certain: an LF may follow.
    """
    return max(data.rfind(b"\n", searched), data.rfind(b"\r", searched, len(data) - 1)) + 1


def line_bounds(raw: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (starts, stops), int64: line i is ``raw[starts[i]:stops[i]]`` without its terminator.

    A terminator at the end starts no further line; the last line may lack its terminator.
    """
    import numpy as np

    lf = raw == 0x0A
    cr = raw == 0x0D
    if cr.any():
        cr_before_lf = np.zeros_like(cr)
        cr_before_lf[:-1] = cr[:-1] & lf[1:]
        ends = np.flatnonzero(lf | (cr & ~cr_before_lf))
        stops = ends - ((raw[ends] == 0x0A) & (ends > 0) & cr[ends - 1])
    else:
        ends = stops = np.flatnonzero(lf)
    starts = np.concatenate([np.zeros(1, np.int64), ends + 1])
    if starts[-1] == len(raw):
        return starts[:-1], stops
    return starts, np.concatenate([stops, np.full(1, len(raw), np.int64)])


def line_batch(data: bytes, offsets: NDArray[np.int64] | None, replaced: int) -> Batch:
    """Return the lines of `data` (UTF-8) as records.

    offsets: the byte offset of each line in its source; dropped if there is not one for each line.
    """
    import numpy as np

    from textengine.text import Batch

    raw = np.frombuffer(data, np.uint8)
    starts, stops = line_bounds(raw)
    if offsets is not None and len(offsets) != len(starts):
        offsets = None
    kept = raw[(raw != 0x0A) & (raw != 0x0D)]  # every CR and every LF is part of a terminator
    return Batch(kept, np.cumsum(stops - starts, dtype=np.int64), offsets, replaced)


def newlines_to_lf(data: bytes) -> bytes:
    """Return `data` with every CRLF and bare CR as LF."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data
