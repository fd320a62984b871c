"""Loaders, builders, executors and exporters that lack a property fail its check, which says what was expected."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from textengine import Batch, Counts, Kind, Source, Vocab
from textengine.build.shard import EncodeJob
from textengine.builtin.executors.serial import _SerialExecutor
from textengine.builtin.loaders.text import TextLoader
from textengine.testing import CheckError, checks_of

COUNTER = itertools.count()


class Swapped(_SerialExecutor):
    """Futures that hold the result of the task before."""

    last: Any = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.last, before = super().submit(fn, *args, **kwargs), self.last
        return before or self.last


class Silent(_SerialExecutor):
    """Futures that replace the error."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except ValueError:
            future.set_result(None)
        result = future.result()
        if hasattr(result, "error"):
            result.error.record = 0
        return future


class Gaps(TextLoader):
    def plan(self, source: Source) -> Any:
        yield from list(super().plan(source))[1:]


class Locked(TextLoader):
    def __reduce__(self) -> str:
        raise TypeError("it holds a lock")


class Tampers(TextLoader):
    def __call__(self, source: Source) -> Any:
        return [text.upper() for text in super().__call__(source)]


class Backwards(_SerialExecutor):
    """Turns the records of a shard around."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if isinstance(args[0], EncodeJob):
            texts = [text[::-1] for text in args[0].shard.payload.texts()]
            args = (replace(args[0], shard=replace(args[0].shard, payload=Batch.from_texts(texts))),)
        return super().submit(fn, *args, **kwargs)


def undeclared_processes(workers: int) -> Executor:
    """An executor that does not say that its tasks leave the process."""
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"))


class Grows:
    """A builder that keeps the tokens of earlier vocabularies."""

    def __init__(self) -> None:
        self.known: dict[str, None] = {}

    def __call__(self, counts: Counts) -> Vocab:
        self.known.update(dict.fromkeys(counts))
        return Vocab.from_tokens(self.known, counts)


class CannotBeSaved(Vocab):
    def to_json(self) -> str:
        return Vocab.from_tokens(["other"]).to_json()


def surrogates(source: Source) -> list[str]:
    """A loader of what is no text."""
    return ["\ud800"]


def growing(source: Source) -> list[str]:
    """A loader that gives something new each time."""
    return [str(next(COUNTER))]


def reads_nothing(path: Path) -> list[int]:
    """Reads no ids."""
    return []


def to_nowhere(corpus: Any, path: Path) -> None:
    """Writes nothing."""


def to_text(corpus: Any, path: Path) -> None:
    """Writes ids, one a line."""
    path.write_text("\n".join(map(str, corpus)))


def to_diary(corpus: Any, path: Path) -> None:
    """Writes something new each time."""
    path.write_text(str(next(COUNTER)))


def to_zero(corpus: Any, path: Path) -> None:
    """Writes nothing, and changes the corpus."""
    corpus.tokens[:] = 0


BROKEN: list[tuple[Kind, Any, str, str]] = [
    (Kind.VOCAB_BUILDER, lambda counts: dict(counts), "returns a vocab", "expected a Vocab, got dict"),
    (Kind.VOCAB_BUILDER, lambda counts: Vocab.from_tokens([str(next(COUNTER))]), "deterministic", "of a second call"),
    (Kind.VOCAB_BUILDER, lambda counts: Vocab.from_tokens(["a"]), "covers the text", "or an unknown token to stand"),
    (Kind.VOCAB_BUILDER, lambda counts: Vocab.from_tokens([max(counts)]), "handles no tokens", "it raised ValueError"),
    (Kind.VOCAB_BUILDER, lambda counts: counts.update(["new"], [1]), "leaves the counts alone", "the counts, afterw"),
    (Kind.VOCAB_BUILDER, Grows, "keeps no state between calls", "the tokens after another vocabulary: expected ['The"),
    (Kind.VOCAB_BUILDER, CannotBeSaved.from_tokens, "can be saved", "the tokens after saving: expected ['The'"),
    (Kind.EXECUTOR, lambda workers: map, "returns an executor", "expected a concurrent.futures.Executor, got type"),
    (Kind.EXECUTOR, lambda workers: Swapped(), "keeps order", "the results of pow(n, 2) for n = 0 to 49: expected"),
    (Kind.EXECUTOR, undeclared_processes, "declares whether tasks leave the process", "declare in_process = False"),
    (Kind.EXECUTOR, lambda workers: Silent(), "propagates the error with its record", "expected (41, 'ValueError: "),
    (Kind.EXECUTOR, lambda workers: Backwards(), "yields the bytes of serial", "the manifest of a corpus built by 1 w"),
    (Kind.LOADER, lambda source: [b"bytes"], "yields text", "record 0 of the sample: expected a str, got bytes"),
    (Kind.LOADER, surrogates, "yields text", "expected no lone surrogate"),
    (Kind.LOADER, growing, "deterministic", "a second reading of the sample"),
    (Kind.LOADER, Gaps, "shards cover every byte", "where a shard of the sample begins, shard size 1: expected 0"),
    (Kind.LOADER, Locked, "picklable under spawn", "it cannot be pickled (it holds a lock); define it at the top"),
    (Kind.LOADER, Tampers, "fast path equals definition", "the records of the sample by shards of 1 bytes"),
    (Kind.EXPORTER, to_nowhere, "writes something", "expected a file or folder at the path, found nothing"),
    (Kind.EXPORTER, to_diary, "deterministic", "the files of a second export"),
    (Kind.EXPORTER, to_zero, "leaves the corpus alone", "the corpus, afterwards: expected"),
    (Kind.EXPORTER, to_text, "re reads to the same ids", "give it a method read(path) that returns the ids"),
]


@pytest.mark.parametrize(
    ("kind", "component", "name", "says"), BROKEN, ids=[f"{kind}-{name}-{says[:20]}" for kind, _, name, says in BROKEN]
)
def test_broken(kind: Kind, component: Any, name: str, says: str) -> None:
    """The check that is named fails, and says what was expected and what came."""
    [check] = [check for check in checks_of(kind, component) if check.name == name]
    with pytest.raises(CheckError) as caught:
        check()
    assert (name, check.subject) == (caught.value.property, caught.value.subject)
    assert says in str(caught.value)


def test_reader_that_finds_other_ids() -> None:
    """What an exporter wrote is read back by the `read` of the check."""
    [check] = [c for c in checks_of(Kind.EXPORTER, to_text, read=reads_nothing) if c.name.startswith("re reads")]
    with pytest.raises(CheckError, match="the ids read back from a corpus of the sample"):
        check()
