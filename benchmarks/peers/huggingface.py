"""HF tokenizers: a WordLevel model trained on a text, which is then encoded with it, in the library's own threads.

As a script: ``python huggingface.py TEXT OUTPUT`` writes the ids as uint32, and prints how many tokens and how many
distinct ones there are.

The recipe is the engine's ``d2l`` for words, in the library's own parts. It reads the text twice, once to count and
once to encode, because a tokenizer is trained before it encodes. Equally frequent words get their ids in another order.
It does less than the engine: no digests, no record ends, nothing synced.
"""

from __future__ import annotations

import array
import itertools
import os
import sys
from collections.abc import Iterator

os.environ["TOKENIZERS_PARALLELISM"] = "true"

from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase, Replace, Sequence, Strip
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.trainers import WordLevelTrainer

LINES_AT_ONCE = 20_000  # enough to keep every thread busy, few enough not to hold the whole text as objects


def read_lines(path: str) -> Iterator[str]:
    """Yield the lines of a text."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as its users do
        yield from file


def train(path: str) -> Tokenizer:
    """Return a tokenizer whose vocabulary is every word of the text."""
    tokenizer = Tokenizer(WordLevel(unk_token="<unk>"))
    tokenizer.normalizer = Sequence([Replace(Regex("[^A-Za-z]+"), " "), Strip(), Lowercase()])
    tokenizer.pre_tokenizer = WhitespaceSplit()
    trainer = WordLevelTrainer(vocab_size=1 << 30, show_progress=False, special_tokens=["<unk>"])
    tokenizer.train_from_iterator(read_lines(path), trainer)
    return tokenizer


def encode(tokenizer: Tokenizer, path: str, output: str) -> int:
    """Write the ids of the text to `output`; return how many there are."""
    total = 0
    lines = read_lines(path)
    with open(output, "wb") as file:  # noqa: PTH123
        while block := list(itertools.islice(lines, LINES_AT_ONCE)):
            for encoded in tokenizer.encode_batch_fast(block, add_special_tokens=False):
                ids = array.array("I", encoded.ids)
                ids.tofile(file)
                total += len(ids)
    return total


if __name__ == "__main__":
    trained = train(sys.argv[1])
    print(encode(trained, sys.argv[1], sys.argv[2]), trained.get_vocab_size() - 1)
