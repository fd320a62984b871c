"""sorted: all tokens by code point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from textengine.builtin.vocabularies.leading import leading_tokens
from textengine.vocab import Counts, Vocab


@dataclass(frozen=True)
class SortedBuilder:
    """Ids by code point, special and reserved tokens included: they stand where they sort.

    min_freq: tokens seen fewer times are left out. specials: role -> token; "unk" stands for every token left out,
    and without it there must be none. reserved: further tokens that have an id whether they are seen or not.
    """

    min_freq: int = 0
    specials: Mapping[str, str] = field(default_factory=lambda: {"unk": "<unk>"})
    reserved: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        leading_tokens(self.min_freq, self.specials, self.reserved)

    def __call__(self, counts: Counts) -> Vocab:
        always = leading_tokens(self.min_freq, self.specials, self.reserved)
        seen = (token for token, count in counts.items() if count >= self.min_freq)
        return Vocab.from_tokens(sorted({*always, *seen}), counts, self.specials)
