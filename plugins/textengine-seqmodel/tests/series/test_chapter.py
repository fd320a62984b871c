"""The chapter's first experiment, beside a plain re-implementation of its loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from textengine_seqmodel import MLP, fit_network, lag_features, run_forecast, sine_series


def plain(seed: int) -> tuple[torch.Tensor, list[float]]:
    """Return the series and the five losses of the experiment, written out as one would in a notebook."""
    torch.manual_seed(seed)
    steps = torch.arange(1, 1001, dtype=torch.float32)
    x = torch.sin(0.01 * steps) + torch.normal(0, 0.2, (1000,))
    table = torch.stack([x[i : 996 + i] for i in range(4)], dim=1)
    rows = TensorDataset(table[:600], x[4:604].reshape(-1, 1))
    loader = DataLoader(rows, 16, shuffle=True)
    net = nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, 1))
    for layer in net:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
    squared_error = nn.MSELoss(reduction="none")
    adam = torch.optim.Adam(net.parameters(), 0.01)
    losses = []
    for _ in range(5):
        for features, labels in loader:
            adam.zero_grad()
            squared_error(net(features), labels).sum().backward()
            adam.step()
        total = 0.0
        with torch.no_grad():
            for features, labels in loader:
                total += float(squared_error(net(features), labels).sum())
        losses.append(total / 600)
    return x, losses


class TestLosses:
    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_equal(self, seed: int) -> None:
        """With the same seed, the losses are those of the plain loop to six decimals."""
        x, losses = plain(seed)
        torch.manual_seed(seed)
        series = sine_series()
        found = run_forecast(series)
        assert np.array_equal(x.numpy(), series)
        assert [f"{loss:.6f}" for loss in losses] == [f"{loss:.6f}" for loss in found.losses]

    def test_with_the_parts(self) -> None:
        """So they are when the library's parts are put together by hand."""
        _, losses = plain(3)
        torch.manual_seed(3)
        features, labels = lag_features(sine_series(), 4)
        seen: list[tuple[int, float]] = []
        found = fit_network(MLP(4), features[:600], labels[:600], on_epoch=lambda *told: seen.append(told))
        assert [f"{loss:.6f}" for loss in losses] == [f"{loss:.6f}" for loss in found]
        assert list(enumerate(found, 1)) == seen


class TestNetwork:
    def test_shape(self) -> None:
        """Four lags, ten hidden units, ReLU, one forecast: 61 weights."""
        assert [(10, 4), (10,), (1, 10), (1,)] == [tuple(weights.shape) for weights in MLP().parameters()]

    def test_initial_weights(self) -> None:
        """Weights are uniform within Xavier's bound."""
        torch.manual_seed(0)
        weights = torch.cat([MLP().layers[0].weight.detach().flatten() for _ in range(100)])
        bound = (6 / 14) ** 0.5
        assert 0.99 * bound < float(weights.abs().max()) <= bound + 1e-6
        assert bound / 3**0.5 == pytest.approx(float(weights.std()), rel=0.03)


class TestSine:
    def test_noise(self) -> None:
        """The noise has the stated deviation."""
        torch.manual_seed(0)
        noise = sine_series(100_000) - np.sin(0.01 * np.arange(1, 100_001))
        assert 0.2 == pytest.approx(noise.std(), rel=0.01)

    def test_type(self) -> None:
        """It is float32 of the length asked for."""
        assert (np.float32, (50,)) == (sine_series(50).dtype, sine_series(50).shape)
