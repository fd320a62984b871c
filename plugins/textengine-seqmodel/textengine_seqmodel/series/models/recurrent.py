"""What the three recurrent models share: a state that is updated value by value, and a forecast from the last one."""

from __future__ import annotations

import torch
from torch import nn

HIDDEN = 32


class Recurrent(nn.Module):
    """Maps windows (rows, tau) to forecasts (rows, 1): the values of a window go into `cell` one after the other.

    cell: a torch recurrent layer with ``batch_first=True`` and one input.
    """

    def __init__(self, cell: nn.RNNBase) -> None:
        super().__init__()
        self.cell = cell
        self.out = nn.Linear(cell.hidden_size, 1)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return one forecast for each window, from a state that begins at zero."""
        states, _ = self.cell(windows[:, :, None])
        found: torch.Tensor = self.out(states[:, -1])
        return found
