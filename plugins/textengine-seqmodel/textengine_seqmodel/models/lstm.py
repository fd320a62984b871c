"""The options of the long short-term memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textengine_seqmodel.models.recurrent import Recurrent


@dataclass(frozen=True)
class LSTM(Recurrent):
    """The LSTM of S. Hochreiter and J. Schmidhuber, 1997, with the forget gates of F. Gers et al., 2000."""

    cell: ClassVar[str] = "LSTM"
