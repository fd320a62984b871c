"""RecurrentNetwork: tokens in, recurrent layers, logits out, with the state carried from call to call."""

from __future__ import annotations

from typing import ClassVar, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

State = list[Tensor] | list[tuple[Tensor, Tensor]]
_HIDDEN = "weight_hh_l0"


class Options(Protocol):
    """What can be set; see textengine_seqmodel.models.recurrent, which stands above this file."""

    cell: ClassVar[str]

    @property
    def units(self) -> int: ...
    @property
    def layers(self) -> int: ...
    @property
    def embedding(self) -> int: ...
    @property
    def tied(self) -> bool: ...
    @property
    def dropout(self) -> float: ...
    @property
    def input_dropout(self) -> float: ...
    @property
    def weight_dropout(self) -> float: ...


class RecurrentNetwork(nn.Module):
    """A recurrent network over ids; the options say which cell, how wide, and what is dropped while it trains.

    ``forward(ids, state=None)``: ids int64, shape (batch, time); returns logits, shape (batch, time, vocabulary), and
    the state after the last time, one entry a layer: shape (1, batch, units), or a pair of them for the LSTM.
    """

    def __init__(self, options: Options, vocab_size: int) -> None:
        super().__init__()
        self.options, self.vocab_size = options, vocab_size
        width = options.embedding or vocab_size
        self.embedding = nn.Embedding(vocab_size, width) if options.embedding else None
        cell = getattr(nn, options.cell)
        self.layers = nn.ModuleList(
            cell(options.units if number else width, options.units) for number in range(options.layers)
        )
        self.projection = nn.Linear(options.units, width) if options.tied and options.units != width else None
        self.output = nn.Linear(width if options.tied else options.units, vocab_size)
        if options.tied and self.embedding is not None:
            # Vectors that are also the output's start as small as those of an output, or the first losses are huge.
            nn.init.uniform_(self.embedding.weight, -(width**-0.5), width**-0.5)
            self.output.weight = self.embedding.weight

    def forward(self, ids: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Return (logits, state). The layers run with time first, which is how torch's kernels store it."""
        times = ids.t()
        hidden = self._dropped(self._entered(times), self.options.input_dropout)
        after = []
        for number, layer in enumerate(self.layers):
            hidden, reached = self._run(layer, hidden, None if state is None else state[number])
            hidden = self._dropped(hidden, self.options.dropout)
            after.append(reached)
        if self.projection is not None:
            hidden = self.projection(hidden)
        return self.output(hidden).transpose(0, 1), after

    def _entered(self, times: Tensor) -> Tensor:
        if self.embedding is None:
            return functional.one_hot(times, self.vocab_size).to(self.output.weight.dtype)
        vectors: Tensor = self.embedding(times)
        return vectors

    def _run(self, layer: nn.Module, given: Tensor, state: object) -> tuple[Tensor, Tensor]:
        share = self.options.weight_dropout
        if not self.training or share == 0:
            found: tuple[Tensor, Tensor] = layer(given, state)
            return found
        weights: dict[str, Tensor] = dict(layer.named_parameters())
        weights[_HIDDEN] = functional.dropout(weights[_HIDDEN], share)
        found = torch.func.functional_call(layer, weights, (given, state))
        return found  # noqa: RET504 - for its type

    def _dropped(self, values: Tensor, share: float) -> Tensor:
        """Return `values`, shape (time, batch, width), with the same share of numbers dropped at every time."""
        if not self.training or share == 0:
            return values
        kept = torch.empty_like(values[:1]).bernoulli_(1 - share)
        return values * (kept / (1 - share))
