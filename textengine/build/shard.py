"""What a worker does with a shard: encode it into local ids, and later write its final ids."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from textengine.build.storage import BLOCK, Keeper, Stored, smallest_dtype, write_array
from textengine.components import Bound, Shard
from textengine.errors import ComponentError, PluginError, TextEngineError
from textengine.lexicon import Lexicon
from textengine.recipe.pipeline import Pipeline, fault
from textengine.text import Batch


@dataclass(frozen=True, slots=True)
class EncodeJob:
    """Encode `shard`, the `number`-th of the build, which belongs to source number `source`.

    folder: where ids and ends are kept, or None for memory. kernels: whether components may use their fast paths.
    """

    number: int
    source: int
    shard: Shard
    loader: Bound | None
    pipeline: Pipeline
    folder: str | None
    kernels: bool = False


@dataclass(frozen=True, slots=True)
class EncodedShard:
    """A shard's records as local ids.

    ids: local ids, in the smallest unsigned dtype. ends: tokens up to the end of each record of the shard, likewise.
    empty: how many of its records have no tokens.
    lexicon: its distinct tokens and their counts; None once they are merged.
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


@dataclass(frozen=True, slots=True)
class FailedShard:
    """A component failed on a record, which `error` counts from the beginning of the shard."""

    source: int
    error: ComponentError


def encode_shard(job: EncodeJob) -> EncodedShard | FailedShard:
    """Read, normalize, tokenize and intern a shard."""
    lexicon = job.pipeline.lexicon(job.kernels)
    with (
        closing(Keeper(job.folder, f"{job.number:06d}.ids")) as ids,
        closing(Keeper(job.folder, f"{job.number:06d}.ends")) as ends,
    ):
        records = tokens = replaced = empty = 0
        try:
            with closing(_batches(job.shard, job.loader)) as batches:
                for batch in batches:
                    batch_ids, batch_ends = job.pipeline.encode(batch, lexicon, job.kernels)
                    ids.append(batch_ids.astype(smallest_dtype(max(0, len(lexicon) - 1)), copy=False))
                    ends.append(batch_ends + tokens)
                    records += len(batch)
                    tokens += len(batch_ids)
                    empty += int(np.count_nonzero(np.diff(batch_ends, prepend=0) == 0))
                    replaced += batch.replaced
        except ComponentError as error:
            error.source = job.shard.source
            error.record = None if error.record is None else error.record + records
            return FailedShard(job.source, error)
        return EncodedShard(
            job.number,
            job.source,
            job.shard.source,
            job.shard.stop - job.shard.start,
            replaced,
            empty,
            ids.close(),
            ends.close(),
            lexicon,
        )


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


@dataclass(frozen=True, slots=True)
class WriteJob:
    """Give the first `tokens` tokens of a shard their final ids, and its first `records` records their final ends.

    before: tokens before the shard. table: final id of each local id. unknown: whether a local id has no token in the
    vocabulary, or None if all have. places: (path, byte offset) of the ids and of the ends, or None to return both.
    kernels: whether to use them.
    """

    ids: Stored
    ends: Stored
    tokens: int
    records: int
    before: int
    table: NDArray[Any]
    unknown: NDArray[np.bool_] | None
    places: tuple[tuple[str, int], tuple[str, int]] | None
    kernels: bool


@dataclass(frozen=True, slots=True)
class WrittenShard:
    """unknown: how many tokens are not in the vocabulary. first_unknown: position of the first, or -1.

    end: the last record end, or `before` where there is no record. ids, ends: only where they were not written.
    """

    unknown: int
    first_unknown: int
    end: int
    ids: NDArray[Any] | None
    ends: NDArray[np.int64] | None


def write_shard(job: WriteJob) -> WrittenShard:
    """Look each token's final id up, and write ids and ends to their places."""
    with ExitStack() as files:
        outputs: list[BinaryIO | None] = [None, None]
        if job.places is not None:
            outputs = [files.enter_context(_opened_at(place)) for place in job.places]
        ids, ends = (_Sink(file) for file in outputs)
        unknown, first, done = 0, -1, 0
        room = np.empty(min(job.tokens, BLOCK), job.table.dtype)
        for block in job.ids.blocks(job.tokens):
            if job.unknown is not None:
                positions = np.flatnonzero(job.unknown[block])
                unknown += len(positions)
                if first < 0 and len(positions):
                    first = done + int(positions[0])
            ids.write(_looked_up(block, job.table, room[: len(block)] if job.kernels else None))
            done += len(block)
        end = job.before
        for block in job.ends.blocks(job.records):
            final = np.minimum(block, job.tokens).astype("<i8") + job.before
            end = int(final[-1])
            ends.write(final)
    return WrittenShard(unknown, first, end, ids.array(job.table.dtype), ends.array(np.dtype("<i8")))


class _Sink:
    """Takes blocks of an array, into a file if there is one and into memory otherwise."""

    def __init__(self, file: BinaryIO | None) -> None:
        self._file = file
        self._blocks: list[NDArray[Any]] = []

    def write(self, block: NDArray[Any]) -> None:
        """Take one block."""
        if self._file is not None:
            write_array(self._file, block)
        else:
            self._blocks.append(block.copy())  # its memory is used again for the next

    def array(self, dtype: np.dtype[Any]) -> NDArray[Any] | None:
        """Return everything that was taken into memory, or None where it is in the file."""
        return None if self._file is not None else np.concatenate([np.zeros(0, dtype), *self._blocks])


def _opened_at(place: tuple[str, int]) -> BinaryIO:
    file = Path(place[0]).open("r+b", buffering=0)
    file.seek(place[1])
    return file


def _looked_up(ids: NDArray[Any], table: NDArray[Any], out: NDArray[Any] | None) -> NDArray[Any]:
    """Return ``table[ids]``; by a kernel, into `out`, if that is given."""
    if out is None:
        final: NDArray[Any] = table[ids]
        return final
    from textengine.kernels.remap import remap

    return remap(ids, table, out)
