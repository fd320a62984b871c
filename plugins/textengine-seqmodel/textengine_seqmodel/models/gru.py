"""The options of the gated recurrent unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textengine_seqmodel.models.recurrent import Recurrent


@dataclass(frozen=True)
class GRU(Recurrent):
    """The gated recurrent unit of K. Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014."""

    cell: ClassVar[str] = "GRU"
