"""What builds the pages finds what is wrong with them. The build itself is `make docs`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS / "_ext"))

import generated  # noqa: E402 - what builds the pages lies beside them


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the links of built pages."""
    command = [sys.executable, DOCS / "check_links.py", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestCheckLinks:
    def test_sound(self, tmp_path: Path) -> None:
        """Links to pages, to anchors and to other hosts pass, and the last are said not to have been followed."""
        (tmp_path / "a.html").write_text('<a href="b.html#there">b</a> <a href="https://host/x">x</a>')
        (tmp_path / "b.html").write_text('<h1 id="there"><a href="#there">b</a></h1>')
        done = check(tmp_path)
        assert (0, "") == (done.returncode, done.stderr)
        assert "1 to other hosts were not followed" in done.stdout

    def test_broken(self, tmp_path: Path) -> None:
        """A page, an anchor or a picture that is not there is named with the page that links to it."""
        (tmp_path / "a.html").write_text('<a href="c.html">c</a> <a href="#no">no</a> <img src="p.png">')
        done = check(tmp_path)
        assert 1 == done.returncode
        expected = {"a.html: #no: no such anchor", "a.html: c.html: no such file", "a.html: p.png: no such file"}
        assert expected == set(done.stderr.splitlines())


class TestContents:
    def test_every_page_is_in_the_contents(self) -> None:
        """A page that is not in the table of contents would not be found."""
        listed = {page for pages in generated.CONTENTS.values() for page in pages}
        paths = [path.relative_to(DOCS) for path in DOCS.rglob("*.md") if "_build" not in path.parts]
        assert listed | {"index"} == {str(path.with_suffix("")) for path in paths}

    def test_every_mark_is_known(self) -> None:
        """What a page asks to be generated is generated, and nothing is left of the mark."""
        for path in DOCS.rglob("*.md"):
            if "_build" not in path.parts:
                assert "<!-- generated" not in generated.filled(path.read_text(encoding="utf-8"))
