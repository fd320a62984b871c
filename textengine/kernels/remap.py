"""Remap: a table look-up for every id, into a dtype as narrow as the table's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from textengine.kernels.bits import Bytes, load8, store8
from textengine.kernels.jit import (
    BYTES,
    INT,
    OUT_BYTES,
    OUT_UINT16S,
    OUT_UINT32S,
    UINT16S,
    UINT32S,
    kernel,
)
from textengine.kernels.pairs import BYTE, UNPAIRED, look_up_pairs, pair_table

Ids = NDArray[Any]
PAIRED = 1 << 16  # ids


def remap_definition(ids: list[int], table: list[int]) -> list[int]:
    """Return ``table[i]`` for each id; an id that is no index of the table raises IndexError."""
    if min(ids, default=0) < 0:
        raise IndexError("negative id")
    return [table[number] for number in ids]


def narrowest(size: int) -> type[np.uint8] | type[np.uint16] | type[np.uint32]:
    """Return the smallest of uint8, uint16 and uint32 that holds the ids 0 to ``size - 1``."""
    if size > 1 << 32:
        raise OverflowError(f"{size} ids do not fit into uint32")
    return np.uint8 if size <= 1 << 8 else np.uint16 if size <= 1 << 16 else np.uint32


def remap(ids: Ids, table: Ids, out: Ids | None = None) -> Ids:
    """Return ``table[ids]``, in the dtype of `table`.

    ids, table: uint8, uint16 or uint32, one-dimensional. out: written and returned if given; shape and dtype
    of the result; it may be `ids` itself where the dtypes are the same.
    Raises IndexError, naming the first such id, if an id is no index of the table; TypeError for other
    dtypes; ValueError for an `out` that is not as the result would be.
    """
    result = np.empty(len(ids), table.dtype) if out is None else out
    for array in (ids, table, result):
        if array.ndim != 1 or array.dtype not in (np.uint8, np.uint16, np.uint32):
            raise TypeError(f"ids must be one-dimensional uint8, uint16 or uint32, not {array.dtype}")
    if result.dtype != table.dtype or len(result) != len(ids) or not result.flags.c_contiguous:
        raise ValueError("`out` must be contiguous, as long as `ids` and of the table's dtype")
    source, table = np.ascontiguousarray(ids), np.ascontiguousarray(table)
    done = _remap_pairs(source, table, result)
    failed = _remap(source[done:], table, result[done:])
    if failed >= 0:
        failed += done
        raise IndexError(f"id {ids[failed]} at position {failed} is not below {len(table)}, the table's length")
    return result


def _remap_pairs(ids: Ids, table: Ids, out: Ids) -> int:
    """Look bytes up two at a time, as long as all are indices of the table; return how many were.

    Only for many, since the table of all pairs must be made first.
    """
    if not ids.dtype == table.dtype == np.uint8 or len(ids) < PAIRED:
        return 0
    return int(_remap_bytes(ids, pair_table(np.arange(len(table[:BYTE])), table[:BYTE]), out))


@kernel(INT(BYTES, UINT32S, OUT_BYTES))
def _remap_bytes(ids: Bytes, pairs: NDArray[np.uint32], out: Bytes) -> int:
    """Fill `out`, eight bytes at a time, until fewer are left or one has no value; return how many were written."""
    for k in range(0, len(ids) - 7, 8):
        word, marks = look_up_pairs(load8(ids, k), pairs)
        if marks & UNPAIRED != 0:
            return k
        store8(word, out, k)
    return len(ids) & ~7


@kernel(
    *(
        INT(ids, table, out)
        for ids in (BYTES, UINT16S, UINT32S)
        for table, out in ((BYTES, OUT_BYTES), (UINT16S, OUT_UINT16S), (UINT32S, OUT_UINT32S))
    )
)
def _remap(ids: Ids, table: Ids, out: Ids) -> int:
    """Fill `out`; return the first position whose id is out of range, where it stops, or -1."""
    size = len(table)
    for k in range(len(ids)):
        number = np.uint64(ids[k])
        if number >= size:
            return k
        out[k] = table[number]
    return -1
