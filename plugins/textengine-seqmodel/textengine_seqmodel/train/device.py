"""Where training runs, and how exact its products are."""

from __future__ import annotations

from typing import Any

import torch

from textengine.errors import ConfigurationError


def usable_device(name: str) -> str:
    """Return the device to train on. Raises ConfigurationError for one that torch does not know or have."""
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=name).item()  # a device may have shapes but no values, as "meta" does
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigurationError(f"the device {name!r} cannot be used here: {reason}") from None
    return name


def precision_of(wanted: str, device: str) -> str:
    """Return the precision of products: where any will do, bfloat16 if the device has instructions for it."""
    if wanted != "auto":
        return wanted
    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    able: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return "bfloat16" if able.get("avx512_bf16") or able.get("amx_bf16") else "float32"
