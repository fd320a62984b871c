"""What this distribution provides. The components are imported only when their hook is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from textengine import hookimpl


@hookimpl
def textengine_normalizers() -> Mapping[str, Callable[..., Any]]:
    """A normalizer that is a plain function."""
    from textengine_example.components import swap_quotes

    return {"swap-quotes": swap_quotes}


@hookimpl
def textengine_tokenizers() -> Mapping[str, Callable[..., Any]]:
    """A tokenizer with an option."""
    from textengine_example.components import Separated

    return {"separated": Separated}
