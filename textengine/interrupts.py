"""Holding interrupts back where an exception in the middle would do harm."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def held(*, from_children: bool = False) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until the block has ended.

    from_children: whether processes started in the block, which inherit the signal mask, never see them at all. In any
    thread but the main one, which alone is interrupted, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)

    handlers = {number: signal.signal(number, note) for number in _NUMBERS}
    mask = getattr(signal, "pthread_sigmask", None) if from_children else None  # not on every system
    before = mask(signal.SIG_BLOCK, _NUMBERS) if mask else None
    try:
        yield
    finally:
        if mask:
            mask(signal.SIG_SETMASK, before)
        for number, handler in handlers.items():
            # None stands for a handler that is not Python's, and that Python cannot put back
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        if came:
            signal.raise_signal(came[0])
