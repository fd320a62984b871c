"""The parts of a corpus: those it was built with, or shares of its positions; read forward or backward."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textengine import Corpus
from textengine.errors import UsageError, suggest
from textengine.vocab import Vocab

SHARES = (("train", 0.8), ("val", 0.9), ("test", 1.0))  # by where they end
NOTE = (
    "the corpus was built without --split, so its positions are split 80/10/10; its vocabulary was counted on all of "
    "the text, the held-out parts included"
)


@dataclass(frozen=True)
class Parts:
    """Part -> (first token, one past the last). own: whether the corpus was built with them."""

    bounds: dict[str, tuple[int, int]]
    own: bool

    @property
    def scored(self) -> str:
        """The part to score unless another is named: test, or val where there is no test."""
        return "test" if "test" in self.bounds else "val" if "val" in self.bounds else "train"


@dataclass(frozen=True)
class Piece:
    """A stretch of ids to score, after its context: ``ids[start:]`` are scored, those before are only read."""

    ids: NDArray[Any]
    start: int

    def __len__(self) -> int:
        return len(self.ids) - self.start


def parts_of(corpus: Corpus) -> Parts:
    """Return the parts of a corpus. Raises UsageError for one without tokens."""
    if len(corpus) == 0:
        raise UsageError("the corpus holds no token")
    own = corpus.manifest.split
    if own:
        return Parts(own, own=True)
    cuts = [0, *(int(len(corpus) * share) for _, share in SHARES)]
    return Parts({name: (cuts[n], cuts[n + 1]) for n, (name, _) in enumerate(SHARES)}, own=False)


def piece(corpus: Corpus, bounds: tuple[int, int], context: int, direction: str = "forward") -> Piece:
    """Return the tokens `bounds` of a corpus after at most `context` tokens that come before them.

    direction: "backward" reverses the text, so what comes before is what stands after.
    """
    start, stop = bounds
    if direction == "backward":
        after = min(len(corpus), stop + context)
        return Piece(np.asarray(corpus.tokens[start:after])[::-1], after - stop)
    before = max(0, start - context)
    return Piece(np.asarray(corpus.tokens[before:stop]), start - before)


def bounds_of(parts: Parts, name: str) -> tuple[int, int]:
    """Return the bounds of a part. Raises UsageError if there is none of that name, or nothing in it."""
    if name not in parts.bounds:
        there = f"there is: {', '.join(parts.bounds)}"
        raise UsageError(f"the corpus has no part {name!r}{suggest(name, parts.bounds, there)}")
    start, stop = parts.bounds[name]
    if start == stop:
        raise UsageError(f"the part {name!r} of the corpus holds no token")
    return start, stop


def vocab_hash(vocab: Vocab) -> str:
    """Return the identity of a vocabulary as models see it: the SHA-256, in hex, of its tokens in id order."""
    return hashlib.sha256(json.dumps(list(vocab)).encode()).hexdigest()


def tokens_hash(corpus: Corpus) -> str:
    """Return the identity of a corpus's ids: the SHA-256, in hex, of them as little-endian uint32."""
    return hashlib.sha256(np.ascontiguousarray(corpus.tokens, "<u4").tobytes()).hexdigest()


def characters(vocab: Vocab, joiner: str) -> NDArray[np.int64]:
    """Return how many characters of text each token stands for, the joiner after it included, shape (vocabulary,)."""
    return np.array([len(token) + len(joiner) for token in vocab], np.int64)
