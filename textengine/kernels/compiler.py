"""Compiling a kernel: numba makes LLVM code of it, to which a door is added that takes plain addresses and numbers.

Imported only when there is no code for a kernel yet, as it imports numba.
"""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

import numba
from numba import types

from textengine.kernels.jit import INT, NONE, WORD, Array, Instruction, Signature, is_inlined
from textengine.kernels.machine import INSTRUCTIONS

_njit: Any = numba.njit
# Without numba's runtime a kernel cannot allocate, and does not count references to its arrays: that is an
# atomic addition for each array that a helper is given, which made loops over characters six times slower.
# Without wrappers its code calls nothing of Python or numba, so that it can be loaded without them.
_OPTIONS = {"error_model": "numpy", "_nrt": False}
_ALONE = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_SCALARS = {INT: types.int64, WORD: types.uint64, NONE: types.void}


def compiled(function: FunctionType, signature: Signature, name: str) -> str:
    """Return the LLVM code of a kernel, in which the function `name` takes what `Signature.flat` returns.

    It returns an int64: the result, or anything for a kernel without one.
    """
    arguments = tuple(_numba_type(declared) for declared in signature.arguments)
    dispatcher = _njit([_SCALARS[signature.result](*arguments)], **_OPTIONS, **_ALONE)(_linked(function))
    [overload] = dispatcher.overloads.values()
    return f"{dispatcher.inspect_llvm(arguments)}\n{_door(overload.fndesc.llvm_func_name, signature, name)}"


def _numba_type(declared: Any) -> Any:
    if isinstance(declared, Array):
        item = numba.from_dtype(declared.dtype)
        return types.Array(item, 1, "C", readonly=not declared.writable)
    return _SCALARS[declared]


def _linked(function: FunctionType) -> FunctionType:
    """Return the function with what numba knows in the place of the helpers and instructions that it names."""
    names = dict(function.__globals__)
    for name in function.__code__.co_names:
        value = names.get(name)
        if isinstance(value, Instruction):
            names[name] = INSTRUCTIONS[value.name]
        elif is_inlined(value):
            names[name] = _helper(value)
    linked = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    linked.__module__ = function.__module__
    return linked


@functools.cache
def _helper(function: Any) -> Any:
    return _njit(forceinline=True, **_OPTIONS)(_linked(function))


def _door(symbol: str, signature: Signature, name: str) -> str:
    """Return the function that hands addresses and numbers on as numba passes arrays and numbers.

    numba's own convention, by which its compiled functions call each other: a place for the result, one for an
    exception, then for each array (memory's owner, Python object, items, item size, data, shape, strides).
    """
    declared, passed = [], ["ptr %result", "ptr %exception"]
    for number, argument in enumerate(signature.arguments):
        if isinstance(argument, Array):
            declared += [f"ptr %data{number}", f"i64 %size{number}"]
            size, width = f"i64 %size{number}", argument.dtype.itemsize
            passed += ["ptr null", "ptr null", size, f"i64 {width}", f"ptr %data{number}", size, f"i64 {width}"]
        else:
            declared.append(f"i64 %number{number}")
            passed.append(f"i64 %number{number}")
    return f"""
define i64 @"{name}"({", ".join(declared)}) {{
  %result = alloca i64
  %exception = alloca ptr
  store i64 0, ptr %result
  %status = call i32 @"{symbol}"({", ".join(passed)})
  %value = load i64, ptr %result
  ret i64 %value
}}
"""
