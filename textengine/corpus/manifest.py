"""What a corpus's manifest says, checked as it is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textengine.corpus.commit import MANIFEST, read_manifest
from textengine.errors import DamagedError
from textengine.recipe.pipeline import identity

FORMAT = "textengine-corpus"
VERSION = 1
_FILES = ("tokens", "ends", "vocab")
_BOOKS = ("records", "encoded", "empty", "bytes", "replaced", "tokens", "cut_tokens", "unknown_tokens")


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
    try:
        problem = _problem(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"a part of it is missing or of the wrong kind ({type(error).__name__}: {error})"
    if problem:
        raise DamagedError(f"{path}: {problem}")
    return Manifest(document)


def _problem(document: dict[str, Any]) -> str:
    """Return what makes no sense in a manifest, or an empty string; a missing part may raise instead."""
    for name in _FILES:
        entry = document["files"][name]
        plain = Path(entry["name"]).name == entry["name"] != ""
        if not plain or entry["name"] in (".", "..") or not _whole(entry["size"]) or len(entry["digest"]) != 64:
            return f"its entry for the file {name!r} makes no sense"
    recipe = document["recipe"]
    if identity(recipe) != document["recipe_id"]:
        return "its recipe does not fit its recipe id"
    if identity({part: recipe[part] for part in ("normalizers", "tokenizer")}) != document["text_id"]:
        return "its recipe does not fit its text id"
    if not isinstance(document["joiner"], str) or document["dtype"] not in ("uint8", "uint16", "uint32"):
        return "its joiner or dtype makes no sense"
    if not _whole(document["vocab_size"]) or not all(isinstance(item["options"], dict) for item in document["input"]):
        return "its vocabulary size or input makes no sense"
    books = document["books"]
    skipped = books["skipped"].values()
    if not all(map(_whole, [*(books[name] for name in _BOOKS), *skipped])):
        return "its books hold something that is no number"
    if books["records"] != books["encoded"] + books["empty"] + sum(skipped):
        return "its books do not balance"
    stops = [0]
    for part, (start, stop) in (document["split"] or {}).items():
        if part not in ("train", "val", "test") or not _whole(stop) or start != stops[-1] or stop < start:
            return "its split makes no sense"
        stops.append(stop)
    return "" if stops[-1] <= books["tokens"] else "its split ends after the last token"


def _whole(value: object) -> bool:
    """Return whether `value` is a whole number, 0 or more."""
    return type(value) is int and value >= 0
