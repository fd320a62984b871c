"""What this distribution provides to textengine. Nothing heavy is imported here, nor by what is returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from textengine import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def textengine_hookspecs() -> Mapping[str, Callable[..., Any]]:
    """Specify `seqmodel_models`, so that others can add models."""
    from textengine_seqmodel.hookspecs import seqmodel_models as specification

    return {"seqmodel_models": specification}


@hookimpl
def textengine_commands() -> Mapping[str, click.Command]:
    """The commands. Their modules import click; what does the work is imported when a command runs."""
    from textengine_seqmodel.cli.evaluate import evaluate
    from textengine_seqmodel.cli.forecast import forecast
    from textengine_seqmodel.cli.generate import generate
    from textengine_seqmodel.cli.ngrams import ngrams
    from textengine_seqmodel.cli.train import train

    return {"forecast": forecast, "ngrams": ngrams, "train": train, "evaluate": evaluate, "generate": generate}


@hookimpl
def seqmodel_models() -> Mapping[str, Callable[..., Any]]:
    """The language models."""
    from textengine_seqmodel.models.gru import GRU
    from textengine_seqmodel.models.lstm import LSTM
    from textengine_seqmodel.models.ngram import NGram
    from textengine_seqmodel.models.rnn import RNN

    return {"ngram": NGram, "rnn": RNN, "gru": GRU, "lstm": LSTM}
