"""pyarrow: a text's lines as Arrow strings, normalized, split at white space and dictionary-encoded, in threads.

As a script: ``python arrow.py TEXT OUTPUT`` writes the ids as uint32, and prints how many tokens and how many distinct
ones there are.

The functions hold no lock, so blocks of lines are normalized and split in as many threads as there are cores; the
dictionary is made over all blocks, in one thread, as the library does it. Ids are in order of frequency, equal ones as
first seen: they are the engine's. It does less than the engine: no check that the text is UTF-8 beyond what the
functions need, no digests, no record ends, nothing synced.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BLOCK = 8 << 20


def blocks(path: str) -> Iterator[bytes]:
    """Yield the text in blocks of whole lines."""
    with open(path, "rb") as file:  # noqa: PTH123
        while block := file.read(BLOCK):
            yield block + file.readline()


def lines(block: bytes) -> pa.StringArray:
    """Return the lines of a block, without their ends, over the block's own memory."""
    buffer = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(buffer == ord("\n")) + 1
    if len(ends) == 0 or ends[-1] != len(buffer):
        ends = np.append(ends, len(buffer))
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    return pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block))


def words(block: bytes) -> pa.StringArray:
    """Return the words of a block, in order."""
    spaced = pc.replace_substring_regex(lines(block), "[^A-Za-z]+", " ")
    normalized = pc.ascii_lower(pc.ascii_trim_whitespace(spaced))
    split = pc.list_flatten(pc.ascii_split_whitespace(normalized))
    return split.filter(pc.not_equal(split, ""))  # an empty line is split into one empty word


def main(path: str, output: str) -> None:
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        tokens = pa.chunked_array(list(pool.map(words, blocks(path))), pa.string())
    encoded = tokens.dictionary_encode().unify_dictionaries()
    size = len(encoded.chunk(0).dictionary)
    numbers = [chunk.indices.to_numpy() for chunk in encoded.chunks]
    counts = sum(np.bincount(part, minlength=size) for part in numbers)
    ranks = np.empty(size, np.uint32)
    ranks[np.argsort(-counts, kind="stable")] = np.arange(1, size + 1, dtype=np.uint32)
    with open(output, "wb") as file:  # noqa: PTH123
        for part in numbers:
            ranks[part].tofile(file)
    print(len(tokens), size)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
