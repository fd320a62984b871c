"""What a tokenizer must do."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from textengine.components import FastTokenizer
from textengine.lexicon import KernelLexicon, Lexicon
from textengine.testing.check import LackingError, require_equal, shown
from textengine.testing.options import OPTION_CHECKS
from textengine.testing.subject import Subject
from textengine.testing.text_stages import TEXT_CHECKS
from textengine.testing.texts import EDGES, drawn_texts, sample_corpus
from textengine.text import Batch


def returns_a_list_of_text(subject: Subject) -> None:
    """The result is a list of str of Unicode scalar values."""
    call = subject.make()
    for text in [*sample_corpus(), *EDGES.values()]:
        tokens = call(text)
        if not isinstance(tokens, list):
            raise LackingError(f"on {shown(text)}: expected a list, got {type(tokens).__name__}: {shown(tokens)}")
        for token in tokens:
            if not isinstance(token, str):
                raise LackingError(
                    f"on {shown(text)}: expected tokens of type str, got {type(token).__name__}: {token!r}"
                )
            if not token.isascii() and any("\ud800" <= char <= "\udfff" for char in token):
                raise LackingError(f"on {shown(text)}: expected no lone surrogate, got the token {shown(token)}")


def joiner_is_text(subject: Subject) -> None:
    """``joiner``, where there is one, is a str."""
    joiner = getattr(subject.make(), "joiner", " ")
    if not isinstance(joiner, str):
        raise LackingError(f"expected joiner to be a str, got {type(joiner).__name__}: {joiner!r}")


def returns_a_list_of_its_own(subject: Subject) -> None:
    """What a caller does to a result does not show in the next one."""
    call = subject.make()
    for text in sample_corpus():
        tokens = call(text)
        expected = list(tokens)
        tokens.append("changed")
        require_equal(expected, call(text), f"after its earlier result on {shown(text)} was changed")


def fast_path_equals_definition(subject: Subject) -> None:
    """``encode`` gives the ids, ends and counts that adding each record's tokens to a lexicon gives."""
    call = subject.make()
    is_fast = isinstance(call, FastTokenizer)  # a name, so that the call below stays that of the definition
    if not is_fast:
        return
    texts = [*sample_corpus(), *drawn_texts(), EDGES["huge"]]
    expected = Lexicon()
    wanted = [expected.add_all(call(text)).tolist() for text in texts]
    for lexicon in _lexicons():
        given = Batch.from_texts(texts)
        before = given.buffer.tobytes(), given.ends.tolist()
        found = _split(*call.encode(given, lexicon))
        require_equal(before, (given.buffer.tobytes(), given.ends.tolist()), "the batch that it was given, afterwards")
        require_equal(len(wanted), len(found), "the number of records of its fast path")
        for text, ids, other in zip(texts, wanted, found, strict=True):
            require_equal(_tokens(ids, expected), _tokens(other, lexicon), f"its fast path on {shown(text)}")
        require_equal(expected.tokens, lexicon.tokens, "its fast path's tokens in order of first appearance")
        require_equal(expected.counts.tolist(), lexicon.counts.tolist(), "its fast path's counts")


def independent_of_batch_boundaries(subject: Subject) -> None:
    """``encode`` gives the same ids wherever records are cut into batches, empty batches included."""
    call = subject.make()
    is_fast = isinstance(call, FastTokenizer)  # a name, so that the call below stays that of the definition
    if not is_fast:
        return
    texts = [*sample_corpus(), *drawn_texts()]
    for whole, *others in zip(*(_lexicons() for _ in range(4)), strict=True):
        expected = _split(*call.encode(Batch.from_texts(texts), whole))
        for size, lexicon in zip((1, 2, 7), others, strict=True):
            parts = [texts[start : start + size] for start in range(0, len(texts), size)]
            found = [ids for part in [[], *parts] for ids in _split(*call.encode(Batch.from_texts(part), lexicon))]
            require_equal(expected, found, f"the ids of its fast path over batches of {size} records")
            require_equal(whole.counts.tolist(), lexicon.counts.tolist(), f"counts over batches of {size} records")


def _lexicons() -> list[Lexicon]:
    return [Lexicon(), KernelLexicon()] if find_spec("numba") else [Lexicon()]


def _split(ids: Any, ends: Any) -> list[list[int]]:
    return [part.tolist() for part in np.split(ids, ends[:-1])] if len(ends) else []


def _tokens(ids: list[int], lexicon: Lexicon) -> list[str]:
    known = lexicon.tokens
    return [known[number] if number < len(known) else f"<id {number}>" for number in ids]


CHECKS = (
    returns_a_list_of_text,
    joiner_is_text,
    returns_a_list_of_its_own,
    *TEXT_CHECKS,
    fast_path_equals_definition,
    independent_of_batch_boundaries,
    *OPTION_CHECKS,
)
