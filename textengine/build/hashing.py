"""Digests of the sources that are files, made while other work goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from itertools import count

from textengine.build.plan import PlannedSource
from textengine.build.run import Pending
from textengine.digest import chunk_digest, chunk_starts, combined

AHEAD = 64  # chunks: a GiB of files that are not in memory yet will still be there when they are encoded


class SourceHashes:
    """Hashes sources, chunk by chunk, in an executor. sources: as planned so far; the list may grow."""

    def __init__(self, executor: Executor, sources: Sequence[PlannedSource]) -> None:
        self._sources, self._taken = sources, 0
        self._pending = Pending(executor, _chunk_digest)
        self._chunks = self._planned_chunks()

    def begin(self, chunks: int) -> None:
        """Begin to hash so many more chunks, if so many are planned."""
        for _ in range(chunks):
            job = next(self._chunks)
            if job is None:
                return
            self._pending.submit(job)

    def next_digest(self) -> str:
        """Return the digest of the next source, in order, which must be planned."""
        source = self._sources[self._taken]
        self._taken += 1
        if source.stream is not None:
            return source.stream.hexdigest()
        chunks = len(chunk_starts(source.size))
        self.begin(chunks - len(self._pending))
        return combined([self._pending.result() for _ in range(chunks)])

    def _planned_chunks(self) -> Iterator[tuple[str, int] | None]:
        """Yield (path, start) of each chunk of each file, and None as long as no further source is planned."""
        for number in count():
            while number == len(self._sources):
                yield None
            source = self._sources[number]
            if source.stream is None:
                yield from ((source.path or "", start) for start in chunk_starts(source.size))


def _chunk_digest(job: tuple[str, int]) -> bytes:
    return chunk_digest(*job)
