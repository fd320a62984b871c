"""The options of the plain recurrent network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textengine_seqmodel.models.recurrent import Recurrent


@dataclass(frozen=True)
class RNN(Recurrent):
    """The recurrent network of J. L. Elman, "Finding structure in time", Cognitive Science 14 (1990), with tanh."""

    cell: ClassVar[str] = "RNN"
