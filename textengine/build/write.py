"""The second pass: local ids become final ids, and every chunk of a file is written and hashed in one go.

A chunk is what the digest of a file is made of (``textengine.digest``), so nothing is read again to be hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from textengine.build.direct import DirectWriter
from textengine.build.output import Column
from textengine.build.storage import BLOCK, Stored, as_bytes, write_all
from textengine.digest import CHUNK
from textengine.errors import BooksError


class Piece(Protocol):
    """A part of a shard on its way into a chunk: its items `start` to `stop`."""

    start: int
    stop: int

    def final(self, kernels: bool) -> Iterator[NDArray[Any]]:
        """Yield the final items, in blocks. Each may overwrite the last."""


@dataclass(slots=True)
class TokenPiece:
    """The tokens `start` to `stop` of the shard `number`.

    table: the final id of each local id. unknown: whether a local id has no token in the vocabulary, or None if all
    have. After `final`, unknowns is how many such tokens there are, and first_unknown the position of the first, or -1.
    """

    number: int
    ids: Stored
    start: int
    stop: int
    table: NDArray[Any]
    unknown: NDArray[np.bool_] | None
    unknowns: int = 0
    first_unknown: int = -1

    def final(self, kernels: bool) -> Iterator[NDArray[Any]]:
        """Yield the final ids."""
        room, at = np.empty(min(self.stop - self.start, BLOCK), self.table.dtype), self.start
        for block in self.ids.blocks(self.start, self.stop):
            if self.unknown is not None:
                positions = np.flatnonzero(self.unknown[block])
                self.unknowns += len(positions)
                if self.first_unknown < 0 and len(positions):
                    self.first_unknown = at + int(positions[0])
            yield _looked_up(block, self.table, room[: len(block)] if kernels else None)
            at += len(block)


@dataclass(slots=True)
class EndPiece:
    """The record ends `start` to `stop` of a shard that keeps `tokens` tokens, after `before` of other shards.

    last: whether the shard's last record is among them, which must end where its tokens do.
    """

    ends: Stored
    start: int
    stop: int
    tokens: int
    before: int
    last: bool

    def final(self, kernels: bool) -> Iterator[NDArray[Any]]:
        """Yield the final record ends. Raises BooksError."""
        end = -1
        for block in self.ends.blocks(self.start, self.stop):
            final = np.minimum(block, self.tokens).astype("<i8")
            final += self.before
            end = int(final[-1])
            yield final
        if self.last and end != self.before + self.tokens:
            raise BooksError(
                f"the records of a shard end at token {end}, its tokens at {self.before + self.tokens}; refused"
            )


@dataclass(frozen=True, slots=True)
class ChunkJob:
    """Write the final items of `pieces`, and hash them.

    place: (path, byte offset) of the first of them, or None to return them. head: bytes that are in the chunk already,
    before them. kernels: whether to use them.
    """

    pieces: Sequence[Piece]
    dtype: np.dtype[Any]
    place: tuple[str, int] | None
    head: bytes
    kernels: bool


@dataclass(frozen=True, slots=True)
class WrittenChunk:
    """digest: the SHA-256 of the chunk. count: its items. items: themselves, only where they were not written.

    unknowns: how many tokens are not in the vocabulary. first_unknown: (shard, position) of the first, or None.
    """

    digest: bytes
    count: int
    items: NDArray[Any] | None
    unknowns: int
    first_unknown: tuple[int, int] | None


def write_chunk(job: ChunkJob) -> WrittenChunk:
    """Do a ChunkJob."""
    digest, kept, count = hashlib.sha256(job.head), list[NDArray[Any]](), 0
    with _writer(job) as writer:
        for piece in job.pieces:
            for block in piece.final(job.kernels):
                count += len(block)
                if writer is None:
                    kept.append(block.copy())  # its memory is used again for the next
                elif len(block):
                    view = as_bytes(block)
                    digest.update(view)
                    writer.write(view)
    items = np.concatenate([np.zeros(0, job.dtype), *kept]) if writer is None else None
    tokens = [piece for piece in job.pieces if isinstance(piece, TokenPiece)]
    first = next(((piece.number, piece.first_unknown) for piece in tokens if piece.first_unknown >= 0), None)
    return WrittenChunk(digest.digest(), count, items, sum(piece.unknowns for piece in tokens), first)


def chunk_jobs(
    column: Column, counts: Sequence[int], piece: Callable[[int, int, int], Piece], kernels: bool
) -> Iterator[ChunkJob]:
    """Yield the jobs that write a column, a chunk each, one at least.

    counts: how many items each shard has in it. piece: makes the piece of (shard, start, stop).
    """
    head, first, pieces = column.head, 0, list[Piece]()
    room = items = (CHUNK - len(head)) // column.dtype.itemsize

    def job() -> ChunkJob:
        place = None if column.path is None else (column.path, column.offset(first))
        return ChunkJob(pieces, column.dtype, place, head, kernels)

    for shard, count in enumerate(counts):
        start = 0
        while start < count:
            if room == 0:
                yield job()
                head, first, pieces = b"", first + items, []
                room = items = CHUNK // column.dtype.itemsize
            stop = min(count, start + room)
            pieces.append(piece(shard, start, stop))
            room -= stop - start
            start = stop
    yield job()


class _Writer(Protocol):
    def write(self, data: memoryview, /) -> None: ...


@contextmanager
def _writer(job: ChunkJob) -> Iterator[_Writer | None]:
    """Open what writes a chunk, or None for one that is to be returned. A whole chunk goes straight to the disk."""
    if job.place is None:
        yield None
        return
    path, offset = job.place
    size = len(job.head) + sum(piece.stop - piece.start for piece in job.pieces) * job.dtype.itemsize
    if size == CHUNK:
        with DirectWriter(path, offset - len(job.head)) as direct:
            direct.write(memoryview(job.head))
            yield direct
        return
    with Path(path).open("r+b", buffering=0) as file:
        file.seek(offset)
        yield _PlainWriter(file)


@dataclass(frozen=True, slots=True)
class _PlainWriter:
    file: BinaryIO

    def write(self, data: memoryview, /) -> None:
        write_all(self.file, data)


def _looked_up(ids: NDArray[Any], table: NDArray[Any], out: NDArray[Any] | None) -> NDArray[Any]:
    """Return ``table[ids]``; by a kernel, into `out`, if that is given."""
    if out is None:
        final: NDArray[Any] = table[ids]
        return final
    from textengine.kernels.remap import remap

    return remap(ids, table, out)
