"""Commit: a directory of files that changes from one complete state to the next, whatever happens in between.

Data files get new names, and the manifest, which names them, is replaced last, in one step. Until then a reader
sees the previous state or none; a crash at any moment leaves one of the two. Usable for any directory of results.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from filelock import FileLock, Timeout

from textengine.digest import file_digest
from textengine.errors import DamagedError, OutputExistsError

logger = logging.getLogger("textengine")

MANIFEST = "manifest.json"
WORK = ".textengine-work"
LOCK = ".lock"
_DATA_NAME = re.compile(r".+-[0-9a-f]{16}(\.[A-Za-z0-9]+)?")


class Commit:
    """One change of a directory, as a context manager: `add` files, then `finish` with the manifest.

    directory: made where it is missing, and removed again if nothing is committed. format: what the manifest calls
    itself. force: whether an earlier state of the same format may be replaced. Leaving the context without `finish`
    leaves the earlier state. keep_work: whether to begin, unless `force` is set, with what an earlier commit that was
    cut off left in the work folder, instead of an empty one.

    Raises OutputExistsError if the directory holds an earlier state and `force` is not set, or holds anything else,
    or if another process is writing to it.
    """

    def __init__(
        self, directory: str | os.PathLike[str], format: str, *, force: bool = False, keep_work: bool = False
    ) -> None:
        if not os.fspath(directory):
            raise OutputExistsError("the output has an empty name; name a directory")
        self.directory = Path(directory)
        self.work = self.directory / WORK
        self.files: dict[str, dict[str, Any]] = {}
        self._format, self._force, self._finished = format, force, False
        self._takes_over, self._keeps = keep_work and not force, False
        self._made: list[Path] = []

    def __enter__(self) -> Commit:
        self._check()
        self._make_directory()
        # The kernel frees this lock when the process ends, however it ends. The file stays: removing it would let
        # two writers hold two locks of one name.
        self._lock = FileLock(self.directory / LOCK)
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise OutputExistsError(f"{self.directory}: another process is writing there; wait for it to end") from None
        try:
            self._check()  # again: it may have been filled while the lock was not ours
            if not self._takes_over:
                shutil.rmtree(self.work, ignore_errors=True)
            self.work.mkdir(exist_ok=True)
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        kept = self._keeps and not self._finished
        if not kept:
            shutil.rmtree(self.work, ignore_errors=True)
        if not self._finished:
            self._remove_unnamed()
            if self._made and not kept:
                (self.directory / LOCK).unlink(missing_ok=True)
        self._lock.release()
        if not self._finished:
            for directory in reversed(self._made):
                if not any(directory.iterdir()):
                    directory.rmdir()

    @property
    def replaces(self) -> bool:
        """Whether the directory holds an earlier state."""
        return (self.directory / MANIFEST).exists()

    def keep_work(self) -> None:
        """Leave the work folder as it is, for the next commit, if this one is not finished."""
        self._keeps = True

    def add(self, role: str, path: Path, digest: str | None = None) -> None:
        """Take the file at `path` (in `work`, named ``stem.suffix``) into the directory under a name of its own.

        role: its key in the manifest's "files". digest: of its content, computed where not given.
        """
        digest = file_digest(path) if digest is None else digest
        with path.open("rb") as file:
            os.fsync(file.fileno())
            size = os.fstat(file.fileno()).st_size
        name = f"{path.stem}-{digest[:16]}{path.suffix}"
        self.files[role] = {"name": name, "size": size, "digest": digest}
        path.replace(self.directory / name)

    def finish(self, manifest: Mapping[str, Any], extras: Mapping[str, Any] | None = None) -> None:
        """Commit: write the manifest, with format, files and its own checksum, in one step.

        extras: file name -> JSON content that is no part of the state, such as when and where it was made.
        """
        document = {"format": self._format, **manifest, "files": self.files}
        draft = self.work / MANIFEST
        _write(draft, render_manifest(document))
        _sync_directory(self.directory)
        draft.replace(self.directory / MANIFEST)
        self._finished = True
        _sync_directory(self.directory)
        for name, content in (extras or {}).items():
            try:
                _write(self.work / name, json.dumps(content, indent=1).encode() + b"\n")
                (self.work / name).replace(self.directory / name)
            except OSError as error:  # the commit is done, and this is no part of it
                logger.warning("%s: %s; it is left out", self.directory / name, error.strerror)
        self._remove_unnamed()

    def _remove_unnamed(self) -> None:
        """Remove the data files that no manifest names: those of an earlier state, or of a commit cut off."""
        named = _named_files(self.directory)
        for path in self.directory.iterdir():
            if _DATA_NAME.fullmatch(path.name) and path.name not in named:
                path.unlink()

    def _check(self) -> None:
        """Raise OutputExistsError unless the directory may be written."""
        if not self.directory.exists():
            return
        if not self.directory.is_dir():
            raise OutputExistsError(f"{self.directory} exists and is no directory; choose another output")
        ours = {WORK, LOCK}
        if not {path.name for path in self.directory.iterdir()} - ours:
            return
        try:
            found = json.loads((self.directory / MANIFEST).read_bytes()).get("format")
        except (OSError, ValueError, AttributeError, RecursionError):
            found = None
            if self._is_ours():
                return
        if found != self._format:
            raise OutputExistsError(
                f"{self.directory} is not empty and holds no {self._format}, so it is left alone; choose another output"
            )
        if not self._force:
            raise OutputExistsError(f"{self.directory} exists; choose another output, or replace it with --force")

    def _is_ours(self) -> bool:
        """Return whether the directory holds nothing but what a commit that was cut off can leave.

        With `force`, a damaged manifest among that is no obstacle.
        """
        names = {path.name for path in self.directory.iterdir()}
        own = {WORK, LOCK, MANIFEST, "run.json"} if self._force else {WORK, LOCK}
        return LOCK in names and all(name in own or _DATA_NAME.fullmatch(name) for name in names)

    def _make_directory(self) -> None:
        missing = [path for path in [self.directory, *self.directory.parents] if not path.exists()]
        for path in reversed(missing):
            try:
                path.mkdir(exist_ok=True)
            except (NotADirectoryError, PermissionError, FileExistsError) as error:
                raise OutputExistsError(f"{path}: {error.strerror}; the output cannot be made there") from error
            self._made.append(path)


def render_manifest(document: Mapping[str, Any]) -> bytes:
    """Return a manifest as the bytes of its file, its own checksum as the last member."""
    body = {name: value for name, value in document.items() if name != "checksum"}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    body["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps(body, indent=1, ensure_ascii=False).encode() + b"\n"


def read_manifest(directory: str | os.PathLike[str], format: str) -> dict[str, Any]:
    """Return the manifest of a directory. Raises DamagedError if it is missing, not of `format`, or was changed."""
    path = Path(directory) / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedError(f"{path}: {error.strerror}; {directory} holds no finished {format}") from error
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{path}: not JSON, so it was damaged: {error}") from error
    if not isinstance(document, dict) or document.get("format") != format:
        raise DamagedError(f"{path}: not the manifest of a {format}")
    if render_manifest(document) != data:
        raise DamagedError(f"{path}: its content does not fit its checksum, so it was changed or damaged")
    return document


def _named_files(directory: Path) -> set[str]:
    try:
        files = json.loads((directory / MANIFEST).read_bytes())["files"]
        return {file["name"] for file in files.values()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(directory: Path) -> None:
    """Make renames in `directory` last through a power cut, where the system offers that for directories."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
