"""The directory of a run: tensors in safetensors files, everything else in a manifest, committed together.

Nothing is ever unpickled: a file is checked against the manifest's digest, then read as plain tensors.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from safetensors import SafetensorError

from textengine.corpus.commit import MANIFEST, Commit, read_manifest
from textengine.errors import DamagedError, OutputExistsError, SourceError, UsageError, VocabError
from textengine.vocab import Vocab

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

FORMAT = "textengine-seqmodel-run"
VERSION = 1
_VOCAB = "vocab"
_LOCK = ".training.lock"  # that of a commit is held for a moment only
_PARTS: dict[str, type] = {
    "configuration": dict, "vocab": dict, "corpus": dict, "parts": dict, "notes": list, "sizes": dict, "status": str,
    "chosen": dict, "baseline": dict, "facts": dict, "evaluations": list, "files": dict,
}  # fmt: skip


class Store:
    """The files of one run. `document` is the manifest as last committed or read, empty before."""

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        if not os.fspath(directory):
            raise OutputExistsError("the run has an empty name; name a directory")
        self.directory = Path(directory)
        self.document: dict[str, Any] = {}

    def commit(
        self,
        document: Mapping[str, Any],
        tensors: Mapping[str, Mapping[str, Tensor] | Mapping[str, NDArray[Any]]],
        vocab: Vocab | None = None,
        *,
        force: bool = True,
        extras: Mapping[str, Any] | None = None,
    ) -> None:
        """Commit a state: `document`, the named groups of tensors, and every file of before that is not among them.

        force: whether an earlier run may be replaced; without it OutputExistsError is raised. extras: see Commit.
        """
        with Commit(self.directory, FORMAT, force=force) as commit:
            commit.files.update(self.document.get("files", {}))
            for role, group in tensors.items():
                path = commit.work / f"{role}.safetensors"
                _save(group, path)
                commit.add(role, path)
            if vocab is not None:
                path = commit.work / "vocab.json"
                path.write_text(vocab.to_json(), encoding="utf-8")
                commit.add(_VOCAB, path)
            commit.finish({"version": VERSION, **document}, extras)
            self.document = {"version": VERSION, **document, "files": dict(commit.files)}

    def read(self) -> dict[str, Any]:
        """Return the manifest. Raises SourceError where there is no run, DamagedError where it makes no sense."""
        if not self.directory.is_dir():
            raise SourceError(f"{self.directory}: no such run; a run is a directory made by 'textengine train'")
        document = read_manifest(self.directory, FORMAT)
        if document.get("version") != VERSION:
            raise DamagedError(f"{self.directory / MANIFEST}: run version {document.get('version')!r}, not {VERSION}")
        for name, kind in _PARTS.items():
            if not isinstance(document.get(name), kind):
                raise DamagedError(f"{self.directory / MANIFEST}: its part {name!r} is missing or of the wrong kind")
        self.document = {name: value for name, value in document.items() if name not in ("format", "checksum")}
        return self.document

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from training, or recording anything, in the run.

        Raises OutputExistsError while another does, UsageError where the directory cannot be written.
        """
        try:
            lock = FileLock(self.directory / _LOCK, blocking=False)
            lock.acquire()
        except Timeout:
            raise OutputExistsError(
                f"{self.directory}: another process is training there; wait for it to end"
            ) from None
        except OSError as error:
            raise UsageError(
                f"{self.directory}: {error.strerror}; a run records what is done with it, so copy it to where that can "
                f"be written"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def has(self, role: str) -> bool:
        """Return whether the run holds a file of that role."""
        return role in self.document["files"]

    def tensors(self, role: str) -> dict[str, Tensor]:
        """Return a group of tensors, in main memory. Raises DamagedError if the file is not what was committed."""
        from safetensors.torch import load_file

        path = self._checked(role)
        try:
            return load_file(path)
        except (SafetensorError, OSError, ValueError, KeyError) as error:
            raise DamagedError(f"{path}: not a file of tensors: {error}") from error

    def arrays(self, role: str) -> dict[str, NDArray[np.generic]]:
        """Return a group of tensors as numpy arrays. Raises DamagedError as `tensors` does."""
        return {name: tensor.numpy() for name, tensor in self.tensors(role).items()}

    def vocab(self) -> Vocab:
        """Return the vocabulary. Raises DamagedError."""
        path = self._checked(_VOCAB)
        try:
            return Vocab.load(path)
        except VocabError as error:
            raise DamagedError(str(error)) from error

    def extra(self, name: str) -> dict[str, Any]:
        """Return a JSON file that is no part of the state, or an empty dict where it is missing or unreadable."""
        try:
            content = json.loads((self.directory / name).read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def _checked(self, role: str) -> Path:
        """Return the path of a file that is, to the last byte, the one that the manifest names."""
        from textengine.digest import file_digest

        manifest = self.directory / MANIFEST
        try:
            entry = self.document["files"][role]
            name, size, digest = entry["name"], entry["size"], entry["digest"]
            plain = Path(name).name == name and name not in ("", ".", "..")
        except (KeyError, TypeError) as error:
            raise DamagedError(f"{manifest}: it names no file {role!r}") from error
        if not plain:
            raise DamagedError(f"{manifest}: the file {role!r} has the name {name!r}, which is none of ours")
        path: Path = self.directory / name
        try:
            same = path.stat().st_size == size and file_digest(path) == digest
        except OSError as error:
            raise DamagedError(f"{path}: {error.strerror}; the manifest names it") from error
        if not same:
            raise DamagedError(f"{path}: its content does not fit the manifest, so it was changed or damaged")
        return path


def _save(group: Mapping[str, Any], path: Path) -> None:
    """Write tensors or arrays; no metadata, whose order would differ from run to run."""
    import numpy as np

    # As bytes first: safetensors' own files are closed to everybody else, and its errors are not the system's.
    if all(isinstance(tensor, np.ndarray) for tensor in group.values()):
        from safetensors.numpy import save

        path.write_bytes(save({name: np.ascontiguousarray(array) for name, array in group.items()}))
        return
    from safetensors.torch import save as save_torch

    path.write_bytes(save_torch({name: tensor.detach().cpu().contiguous() for name, tensor in group.items()}))
