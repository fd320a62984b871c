"""The whole test file of a plugin: what textengine asks of every component, and what is particular to these."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import textengine_example.hooks
from textengine import Corpus
from textengine.testing import Check, engine_with, parametrize_with_checks
from textengine_example.components import Separated


@parametrize_with_checks(textengine_example.hooks, tokenizer=Separated("; "))
def test_contract(check: Check) -> None:
    """Hooks and components have every property that textengine asks for."""
    check()


def test_library() -> None:
    """Both work in a program."""
    engine = engine_with(textengine_example.hooks)
    corpus = engine.build_records(["“a”;b;;a b"], normalizers=["swap-quotes"], tokenizer="separated",
                                  settings={"tokenizer.separator": ";"})  # fmt: skip
    assert ['"a"', "b", "a b"] == corpus.vocab.to_tokens(corpus.tokens)
    assert '"a";b;a b' == corpus.decode(corpus.tokens)


def test_command_line(tmp_path: Path) -> None:
    """Installed, they work on the command line."""
    (tmp_path / "a.txt").write_text("“a”;b;;a b\n", encoding="utf-8")
    options = ["--normalizer", "swap-quotes", "--tokenizer", "separated", "--set", "tokenizer.separator=;", "--quiet"]
    command = [sys.executable, "-m", "textengine", "build", "a.txt", "-o", "out", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert ["<unk>", '"a"', "b", "a b"] == list(Corpus.open(tmp_path / "out").vocab)
