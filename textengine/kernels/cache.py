"""Where machine code is kept between processes: beside the kernels, or in the user's cache where those are read-only.
TEXTENGINE_KERNEL_CACHE names another folder, which must be as trusted as the program itself: code in it is run.

A file's name holds a digest of all that the code depends on: the source of every kernel, numba and llvmlite, and the
processor. Its first bytes are the digest of the rest: a file that was cut off or damaged is made anew, not run.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

VARIABLE = "TEXTENGINE_KERNEL_CACHE"
_DIGEST = hashlib.sha256().digest_size
_KERNELS = Path(__file__).parent


def file_name(name: str, source: Path, processor: str) -> str:
    """Return under which name the code of a kernel is kept that stands in the file `source`."""
    digest = hashlib.sha256(f"{_sources()} {processor} ".encode())
    if source.parent != _KERNELS:
        digest.update(source.read_bytes())
    return f"{name}-{digest.hexdigest()[:16]}.o"


def recalled(file: str) -> bytes | None:
    """Return the machine code that was kept under a name, or None."""
    for folder in _folders():
        try:
            content = (folder / file).read_bytes()
        except OSError:
            continue
        digest, code = content[:_DIGEST], content[_DIGEST:]
        if hashlib.sha256(code).digest() == digest:
            return code
    return None


def keep(file: str, code: bytes) -> None:
    """Keep machine code for later processes, where that can be done."""
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=folder, suffix=".draft")
        except OSError:
            continue
        try:
            with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor has no path
                stream.write(hashlib.sha256(code).digest() + code)
            Path(draft).replace(folder / file)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            continue
        return


@functools.cache
def _sources() -> str:
    """Return the digest of the source of all kernels, and the compiler's version: a helper is part of many."""
    digest = hashlib.sha256(version("numba").encode())
    for path in sorted(_KERNELS.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _folders() -> Iterator[Path]:
    """Yield where code may be kept, the best place first: where Python keeps its own, or in the user's cache."""
    if chosen := os.environ.get(VARIABLE):
        yield Path(chosen)
        return
    import platformdirs

    yield _KERNELS / "__pycache__"
    yield Path(platformdirs.user_cache_dir("textengine")) / "kernels"
