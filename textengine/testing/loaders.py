"""What a loader must do."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from textengine.components import FastLoader, Source
from textengine.testing.check import LackingError, require_equal, shown
from textengine.testing.options import OPTION_CHECKS
from textengine.testing.spawn import results_elsewhere
from textengine.testing.subject import Subject
from textengine.testing.texts import EDGES, sample_corpus

_SIZES = (1, 7, 64, 1 << 20)


@contextmanager
def _sources(subject: Subject) -> Iterator[dict[str, Source]]:
    """Yield the sources to read, by name: the sample that was given, or text files of many kinds."""
    if subject.sample is not None:
        yield {Path(subject.sample).name: Source(str(subject.sample), Path(subject.sample))}
        return
    suffixes = getattr(subject.component.value, "suffixes", (".txt",))
    suffix = suffixes if isinstance(suffixes, str) else next(iter(suffixes), ".txt")
    texts = {"the sample": "\n".join(sample_corpus()), **EDGES, "no last line end": "one\ntwo", "CRLF": "a\r\nb\r\n"}
    with TemporaryDirectory() as folder:
        found = {}
        for number, (name, text) in enumerate(texts.items()):
            path = Path(folder, f"{number}{suffix}")
            path.write_bytes(text.encode())
            found[name] = Source(path.name, path)
        yield found


def yields_text(subject: Subject) -> None:
    """Records are str of Unicode scalar values; empty, huge and odd files are no error."""
    with _sources(subject) as sources:
        for name, source in sources.items():
            try:
                records = list(subject.make()(source))
            except (Exception, SystemExit) as error:
                raise LackingError(f"expected the records of {name}, got {type(error).__name__}: {error}") from error
            for number, record in enumerate(records):
                if not isinstance(record, str):
                    raise LackingError(f"record {number} of {name}: expected a str, got {type(record).__name__}")
                if any("\ud800" <= char <= "\udfff" for char in record):
                    raise LackingError(f"record {number} of {name}: expected no lone surrogate, got {shown(record)}")


def deterministic(subject: Subject) -> None:
    """Reading a source twice gives the same records, also by a loader made anew."""
    with _sources(subject) as sources:
        loader = subject.make()
        for name, source in sources.items():
            first = list(loader(source))
            require_equal(first, list(loader(source)), f"a second reading of {name}")
            require_equal(first, list(subject.make()(source)), f"a reading of {name} by a loader made anew")


def picklable_under_spawn(subject: Subject) -> None:
    """A loader that is read in parallel can be sent to a fresh process; so can its shards."""
    loader = subject.make()
    if not isinstance(loader, FastLoader):
        return
    results_elsewhere(loader, [])
    with _sources(subject) as sources:
        for source in sources.values():
            for shard in loader.plan(source):
                pickle.loads(pickle.dumps(shard))


def shards_cover_every_byte(subject: Subject) -> None:
    """The shards of a file follow one another from its first byte to its last."""
    loader = subject.make()
    if not isinstance(loader, FastLoader):
        return
    with _sources(subject) as sources:
        for name, source in sources.items():
            for size in _SIZES:
                position = 0
                for shard in loader.plan(replace(source, shard_size=size)):
                    require_equal(position, shard.start, f"where a shard of {name} begins, shard size {size}")
                    position = shard.stop
                last = source.path.stat().st_size if source.path else 0
                require_equal(last, position, f"where the last shard of {name} ends, shard size {size}")


def fast_path_equals_definition(subject: Subject) -> None:
    """``plan`` and ``read`` give the records that the call gives, wherever shards are cut, with kernels or without."""
    loader = subject.make()
    is_fast = isinstance(loader, FastLoader)  # a name, so that the call below stays that of the definition
    if not is_fast:
        return
    with _sources(subject) as sources:
        for name, source in sources.items():
            expected = list(loader(source))
            sizes = _SIZES if name != "huge" else _SIZES[-1:]
            for size in sizes:
                for kernels in (False, True) if find_spec("numba") else (False,):
                    shards = [replace(item, kernels=kernels) for item in loader.plan(replace(source, shard_size=size))]
                    found = [text for shard in shards for batch in loader.read(shard) for text in batch.texts()]
                    require_equal(expected, found, f"the records of {name} by shards of {size} bytes")


CHECKS = (
    yields_text,
    deterministic,
    picklable_under_spawn,
    shards_cover_every_byte,
    fast_path_equals_definition,
    *OPTION_CHECKS,
)
