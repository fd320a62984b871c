"""Digests of the sources that are files, made while other work goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from itertools import count

from textengine.build.journal import Journal, Place
from textengine.build.plan import PlannedSource
from textengine.build.run import Pending
from textengine.digest import chunk_digest, chunk_starts, combined

AHEAD = 64  # chunks: a GiB of files that are not in memory yet will still be there when they are encoded


class SourceHashes:
    """Hashes sources, chunk by chunk, in an executor.

    sources: as planned so far; the list may grow. journal: where the digests of chunks are noted and found, or None.
    """

    def __init__(self, executor: Executor, sources: Sequence[PlannedSource], journal: Journal | None) -> None:
        self._sources, self._taken, self._journal = sources, 0, journal
        self._pending = Pending(executor, _chunk_digest)
        self._chunks = self._planned_chunks()
        self._places: deque[Place] = deque()  # of the chunks that are pending
        self._digests: dict[Place, bytes] = {} if journal is None else dict(journal.chunks)

    def begin(self, chunks: int) -> None:
        """Begin to hash so many more chunks, if so many are planned, and take the digests that are there."""
        while self._pending.ready():
            self._take()
        for _ in range(chunks):
            place = next(self._chunks)
            if place is None:
                return
            if place not in self._digests:
                self._pending.submit((self._sources[place[0]].path or "", place[1]))
                self._places.append(place)

    def next_digest(self) -> str:
        """Return the digest of the next source, in order, which must be planned."""
        number, self._taken = self._taken, self._taken + 1
        source = self._sources[number]
        if source.stream is not None:
            return source.stream.hexdigest()
        places = [(number, start) for start in chunk_starts(source.size)]
        while not all(place in self._digests for place in places):
            self.begin(len(places))
            if len(self._pending):
                self._take()
        return combined([self._digests.pop(place) for place in places])

    def _take(self) -> None:
        place, digest = self._places.popleft(), self._pending.result()
        self._digests[place] = digest
        if self._journal is not None:
            self._journal.add_chunk(place, digest)

    def _planned_chunks(self) -> Iterator[Place | None]:
        """Yield the place of each chunk of each file, and None as long as no further source is planned."""
        for number in count():
            while number == len(self._sources):
                yield None
            source = self._sources[number]
            if source.stream is None:
                yield from ((number, start) for start in chunk_starts(source.size))


def _chunk_digest(job: tuple[str, int]) -> bytes:
    return chunk_digest(*job)
