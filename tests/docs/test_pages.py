"""What the pages promise of themselves: sizes, sources, links."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pages import snippets

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")), *ROOT.glob("plugins/*/README.md")]
PAGES = [page for page in PAGES if "_build" not in page.parts]
EXAMPLE = ROOT / "plugins" / "textengine-example"


def files(name: str) -> dict[str, str]:
    """Return the files that a page shows, by path."""
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    return {snippet.file: snippet.code for snippet in snippets(page) if snippet.file}


class TestTutorial:
    def test_first_page_has_ten_lines(self) -> None:
        """The first page begins with a plugin of ten lines: a plain function, registered with Engine(plugins=[...])."""
        first = snippets((DOCS / "tutorial" / "notebook.md").read_text(encoding="utf-8"))[0].code
        assert 10 >= len([line for line in first.splitlines() if line.strip()])
        assert "def fields(text):" in first
        assert "Engine(plugins=[" in first

    @pytest.mark.parametrize(
        ("shown", "source"),
        [
            ("textengine_fields/components.py", "textengine_example/components.py"),
            ("textengine_fields/hooks.py", "textengine_example/hooks.py"),
            ("tests/test_fields.py", "tests/test_example.py"),
        ],
    )
    def test_second_page_shows_the_example(self, shown: str, source: str) -> None:
        """The second page's files are those of the example plugin, which its own tests run, but for its name."""
        example = (EXAMPLE / source).read_text(encoding="utf-8")
        found = files("tutorial/plugin")[f"textengine-fields/{shown}"]
        assert ordered(example.replace("textengine_example", "textengine_fields")) == ordered(found)


def ordered(code: str) -> list[str]:
    """The lines, imports in the order of the alphabet: another name may stand elsewhere among them."""
    head, gap, rest = code.partition("\n\n\n")
    return [*sorted(head.splitlines()), gap, rest]


class TestReader:
    def test_short_and_needs_only_numpy(self) -> None:
        """The reader has at most 20 lines, and imports numpy and the standard library."""
        code = files("corpus-format")["reader.py"]
        assert 20 >= len(code.splitlines())
        nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
        imported = {node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in nodes}
        assert {"json", "pathlib", "numpy"} == imported


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_lead_somewhere(self, page: Path) -> None:
        """Links of the sources lead to files and headings that exist, as a code host shows them. None is fetched."""
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"`[^`\n]*`", "", text)
        for link in [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|srcset|href)="([^"]+)"', text)]:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.exists(), link
            if parts.fragment and target.name != "hooks.md":  # whose headings are made when the pages are built
                assert parts.fragment in anchors(target), link


def anchors(page: Path) -> set[str]:
    """Return the anchors that code hosts give to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
