"""What a worker does with a shard: encode it into local ids, or take it over from a build that was interrupted."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from textengine.build.storage import Keeper, Stored, smallest_dtype
from textengine.build.watched import next_records, watched
from textengine.components import Bound, Shard
from textengine.errors import ComponentError, PluginError, TextEngineError
from textengine.lexicon import Lexicon
from textengine.recipe.pipeline import Pipeline, fault
from textengine.text import Batch
from textengine.trace import Tally, Watch


@dataclass(frozen=True, slots=True)
class EncodeJob:
    """Encode `shard`, the `number`-th of the build, which belongs to source number `source`.

    folder: where ids and ends are kept, or None for memory. kernels: whether components may use their fast paths.
    mark: what tells the shard's content from any other. finished: the line of a journal in which the shard stands.
    traced: whether the costs of components are measured. places: the folder in which workers say where they are, or
    None.
    """

    number: int
    source: int
    shard: Shard
    loader: Bound | None
    pipeline: Pipeline
    folder: str | None
    kernels: bool = False
    mark: str = ""
    finished: Mapping[str, Any] | None = None
    traced: bool = False
    places: str | None = None

    def watch(self) -> Watch | None:
        """Return what notes costs and place, or None if nobody wants to know."""
        if not self.traced and self.places is None:
            return None
        name, extent = self.shard.source, [self.shard.start, self.shard.stop]
        where = {"number": self.number, "index": self.source, "source": name, "bytes": extent}
        place = None if self.places is None else Path(self.places, f"{self.number}.json")
        return Watch(Tally() if self.traced else None, place, where)


@dataclass(frozen=True, slots=True)
class EncodedShard:
    """A shard's records as local ids.

    ids: local ids, in the smallest unsigned dtype. ends: tokens up to the end of each record of the shard, likewise.
    empty: how many of its records have no tokens.
    lexicon: its distinct tokens and their counts; None once they are merged.
    line: what a journal says of it; None in memory. recalled: whether that is where it is from.
    tally: what components cost, if that was measured; None once it is merged.
    """

    number: int
    source: int
    source_name: str
    nbytes: int
    replaced: int
    empty: int
    ids: Stored
    ends: Stored
    lexicon: Lexicon | None
    line: Mapping[str, Any] | None
    recalled: bool = False
    tally: Tally | None = None


@dataclass(frozen=True, slots=True)
class FailedShard:
    """A component failed on a record, which `error` counts from the beginning of the shard."""

    source: int
    error: ComponentError


def encode_shard(job: EncodeJob) -> EncodedShard | FailedShard:
    """Read, normalize, tokenize and intern a shard; or take it over, if it is finished and its files are whole."""
    watch, started = job.watch(), perf_counter()
    found = _recalled(job) or _encoded(job, watch)
    if watch is None:
        return found
    watch.over()
    if watch.tally is None or isinstance(found, FailedShard):
        return found
    watch.tally.seconds = perf_counter() - started
    return replace(found, tally=watch.tally)


def _encoded(job: EncodeJob, watch: Watch | None) -> EncodedShard | FailedShard:
    lexicon = job.pipeline.lexicon(job.kernels)
    with closing(_keeper(job, "ids")) as ids, closing(_keeper(job, "ends")) as ends:
        records = tokens = replaced = empty = 0
        try:
            with closing(_batches(job.shard, job.loader)) as batches:
                for batch in watched(batches, job.loader, watch):
                    if watch is not None:
                        watch.where |= next_records(batch, records)
                    batch_ids, batch_ends = job.pipeline.encode(batch, lexicon, job.kernels, watch)
                    ids.append(batch_ids.astype(smallest_dtype(max(0, len(lexicon) - 1)), copy=False))
                    ends.append((batch_ends + tokens).astype(_integers(tokens + len(batch_ids))))
                    records += len(batch)
                    tokens += len(batch_ids)
                    empty += int(np.count_nonzero(np.diff(batch_ends, prepend=0) == 0))
                    replaced += batch.replaced
        except ComponentError as error:
            error.source = job.shard.source
            error.record = None if error.record is None else error.record + records
            return FailedShard(job.source, error)
        return _shard(job, replaced, empty, ids.close(), ends.close(), lexicon, _saved(job, lexicon))


def _shard(
    job: EncodeJob,
    replaced: int,
    empty: int,
    ids: Stored,
    ends: Stored,
    lexicon: Lexicon,
    tokens: Stored | None,
    *,
    recalled: bool = False,
) -> EncodedShard:
    line = None
    if tokens is not None:
        stored = {"ids": ids.to_json(), "ends": ends.to_json(), "tokens": tokens.to_json()}
        line = {**_key(job), "replaced": replaced, "empty": empty, **stored}
    size = job.shard.stop - job.shard.start
    return EncodedShard(
        job.number, job.source, job.shard.source, size, replaced, empty, ids, ends, lexicon, line, recalled
    )


def _key(job: EncodeJob) -> dict[str, Any]:
    """Return what a finished shard must share with a planned one to stand for it."""
    return {
        "number": job.number,
        "source": job.source,
        "start": job.shard.start,
        "stop": job.shard.stop,
        "mark": job.mark,
    }


def _recalled(job: EncodeJob) -> EncodedShard | None:
    """Return the shard as an interrupted build left it, or None if it must be encoded."""
    line, key = job.finished, _key(job)
    if line is None or {name: line.get(name) for name in key} != key:
        return None
    try:
        ids, ends, tokens = (Stored.from_json(line[role], _path(job, role)) for role in ("ids", "ends", "tokens"))
        replaced, empty = int(line["replaced"]), int(line["empty"])
    except (KeyError, TypeError, ValueError):
        return None
    if not all(stored.is_whole() for stored in (ids, ends, tokens)):
        return None
    lexicon = job.pipeline.lexicon(job.kernels)
    arena, numbers = tokens.pieces()
    lexicon.restore(arena, *numbers.reshape(2, -1))
    return _shard(job, replaced, empty, ids, ends, lexicon, tokens, recalled=True)


def _saved(job: EncodeJob, lexicon: Lexicon) -> Stored | None:
    """Write a shard's distinct tokens and their counts, or return None for a build in memory."""
    if job.folder is None:
        return None
    arena, lengths, counts = lexicon.arrays()
    with closing(_keeper(job, "tokens")) as tokens:
        tokens.append(arena)
        numbers = np.concatenate([lengths, counts])
        tokens.append(numbers.astype(_integers(int(numbers.max(initial=0)))))
        return tokens.close()


def _integers(largest: int) -> str:
    return "<u4" if largest < 1 << 32 else "<i8"


def _keeper(job: EncodeJob, role: str) -> Keeper:
    return Keeper(job.folder, _path(job, role).name)


def _path(job: EncodeJob, role: str) -> Path:
    return Path(job.folder or "", f"{job.number:06d}.{role}")


def _batches(shard: Shard, loader: Bound | None) -> Generator[Batch, None, None]:
    """Yield the records of a shard; what a loader raises, and does not mean, is laid at its door."""
    if isinstance(shard.payload, Batch) or loader is None:
        yield shard.payload  # type: ignore[misc]
        return
    try:
        yield from loader.call.read(shard)
    except TextEngineError as error:
        if isinstance(error, PluginError):
            raise fault(loader, error) from error
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise  # it says where, and is the system's word rather than the loader's
        raise fault(loader, error) from error
