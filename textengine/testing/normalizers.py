"""What a normalizer must do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from textengine.components import FastNormalizer
from textengine.testing.check import LackingError, require_equal, shown
from textengine.testing.options import OPTION_CHECKS
from textengine.testing.subject import Subject
from textengine.testing.text_stages import TEXT_CHECKS
from textengine.testing.texts import EDGES, drawn_texts, sample_corpus
from textengine.text import Batch


def returns_text(subject: Subject) -> None:
    """The result is a str of Unicode scalar values."""
    call = subject.make()
    for text in [*sample_corpus(), *EDGES.values()]:
        result = call(text)
        if not isinstance(result, str):
            raise LackingError(f"on {shown(text)}: expected a str, got {type(result).__name__}: {shown(result)}")
        if not result.isascii() and any("\ud800" <= char <= "\udfff" for char in result):
            raise LackingError(f"on {shown(text)}: expected no lone surrogate, got {shown(result)}")


def fast_path_equals_definition(subject: Subject) -> None:
    """``batch`` gives what the call gives for each record, and leaves the batch that it is given alone."""
    call = subject.make()
    is_fast = isinstance(call, FastNormalizer)  # a name, so that the call below stays that of the definition
    if not is_fast:
        return
    texts = [*sample_corpus(), *drawn_texts(), EDGES["huge"]]
    given = replace(Batch.from_texts(texts, np.arange(len(texts), dtype=np.int64)), replaced=3)
    before = given.buffer.tobytes(), given.ends.tolist()
    result = call.batch(given)
    require_equal(before, (given.buffer.tobytes(), given.ends.tolist()), "the batch that it was given, afterwards")
    found = list(result.texts())
    require_equal(len(texts), len(found), "the number of records of its fast path")
    for text, one in zip(texts, found, strict=True):
        require_equal(call(text), one, f"its fast path on {shown(text)}")
    offsets = None if result.offsets is None else result.offsets.tolist()
    require_equal(list(range(len(texts))), offsets, "the offsets of its fast path; keep them with dataclasses.replace")
    require_equal(3, result.replaced, "`replaced` of its fast path; keep it with dataclasses.replace")


def independent_of_batch_boundaries(subject: Subject) -> None:
    """``batch`` gives the same records wherever they are cut into batches, empty batches included."""
    call = subject.make()
    is_fast = isinstance(call, FastNormalizer)  # a name, so that the call below stays that of the definition
    if not is_fast:
        return
    texts = [*sample_corpus(), *drawn_texts()]
    whole = list(call.batch(Batch.from_texts(texts)).texts())
    for size in (1, 2, 7):
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        found = [text for part in [[], *parts] for text in call.batch(Batch.from_texts(part)).texts()]
        require_equal(whole, found, f"its fast path over batches of {size} records")


CHECKS = (returns_text, *TEXT_CHECKS, fast_path_equals_definition, independent_of_batch_boundaries, *OPTION_CHECKS)
