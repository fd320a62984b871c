"""Kernels over UTF-8 bytes, compiled by numba. Each has a plain-Python definition beside it that it must equal.

A kernel's machine code is made once on a machine, when it is first called, and kept; later processes load it without
importing numba. Importing this file costs nothing, importing a module of kernels little more than numpy.
"""

from __future__ import annotations

import logging
import os
from importlib.util import find_spec

from textengine.errors import ConfigurationError
from textengine.interrupts import held

logger = logging.getLogger("textengine")

VARIABLE = "TEXTENGINE_KERNELS"
INSTALL = "pip install 'textengine[fast]'"


def wanted(much: bool) -> bool:
    """Return whether kernels are to be used; `much`: whether there is so much text that loading them pays.

    TEXTENGINE_KERNELS says "never", "always", or "auto" (the default), which goes by `much`. The answer never changes a
    byte of any result. Raises ConfigurationError for another word, and for "always" where numba is not installed.
    """
    policy = os.environ.get(VARIABLE, "auto") or "auto"
    if policy not in ("never", "auto", "always"):
        raise ConfigurationError(f"{VARIABLE} is {policy!r}; write never, auto or always")
    if policy == "never" or (policy == "auto" and not much):
        return False
    if find_spec("numba") is not None:
        return True
    if policy == "always":
        raise ConfigurationError(f"{VARIABLE} is 'always', but numba is not installed: {INSTALL}")
    logger.warning("this much text would be read many times faster with numba: %s", INSTALL)
    return False


def load() -> None:
    """Make ready what kernels need, which takes a moment. Interrupts wait until it is done."""
    with held():
        from textengine.kernels.native import prepare

        prepare()
