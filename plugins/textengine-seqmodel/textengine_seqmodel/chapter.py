"""The statistics of the d2l book's chapter on language models: the most frequent n-grams, and Zipf's law.

"Dive into Deep Learning" (Zhang et al., d2l.ai), "Language models and the dataset"; G. K. Zipf, "Human behavior and the
principle of least effort", 1949: the count of the token of rank r falls about as r to the power of minus an exponent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textengine import Corpus
from textengine.errors import ConfigurationError, UsageError
from textengine_seqmodel.ngram.grams import Ints, count_grams

NAMES = ("unigrams", "bigrams", "trigrams")
RANKS = (10, 1000)
_FEWEST = 3  # ranks that a line is fitted to


@dataclass(frozen=True)
class Table:
    """The distinct n-grams of one length, by falling count, equal counts as they first appear.

    ids: int64, shape (grams, length). counts: int64, shape (grams,). exponent: of Zipf's law, fitted by least squares
    to log count over log rank for the ranks `ranks` (first and last, counted from 1), or None where there are too few.
    """

    ids: Ints
    counts: Ints
    exponent: float | None
    ranks: tuple[int, int]


def statistics(corpus: Corpus, ranks: tuple[int, int] = RANKS) -> Mapping[str, Table]:
    """Return the tables of unigrams, bigrams and trigrams over all tokens of `corpus`, across its records.

    ranks: the window for the exponents, made narrower at its end where the counts have fallen to 1, because what
    follows is one flat step. Raises UsageError for a corpus without tokens, ConfigurationError for a window that is
    none.
    """
    first, last = ranks
    if not 1 <= first < last:
        raise ConfigurationError(
            f"the ranks must be two numbers from 1 up, the second the larger, not {first} and {last}"
        )
    if len(corpus) == 0:
        raise UsageError("the corpus holds no token")
    tokens = np.asarray(corpus.tokens)
    tables = {}
    for length, grams in enumerate(count_grams(tokens, len(NAMES), len(corpus.vocab)), 1):
        order = np.lexsort((grams.first, -grams.counts))
        ids = tokens[grams.first[order][:, None] + np.arange(length)].astype(np.int64)
        counts = grams.counts[order]
        exponent, used = zipf_exponent(counts, first, last)
        tables[NAMES[length - 1]] = Table(ids, counts, exponent, used)
    return tables


def zipf_exponent(counts: NDArray[np.int64], first: int, last: int) -> tuple[float | None, tuple[int, int]]:
    """Return (exponent, ranks used) for falling `counts`."""
    end = min(last, int(np.count_nonzero(counts > 1)))
    if end - first + 1 < _FEWEST:
        return None, (first, max(end, first))
    ranks = np.arange(first, end + 1)
    slope = np.polyfit(np.log(ranks), np.log(counts[first - 1 : end]), 1)[0]
    return float(-slope), (first, end)


def zipf_plot(tables: Mapping[str, Table], stem: Path, unit: str = "token") -> None:
    """Draw count over rank, both logarithmic, with the fitted lines, as `stem`.png and `stem`.svg."""
    from textengine_seqmodel.drawing import BLUE, GREEN, ORANGE, picture

    with picture(stem) as axes:
        for (name, table), color in zip(tables.items(), (BLUE, ORANGE, GREEN), strict=False):
            label = f"{name}, {len(table.counts):,} distinct"
            if table.exponent is not None:
                first, last = table.ranks
                label += f"; exponent {table.exponent:.2f} (ranks {first:,} to {last:,})"
                ends = np.array([first, last])
                height = np.log(table.counts[first - 1 : last]).mean()
                middle = np.log(np.arange(first, last + 1)).mean()
                line = np.exp(height - table.exponent * (np.log(ends) - middle))
                axes.plot(ends, line, color="black", linewidth=1.0, linestyle="--", zorder=3)
            axes.loglog(np.arange(1, len(table.counts) + 1), table.counts, color=color, label=label)
        axes.set(title="Zipf's law", xlabel=f"rank of the {unit} n-gram", ylabel="count")
        axes.set_ylim(bottom=0.8)
        axes.legend(loc="upper right")
