"""Split conformal intervals."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine.errors import ConfigurationError
from textengine_seqmodel import conformal_quantile
from textengine_seqmodel.series.conformal import fewest_errors

ERRORS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)
COVERAGES = st.integers(1, 99).map(lambda percent: percent / 100)


class TestQuantile:
    @given(ERRORS, COVERAGES)
    def test_covers(self, errors: list[float], coverage: float) -> None:
        """Enough of n + 1 errors are within it, and with the next smaller one there would not be."""
        width = conformal_quantile(errors, coverage)
        needed = (len(errors) + 1) * Fraction(str(coverage))
        sizes = sorted(map(abs, errors))
        assert width in (*sizes, math.inf)
        assert sum(size <= width for size in sizes) >= needed or width == math.inf
        assert sum(size < width for size in sizes) < needed

    @given(COVERAGES)
    def test_fewest(self, coverage: float) -> None:
        """`fewest_errors` is where the width becomes finite."""
        number = fewest_errors(coverage)
        assert math.isfinite(conformal_quantile([1.0] * number, coverage))
        assert math.inf == conformal_quantile([1.0] * (number - 1), coverage)

    def test_known(self) -> None:
        """Nine errors give 90 % by the largest, nineteen 95 %, whatever binary fractions make of it."""
        assert 9.0 == conformal_quantile(range(1, 10), 0.9)
        assert 19.0 == conformal_quantile(range(1, 20), 0.95)
        assert 9.0 == conformal_quantile([-9.0, *range(1, 9)], 0.9)

    def test_holds(self) -> None:
        """Over many draws without order, the coverage is what was stated."""
        draws = np.random.default_rng(0).normal(size=(4000, 40))
        widths = np.array([conformal_quantile(row[:-1], 0.9) for row in draws])
        assert 0.9 == pytest.approx(np.mean(abs(draws[:, -1]) <= widths), abs=0.015)

    @pytest.mark.parametrize("coverage", [0, 1, -0.1, 90, math.nan])
    def test_refused(self, coverage: float) -> None:
        """A coverage that is no share is refused."""
        with pytest.raises(ConfigurationError, match="above 0 and below 1"):
            conformal_quantile([1.0], coverage)

    def test_not_a_number(self) -> None:
        """An error that is not a number is refused."""
        with pytest.raises(ConfigurationError, match="not a number"):
            conformal_quantile([1.0, math.nan], 0.5)
