"""Which tokens and records of each shard are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from textengine.build.shard import EncodedShard


@dataclass(frozen=True, slots=True)
class KeptPart:
    """The first `tokens` tokens and `records` records of a shard are kept; `empty` of these records have no token."""

    tokens: int
    records: int
    empty: int


def kept_parts(shards: Sequence[EncodedShard], kept: int) -> list[KeptPart]:
    """Return the part of each shard that is kept if `kept` tokens are.

    If tokens are cut, the record in which the last kept token stands is the last one kept, and may be cut itself.
    """
    cut = kept < sum(shard.ids.length for shard in shards)
    parts, left = [], kept
    for shard in shards:
        if not cut or left > shard.ids.length:
            parts.append(KeptPart(shard.ids.length, shard.ends.length, shard.empty))
            left -= shard.ids.length
        elif left == 0:
            parts.append(KeptPart(0, 0, 0))
        else:
            ends = shard.ends.load()
            ends = ends[: int(np.searchsorted(ends, left)) + 1]
            starts = np.concatenate([np.zeros(min(1, len(ends)), ends.dtype), ends[:-1]])
            parts.append(KeptPart(left, len(ends), int(np.count_nonzero(starts == ends))))
            left = 0
    return parts
