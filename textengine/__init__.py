"""textengine: raw text to ids and a committed corpus, by plugins.

The public names are resolved when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textengine.components import Kind, Shard, Source
    from textengine.corpus.corpus import Corpus
    from textengine.engine import Engine
    from textengine.errors import TextEngineError
    from textengine.lexicon import Lexicon
    from textengine.plugin.hookspecs import hookimpl
    from textengine.recipe.recipe import Recipe
    from textengine.text import Batch
    from textengine.trace import Trace
    from textengine.vocab import Counts, Vocab

_HOME = {
    "Batch": "textengine.text",
    "Corpus": "textengine.corpus.corpus",
    "Counts": "textengine.vocab",
    "Engine": "textengine.engine",
    "Kind": "textengine.components",
    "Lexicon": "textengine.lexicon",
    "Recipe": "textengine.recipe.recipe",
    "Shard": "textengine.components",
    "Source": "textengine.components",
    "TextEngineError": "textengine.errors",
    "Trace": "textengine.trace",
    "Vocab": "textengine.vocab",
    "hookimpl": "textengine.plugin.hookspecs",
}

__all__ = [
    "Batch",
    "Corpus",
    "Counts",
    "Engine",
    "Kind",
    "Lexicon",
    "Recipe",
    "Shard",
    "Source",
    "TextEngineError",
    "Trace",
    "Vocab",
    "__version__",
    "hookimpl",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'textengine' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
