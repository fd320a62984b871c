"""How this process's memory is handed back and forth between the C library and the system."""

from __future__ import annotations

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h of the GNU C library
_LARGE = 1 << 30


def keep_freed_memory() -> None:
    """Let the C library keep memory that was freed, for the next array, instead of giving it back each time.

    A build makes and drops arrays of a MiB by the thousand. By default each of them is fresh memory that the system
    must clear page by page, which takes as long as the work on it. Only for a process of our own, never for a program
    that uses the library; where the C library has no such setting, nothing happens.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _LARGE)
    mallopt(_M_TRIM_THRESHOLD, _LARGE)
    mallopt(_M_ARENA_MAX, 1)
