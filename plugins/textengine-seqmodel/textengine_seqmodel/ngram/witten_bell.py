"""Witten-Bell smoothing: a context gives as much to unseen tokens as it has shown different ones.

I. H. Witten and T. C. Bell, "The zero-frequency problem: estimating the probabilities of novel events in adaptive text
compression", IEEE Transactions on Information Theory 37 (1991), method C; interpolated as in S. F. Chen and J. Goodman,
"An empirical study of smoothing techniques for language modeling", Computer Speech and Language 13 (1999)::

    p(w | h) = (n(h w) + t(h) p(w | h')) / (n(h) + t(h)),  t(h) = number of different tokens seen after h
"""

from __future__ import annotations

import numpy as np

from textengine_seqmodel.ngram.grams import Grams
from textengine_seqmodel.ngram.levels import Level, Smoothing


def witten_bell() -> Smoothing:
    """Return the method; it has no parameter."""

    def counted(grams: Grams) -> Level:
        context = grams.context
        total = np.bincount(context, grams.counts, grams.contexts)
        types = np.bincount(context, minlength=grams.contexts)
        # A context at the very end of the text was never followed: all it can do is pass down.
        whole = np.maximum(total + types, 1)
        return Level(grams.keys, grams.counts / whole[context], np.where(types > 0, types / whole, 1.0))

    return Smoothing("witten-bell", counted, counted)
