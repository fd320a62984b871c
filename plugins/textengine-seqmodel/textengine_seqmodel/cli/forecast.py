"""textengine forecast"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from textengine.errors import suggest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from textengine_seqmodel.series.experiment import Forecast

SERIES = ("sine",)
_MODELS = "mlp, linear, rnn, gru, lstm, markov, autoregressive, latent"
_ROWS_OF_SINE, _SHARE_OF_FILE = 600, 0.6


def _horizons(ctx: click.Context, parameter: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not whole numbers with commas, such as 1,4,16,64") from None


def _tau(ctx: click.Context, parameter: click.Parameter, text: str) -> int | None:
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither a whole number nor auto") from None


def _series(ctx: click.Context, parameter: click.Parameter, name: str | None) -> str | None:
    if name is not None and name not in SERIES:
        there = f"there is: {', '.join(SERIES)}; a file is given without --series"
        raise click.BadParameter(f"no series is named {name!r}{suggest(name, SERIES, there)}")
    return name


@click.command()
@click.argument("file", metavar="[FILE.csv]", required=False)
@click.option("--series", metavar="NAME", callback=_series, help="A synthetic series instead of a file: sine.")
@click.option("--column", metavar="NAME", help="The column of the file.  [default: its only one]")
@click.option("-o", "--output", metavar="DIR", required=True, help="The directory to commit the forecast to.")
@click.option("--model", default="mlp", show_default=True, metavar="NAME", help=f"The model: {_MODELS}.")
@click.option("--tau", default="4", show_default=True, metavar="N|auto", callback=_tau,
              help="How many values before it a forecast sees; auto chooses on the training part.")  # fmt: skip
@click.option("--train", type=int, metavar="ROWS", help="Train on the first so many rows.  [default: 600 of the sine, "
              "60 % of a file]")  # fmt: skip
@click.option("--epochs", type=int, default=5, show_default=True, help="How often training passes over the rows.")
@click.option("--batch", type=int, default=16, show_default=True, help="Rows in a batch.")
@click.option("--lr", type=float, default=0.01, show_default=True, help="The learning rate.")
@click.option("--padding", default="drop", show_default=True, metavar="drop|zeros",
              help="Leave out rows that begin before the series does, or fill them with zeros.")  # fmt: skip
@click.option("--horizons", default="1,4,16,64", show_default=True, metavar="K,...", callback=_horizons,
              help="How many steps ahead to forecast.")  # fmt: skip
@click.option("--direction", default="forward", show_default=True, metavar="forward|backward",
              help="Forecast each value from those before it, or from those after it.")  # fmt: skip
@click.option("--coverage", type=float, default=0.9, show_default=True, help="Of the prediction intervals.")
@click.option("--standardize/--no-standardize", default=None,
              help="Train on (x - mean) / deviation.  [default: for files only]")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Decides the noise, the weights and the order.")
@click.option("--no-pictures", is_flag=True, help="Draw nothing.")
@click.option("--force", is_flag=True, help="Replace a forecast that is there already.")
@click.option("--quiet", is_flag=True, help="Print nothing unless it fails.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def forecast(ctx: click.Context, /, file: str | None, output: str, **given: Any) -> None:
    """Fit a model to a series, forecast it, and compare.

    Without a FILE, the series is a sine with noise, and the run is that of the d2l book. A FILE is a CSV with the names
    of its columns in the first row.
    """
    from textengine.corpus.commit import Commit
    from textengine_seqmodel.cli.series_tables import show
    from textengine_seqmodel.series.options import ForecastOptions, check_options
    from textengine_seqmodel.series.output import FORMAT, result, write_forecast

    if file and given["series"]:
        raise click.UsageError("a FILE and --series exclude each other", ctx)
    if not 0 <= given["seed"] < 2**63:
        raise click.BadParameter(f"{given['seed']} is not within 0 to {2**63 - 1}", ctx, param_hint="--seed")
    if given["column"] is not None and not file:
        raise click.UsageError("--column is for a FILE, and none is given", ctx)
    started = time.monotonic()
    with Commit(output, FORMAT, force=given["force"]) as commit:
        values = _read(file, given["column"]) if file else None
        options = ForecastOptions(
            batch_size=given["batch"],
            train=_rows(given["train"], values),
            standardize=bool(file) if given["standardize"] is None else given["standardize"],
            **{name: given[name] for name in _SAME},
        )
        check_options(options)
        found = _run(options, values, given["seed"], tell=not (given["quiet"] or given["as_json"]))
        source = {"file": Path(file).name, "column": given["column"]} if file else {"series": SERIES[0]}
        write_forecast(found, commit, source={**source, "seed": given["seed"]}, pictures=not given["no_pictures"])
    seconds = time.monotonic() - started
    if given["as_json"]:
        click.echo(json.dumps({"forecast": output, **result(found), "seconds": round(seconds, 3)}))
    elif not given["quiet"]:
        show(found, Path(output), commit.files, seconds)


_SAME = ("model", "tau", "epochs", "lr", "padding", "horizons", "direction", "coverage")


def _read(file: str, column: str | None) -> NDArray[np.float64]:
    from textengine_seqmodel.series.csvfile import read_series

    return read_series(file, column)


def _rows(train: int | None, values: NDArray[np.float64] | None) -> int:
    if train is not None:
        return train
    return _ROWS_OF_SINE if values is None else max(int(len(values) * _SHARE_OF_FILE), 1)


def _run(options: Any, values: NDArray[np.float64] | None, seed: int, tell: bool) -> Forecast:
    import torch

    from textengine_seqmodel.series.experiment import run_forecast
    from textengine_seqmodel.series.sine import NOISE_VARIANCE, clean_sine, sine_series

    torch.set_num_threads(1)  # the models are so small that threads only wait for each other
    torch.manual_seed(seed)

    def on_epoch(epoch: int, loss: float) -> None:
        if tell:
            click.echo(f"epoch {epoch}, loss: {loss:f}")

    if values is not None:
        return run_forecast(values, options, on_epoch=on_epoch)
    return run_forecast(sine_series(), options, noise_floor=NOISE_VARIANCE, clean=clean_sine(), on_epoch=on_epoch)
