"""What data sets that lie on a server share: found at hand, or fetched once, and verified either way."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from textengine.errors import SourceError

FOLDERS_VARIABLE = "TEXTENGINE_DATASETS"
_MAX_BYTES = 1 << 30
_BLOCK = 1 << 16


def find_or_fetch(name: str, url: str, sha1: str, cache: Path, timeout: float) -> Path:
    """Return the file `name` with the SHA-1 digest `sha1`.

    It is looked for in the folders of TEXTENGINE_DATASETS (separated as in PATH), then in `cache`, and is fetched
    into `cache` where it is in neither. Raises SourceError, which says what was tried.
    """
    folders = [Path(folder) for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if folder]
    for folder in folders:
        file = folder / name
        if file.is_file():
            found = hashlib.sha1(file.read_bytes()).hexdigest()
            if found != sha1:
                raise SourceError(f"{file}: SHA-1 is {found}, but this data set is {sha1}; remove or replace it")
            return file
    kept = cache / name
    if kept.is_file() and hashlib.sha1(kept.read_bytes()).hexdigest() == sha1:
        return kept
    looked = " or ".join(str(folder) for folder in [*folders, cache])
    try:
        _fetch(url, sha1, kept, timeout)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)  # urllib wraps the error that says something
        raise SourceError(
            f"{name} is not in {looked}, and could not be fetched from {url}: {reason}; put the file into a folder "
            f"and name that folder in {FOLDERS_VARIABLE}"
        ) from error
    return kept


def _fetch(url: str, sha1: str, target: Path, timeout: float) -> None:
    """Fetch `url` to `target`, whole and verified or not at all. Raises OSError or ValueError."""
    from http.client import HTTPException
    from urllib.request import urlopen  # imported late: it is slow, and seldom needed

    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    deadline = time.monotonic() + 60 * timeout  # a server that drips bytes must not hold the program for ever
    digest, size = hashlib.sha1(), 0
    try:
        with urlopen(url, timeout=timeout) as response, draft.open("wb") as file:
            while block := response.read1(_BLOCK):
                size += len(block)
                if size > _MAX_BYTES:
                    raise ValueError(f"the answer is longer than {_MAX_BYTES} bytes")
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the answer takes longer than {60 * timeout:g} s")
                digest.update(block)
                file.write(block)
            expected = response.headers.get("Content-Length")
            if expected is not None and size != int(expected):
                raise ValueError(f"the answer ended after {size} of {expected} bytes")
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != sha1:
            raise ValueError(f"what came has the SHA-1 {digest.hexdigest()}, not {sha1}")
        draft.replace(target)
    except HTTPException as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
