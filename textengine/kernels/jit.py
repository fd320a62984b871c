"""How kernels are compiled: two decorators, and the types that signatures are made of.

numba keys its disk cache on the file of the kernel alone: after editing a helper in another file, delete
``__pycache__`` (an installation does so by itself, as it writes every file anew).
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba import types

from textengine.interrupts import held

F = TypeVar("F", bound=Callable[..., Any])
_njit: Any = numba.njit
# Without numba's runtime a kernel cannot allocate, and does not count references to its arrays: that is an
# atomic addition for each array that a helper is given, which made loops over characters six times slower.
_OPTIONS = {"nogil": True, "error_model": "numpy", "_nrt": False}


def _array(dtype: Any, readonly: bool) -> Any:
    return types.Array(dtype, 1, "C", readonly=readonly)


# A read-only argument takes writable arrays too, so one specialisation serves both.
BYTES = _array(types.uint8, True)
INT64S = _array(types.int64, True)
UINT32S = _array(types.uint32, True)
UINT64S = _array(types.uint64, True)
OUT_BOOLS = _array(types.boolean, False)
OUT_BYTES = _array(types.uint8, False)
OUT_INT64S = _array(types.int64, False)
OUT_UINT32S = _array(types.uint32, False)
OUT_UINT64S = _array(types.uint64, False)
BOOL = types.boolean
INT = types.int64
WORD = types.uint64
NONE = types.void


def kernel(*signatures: Any) -> Callable[[F], F]:
    """Compile a function, when it is first called, so that it runs without the GIL; keep the code on disk.

    Interrupts wait meanwhile: one in the middle of the compiler leaves it in a state in which the process crashes.

    signatures: all are compiled (or loaded) then, and no others afterwards: arguments of other types are a
    TypeError. With none, each combination of argument types is compiled when it is first met.
    """

    def decorate(function: F) -> F:
        lock = threading.Lock()
        compiled: Any = None

        @functools.wraps(function)
        def call(*arguments: Any) -> Any:
            nonlocal compiled
            if compiled is None:
                with lock, held():
                    compiled = compiled or _njit(list(signatures) or None, cache=True, **_OPTIONS)(function)
            return compiled(*arguments)

        return cast(F, call)

    return decorate


def inlined(function: F) -> F:
    """Compile a helper into every kernel that calls it; it has no machine code of its own."""
    return cast(F, _njit(forceinline=True, **_OPTIONS)(function))
