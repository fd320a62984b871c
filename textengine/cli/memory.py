"""How a process of our own handles memory: settings that would not do for a program that uses the library."""

from __future__ import annotations

import ctypes
import gc

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h of the GNU C library
_LARGE = 1 << 30
_OBJECTS = 100_000


def keep_freed_memory() -> None:
    """Let the C library keep memory that was freed, for the next array, instead of giving it back each time.

    A build makes and drops arrays of a MiB by the thousand. By default each of them is fresh memory that the system
    must clear page by page, which takes as long as the work on it. Where the C library has no such setting, nothing
    happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _LARGE)
    mallopt(_M_TRIM_THRESHOLD, _LARGE)
    mallopt(_M_ARENA_MAX, 1)


def collect_seldom() -> None:
    """Let Python look for cyclic garbage seldom: a build makes many objects, none of them garbage in a cycle.

    Loading numba and counting millions of tokens make it look hundreds of times otherwise, and find nothing.
    """
    gc.set_threshold(_OBJECTS, 50, 50)
