"""States of networks: tensors in tuples, lists and dicts, of whatever shape a model likes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor


def mapped(function: Callable[[Tensor], Tensor], state: Any) -> Any:
    """Return `state` with `function` applied to each of its tensors. Raises TypeError for anything else in it."""
    if state is None:
        return None
    if isinstance(state, Tensor):
        return function(state)
    if isinstance(state, tuple | list):
        return type(state)(mapped(function, item) for item in state)
    if isinstance(state, dict):
        return {name: mapped(function, item) for name, item in state.items()}
    raise TypeError(f"a model's state is made of tensors, tuples, lists and dicts, not {type(state).__name__}")


def detached(state: Any) -> Any:
    """Return `state` cut off from what it was computed from."""
    return mapped(lambda tensor: tensor.detach(), state)


def taken_apart(state: Any) -> tuple[Any, list[Tensor]]:
    """Return (skeleton, tensors): the state's shape as JSON can hold it, and its tensors in order."""
    tensors: list[Tensor] = []

    def number(tensor: Tensor) -> Tensor:
        tensors.append(tensor)
        return tensor

    mapped(number, state)
    count = iter(range(len(tensors)))
    return _skeleton(state, count), tensors


def put_together(skeleton: Any, tensors: list[Tensor]) -> Any:
    """Return the state that `taken_apart` took apart. Raises ValueError, KeyError or TypeError for anything else."""
    if skeleton is None:
        return None
    kind, content = skeleton["kind"], skeleton["content"]
    if kind == "tensor":
        return tensors[content]
    if kind == "dict":
        return {name: put_together(item, tensors) for name, item in content.items()}
    items = [put_together(item, tensors) for item in content]
    return tuple(items) if kind == "tuple" else items


def _skeleton(state: Any, count: Any) -> Any:
    if state is None:
        return None
    if isinstance(state, Tensor):
        return {"kind": "tensor", "content": next(count)}
    if isinstance(state, dict):
        return {"kind": "dict", "content": {name: _skeleton(item, count) for name, item in state.items()}}
    kind = "tuple" if isinstance(state, tuple) else "list"
    return {"kind": kind, "content": [_skeleton(item, count) for item in state]}
