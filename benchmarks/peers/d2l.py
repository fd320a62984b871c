"""The chapter's functions, written again as plainly as possible: what the engine must agree with, and is timed against.

As a script: ``python d2l.py TEXT word|char OUTPUT`` writes the ids of TEXT as uint16, and prints how many tokens and
how many distinct ones there are. It does less than the engine: no digests, no record ends, nothing synced.
"""

from __future__ import annotations

import array
import collections
import re
import sys
from typing import Any


def read_lines(text: str) -> list[str]:
    """Lines of a text, letters only, lower case."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    return [re.sub("[^A-Za-z]+", " ", line).strip().lower() for line in lines]


def tokenize(lines: list[str], token: str) -> list[list[str]]:
    """Words or characters of each line."""
    return [line.split() if token == "word" else list(line) for line in lines]


class ReferenceVocab:
    """Ids by falling frequency, equal ones as first seen, after the unknown token and the reserved ones."""

    def __init__(self, tokens: list[Any], min_freq: int = 0, reserved: list[str] | None = None) -> None:
        if tokens and isinstance(tokens[0], list):
            tokens = [token for line in tokens for token in line]
        counted = collections.Counter(tokens)
        self.token_freqs = sorted(counted.items(), key=lambda pair: pair[1], reverse=True)
        self.idx_to_token = ["<unk>", *(reserved or [])]
        self.token_to_idx = {token: number for number, token in enumerate(self.idx_to_token)}
        for token, count in self.token_freqs:
            if count < min_freq:
                break
            if token not in self.token_to_idx:
                self.token_to_idx[token] = len(self.idx_to_token)
                self.idx_to_token.append(token)

    def __getitem__(self, tokens: Any) -> Any:
        if isinstance(tokens, list):
            return [self[token] for token in tokens]
        return self.token_to_idx.get(tokens, 0)


def load_corpus(text: str, token: str, max_tokens: int | None = None) -> tuple[list[int], ReferenceVocab]:
    """All ids of a text in one list, and the vocabulary over the whole text."""
    tokens = tokenize(read_lines(text), token)
    vocab = ReferenceVocab(tokens)
    ids = [vocab[item] for line in tokens for item in line]
    return (ids if max_tokens is None else ids[:max_tokens]), vocab


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 - as the chapter does
        ids, vocab = load_corpus(file.read(), sys.argv[2])
    with open(sys.argv[3], "wb") as file:  # noqa: PTH123
        array.array("H", ids).tofile(file)
    print(len(ids), len(vocab.token_freqs))
