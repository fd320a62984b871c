"""What the pages show runs, and prints what they say: `pages` in tests/helpers says how."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import PageRun, snippets

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
NAMES = [str(path.relative_to(DOCS).with_suffix("")) for path in PAGES]
WITH_SNIPPETS = [
    name for name in NAMES if any(item.language for item in snippets((DOCS / f"{name}.md").read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("name", WITH_SNIPPETS)
def test_page(name: str, tmp_path: Path) -> None:
    """Every fence of the page does what the page says."""
    folder = tmp_path / "page"
    folder.mkdir()
    PageRun((DOCS / f"{name}.md").read_text(encoding="utf-8"), folder).run()


def test_kernel_page_with_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page on kernels prints the same where its kernel is used."""
    monkeypatch.setenv("TEXTENGINE_KERNELS", "always")
    PageRun((DOCS / "writing-a-kernel.md").read_text(encoding="utf-8"), tmp_path).run()
