"""What a worker does with a shard: encode it into local ids, and later write its final ids."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textengine.build.storage import Stored, smallest_dtype, write_array
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

    ids: local ids, in the smallest unsigned dtype. ends: int64, tokens up to the end of each record of the shard.
    lexicon: its distinct tokens and their counts; None once they are merged.
    """

    number: int
    source: int
    source_name: str
    nbytes: int
    replaced: int
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
    ids: list[NDArray[Any]] = []
    ends: list[NDArray[np.int64]] = []
    records = tokens = replaced = 0
    try:
        with closing(_batches(job.shard, job.loader)) as batches:
            for batch in batches:
                batch_ids, batch_ends = job.pipeline.encode(batch, lexicon, job.kernels)
                ids.append(batch_ids.astype(smallest_dtype(max(0, len(lexicon) - 1)), copy=False))
                ends.append(batch_ends + tokens)
                records += len(batch)
                tokens += len(batch_ids)
                replaced += batch.replaced
    except ComponentError as error:
        error.source = job.shard.source
        error.record = None if error.record is None else error.record + records
        return FailedShard(job.source, error)
    dtype = smallest_dtype(max(0, len(lexicon) - 1))
    all_ids = np.concatenate([np.zeros(0, dtype), *ids])
    all_ends = np.concatenate([np.zeros(0, np.int64), *ends])
    return EncodedShard(
        job.number,
        job.source,
        job.shard.source,
        job.shard.stop - job.shard.start,
        replaced,
        Stored.keep(all_ids, job.folder, f"{job.number:06d}.ids"),
        Stored.keep(all_ends, job.folder, f"{job.number:06d}.ends"),
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
class RemapJob:
    """Give the first `keep` tokens of a shard their final ids.

    table: final id of each local id. unknown: whether a local id has no token in the vocabulary, or None if all have.
    path, offset: where the ids are written (bytes); with no path they are returned. kernels: whether to use them.
    """

    ids: Stored
    keep: int
    table: NDArray[Any]
    unknown: NDArray[np.bool_] | None
    path: str | None
    offset: int
    kernels: bool = False


@dataclass(frozen=True, slots=True)
class RemappedShard:
    """unknown: how many tokens are not in the vocabulary. first_unknown: position of the first, or -1."""

    ids: NDArray[Any] | None
    unknown: int
    first_unknown: int


def remap_shard(job: RemapJob) -> RemappedShard:
    """Look each token's final id up and write it to its place."""
    local = job.ids.load()[: job.keep]
    unknown, first = 0, -1
    if job.unknown is not None:
        positions = np.flatnonzero(job.unknown[local])
        unknown = len(positions)
        first = int(positions[0]) if unknown else -1
    if job.kernels:
        from textengine.kernels.remap import remap

        final = remap(local, job.table)
    else:
        final = job.table[local]
    if job.path is None:
        return RemappedShard(final, unknown, first)
    if len(final):
        with Path(job.path).open("r+b") as file:
            file.seek(job.offset)
            write_array(file, final)
    return RemappedShard(None, unknown, first)
