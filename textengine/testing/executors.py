"""What an executor must do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from textengine.components import Kind
from textengine.engine import Engine
from textengine.errors import ComponentError
from textengine.plugin.hookspecs import hookimpl
from textengine.testing.check import LackingError, require_equal
from textengine.testing.options import OPTION_CHECKS
from textengine.testing.subject import Subject, engine_with
from textengine.testing.texts import sample_corpus

_FAILING = 41  # among enough records that it lies in a shard in the middle
_SHARD = 256


@dataclass(frozen=True)
class FailsOnMark:
    """A tokenizer that fails on one word, so that it can be seen what becomes of its error. In reach of any process."""

    def __call__(self, text: str) -> list[str]:
        if text == "fail":
            raise ValueError("the mark was met")
        return text.split()


@contextmanager
def _opened(subject: Subject, workers: int = 2) -> Iterator[Executor]:
    executor = subject.make()(workers)
    if not isinstance(executor, Executor):
        raise LackingError(f"expected a concurrent.futures.Executor, got {type(executor).__name__}")
    with executor:
        yield executor


def returns_an_executor(subject: Subject) -> None:
    """The factory returns a ``concurrent.futures.Executor``, for one worker and for several."""
    for workers in (1, 2):
        with _opened(subject, workers):
            pass


def keeps_order(subject: Subject) -> None:
    """Each future holds the result of its own task, and ``map`` gives results in the order of the tasks."""
    with _opened(subject) as executor:
        futures = [executor.submit(pow, number, 2) for number in range(50)]
        expected = [number**2 for number in range(50)]
        require_equal(expected, [future.result() for future in futures], "the results of pow(n, 2) for n = 0 to 49")
        require_equal(expected, list(executor.map(pow, range(50), [2] * 50)), "the same by map")


def declares_whether_tasks_leave_the_process(subject: Subject) -> None:
    """``in_process = False`` is declared where tasks are sent elsewhere: components are then proved to be sendable."""
    with _opened(subject) as executor:
        elsewhere = executor.submit(os.getpid).result() != os.getpid()
    declared = not getattr(subject.make(), "in_process", True)
    if elsewhere and not declared:
        raise LackingError(
            "its tasks run in another process; declare in_process = False, so that components are checked"
        )


def propagates_the_error_with_its_record(subject: Subject) -> None:
    """What a component raises in a worker reaches the caller as ComponentError, with the record and the reason."""
    texts = [f"record {number} of a text" for number in range(60)]
    texts[_FAILING] = "fail"
    engine = _engine(subject)
    try:
        engine.build_records(
            texts, tokenizer="testing/fails", normalizers=[], executor="checked/subject", workers=2, shard_size=_SHARD
        )
    except ComponentError as error:
        found = (error.record, error.reason)
        require_equal((_FAILING, "ValueError: the mark was met"), found, "the record and reason of a failure")
        return
    raise LackingError(f"expected the ValueError that a tokenizer raised on record {_FAILING}, got a corpus")


def yields_the_bytes_of_serial(subject: Subject) -> None:
    """A corpus is the same, to the last byte of its manifest, as one built by the executor ``serial``."""
    engine, texts = _engine(subject), sample_corpus() * 5
    with TemporaryDirectory() as folder:
        manifests: dict[tuple[str, int], bytes] = {}
        for name, workers in (("textengine/serial", 1), ("checked/subject", 1), ("checked/subject", 2)):
            output = Path(folder, f"{len(manifests)}")
            engine.build_records(texts, output=output, executor=name, workers=workers, shard_size=_SHARD)
            manifests[name, workers] = (output / "manifest.json").read_bytes()
    expected = manifests.pop(("textengine/serial", 1))
    for (_, workers), found in manifests.items():
        require_equal(expected, found, f"the manifest of a corpus built by {workers} workers")


def _engine(subject: Subject) -> Engine:
    value = subject.component.value
    factory = value if not subject.options else subject.make()
    tokenizers = staticmethod(hookimpl(lambda: {"fails": FailsOnMark}))
    executors = staticmethod(hookimpl(lambda: {"subject": factory}))
    return engine_with(
        ("checked", type("Checked", (), {Kind.EXECUTOR.hook: executors})),
        ("testing", type("Testing", (), {Kind.TOKENIZER.hook: tokenizers})),
    )


CHECKS = (
    returns_an_executor,
    keeps_order,
    declares_whether_tasks_leave_the_process,
    propagates_the_error_with_its_record,
    yields_the_bytes_of_serial,
    *OPTION_CHECKS,
)
