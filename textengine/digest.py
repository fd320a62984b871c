"""Digests: the SHA-256 over the SHA-256s of 16 MiB chunks, so that a large file can be hashed in parallel."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

CHUNK = 16 * 2**20
# While the interpreter is busy in another thread, each call below waits for it: few large blocks are hashed sooner.
_BLOCK = 1 << 22


def chunk_digest(path: str | os.PathLike[str], start: int) -> bytes:
    """Return the SHA-256 of the (at most) 16 MiB of a file that begin at byte `start`."""
    digest, left = hashlib.sha256(), CHUNK
    buffer = memoryview(bytearray(_BLOCK))  # one for all blocks: fresh memory would cost as much as hashing
    with Path(path).open("rb", buffering=0) as file:
        file.seek(start)
        while left and (count := file.readinto(buffer[: min(_BLOCK, left)])):
            digest.update(buffer[:count])
            left -= count
    return digest.digest()


def combined(chunks: Iterable[bytes]) -> str:
    """Return the digest, in hex, of a file whose chunks have the digests `chunks`."""
    return hashlib.sha256(b"".join(chunks)).hexdigest()


def chunk_starts(size: int) -> range:
    """Return the offsets at which the chunks of a file of `size` bytes begin."""
    return range(0, size, CHUNK)


def file_digest(path: str | os.PathLike[str]) -> str:
    """Return the digest of a file, in hex."""
    size = Path(path).stat().st_size
    return combined(chunk_digest(path, start) for start in chunk_starts(size))


class StreamDigest:
    """The same digest over bytes that come piece by piece. `size` is how many came."""

    def __init__(self) -> None:
        self.size = 0
        self._chunks: list[bytes] = []
        self._current = hashlib.sha256()

    def update(self, data: bytes | memoryview) -> None:
        """Add `data`."""
        view = memoryview(data)
        while len(view):
            room = CHUNK - self.size % CHUNK
            self._current.update(view[:room])
            self.size += len(view[:room])
            view = view[room:]
            if self.size % CHUNK == 0:
                self._chunks.append(self._current.digest())
                self._current = hashlib.sha256()

    def hexdigest(self) -> str:
        """Return the digest of all that came, in hex."""
        last = [self._current.digest()] if self.size % CHUNK else []
        return combined([*self._chunks, *last])
