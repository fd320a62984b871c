"""How kernels become machine code: decorators, and the types that signatures are made of.

A kernel is written in the part of Python that numba compiles. numba does so once on a machine, when the kernel is first
called; the code is kept (`cache.py`), and later processes load it by llvmlite alone (`native.py`), which takes a tenth
of the time and of the memory that numba takes. Nothing here imports either until then.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from textengine.interrupts import held

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Array:
    """A contiguous one-dimensional array that a kernel reads, or also writes."""

    dtype: np.dtype[Any]
    writable: bool

    def flat(self, array: NDArray[Any]) -> tuple[int, int] | None:
        """Return the address of the first item and the number of items, or None for what is no such array.

        Machine code looks at nothing of an array but these, so whatever could mislead it ends here.
        """
        if type(array) is not np.ndarray or array.dtype != self.dtype or array.ndim != 1:
            return None
        flags = array.flags
        if not flags.carray if self.writable else not (flags.c_contiguous and flags.aligned):
            return None
        return array.ctypes.data, len(array)

    def __str__(self) -> str:
        return f"{'writable ' if self.writable else ''}{self.dtype} array"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number, or nothing; called with the types of arguments, the signature of a kernel that returns one."""

    name: str

    def __call__(self, *arguments: Array | Scalar) -> Signature:
        return Signature(self, arguments)

    def flat(self, number: Any) -> tuple[int] | None:
        """Return the number as an int, or None for what is none."""
        return (int(number),) if isinstance(number, int | np.integer) else None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Signature:
    """The types of a kernel's arguments and of its result."""

    result: Scalar
    arguments: tuple[Array | Scalar, ...]

    def flat(self, arguments: tuple[Any, ...]) -> list[int] | None:
        """Return the arguments as machine code takes them, or None where they are of other types."""
        if len(arguments) != len(self.arguments):
            return None
        flat: list[int] = []
        for declared, argument in zip(self.arguments, arguments, strict=True):
            some = declared.flat(argument)
            if some is None:
                return None
            flat += some
        return flat

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.arguments))})"


def _arrays(code: str) -> tuple[Array, Array]:
    return Array(np.dtype(code), False), Array(np.dtype(code), True)


BYTES, OUT_BYTES = _arrays("u1")
UINT16S, OUT_UINT16S = _arrays("u2")
UINT32S, OUT_UINT32S = _arrays("u4")
UINT64S, OUT_UINT64S = _arrays("u8")
INT64S, OUT_INT64S = _arrays("i8")
_, OUT_BOOLS = _arrays("?")
INT = Scalar("int64")
WORD = Scalar("uint64")
NONE = Scalar("void")


class Kernel:
    """A function that runs as machine code. `function` is its source, `signatures` what it may be called with.

    A call with other arguments is a TypeError. Interrupts wait while code is made: one in the middle of the compiler
    leaves it in a state in which the process crashes.
    """

    def __init__(self, function: FunctionType, signatures: tuple[Signature, ...]) -> None:
        functools.update_wrapper(self, function)
        self.function, self.signatures = function, signatures
        self._lock = threading.Lock()
        self._code: dict[int, Callable[..., int]] = {}

    def __call__(self, *arguments: Any) -> int | None:
        for number, signature in enumerate(self.signatures):
            flat = signature.flat(arguments)
            if flat is not None:
                result = (self._code.get(number) or self._load(number))(*flat)
                return None if signature.result is NONE else result
        types = ", ".join(str(getattr(argument, "dtype", type(argument).__name__)) for argument in arguments)
        expected = " or ".join(map(str, self.signatures))
        raise TypeError(f"{self.function.__name__} takes contiguous arrays and numbers {expected}, not ({types})")

    def _load(self, number: int) -> Callable[..., int]:
        with self._lock, held():
            if number not in self._code:
                from textengine.kernels.native import loaded

                self._code[number] = loaded(self.function, self.signatures[number])
            return self._code[number]


def kernel(*signatures: Signature) -> Callable[[F], F]:
    """Make a function a `Kernel`: the first of its signatures that fits the arguments is run."""

    def decorate(function: F) -> F:
        return cast(F, Kernel(cast(FunctionType, function), signatures))

    return decorate


def inlined(function: F) -> F:
    """Mark a helper that is compiled into every kernel that calls it; it has no machine code of its own."""
    function.__dict__["_inlined"] = True
    return function


def is_inlined(value: object) -> bool:
    """Return whether `inlined` marked it."""
    return callable(value) and getattr(value, "_inlined", False) is True


class Instruction:
    """A few machine operations that Python has no name for; only kernels can call it (`machine.py`)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *arguments: Any) -> Any:
        raise TypeError(f"{self.name} can be called by compiled code only")
