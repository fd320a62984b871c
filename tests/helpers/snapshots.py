"""What a directory and a corpus hold."""

from __future__ import annotations

import json
from pathlib import Path


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of a corpus, save that which tells of the run."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "run.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def books(corpus: Path) -> dict[str, int]:
    """Return what the manifest says became of every record."""
    found: dict[str, int] = json.loads((corpus / "manifest.json").read_bytes())["books"]
    return found
