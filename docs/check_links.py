"""Check the links of the built pages: every file, and every anchor in it, must be there. Nothing is fetched.

Links to other hosts are listed by number only: whether they answer is not this check's business.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_TARGETS = {"a": "href", "img": "src", "link": "href", "script": "src", "source": "srcset"}


class Page(HTMLParser):
    """The anchors of a page, and what it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the anchor and the link of a tag."""
        found = dict(attrs)
        self.anchors |= {name for name in (found.get("id"), found.get("name")) if name}
        if link := found.get(_TARGETS.get(tag, "")):
            self.links.add(link)


def broken(folder: Path) -> tuple[list[str], int]:
    """Return (what is wrong, how many links to other hosts there are)."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    wrong, outside = [], 0
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                outside += 1
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                wrong.append(f"{path.relative_to(folder)}: {link}: no such file")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                wrong.append(f"{path.relative_to(folder)}: {link}: no such anchor")
    return wrong, outside


def main() -> None:
    """Exit with what is broken, if anything is."""
    wrong, outside = broken(Path(sys.argv[1]).resolve())
    if wrong:
        raise SystemExit("\n".join(wrong))
    sys.stdout.write(f"all links within the pages lead somewhere; {outside} to other hosts were not followed\n")


if __name__ == "__main__":
    main()
