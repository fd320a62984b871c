"""Corpus: ids, record ends and vocabulary, in memory or mapped from a committed directory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from textengine.corpus.manifest import Manifest, load_manifest
from textengine.digest import file_digest
from textengine.errors import DamagedError, MismatchError, SourceError, UsageError, VocabError
from textengine.plugin.discovery import load_registry
from textengine.plugin.registry import Registry
from textengine.recipe.pipeline import Pipeline
from textengine.recipe.resolved import resolve_text
from textengine.trace import Watch
from textengine.vocab import Vocab


@dataclass(frozen=True)
class Record:
    """One record of a corpus. `ids`: its token ids, shape (tokens,), a view. `text`: its tokens, joined."""

    ids: NDArray[Any]
    _decode: Callable[[NDArray[Any]], str]

    @property
    def text(self) -> str:
        """The record as its tokens spell it, after normalization; a token left out reads as the unknown token."""
        return self._decode(self.ids)


class Records(Sequence[Record]):
    """The records of a corpus, by number from 0."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def __len__(self) -> int:
        return len(self._corpus.ends)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> list[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | list[Record]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        number = range(len(self))[index]
        ends = self._corpus.ends
        start = int(ends[number - 1]) if number else 0
        return Record(self._corpus.tokens[start : int(ends[number])], self._corpus.decode)


class Corpus:
    """An encoded text.

    tokens: all ids, shape (tokens,), uint8, uint16 or uint32; memory-mapped and read-only where the corpus is on disk.
    ends: int64, shape (records,): the number of tokens up to the end of each record, empty records included.
    vocab: the vocabulary. manifest: everything else that is known about the corpus. path: where it is, or None.
    ``len(corpus)`` is the number of tokens.
    """

    def __init__(
        self,
        tokens: NDArray[Any],
        ends: NDArray[np.int64],
        vocab: Vocab | Callable[[], Vocab],
        manifest: Manifest,
        path: Path | None = None,
        registry: Registry | None = None,
        pipeline: Pipeline | None = None,
    ) -> None:
        self.tokens, self.ends, self.manifest, self.path = tokens, ends, manifest, path
        self._vocab, self._registry, self._known_pipeline = vocab, registry, pipeline

    @classmethod
    def open(cls, path: str | os.PathLike[str], registry: Registry | None = None) -> Corpus:
        """Return the corpus in the directory `path`, its arrays mapped rather than read.

        registry: where `encode` looks components up; the installed plugins, loaded when needed, if not given.
        Raises SourceError if there is no such directory, DamagedError if it holds no whole corpus.
        """
        directory = Path(path)
        if not directory.is_dir():
            what = "not a directory" if directory.exists() else "no such directory"
            raise SourceError(f"{directory}: {what}; a corpus is a directory made by 'textengine build'")
        manifest = load_manifest(directory)
        for _ in range(3):
            try:
                tokens = _mapped(manifest.file(directory, "tokens"))
                ends = _mapped(manifest.file(directory, "ends"))
                break
            except DamagedError:
                again = load_manifest(directory)
                if again == manifest:  # not replaced by a writer between our reading and our opening
                    raise
                manifest = again
        vocab_path = manifest.file(directory, "vocab")

        def load_vocab() -> Vocab:
            return _load_vocab(vocab_path, manifest.document["files"]["vocab"]["digest"])

        return cls(tokens, ends, load_vocab, manifest, directory, registry)

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.tokens)

    def __repr__(self) -> str:
        where = f" at {self.path}" if self.path else ""
        return f"<Corpus{where}: {len(self)} tokens, {len(self.ends)} records, {len(self.vocab)} in vocabulary>"

    @cached_property
    def vocab(self) -> Vocab:
        """The vocabulary, read when first asked for."""
        return self._vocab if isinstance(self._vocab, Vocab) else self._vocab()

    @property
    def records(self) -> Records:
        """The records, each with `text` and `ids`."""
        return Records(self)

    def split(self, part: str) -> NDArray[Any]:
        """Return the ids of one part ("train", "val", "test") as a view. Raises UsageError if there is none."""
        parts = self.manifest.split
        if part not in parts:
            there = f"it has {', '.join(parts)}" if parts else "it was built without --split"
            raise UsageError(f"the corpus has no part {part!r}; {there}")
        start, stop = parts[part]
        return self.tokens[start:stop]

    def encode(self, text: str) -> list[int]:
        """Return the ids of one record, by the pipeline and the vocabulary that made the corpus.

        Raises UnknownTokenError for a token outside a vocabulary that has no unknown token, ComponentError if the
        pipeline fails, and MismatchError if the components installed here are not those of the corpus.
        """
        trace = None if self._registry is None else self._registry.manager.trace
        return self.vocab[self.pipeline.tokens(text, None if trace is None else Watch(trace.tally))]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text that ids spell, tokens joined by the tokenizer's joiner. Raises VocabError."""
        return self.manifest.joiner.join(self.vocab.to_tokens(ids))

    @cached_property
    def pipeline(self) -> Pipeline:
        """The pipeline from record to tokens, proved to be the one that made the corpus."""
        if self._known_pipeline is not None:
            return self._known_pipeline
        pipeline = resolve_text(self.manifest.document["recipe"], self._registry or load_registry())
        if pipeline.text_id != self.manifest.text_id:
            raise MismatchError(
                f"{self.path or 'the corpus'} was made by components that behave differently from those installed "
                f"here (text id {self.manifest.text_id[:12]}, here {pipeline.text_id[:12]}): compare the recipes and "
                f"Unicode versions that 'textengine inspect' shows"
            )
        return pipeline

    def __iter__(self) -> Iterator[int]:
        """Iterate over the ids."""
        return iter(self.tokens.tolist())


def _mapped(path: Path) -> NDArray[Any]:
    """Return the array in a file. Raises DamagedError where the file's header is none."""
    try:
        try:
            array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:  # numpy cannot map an array of no elements
            array = np.load(path, allow_pickle=False)
    except Exception as error:
        raise DamagedError(f"{path}: not an array file: {type(error).__name__}: {error}") from error
    return array


def _load_vocab(path: Path, digest: str) -> Vocab:
    """Return the vocabulary in a file, proved to be the one that the manifest names. Raises DamagedError."""
    if file_digest(path) != digest:
        raise DamagedError(f"{path}: its digest is not the one in the manifest, so it was changed or damaged")
    try:
        return Vocab.load(path)
    except VocabError as error:
        raise DamagedError(str(error)) from error
