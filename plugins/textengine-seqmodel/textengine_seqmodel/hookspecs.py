"""The hook of this plugin: models of sequences of ids, which any distribution may add."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def seqmodel_models() -> Mapping[str, Callable[..., Any]]:  # type: ignore[empty-body]
    """Provide models of sequences of ids.

    Returns name -> a frozen dataclass. Its fields are the options of the model, each with a default, checked in
    ``__post_init__`` (ValueError says what is wrong); a call with the size of the vocabulary makes the model, which is
    one of two things (`textengine_seqmodel.contract` has both as protocols):

    - a ``torch.nn.Module`` whose ``forward(ids, state=None)`` takes int64 ids of shape (batch, time) and returns
      (logits, state): floats of shape (batch, time, vocabulary), of which those at one time depend on ids up to that
      time only, and a tensor, or tuples, lists and dicts of tensors, from which the next call goes on. It is trained
      by gradient descent;
    - an object with ``fit``, ``score``, ``distribution``, ``tensors`` and ``load``, which is counted in one pass.

    The class is imported whenever plugins are listed, so it must import torch or numpy only in its call. What is made
    must be a function of the options, the vocabulary's size and torch's random numbers alone, because a run is opened
    again by making the model and filling in its tensors. ``textengine_seqmodel.check.check_model`` checks all of this.
    """
