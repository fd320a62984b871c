"""The experiment: what is fitted to what, what is scored, and what is found."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from textengine.errors import ConfigurationError
from textengine_seqmodel import ForecastOptions, fit_forecaster, lag_features, run_forecast, sine_series
from textengine_seqmodel.series.forecaster import Floats
from textengine_seqmodel.series.models import FitOptions


@pytest.fixture(scope="module")
def sine() -> Floats:
    """The sine with noise."""
    torch.manual_seed(0)
    return sine_series().astype(np.float64)


def linear(**options: object) -> ForecastOptions:
    """Options for the quickest model."""
    return ForecastOptions(model="linear", **options)  # type: ignore[arg-type]


class TestErrors:
    def test_recursive(self, sine: Floats) -> None:
        """The table's errors are those of a loop that forecasts from every moment."""
        found = run_forecast(sine, linear(horizons=(1, 5)))
        features, labels = lag_features(sine[:604], 4)
        weights = np.linalg.lstsq(np.column_stack([features, np.ones(600)]), labels, rcond=None)[0][:, 0]
        errors: dict[int, list[float]] = {1: [], 5: []}
        for target in range(604, 1000):
            for step in errors:
                window = list(sine[target - step - 3 : target - step + 1])
                for _ in range(step):
                    window.append(float(np.dot(window[-4:], weights[:4]) + weights[4]))
                errors[step].append((window[-1] - sine[target]) ** 2)
        assert (604, 1000) == found.scored
        for step, each in errors.items():
            assert np.mean(each) == pytest.approx(found.error(found.methods[0], step))

    def test_direct(self, sine: Floats) -> None:
        """A direct forecast k ahead is that of a model fitted to labels k ahead, in the training part only."""
        found = run_forecast(sine, linear(horizons=(1, 16)))
        features, labels = lag_features(sine[:604], 4, horizon=16)
        weights = np.linalg.lstsq(np.column_stack([features, np.ones(len(features))]), labels, rcond=None)[0][:, 0]
        expected = [float(sine[t - 19 : t - 15] @ weights[:4] + weights[4]) for t in range(604, 1000)]
        assert np.allclose(expected, found.methods[1].at(16)[604:])

    def test_naive(self, sine: Floats) -> None:
        """The naive forecast k ahead is the value k before."""
        found = run_forecast(sine, linear())
        for step in (1, 64):
            expected = np.mean((sine[604:] - sine[604 - step : 1000 - step]) ** 2)
            assert expected == pytest.approx(found.error(found.methods[-1], step))

    def test_held_out_values_train_nothing(self, sine: Floats) -> None:
        """Other held-out values change no forecast of the training part, and no choice."""
        changed = np.concatenate([sine[:700], np.cos(np.arange(300.0))])
        one, two = (run_forecast(values, linear(tau=None)) for values in (sine, changed))
        assert (one.tau, one.lags) == (two.tau, two.lags)
        for mine, theirs in zip(one.methods, two.methods, strict=True):
            assert np.array_equal(mine.at(4)[:700], theirs.at(4)[:700], equal_nan=True)

    def test_far_ahead(self, sine: Floats) -> None:
        """Least squares with lags that it chose is far better 64 steps ahead than the chapter's network."""
        torch.manual_seed(0)
        found = run_forecast(sine, ForecastOptions(horizons=(1, 64)))
        network, chosen = found.error(found.methods[0], 64), found.error(found.methods[2], 64)
        assert chosen < 0.2 * network


class TestIntervals:
    def test_disjoint(self, sine: Floats) -> None:
        """Width and coverage come from different halves of the scored values, and the coverage is near the stated."""
        first = run_forecast(sine, linear()).intervals[0]
        assert (604, 802, 802, 1000) == (*first.calibration, *first.measured)
        assert 0.9 == pytest.approx(first.coverage, abs=0.06)


class TestBackward:
    def test_is_forward_on_the_reversed_series(self, sine: Floats) -> None:
        """Reading backward, the model is fitted to the same training values, reversed."""
        found = run_forecast(sine, linear(direction="backward"))
        model = fit_forecaster("linear", sine[:604][::-1], FitOptions(tau=4))
        window = sine[700:704][::-1]
        assert model.ahead(window, 1)[0, 0] == pytest.approx(found.parts.in_time(found.methods[0].at(1))[699])

    def test_likelihoods(self, sine: Floats) -> None:
        """Each log-likelihood is that of normal errors with the training variance, over the same values."""
        found = run_forecast(sine, linear(direction="backward")).likelihoods
        assert found is not None
        model = fit_forecaster("linear", sine[:604], FitOptions(tau=4))
        forecast = model.ahead(sine, 1)[:-1, 0]  # of values 4 to 999
        variance = np.mean((forecast[:600] - sine[4:604]) ** 2)
        errors = forecast[604:992] - sine[608:996]
        expected = -0.5 * (math.log(2 * math.pi * variance) + errors**2 / variance)
        assert (388, pytest.approx(expected.mean())) == (found["values"], found["forward"]["mean"])
        assert abs(found["difference"]["mean"]) < 4 * found["difference"]["standard_error"]


class TestUnits:
    def test_standardized(self, sine: Floats) -> None:
        """Standardizing makes a model blind to units: thousandfold values have millionfold errors."""
        options = linear(standardize=True)
        small, large = run_forecast(sine, options), run_forecast(sine * 1000 + 5000, options)
        for mine, theirs in zip(small.methods, large.methods, strict=True):
            assert 1e6 * small.error(mine, 16) == pytest.approx(large.error(theirs, 16), rel=1e-4)

    def test_constant(self) -> None:
        """A constant series is forecast, without a division by zero."""
        found = run_forecast(np.full(200, 7.0), linear(train=100, standardize=True, horizons=(1, 4)))
        assert 0 == pytest.approx(found.error(found.methods[0], 4), abs=1e-12)


class TestRefused:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"train": 996}, "1000 values leave nothing to hold out after 996 training rows of 4 lags; "
                             "give --train 995 or less"),
            ({"train": 980}, "16 held-out values can be forecast 64 steps ahead, and 18 are needed"),
            ({"tau": 2000}, "give more values, or lower --tau"),
            ({"tau": 0}, "--tau is 0; it must be 1 or more"),
            ({"train": 0}, "--train is 0"),
            ({"epochs": 0}, "--epochs is 0; it must be 1 or more"),
            ({"lr": math.nan}, "--lr is nan; it must be a number above 0"),
            ({"horizons": ()}, "--horizons is empty"),
            ({"horizons": (4, 0)}, "--horizons is 4,0"),
            ({"horizons": (4, 4)}, "give each number once"),
            ({"horizons": (1, 1000)}, "--horizons reaches 1000 steps ahead, and the series has 1000 values"),
            ({"horizons": (10**11,)}, "--horizons reaches 100000000000 steps ahead"),
            ({"coverage": 1.0}, "the coverage is 1.0"),
            ({"direction": "backwards"}, "no direction is named 'backwards'; did you mean 'backward'?"),
            ({"padding": "drip"}, "no padding is named 'drip'; did you mean 'drop'?"),
        ],
    )  # fmt: skip
    def test_options(self, sine: Floats, options: dict[str, object], message: str) -> None:
        """What cannot be is refused in one sentence that says what to do."""
        with pytest.raises(ConfigurationError) as caught:
            run_forecast(sine, linear(**options))
        assert message in str(caught.value)

    def test_not_finite(self) -> None:
        """A series with a gap is refused with its place."""
        with pytest.raises(ConfigurationError, match="value 2 of the series .* is nan"):
            run_forecast([1.0, 2.0, math.nan])

    def test_too_large(self) -> None:
        """So is one whose squares are no numbers."""
        with pytest.raises(ConfigurationError, match=r"value 1 of the series .* is -1e\+200, too large to be squared"):
            run_forecast([1.0, -1e200])

    def test_large_batch(self, sine: Floats) -> None:
        """A batch larger than any number of rows is all rows."""
        losses = []
        for size in (600, 10**30):
            torch.manual_seed(0)
            losses.append(run_forecast(sine, ForecastOptions(epochs=1, horizons=(1,), batch_size=size)).losses)
        assert losses[0] == losses[1]
