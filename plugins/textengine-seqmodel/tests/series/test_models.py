"""What every named model of a series must do, and what each one is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from textengine.errors import ConfigurationError, RunError, UnknownNameError
from textengine_seqmodel import MLP, choose_lags, fit_forecaster, fit_network, sine_series
from textengine_seqmodel.series.forecaster import Floats, Forecaster, by_target
from textengine_seqmodel.series.models import MODELS, FitOptions
from textengine_seqmodel.series.models.autoregressive import burg
from textengine_seqmodel.series.models.markov import MarkovChain

EVERY = pytest.mark.parametrize("name", MODELS)


@pytest.fixture(scope="module")
def series() -> Floats:
    """A short sine with noise."""
    torch.manual_seed(0)
    return sine_series(240).astype(np.float64)


@pytest.fixture(scope="module")
def fitted(series: Floats) -> dict[str, Forecaster]:
    """Every model, fitted to its first 200 values."""
    torch.manual_seed(0)
    return {name: fit_forecaster(name, series[:200], FitOptions(tau=3, epochs=5)) for name in MODELS}


@EVERY
class TestContract:
    def test_shape(self, name: str, fitted: dict[str, Forecaster], series: Floats) -> None:
        """A row for every moment from which it can look ahead, a column for every step; all of them numbers."""
        paths = fitted[name].ahead(series, 5)
        assert (len(series) - fitted[name].context + 1, 5) == paths.shape
        assert np.isfinite(paths).all()

    def test_sees_nothing_ahead(self, name: str, fitted: dict[str, Forecaster], series: Floats) -> None:
        """A forecast does not change when the values after its moment do."""
        changed = series.copy()
        changed[120:] = 5.0
        rows = 120 - fitted[name].context + 1
        before, after = fitted[name].ahead(series, 4)[:rows], fitted[name].ahead(changed, 4)[:rows]
        assert np.allclose(before, after, rtol=0, atol=1e-6)

    def test_better_than_the_mean(self, name: str, fitted: dict[str, Forecaster], series: Floats) -> None:
        """One step ahead, it forecasts its training part better than a constant does."""
        forecast = by_target(fitted[name].ahead(series, 1), 1, len(series))[10:200]
        assert np.mean((forecast - series[10:200]) ** 2) < 0.7 * series[10:200].var()

    def test_repeats(self, name: str, fitted: dict[str, Forecaster], series: Floats) -> None:
        """Fitted again with the same seed, it forecasts the same."""
        twice = []
        for _ in range(2):
            torch.manual_seed(5)
            twice.append(fit_forecaster(name, series[:200], FitOptions(tau=3, epochs=1)).ahead(series, 3))
        assert np.array_equal(*twice)


class TestNames:
    def test_unknown(self) -> None:
        """A name that nothing has lists what there is and what is near."""
        with pytest.raises(UnknownNameError, match="named 'lsmt'; did you mean 'lstm'\\? There is: mlp, linear"):
            fit_forecaster("lsmt", np.zeros(10))


class TestLinear:
    def test_exact(self) -> None:
        """A sine without noise obeys a recurrence of order two, so least squares forecasts it exactly."""
        clean = np.sin(0.1 * np.arange(200))
        paths = fit_forecaster("linear", clean[:50], FitOptions(tau=2)).ahead(clean, 100)
        assert np.allclose(clean[100:200], paths[98], atol=1e-6)

    def test_direct(self) -> None:
        """A direct fit learns the value at its horizon."""
        clean = np.sin(0.1 * np.arange(200))
        model = fit_forecaster("linear", clean, FitOptions(tau=2), horizon=7)
        assert clean[50 + 6] == pytest.approx(model.ahead(clean[:50], 1)[-1, 0])


class TestAutoregressive:
    def test_recovers(self) -> None:
        """Burg's method finds the weights of a process of order two."""
        noise = np.random.default_rng(0).normal(size=20_000)
        values = np.zeros(20_000)
        for t in range(2, 20_000):
            values[t] = 1.2 * values[t - 1] - 0.5 * values[t - 2] + noise[t]
        assert np.allclose([1.2, -0.5], burg(values, 2), atol=0.02)

    @given(
        st.lists(st.floats(-100, 100).map(lambda value: round(value, 3)), min_size=12, max_size=40), st.integers(1, 5)
    )
    def test_stable(self, values: list[float], order: int) -> None:
        """No root of the process is outside the unit circle: its forecasts never run off."""
        roots = np.roots(np.concatenate([[1.0], -burg(np.array(values), order)]))
        assert (abs(roots) < 1 + 1e-3).all()


class TestMarkov:
    def test_many_steps(self) -> None:
        """The expected value k steps ahead equals the sum over all paths."""
        rng = np.random.default_rng(0)
        moves = rng.dirichlet(np.ones(3), size=9)
        chain = MarkovChain(2, np.array([0.5, 1.5]), np.array([10.0, 20.0, 40.0]), moves)
        found = chain.ahead(np.array([2.0, 0.0]), 3)[0]
        for steps in (1, 2, 3):
            expected = 0.0
            for path in itertools.product(range(3), repeat=steps):
                states, probability = [2, 0, *path], 1.0
                for place in range(steps):
                    probability *= moves[states[place] * 3 + states[place + 1], states[place + 2]]
                expected += probability * chain.values[path[-1]]
            assert expected == pytest.approx(found[steps - 1])

    def test_probabilities(self, fitted: dict[str, Forecaster]) -> None:
        """Every row of probabilities sums to one."""
        chain = fitted["markov"]
        assert isinstance(chain, MarkovChain)
        assert np.allclose(1, chain.moves.sum(axis=1))

    def test_too_many_histories(self, series: Floats) -> None:
        """An order that needs too much memory is refused, with one that does not."""
        with pytest.raises(ConfigurationError, match=r"10\*\*9 histories are too many.*--tau 6 or less"):
            fit_forecaster("markov", series, FitOptions(tau=9))


class TestLatent:
    def test_line(self) -> None:
        """A straight line goes on straight."""
        line = 3.0 + 0.5 * np.arange(100)
        paths = fit_forecaster("latent", line).ahead(line, 10)
        assert np.allclose(line[-1] + 0.5 * np.arange(1, 11), paths[-1], atol=1e-3)


class TestChooseLags:
    def test_recurrence(self) -> None:
        """Of a noisy series that needs many lags it chooses more than one, and knows only what it is given."""
        torch.manual_seed(0)
        training = sine_series()[:604]
        assert choose_lags(training, (1, 4, 16, 64)) >= 32
        assert 1 == choose_lags(np.cumsum(np.random.default_rng(1).normal(size=400)), (1,), (1, 64))

    def test_too_short(self) -> None:
        """A handful of values cannot choose."""
        with pytest.raises(ConfigurationError, match="too few to choose"):
            choose_lags(np.zeros(3))


class TestFit:
    def test_divergence(self) -> None:
        """A loss that is no number stops training and says where."""
        torch.manual_seed(0)
        with pytest.raises(RunError, match="in epoch 1, step 2 of 3; lower the learning rate"):
            fit_network(MLP(1), np.ones((48, 1)), np.ones((48, 1)), lr=1e30)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"epochs": 0}, "epochs is 0"),
            ({"batch_size": 0}, "batch_size is 0"),
            ({"lr": -1.0}, "learning rate is -1.0"),
            ({"lr": float("nan")}, "learning rate is nan"),
        ],
    )
    def test_options(self, options: dict[str, float], message: str) -> None:
        """Numbers out of range are refused."""
        with pytest.raises(ConfigurationError, match=message):
            fit_network(MLP(1), np.ones((4, 1)), np.ones((4, 1)), **options)  # type: ignore[arg-type]

    def test_lengths(self) -> None:
        """Features and labels must be as many."""
        with pytest.raises(ConfigurationError, match="4 rows of features and 3 labels"):
            fit_network(MLP(1), np.ones((4, 1)), np.ones((3, 1)))
