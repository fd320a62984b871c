"""What the vocabulary builders share: the tokens that a vocabulary has whether the text holds them or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def leading_tokens(min_freq: int, specials: Mapping[str, str], reserved: Sequence[str]) -> list[str]:
    """Return the specials, then the reserved tokens. Raises ValueError for a token named twice."""
    if min_freq < 0:
        raise ValueError("min_freq must be 0 or more")
    first = [*specials.values(), *reserved]
    for number, token in enumerate(first):
        if any("\ud800" <= char <= "\udfff" for char in token):
            raise ValueError(f"the token {token!r} holds a lone surrogate, which is no character")
        if token in first[:number]:
            raise ValueError(f"the token {token!r} is named twice among the specials and reserved tokens")
    return first
