"""Interpolated modified Kneser-Ney smoothing.

R. Kneser and H. Ney, "Improved backing-off for m-gram language modeling", ICASSP 1995; the modified form with three
discounts is S. F. Chen and J. Goodman, "An empirical study of smoothing techniques for language modeling", Computer
Speech and Language 13 (1999), section 3. The n-grams of the model's own order have their counts, shorter ones the
number of different tokens seen before them; counts of 1, 2, and 3 or more are lowered by discounts of their own,
estimated from how many n-grams have the counts 1 to 4, and what was taken is given to the next shorter length.
"""

from __future__ import annotations

import numpy as np

from textengine_seqmodel.ngram.grams import Grams, Ints
from textengine_seqmodel.ngram.levels import Floats, Level, Smoothing


def kneser_ney() -> Smoothing:
    """Return the method; its discounts come from the counts."""
    return Smoothing(
        "kneser-ney", lambda grams: _discounted(grams, grams.preceded), lambda grams: _discounted(grams, grams.counts)
    )


def discounts(counts: Ints) -> Floats:
    """Return what is taken from counts of 0, 1, 2, and 3 or more: float64, shape (4,).

    Where the text is so small or so regular that the estimate has no meaning (it divides by how many n-grams have a
    count of 1 to 3, and may leave 0 to the count), half of one is taken.
    """
    n = np.bincount(np.minimum(counts, 5), minlength=6).astype(np.float64)
    taken = np.array([0.0, 0.5, 0.5, 0.5])
    if n[1] == 0:
        return taken
    y = n[1] / (n[1] + 2 * n[2])
    for count in (1, 2, 3):
        if n[count] > 0:
            estimate = count - (count + 1) * y * n[count + 1] / n[count]
            if 0 < estimate < count:
                taken[count] = estimate
    return taken


def _discounted(grams: Grams, counts: Ints) -> Level:
    context = grams.context
    taken = discounts(counts)[np.minimum(counts, 3)]
    total = np.bincount(context, counts, grams.contexts)
    given = np.bincount(context, taken, grams.contexts)
    whole = np.maximum(total, 1.0)
    # A context whose continuations have no count here (they only begin the text) passes everything down.
    return Level(grams.keys, (counts - taken) / whole[context], np.where(total > 0, given / whole, 1.0))
