"""The tensors of a network, each once, and filling them in."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def own_tensors(network: nn.Module) -> dict[str, Tensor]:
    """Return the network's parameters and lasting buffers by name; one that has two names, as tied ones do, once."""
    found: dict[int, tuple[str, Tensor]] = {}
    for name, tensor in network.state_dict(keep_vars=True).items():
        found.setdefault(id(tensor), (name, tensor.detach()))
    return dict(found.values())


def copies(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors as copies in main memory."""
    return {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}


def fill(network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Give the network the values of `tensors`. Raises ValueError unless they have its names and shapes."""
    own = own_tensors(network)
    check_shapes(own, tensors)
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(tensors[name])


def check_shapes(own: Mapping[str, Tensor], tensors: Mapping[str, Tensor]) -> None:
    """Raise ValueError unless `tensors` have the names, shapes and types of `own`."""
    if set(own) != set(tensors):
        odd = sorted(set(own) ^ set(tensors))[0]
        raise ValueError(f"{odd!r} is {'missing' if odd in own else 'not part of the model'}")
    for name, tensor in own.items():
        given = tensors[name]
        if tensor.shape != given.shape or tensor.dtype != given.dtype:
            wanted = f"{tensor.dtype} of shape {tuple(tensor.shape)}"
            raise ValueError(f"{name!r} is {given.dtype} of shape {tuple(given.shape)}, and the model has {wanted}")
