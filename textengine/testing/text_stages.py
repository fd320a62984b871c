"""What normalizers and tokenizers share: they are pure functions of one record."""

from __future__ import annotations

import copy
from typing import Any

from textengine.errors import TextEngineError
from textengine.testing.check import LackingError, require_equal, shown
from textengine.testing.spawn import results_elsewhere
from textengine.testing.subject import Subject
from textengine.testing.texts import EDGES, sample_corpus


def deterministic(subject: Subject) -> None:
    """The same text gives the same result, from the same component and from one made anew."""
    call = subject.make()
    for text in sample_corpus():
        first = copy.deepcopy(call(text))
        require_equal(first, call(text), f"a second call on {shown(text)}")
        require_equal(first, subject.make()(text), f"a component made anew, on {shown(text)}")


def keeps_no_state_between_records(subject: Subject) -> None:
    """The result for a record depends neither on those before it nor on their order."""
    texts = sample_corpus()
    alone = [copy.deepcopy(subject.make()(text)) for text in texts]
    for order in (range(len(texts)), reversed(range(len(texts)))):
        call = subject.make()
        for number in order:
            require_equal(alone[number], call(texts[number]), f"after other records, on {shown(texts[number])}")


def picklable_under_spawn(subject: Subject) -> None:
    """It can be sent to a fresh process, and gives the same results there."""
    texts = sample_corpus()
    call = subject.make()
    found = results_elsewhere(call, texts)
    for text, result in zip(texts, found, strict=True):
        require_equal(call(text), result, f"in a fresh process, on {shown(text)}")


def handles_odd_texts(subject: Subject) -> None:
    """Empty, huge, astral, combining, NUL, bare CR and U+2028: none is an error."""
    call = subject.make()
    for name, text in EDGES.items():
        try:
            call(text)
        except (Exception, SystemExit) as error:
            told = f"{type(error).__name__}: {error}"
            raise LackingError(f"expected a result on {name} text {shown(text)}, got {told}") from error


def independent_of_shard_boundaries(subject: Subject) -> None:
    """A corpus is the same wherever the text is cut for workers."""
    engine, texts = subject.engine(), sample_corpus()

    def built(size: int) -> Any:
        corpus = engine.build_records(texts, recipe=subject.recipe(), shard_size=size, executor="serial")
        return corpus.vocab.to_tokens(corpus.tokens), corpus.ends.tolist()

    try:
        whole = built(1 << 20)
        for size in (1, 64):
            require_equal(whole, built(size), f"the tokens of a build with shards of {size} bytes")
    except TextEngineError as error:
        raise LackingError(f"expected a corpus of the sample, got {error}") from error


TEXT_CHECKS = (
    deterministic,
    keeps_no_state_between_records,
    picklable_under_spawn,
    handles_odd_texts,
    independent_of_shard_boundaries,
)
