"""Sphinx extension: puts what is made from specifications and registry where a page says ``<!-- generated: X -->``.

On a code host the comment shows nothing, and the page says what would stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import commands_page
import components_page
import hooks_page
import python_page

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_ARRAY = re.compile(r"~?(?:numpy\.)?ndarray\[tuple\[[^]]*\], ~?(?:numpy\.)?dtype\[(?:~?\w+\.)*(\w+)\]\]")
MARK = re.compile(r"^<!-- generated: ([\w. -]+) -->$", re.MULTILINE)

GENERATORS: dict[str, Callable[..., Iterator[str]]] = {
    "contents": lambda: _contents(),
    "hooks": hooks_page.lines,
    "components": components_page.lines,
    "recipes": components_page.recipe_lines,
    "commands": commands_page.lines,
    "python": python_page.lines,
}

CONTENTS = {
    "Tutorial": ["tutorial/notebook", "tutorial/plugin"],
    "How-to": [
        "howto/normalizer", "howto/tokenizer", "writing-a-kernel", "howto/vocabulary-builder", "howto/loader",
        "howto/dataset", "howto/executor", "howto/exporter", "howto/recipe", "howto/command", "howto/language-model",
    ],
    "Reference": [
        "reference/hooks", "reference/components", "reference/recipes", "reference/commands", "reference/python",
        "corpus-format", "compatibility",
    ],
    "How it works": ["architecture", "from-byte-to-id"],
}  # fmt: skip


def filled(source: str) -> str:
    """Return a page's Markdown with every mark replaced."""

    def generated(mark: re.Match[str]) -> str:
        name, *arguments = mark[1].split()
        return "\n".join(GENERATORS[name](*arguments))

    return MARK.sub(generated, source)


def _contents() -> Iterator[str]:
    for caption, pages in CONTENTS.items():
        yield from ["```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```", ""]


def _on_source_read(app: Sphinx, page: str, content: list[str]) -> None:
    content[0] = filled(content[0])


def _short_arrays(app: Sphinx, what: str, name: str, value: Any, options: Any, *texts: str | None) -> Any:
    """Write the arrays of a signature, and of what is returned, as they are written in the source."""
    return tuple(text and _ARRAY.sub(r"NDArray[\1]", text) for text in texts)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", _on_source_read)
    app.connect("autodoc-process-signature", _short_arrays)
    app.connect("env-get-outdated", lambda app, env, added, changed, removed: _marked(Path(app.srcdir)))
    return {"parallel_read_safe": True}


def _marked(folder: Path) -> list[str]:
    """Return the pages that have marks: what they show may have changed although they did not."""
    pages = [path for path in folder.rglob("*.md") if "_build" not in path.parts]
    return [
        str(path.relative_to(folder).with_suffix("")) for path in pages if MARK.search(path.read_text(encoding="utf-8"))
    ]
