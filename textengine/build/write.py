"""The second pass: local ids become final ids, and every chunk of a file is written and hashed in one go.

A chunk is what the digest of a file is made of (``textengine.digest``), so nothing is read again to be hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from textengine.build.direct import DirectWriter
from textengine.build.output import Column
from textengine.build.storage import BLOCK, Stored, as_bytes, write_all
from textengine.digest import CHUNK
from textengine.errors import BooksError

# Returns where so many final items can be put, or the first of them: an array of one item at least.
Room = Callable[[int], NDArray[Any]]


class Piece(Protocol):
    """A part of a shard on its way into a chunk: its items `start` to `stop`."""

    start: int
    stop: int

    def final(self, room: Room, kernels: bool) -> Iterator[NDArray[Any]]:
        """Put the final items where there is room, and yield each array that is filled."""


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

    def final(self, room: Room, kernels: bool) -> Iterator[NDArray[Any]]:
        """Yield the final ids."""
        at = self.start
        for block in self.ids.blocks(self.start, self.stop):
            if self.unknown is not None:
                positions = np.flatnonzero(self.unknown[block])
                self.unknowns += len(positions)
                if self.first_unknown < 0 and len(positions):
                    self.first_unknown = at + int(positions[0])
            at += len(block)
            for some, out in _roomed(block, room):
                _look_up(some, self.table, out, kernels)
                yield out


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

    def final(self, room: Room, kernels: bool) -> Iterator[NDArray[Any]]:
        """Yield the final record ends. Raises BooksError."""
        end = -1
        for block in self.ends.blocks(self.start, self.stop):
            for some, out in _roomed(block, room):
                np.minimum(some, self.tokens, out=out, dtype=out.dtype)
                out += self.before
                end = int(out[-1])
                yield out
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
        room = partial(np.empty, dtype=job.dtype) if writer is None else partial(_room, writer, job.dtype)
        for piece in job.pieces:
            for items in piece.final(room, job.kernels):
                count += len(items)
                if writer is None:
                    kept.append(items)
                else:
                    digest.update(as_bytes(items))
                    writer.advance(items.nbytes)
    whole = np.concatenate([np.zeros(0, job.dtype), *kept]) if writer is None else None
    tokens = [piece for piece in job.pieces if isinstance(piece, TokenPiece)]
    first = next(((piece.number, piece.first_unknown) for piece in tokens if piece.first_unknown >= 0), None)
    return WrittenChunk(digest.digest(), count, whole, sum(piece.unknowns for piece in tokens), first)


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
    def room(self) -> memoryview: ...
    def advance(self, size: int) -> None: ...


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
        yield _PlainWriter(file, memoryview(bytearray(min(BLOCK, size))))


@dataclass(frozen=True, slots=True)
class _PlainWriter:
    file: BinaryIO
    block: memoryview

    def room(self) -> memoryview:
        return self.block

    def advance(self, size: int) -> None:
        write_all(self.file, self.block[:size])


def _room(writer: _Writer, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    """Return a Room's array, in the memory from which `writer` writes: items need not be copied there."""
    room = writer.room()
    return np.frombuffer(room, dtype, min(count, len(room) // dtype.itemsize))


def _roomed(block: NDArray[Any], room: Room) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield a block's parts in order, each with an array of its length."""
    while len(block):
        out = room(len(block))
        yield block[: len(out)], out
        block = block[len(out) :]


def _look_up(ids: NDArray[Any], table: NDArray[Any], out: NDArray[Any], kernels: bool) -> None:
    """Write ``table[ids]`` to `out`. Raises IndexError for a local id that the table does not have."""
    if kernels:
        from textengine.kernels.remap import remap

        remap(ids, table, out)
    else:
        out[:] = table[ids]
