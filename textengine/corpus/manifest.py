"""What a corpus's manifest says, checked as it is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textengine.corpus.commit import MANIFEST, read_manifest
from textengine.errors import DamagedError

FORMAT = "textengine-corpus"
VERSION = 1
_MEMBERS = {
    "version": int,
    "recipe": dict,
    "recipe_id": str,
    "text_id": str,
    "input": list,
    "build": dict,
    "joiner": str,
    "dtype": str,
    "books": dict,
    "sources": list,
    "components": list,
    "files": dict,
}


@dataclass(frozen=True)
class Manifest:
    """The parts of a manifest that reading a corpus needs; `document` is all of it."""

    document: dict[str, Any]

    @property
    def joiner(self) -> str:
        """What decoding puts between tokens."""
        return str(self.document["joiner"])

    @property
    def text_id(self) -> str:
        """The identity of the pipeline from record to tokens."""
        return str(self.document["text_id"])

    @property
    def recipe_id(self) -> str:
        """The identity of the pipeline and the vocabulary policy."""
        return str(self.document["recipe_id"])

    @property
    def records(self) -> str:
        """What one record of the input was: "line" or "file", or "" where the loader does not say."""
        return str(next((item["options"].get("records", "") for item in self.document["input"]), ""))

    @property
    def split(self) -> dict[str, tuple[int, int]]:
        """Part -> (first token, one past the last token)."""
        return {part: (start, stop) for part, (start, stop) in (self.document["split"] or {}).items()}

    def file(self, directory: Path, role: str) -> Path:
        """Return the path of a data file, of the size that the manifest names. Raises DamagedError.

        The size is checked before anything maps the file: reading past the end of a mapped file kills the process.
        """
        entry = self.document["files"][role]
        path: Path = directory / entry["name"]
        try:
            size = path.stat().st_size
        except OSError as error:
            raise DamagedError(f"{path}: {error.strerror}; the manifest names it") from error
        if size != entry["size"]:
            raise DamagedError(f"{path}: {size} bytes, but the manifest says {entry['size']}")
        return path


def load_manifest(directory: str | os.PathLike[str]) -> Manifest:
    """Return the manifest of a corpus. Raises DamagedError."""
    document = read_manifest(directory, FORMAT)
    path = Path(directory) / MANIFEST
    if document.get("version") != VERSION:
        raise DamagedError(f"{path}: corpus version {document.get('version')!r}; this textengine reads {VERSION}")
    for name, kind in _MEMBERS.items():
        if not isinstance(document.get(name), kind):
            raise DamagedError(f"{path}: {name!r} is missing or no {kind.__name__}")
    return Manifest(document)
