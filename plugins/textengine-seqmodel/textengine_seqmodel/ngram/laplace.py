"""Laplace smoothing as the chapter on language models of "Dive into Deep Learning" (Zhang et al., d2l.ai) writes it.

A unigram is given ``epsilon / vocabulary`` more, and a longer n-gram ``epsilon`` times the unigram's probability::

    p(w)     = (n(w) + epsilon / vocabulary) / (n + epsilon)
    p(w | h) = (n(h w) + epsilon p(w)) / (n(h) + epsilon)

The lengths in between play no part.
"""

from __future__ import annotations

import numpy as np

from textengine_seqmodel.ngram.grams import Grams
from textengine_seqmodel.ngram.levels import Level, Smoothing


def laplace(epsilon: float) -> Smoothing:
    """Return the method with the constant `epsilon`, above 0."""

    def counted(grams: Grams) -> Level:
        context = grams.context
        total = np.bincount(context, grams.counts, grams.contexts).astype(np.float64)
        return Level(grams.keys, grams.counts / (total + epsilon)[context], epsilon / (total + epsilon))

    def passed_through(grams: Grams) -> Level:
        if grams.contexts == 1:
            return counted(grams)
        return Level(grams.keys, np.zeros(len(grams.keys)), np.ones(grams.contexts))

    return Smoothing("laplace", passed_through, counted)
