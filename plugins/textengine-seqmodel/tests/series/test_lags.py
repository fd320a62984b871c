"""Lag features."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from textengine.errors import ConfigurationError
from textengine_seqmodel import lag_features

LENGTHS = st.integers(1, 40)


class TestDrop:
    @given(LENGTHS, st.integers(1, 12), st.integers(1, 6))
    def test_definition(self, length: int, tau: int, horizon: int) -> None:
        """Row i is values i to i + tau, and its label the value `horizon` after them."""
        series = np.arange(100.0, 100.0 + length)
        rows = length - tau - horizon + 1
        if rows < 1:
            with pytest.raises(ConfigurationError, match="too few"):
                lag_features(series, tau, horizon=horizon)
            return
        features, labels = lag_features(series, tau, horizon=horizon)
        assert ((rows, tau), (rows, 1)) == (features.shape, labels.shape)
        for row in range(rows):
            assert [100.0 + row + place for place in range(tau)] == features[row].tolist()
            assert 100.0 + row + tau + horizon - 1 == labels[row, 0]


class TestZeros:
    @given(LENGTHS, st.integers(1, 12), st.integers(1, 6))
    def test_definition(self, length: int, tau: int, horizon: int) -> None:
        """It is what dropping gives for a series with tau zeros before it."""
        series = np.arange(100.0, 100.0 + length)
        if length < horizon:
            return
        features, labels = lag_features(series, tau, padding="zeros", horizon=horizon)
        padded = lag_features(np.concatenate([np.zeros(tau), series]), tau, horizon=horizon)
        assert np.array_equal(padded[0], features)
        assert np.array_equal(padded[1], labels)
        assert series[horizon - 1 :].tolist() == labels[:, 0].tolist()


class TestInput:
    def test_kinds(self) -> None:
        """Lists and float64 give float64; float32 arrays and tensors give float32; all are copies."""
        series = np.arange(6, dtype=np.float32)
        assert np.float64 == lag_features([1, 2, 3], 1)[0].dtype
        assert np.float32 == lag_features(torch.from_numpy(series), 1)[1].dtype
        lag_features(series, 2)[0][:] = 9
        assert 0.0 == series[0]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"tau": 0}, "tau is 0; it must be 1 or more"),
            ({"tau": 1, "horizon": 0}, "horizon is 0; it must be 1 or more"),
            ({"tau": 1, "padding": "zero"}, "no padding is named 'zero'; did you mean 'zeros'?"),
            ({"tau": 5}, "5 values are too few for one row of 5 lags"),
        ],
    )
    def test_refused(self, arguments: dict[str, object], message: str) -> None:
        """What cannot be is refused in one sentence."""
        with pytest.raises(ConfigurationError) as caught:
            lag_features(np.zeros(5), **arguments)  # type: ignore[arg-type]
        assert message in str(caught.value)

    def test_two_dimensions(self) -> None:
        """A table is no series."""
        with pytest.raises(ConfigurationError, match="one dimension"):
            lag_features(np.zeros((5, 2)), 1)
