"""Writing past the page cache.

What is written once, synced, and not read again only costs there: the system must find memory for it, copy it, and
write it out at the end while everybody waits. Written directly, a large file is on the disk when its last byte is
handed over, and no memory was needed for it.
"""

from __future__ import annotations

import errno
import os
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import numpy as np

ALIGNMENT = 4096  # bytes: of memory, places and sizes; what disks and file systems ask for at most
BLOCK = 1 << 22  # bytes: handing a smaller one to the thread that writes would take as long as writing it


class DirectWriter:
    """Writes a part of a file, as a context manager: `write` its bytes in order.

    offset, and the number of bytes written in all, must be multiples of `ALIGNMENT`. While one block is on its way to
    the disk, the next is filled. Where the system or the file system cannot write directly, the part is written as any
    other. Raises OSError as writing does, perhaps only at a later `write` or at the end.
    """

    def __init__(self, path: str, offset: int) -> None:
        self._path, self._offset, self._filled = path, offset, 0
        self._blocks = [_aligned(BLOCK), _aligned(BLOCK)]
        self._descriptor = _opened(path)
        self._pool = ThreadPoolExecutor(1, "textengine-write")
        self._writing: Future[None] | None = None

    def __enter__(self) -> DirectWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
                self._wait()
        finally:
            self._pool.shutdown()
            os.close(self._descriptor)

    def write(self, data: memoryview) -> None:
        """Write bytes."""
        while len(data):
            room = self.room()
            some = data[: len(room)]
            room[: len(some)] = some
            self.advance(len(some))
            data = data[len(some) :]

    def room(self) -> memoryview:
        """Return where the next bytes may be put, instead of writing them; there is room for one at least."""
        return self._blocks[0][self._filled :]

    def advance(self, size: int) -> None:
        """Write the first `size` bytes of what `room` returned."""
        self._filled += size
        if self._filled == BLOCK:
            self._flush()

    def _flush(self) -> None:
        """Send what was filled on its way, as soon as the block before it has arrived."""
        self._wait()
        if self._filled:
            self._writing = self._pool.submit(self._write_block, self._blocks[0][: self._filled], self._offset)
        self._offset += self._filled
        self._filled = 0
        self._blocks.reverse()

    def _wait(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()

    def _write_block(self, block: memoryview, offset: int) -> None:
        while len(block):
            try:
                written = os.pwrite(self._descriptor, block, offset)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                # Some file systems open a file so and then refuse to write to it.
                os.close(self._descriptor)
                self._descriptor = os.open(self._path, os.O_WRONLY)
                continue
            block, offset = block[written:], offset + written
            if len(block) and offset % ALIGNMENT:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._path)  # only a full disk stops in between


def _opened(path: str) -> int:
    if hasattr(os, "O_DIRECT"):
        try:
            return os.open(path, os.O_WRONLY | os.O_DIRECT)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
    return os.open(path, os.O_WRONLY)


def _aligned(size: int) -> memoryview:
    memory = np.empty(size + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memoryview(memory[start : start + size])  # type: ignore[arg-type]
