"""verify: whether a corpus on disk is, byte for byte, what its manifest says, and whether that makes sense."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from textengine.corpus.commit import MANIFEST
from textengine.corpus.corpus import Corpus
from textengine.digest import file_digest
from textengine.errors import DamagedError

_BLOCK = 1 << 24


def verify(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Check a corpus; return name, size and digest of its files, the manifest last.

    Raises DamagedError, naming the first file that does not fit; SourceError where there is no corpus to check.
    """
    directory = Path(path)
    corpus = Corpus.open(directory)
    manifest = corpus.manifest
    files = manifest.document["files"]
    for role, entry in files.items():
        file = manifest.file(directory, role)
        found = file_digest(file)
        if found != entry["digest"]:
            raise DamagedError(
                f"{file}: its digest is {found[:16]}..., but the manifest says {entry['digest'][:16]}..."
            )
    _check_contents(corpus, directory)
    own = directory / MANIFEST
    return [*files.values(), {"name": MANIFEST, "size": own.stat().st_size, "digest": file_digest(own)}]


def _check_contents(corpus: Corpus, directory: Path) -> None:
    """Raise DamagedError unless ids, ends, vocabulary and books fit together."""
    document = corpus.manifest.document
    files = {role: directory / entry["name"] for role, entry in document["files"].items()}
    tokens, ends, books = corpus.tokens, corpus.ends, document["books"]
    if tokens.ndim != 1 or tokens.dtype.name != document["dtype"] or len(tokens) != books["tokens"]:
        raise DamagedError(
            f"{files['tokens']}: it holds {tokens.shape} {tokens.dtype}, which is not what the books say"
        )
    if ends.ndim != 1 or ends.dtype != np.int64 or len(ends) != books["encoded"] + books["empty"]:
        raise DamagedError(f"{files['ends']}: it holds {ends.shape} {ends.dtype}, which is not what the books say")
    last = int(ends[-1]) if len(ends) else 0
    if last != len(tokens) or (len(ends) and (int(ends[0]) < 0 or bool(np.any(np.diff(ends) < 0)))):
        raise DamagedError(f"{files['ends']}: its record ends do not fit the {len(tokens)} tokens")
    if int(np.count_nonzero(np.diff(ends, prepend=0) == 0)) != books["empty"]:
        raise DamagedError(f"{files['ends']}: it has not the {books['empty']} empty records that the books say")
    if len(corpus.vocab) != document["vocab_size"]:
        raise DamagedError(
            f"{files['vocab']}: {len(corpus.vocab)} tokens, but the manifest says {document['vocab_size']}"
        )
    for start in range(0, len(tokens), _BLOCK):
        largest = int(tokens[start : start + _BLOCK].max())
        if largest >= len(corpus.vocab):
            raise DamagedError(f"{files['tokens']}: id {largest} is outside the vocabulary of {len(corpus.vocab)}")
