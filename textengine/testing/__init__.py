"""The kit for plugin authors: what every component must do, as checks that any test can call.

``check_tokenizer(MyTokenizer)`` and its siblings run every property of a kind and raise CheckError, an AssertionError
that says what was expected, on which text, and what came. `parametrize_with_checks` makes one pytest test of each, and
alone needs pytest.
"""

from __future__ import annotations

from textengine.testing.check import Check, CheckError
from textengine.testing.entry import (
    check_executor,
    check_exporter,
    check_hooks,
    check_loader,
    check_normalizer,
    check_tokenizer,
    check_vocab_builder,
    checks_of,
    parametrize_with_checks,
)
from textengine.testing.subject import engine_with
from textengine.testing.texts import sample_corpus

__all__ = [
    "Check",
    "CheckError",
    "check_executor",
    "check_exporter",
    "check_hooks",
    "check_loader",
    "check_normalizer",
    "check_tokenizer",
    "check_vocab_builder",
    "checks_of",
    "engine_with",
    "parametrize_with_checks",
    "sample_corpus",
]
