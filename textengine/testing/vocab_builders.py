"""What a vocabulary builder must do."""

from __future__ import annotations

import json

from textengine.testing.check import LackingError, require_equal, shown
from textengine.testing.options import OPTION_CHECKS
from textengine.testing.subject import Subject
from textengine.testing.texts import sample_corpus
from textengine.vocab import Counts, Vocab


def _counts() -> Counts:
    return Counts([token for text in sample_corpus() for token in [*text.split(), *text]])


def returns_a_vocab(subject: Subject) -> None:
    """The result is a Vocab."""
    vocab = subject.make()(_counts())
    if not isinstance(vocab, Vocab):
        raise LackingError(f"expected a Vocab, got {type(vocab).__name__}: {shown(vocab)}")


def deterministic(subject: Subject) -> None:
    """Equal counts give equal vocabularies, from the same builder and from one made anew."""
    builder = subject.make()
    first = builder(_counts())
    require_equal(list(first), list(builder(_counts())), "the tokens of a second call on the same counts")
    require_equal(list(first), list(subject.make()(_counts())), "the tokens of a builder made anew")


def leaves_the_counts_alone(subject: Subject) -> None:
    """The counts that it is given are not changed."""
    counts = _counts()
    before = list(counts.items())
    subject.make()(counts)
    require_equal(before, list(counts.items()), "the counts, afterwards")


def keeps_no_state_between_calls(subject: Subject) -> None:
    """A vocabulary does not depend on those built before it."""
    builder = subject.make()
    builder(Counts(["other", "tokens", "first"]))
    require_equal(list(subject.make()(_counts())), list(builder(_counts())), "the tokens after another vocabulary")


def handles_no_tokens(subject: Subject) -> None:
    """Text without a token has a vocabulary too."""
    if not isinstance(vocab := subject.make()(Counts()), Vocab):
        raise LackingError(f"on no tokens: expected a Vocab, got {type(vocab).__name__}")


def covers_the_text(subject: Subject) -> None:
    """Each token counted has an id, or there is an unknown token to stand for it."""
    counts = _counts()
    vocab = subject.make()(counts)
    missing = [token for token in counts if token not in vocab]
    if missing and vocab.unk is None:
        raise LackingError(
            f"expected an id for {shown(missing[0])}, or an unknown token to stand for it; it has neither: give "
            'Vocab.from_tokens specials={"unk": ...}'
        )


def can_be_saved(subject: Subject) -> None:
    """The vocabulary is the same after it was written and read."""
    vocab = subject.make()(_counts())
    again = Vocab.from_json(json.loads(vocab.to_json()), "the vocabulary")
    require_equal(list(vocab), list(again), "the tokens after saving")
    require_equal(dict(vocab.specials), dict(again.specials), "the specials after saving")


CHECKS = (
    returns_a_vocab,
    deterministic,
    leaves_the_counts_alone,
    keeps_no_state_between_calls,
    handles_no_tokens,
    covers_the_text,
    can_be_saved,
    *OPTION_CHECKS,
)
