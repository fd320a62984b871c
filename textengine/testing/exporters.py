"""What an exporter must do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from textengine.corpus.corpus import Corpus
from textengine.testing.check import LackingError, require_equal
from textengine.testing.options import OPTION_CHECKS
from textengine.testing.subject import Subject, engine_with
from textengine.testing.texts import sample_corpus


def _corpora() -> dict[str, Corpus]:
    """Return corpora of one and of two bytes an id, and one without a token."""
    many = [f"word{number}" for number in range(300)]
    engine = engine_with()
    return {
        "the sample": engine.build_records(sample_corpus(), normalizers=[]),
        "more than 256 tokens": engine.build_records([" ".join(many)], normalizers=[]),
        "no tokens": engine.build_records(["", ""]),
    }


def writes_something(subject: Subject) -> None:
    """After the call there is a file or a folder at the path, for a corpus without tokens too."""
    for name, corpus in _corpora().items():
        with TemporaryDirectory() as folder:
            path = Path(folder, "out")
            subject.make()(corpus, path)
            if not path.exists():
                raise LackingError(f"on a corpus of {name}: expected a file or folder at the path, found nothing")


def deterministic(subject: Subject) -> None:
    """Two exports of a corpus are the same files, to the last byte."""
    corpus = _corpora()["the sample"]
    with TemporaryDirectory() as folder:
        one, other = Path(folder, "1", "out"), Path(folder, "2", "out")
        for path in (one, other):
            path.parent.mkdir()
            subject.make()(corpus, path)
        require_equal(_files(one), _files(other), "the files of a second export")


def leaves_the_corpus_alone(subject: Subject) -> None:
    """The corpus is the same afterwards."""
    corpus = _corpora()["the sample"]
    before = corpus.tokens.tolist(), corpus.ends.tolist(), list(corpus.vocab)
    with TemporaryDirectory() as folder:
        subject.make()(corpus, Path(folder, "out"))
    require_equal(before, (corpus.tokens.tolist(), corpus.ends.tolist(), list(corpus.vocab)), "the corpus, afterwards")


def re_reads_to_the_same_ids(subject: Subject) -> None:
    """What was written reads back to the ids of the corpus, by its method ``read(path)`` or the `read` of the check."""
    made = subject.make()
    read: Callable[[Path], Iterable[Any]] | None = subject.read or getattr(made, "read", None)
    if read is None:
        raise LackingError(
            "nothing reads its output; give it a method read(path) that returns the ids, or the check a `read`"
        )
    for name, corpus in _corpora().items():
        with TemporaryDirectory() as folder:
            made(corpus, Path(folder, "out"))
            found = [int(number) for number in read(Path(folder, "out"))]
        require_equal(corpus.tokens.tolist(), found, f"the ids read back from a corpus of {name}")


def _files(path: Path) -> dict[str, bytes]:
    found = [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.is_file())
    return {str(item.relative_to(path.parent)): item.read_bytes() for item in found}


CHECKS = (writes_something, deterministic, leaves_the_corpus_alone, re_reads_to_the_same_ids, *OPTION_CHECKS)
