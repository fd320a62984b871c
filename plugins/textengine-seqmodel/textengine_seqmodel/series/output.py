"""What an experiment leaves on disk: its result as JSON, every forecast as CSV, and pictures; committed together."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from textengine.corpus.commit import Commit, read_manifest
from textengine.errors import DamagedError
from textengine_seqmodel.series.experiment import Forecast
from textengine_seqmodel.series.forecaster import Floats

FORMAT = "textengine forecast"


def result(forecast: Forecast) -> dict[str, Any]:
    """Return what an experiment found as JSON can hold it; a number that is not finite becomes None.

    "errors" has a row for each method: its mean squared error on the training part, one step ahead, and on the
    held-out values for each horizon.
    """
    horizons = forecast.options.horizons
    rows = [
        {
            "method": method.name,
            "kind": method.kind,
            "training": forecast.training_error(method),
            "held_out": {str(step): forecast.error(method, step) for step in horizons},
        }
        for method in forecast.methods
    ]
    found: dict[str, Any] = _finite(
        {
            "options": {**asdict(forecast.options), "horizons": list(horizons), "tau": forecast.tau},
            "values": len(forecast.parts.values),
            "training_values": len(forecast.parts.training),
            "scored_values": forecast.scored[1] - forecast.scored[0],
            "losses": forecast.losses,
            "chosen_lags": forecast.lags,
            "noise_floor": forecast.noise_floor,
            "errors": rows,
            "intervals": [
                {
                    "ahead": each.step,
                    "stated": each.stated,
                    "coverage": each.coverage,
                    "half_width": each.half_width,
                    "measured_on": each.measured[1] - each.measured[0],
                }
                for each in forecast.intervals
            ],
            "likelihoods": forecast.likelihoods,
        }
    )
    return found


def write_forecast(forecast: Forecast, commit: Commit, *, source: Mapping[str, Any], pictures: bool = True) -> None:
    """Write everything into an open commit and finish it. source: what the series was, for the record."""
    document = {"source": dict(source), **result(forecast)}
    path = commit.work / "forecast.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    written = [path, commit.work / "predictions.csv"]
    _write_predictions(forecast, written[1])
    if pictures:
        from textengine_seqmodel.series.pictures import draw

        written += draw(forecast, commit.work)
    for path in written:
        commit.add(path.name, path)
    commit.finish({"source": dict(source), "options": document["options"]})


def read_forecast(directory: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the content of forecast.json in a committed directory, as `result` describes it, with its "source".

    Raises DamagedError if the directory holds no finished forecast or the file is not what the manifest says.
    """
    from textengine.digest import file_digest

    manifest = read_manifest(directory, FORMAT)
    entry = manifest["files"]["forecast.json"]
    path = Path(directory, entry["name"])
    if not path.is_file() or file_digest(path) != entry["digest"]:
        raise DamagedError(f"{path}: it is missing or was changed; run the forecast again")
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def _write_predictions(forecast: Forecast, path: Path) -> None:
    """Write a row for each value, in order of time; a forecast that there is not is an empty cell."""
    parts = forecast.parts
    columns: dict[str, Floats] = {"value": parts.in_time(parts.values)}
    short = {"least squares": "least_squares", "naive": "naive"}
    for method in forecast.methods:
        name = next((short[key] for key in short if method.name.startswith(key)), f"{method.name}_{method.kind}")
        columns |= {f"{name}_{step}": parts.in_time(method.at(step)) for step in forecast.options.horizons}
    for each in forecast.intervals:
        centre = np.full(len(parts.values), np.nan)
        measured = slice(*each.measured)
        centre[measured] = forecast.methods[0].at(each.step)[measured]
        columns[f"lower_{each.step}"] = parts.in_time(centre - each.half_width)
        columns[f"upper_{each.step}"] = parts.in_time(centre + each.half_width)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["t", "part", *columns])
        for place, row in enumerate(zip(*columns.values(), strict=True)):
            part = "training" if place < len(parts.training) else "held-out"
            writer.writerow([place + 1, part, *("" if math.isnan(cell) else repr(float(cell)) for cell in row)])


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
