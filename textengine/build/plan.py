"""Plan: every input's shards in order, and each source's size and digest."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

from textengine.build.sources import Input
from textengine.components import Bound, FastLoader, Shard, Source
from textengine.digest import StreamDigest
from textengine.errors import RunError, SourceError, TextEngineError
from textengine.recipe.pipeline import fault
from textengine.text import Batch

_RECORDS_PER_SHARD = 1 << 16


@dataclass
class PlannedSource:
    """A source whose shards are planned.

    path: of a regular file, which is hashed in parallel; state: its size and time of last change when it was
    planned. stream: the digest of a source that can be read only once, complete when all shards are planned.
    """

    name: str
    path: str | None = None
    state: tuple[int, int] = (0, 0)
    stream: StreamDigest | None = None
    covered: int = 0

    @property
    def size(self) -> int:
        """Bytes in the source."""
        return self.stream.size if self.stream else self.state[0]

    def mark(self) -> str:
        """Return what tells the content so far from any other: a file's state, or the digest of what a stream gave."""
        return self.stream.hexdigest() if self.stream else "{}:{}".format(*self.state)


class PlannedShard(NamedTuple):
    """A shard of source number `source`. loader: what reads it, or None for a shard that holds finished records.

    mark: what tells the source, up to here if it is a stream, from any other.
    """

    source: int
    loader: Bound | None
    shard: Shard
    mark: str


class Plan(Protocol):
    """The shards of a build. `sources` fills up as the shards are taken."""

    sources: list[PlannedSource]

    def named_sources(self) -> list[Any]:
        """Return what is known of the sources before they are planned, for JSON."""

    def shards(self) -> Iterator[PlannedShard]:
        """Yield the shards in order."""


@dataclass
class InputPlan:
    """The shards of files, streams and whatever else loaders read."""

    inputs: list[Input]
    sources: list[PlannedSource] = field(default_factory=list)

    def named_sources(self) -> list[Any]:
        """Return the name of each source; of a file also its size and when it was changed."""
        return [_described(item.source) for item in self.inputs]

    def shards(self) -> Iterator[PlannedShard]:
        """Yield the shards in order."""
        for number, item in enumerate(self.inputs):
            source, planned = _opened(item.source)
            self.sources.append(planned)
            try:
                for shard in _planned_shards(source, item.loader, planned):
                    planned.covered += shard.stop - shard.start
                    yield PlannedShard(number, item.loader, shard, planned.mark())
            finally:
                if source.stream is not None and item.source.stream is None:
                    source.stream.close()


@dataclass
class RecordPlan:
    """The shards of records that a program hands over. errors: "strict" or "replace", for lone surrogates.

    The size and digest of the source are those of its framed records: each one's length in bytes (8 bytes,
    little-endian), then its UTF-8 bytes; a record may hold any character, so no terminator could separate them.
    """

    records: Iterable[str]
    name: str
    errors: str
    shard_size: int
    sources: list[PlannedSource] = field(default_factory=list)

    def named_sources(self) -> list[Any]:
        """Return the name of the records, all that is known before they are read."""
        return [{"name": self.name}]

    def shards(self) -> Iterator[PlannedShard]:
        """Yield the shards in order."""
        digest = StreamDigest()
        planned = PlannedSource(self.name, stream=digest)
        self.sources.append(planned)
        try:
            for batch in packed(self.records, self.errors == "replace", self.shard_size):
                start, first = digest.size, 0
                data = batch.buffer.tobytes()
                for end in batch.ends.tolist():
                    digest.update((end - first).to_bytes(8, "little"))
                    digest.update(data[first:end])
                    first = end
                planned.covered = digest.size
                shard = Shard(self.name, start, digest.size, payload=batch)
                yield PlannedShard(0, None, shard, planned.mark())
        except RecordError as error:
            hint = "; repair it, or build with errors='replace'" if error.replaceable else ""
            raise RunError(f"record {error.number} of {self.name} (counted from 0) {error}{hint}") from None


class RecordError(ValueError):
    """A record is no text. number: which, from 0. replaceable: whether replacement characters would mend it."""

    def __init__(self, reason: str, number: int, replaceable: bool) -> None:
        super().__init__(reason)
        self.number, self.replaceable = number, replaceable


def packed(records: Iterable[object], replace: bool, size: int) -> Iterator[Batch]:
    """Yield `records` in batches of about `size` bytes. Raises RecordError for one that is no text."""
    texts: list[str] = []
    nbytes = replaced = 0
    for number, record in enumerate(records):
        if not isinstance(record, str):
            raise RecordError(f"is a {type(record).__name__}, not a str", number, False)
        text = record
        try:
            nbytes += len(text.encode())
        except UnicodeEncodeError as error:
            if not replace:
                reason = f"holds the lone surrogate U+{ord(text[error.start]):04X}, which is no character"
                raise RecordError(reason, number, True) from None
            text = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
            nbytes += len(text.encode())
            replaced += sum(map(str.__ne__, text, record))
        texts.append(text)
        if nbytes >= size or len(texts) >= _RECORDS_PER_SHARD:
            yield Batch.from_texts(texts, replaced=replaced)
            texts, nbytes, replaced = [], 0, 0
    if texts:
        yield Batch.from_texts(texts, replaced=replaced)


def file_state(path: str) -> tuple[int, int]:
    """Return (size, time of last change in ns) of a file."""
    found = Path(path).stat()
    return found.st_size, found.st_mtime_ns


def _described(source: Source) -> dict[str, Any]:
    if source.path is None or not source.path.is_file():
        return {"name": source.name}
    size, changed = file_state(str(source.path))
    when = datetime.fromtimestamp(changed / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"name": source.name, "size": size, "changed": when}


def _opened(source: Source) -> tuple[Source, PlannedSource]:
    """Return the source as its loader sees it, and what is known of it. Raises SourceError."""
    try:
        if source.path is not None and source.path.is_file():
            with source.path.open("rb"):
                pass  # so that a file that may not be read is named before any work is done
            path = str(source.path)
            return source, PlannedSource(source.name, path, file_state(path))
        stream = source.stream or Path(source.path or os.devnull).open("rb")
    except OSError as error:
        raise SourceError(f"{source.name}: {error.strerror}") from error
    digest = StreamDigest()
    hashed = cast(BinaryIO, _HashedStream(stream, digest))
    return Source(source.name, None, hashed, source.shard_size), PlannedSource(source.name, stream=digest)


def _planned_shards(source: Source, loader: Bound, planned: PlannedSource) -> Iterator[Shard]:
    """Yield a loader's shards; what one that has only the definition yields is sent on as finished records."""
    try:
        if isinstance(loader.call, FastLoader):
            yield from loader.call.plan(source)
            return
        for batch in packed(loader.call(source), False, source.shard_size):
            yield Shard(source.name, 0, 0, payload=batch)
        yield Shard(source.name, 0, planned.size, payload=Batch.from_texts([]))
    except TextEngineError:
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise  # it says where, and is the system's word rather than the loader's
        wrapped = fault(loader, error, error.number if isinstance(error, RecordError) else None)
        wrapped.source = source.name
        raise wrapped from error


class _HashedStream:
    """A byte stream that is hashed as it is read."""

    def __init__(self, stream: BinaryIO, digest: StreamDigest) -> None:
        self._stream, self._digest = stream, digest

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._digest.update(data)
        return data

    def close(self) -> None:
        self._stream.close()
