"""The README's example prints what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_series_example() -> None:
    """The example under "From Python" of the section on series runs, with the output below it."""
    section = README.read_text(encoding="utf-8").partition("## Series")[2]
    code, printed = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", section, re.DOTALL).groups()  # type: ignore[union-attr]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed == done.stdout
