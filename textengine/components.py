"""What each kind of component is.

The definition (``__call__``) is enough for every kind; the methods named in the ``Fast...`` protocols are
optional, must give identical results, and are used when they are there. A component is either a class, which is
instantiated with its options (the fields of a frozen dataclass), or any other callable, which is the component
itself: a plain ``str -> str`` function is a normalizer.

This module is imported by plugins when their hooks are asked, so it imports nothing heavy.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, runtime_checkable

from textengine.errors import ComponentError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    from numpy.typing import NDArray

    from textengine.lexicon import Lexicon
    from textengine.text import Batch
    from textengine.vocab import Counts, Vocab

DEFAULT_SHARD_SIZE = 16 * 2**20


class Kind(enum.StrEnum):
    """A kind of component; `hook` is the hook that provides it."""

    LOADER = "loader"
    DATASET = "dataset"
    NORMALIZER = "normalizer"
    TOKENIZER = "tokenizer"
    VOCAB_BUILDER = "vocabulary builder"
    EXECUTOR = "executor"
    EXPORTER = "exporter"
    RECIPE = "recipe"
    COMMAND = "command"

    @property
    def hook(self) -> str:
        """The name of the hook that provides components of this kind."""
        short = "vocab_builder" if self is Kind.VOCAB_BUILDER else self.value
        return f"textengine_{short}s"


@dataclass(frozen=True)
class Source:
    """Something that text is read from: a file (`path`) or a stream of bytes (`stream`).

    name: how messages name it. shard_size: how many bytes the engine would like in a shard.
    """

    name: str
    path: Path | None = None
    stream: BinaryIO | None = None
    shard_size: int = DEFAULT_SHARD_SIZE


@dataclass(frozen=True, slots=True)
class Shard:
    """A unit of work: bytes `start` to `stop` of a source, cut where a record ends.

    source: the source's name, for messages. The bytes are read from `path`, unless `payload` holds them
    already: as bytes, to be read by the loader, or as a Batch of finished records. kernels: whether reading may use
    kernels. Picklable.
    """

    source: str
    start: int
    stop: int
    path: str | None = None
    payload: bytes | Batch | None = None
    kernels: bool = False


class Loader(Protocol):
    """source -> records. May declare ``suffixes``, the file endings that it is chosen for, as (".txt", ...)."""

    def __call__(self, source: Source) -> Iterable[str]:
        """Yield the records of `source`, without line terminators."""


@runtime_checkable
class FastLoader(Protocol):
    """A loader whose sources can be cut into shards that are read independently, in parallel."""

    def plan(self, source: Source) -> Iterable[Shard]:
        """Yield the shards of `source` in order, together covering every byte."""

    def read(self, shard: Shard) -> Iterator[Batch]:
        """Yield the records of one shard. Runs in a worker."""


class Dataset(Protocol):
    """A named text that can be had: fetched once, verified, kept."""

    def __call__(self, cache: Path) -> list[Path]:
        """Return the files of the data set, fetching them into the folder `cache` where they are missing."""


class Normalizer(Protocol):
    """record -> record, a pure function. May declare ``unicode_version`` if its result depends on one."""

    def __call__(self, text: str) -> str:
        """Return the normalized record."""


@runtime_checkable
class FastNormalizer(Protocol):
    """A normalizer that takes many records at once."""

    def batch(self, batch: Batch) -> Batch:
        """Return the batch of normalized records: as many, in order, `offsets` and `replaced` kept."""


class Tokenizer(Protocol):
    """record -> tokens, a pure function. ``joiner`` is what decoding puts between tokens (" " if absent)."""

    def __call__(self, text: str) -> list[str]:
        """Return the tokens of one record."""


@runtime_checkable
class FastTokenizer(Protocol):
    """A tokenizer that takes many records at once and interns as it goes."""

    def encode(self, batch: Batch, lexicon: Lexicon) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return (ids, ends): the local ids of all tokens, and the number of tokens up to each record's end."""


class VocabBuilder(Protocol):
    """counts -> vocabulary."""

    def __call__(self, counts: Counts) -> Vocab:
        """Return the vocabulary for tokens counted in first-appearance order."""


class ExecutorFactory(Protocol):
    """workers -> something that runs tasks. May declare ``in_process = False`` if tasks are pickled."""

    def __call__(self, workers: int) -> Executor:
        """Return an executor with `workers` workers."""


class Exporter(Protocol):
    """corpus -> another format."""

    def __call__(self, corpus: Any, path: Path) -> None:
        """Write `corpus` to `path`, and prove that what was written reads back to the same ids."""


@dataclass(frozen=True, slots=True)
class Component:
    """A registered component: what a plugin provides under a name."""

    kind: str
    name: str
    distribution: str
    version: str
    value: Any

    @property
    def qualified(self) -> str:
        """``distribution/name``."""
        return f"{self.distribution}/{self.name}"

    def fault(self, reason: str, record: int | None = None, offset: int | None = None) -> ComponentError:
        """Return the error that lays `reason` at this component's door."""
        return ComponentError(
            reason,
            plugin=self.distribution,
            version=self.version,
            kind=self.kind,
            component=self.name,
            record=record,
            offset=offset,
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """A component made with its options, ready to be called. Picklable if the component is.

    options: every option with its value, defaults included, as JSON can hold it.
    """

    component: Component
    options: Mapping[str, Any]
    call: Any

    def __reduce__(self) -> tuple[object, ...]:
        # The registered value (a class, perhaps local to a function) is not needed in a worker.
        bare = Component(
            self.component.kind,
            self.component.name,
            self.component.distribution,
            self.component.version,
            None,
        )
        return Bound, (bare, dict(self.options), self.call)
