"""textengine-seqmodel: language models over the ids of a textengine corpus.

The public names are resolved when they are first used, so that importing the package imports neither numpy nor torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textengine_seqmodel.chapter import statistics
    from textengine_seqmodel.evaluation import evaluate
    from textengine_seqmodel.models.gru import GRU
    from textengine_seqmodel.models.lstm import LSTM
    from textengine_seqmodel.models.ngram import NGram
    from textengine_seqmodel.models.rnn import RNN
    from textengine_seqmodel.run import Run
    from textengine_seqmodel.sampling import generate
    from textengine_seqmodel.train.fit import fit
    from textengine_seqmodel.windowing import windows

_HOME = {
    # language models over a corpus
    "GRU": "textengine_seqmodel.models.gru",
    "LSTM": "textengine_seqmodel.models.lstm",
    "NGram": "textengine_seqmodel.models.ngram",
    "RNN": "textengine_seqmodel.models.rnn",
    "Run": "textengine_seqmodel.run",
    "evaluate": "textengine_seqmodel.evaluation",
    "fit": "textengine_seqmodel.train.fit",
    "generate": "textengine_seqmodel.sampling",
    "statistics": "textengine_seqmodel.chapter",
    "windows": "textengine_seqmodel.windowing",
}

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "NGram",
    "Run",
    "evaluate",
    "fit",
    "generate",
    "statistics",
    "windows",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
