"""A build with a foreign normalizer: ``python foreign.py TEXT OUTPUT`` prints the numbers of tokens, also distinct.

The words are those of the recipe ``d2l``; what it costs is that a Python function is called for every line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from normalizer import letters_only

from textengine import Engine, hookimpl


class Foreign:
    """The plugin."""

    @hookimpl
    def textengine_normalizers(self) -> dict[str, Callable[[str], str]]:
        return {"letters-only": letters_only}


if __name__ == "__main__":
    engine = Engine(plugins=[("foreign", Foreign())])
    corpus = engine.build(sys.argv[1], output=sys.argv[2], normalizers=["letters-only"])
    print(len(corpus), len(corpus.vocab.token_freqs))
