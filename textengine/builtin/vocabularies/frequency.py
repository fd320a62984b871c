"""frequency: special tokens first, then by how often a token was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from textengine.builtin.vocabularies.leading import leading_tokens
from textengine.vocab import Counts, Vocab


@dataclass(frozen=True)
class FrequencyBuilder:
    """Ids: the specials, the reserved tokens, then all others by falling count.

    min_freq: tokens seen fewer times are left out. max_size: how many tokens the vocabulary may have, specials and
    reserved ones included. specials: role -> token; "unk" stands for every token left out. reserved: further tokens
    that have an id whether they are seen or not. ties: the order of tokens with the same count: as they first
    appeared in the text, or by code points, ascending or descending.
    """

    min_freq: int = 0
    max_size: int | None = None
    specials: Mapping[str, str] = field(default_factory=lambda: {"unk": "<unk>"})
    reserved: tuple[str, ...] = ()
    ties: Literal["first-seen", "ascending", "descending"] = "first-seen"

    def __post_init__(self) -> None:
        first = leading_tokens(self.min_freq, self.specials, self.reserved)
        if self.max_size is not None and self.max_size < max(1, len(first)):
            raise ValueError(
                f"max_size is {self.max_size}, too few for the {len(first)} special and reserved tokens"
                if first
                else "max_size must be 1 or more"
            )

    def __call__(self, counts: Counts) -> Vocab:
        first = leading_tokens(self.min_freq, self.specials, self.reserved)
        placed = set(first)
        ranked = counts.most_common()
        if self.ties != "first-seen":
            ranked.sort(key=lambda item: item[0], reverse=self.ties == "descending")
            ranked.sort(key=lambda item: item[1], reverse=True)
        kept = [token for token, count in ranked if count >= self.min_freq and token not in placed]
        if self.max_size is not None:
            kept = kept[: self.max_size - len(first)]
        return Vocab.from_tokens([*first, *kept], counts, self.specials)
