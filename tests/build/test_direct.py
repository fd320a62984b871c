"""Writing past the page cache: the same bytes, wherever and however the system lets them be written."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textengine.build import direct
from textengine.build.direct import ALIGNMENT, BLOCK, DirectWriter

PATTERN = bytes(range(251)) * 20_000


def write(path: Path, offset: int, pieces: list[bytes]) -> None:
    with DirectWriter(str(path), offset) as writer:
        for piece in pieces:
            writer.write(memoryview(piece))


def open_files() -> int:
    """How many files this process has open, or 0 where the system does not say."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    return path


class TestWrite:
    @given(st.lists(st.integers(0, BLOCK + 5000), max_size=6), st.integers(0, 3))
    def test_any_pieces(self, tmp_path_factory: pytest.TempPathFactory, sizes: list[int], start: int) -> None:
        """The bytes of all pieces stand at the offset, whatever their sizes; what was before stays."""
        path = tmp_path_factory.mktemp("direct") / "file"
        path.write_bytes(b"before")
        sizes.append(-sum(sizes) % ALIGNMENT)
        pieces = [PATTERN[number : number + size] for number, size in enumerate(sizes)]
        offset = start * ALIGNMENT
        write(path, offset, pieces)
        content, data = path.read_bytes(), b"".join(pieces)
        assert data == content[offset:] if data else content == b"before"
        assert start == 0 or content.startswith(b"before")

    @pytest.mark.parametrize("refuses", ["open", "write", "never offers"])
    def test_file_system_that_cannot(self, file: Path, monkeypatch: pytest.MonkeyPatch, refuses: str) -> None:
        """Where nothing can be written directly, it is written as any other file."""
        asked: list[int] = []
        actual_open, actual_write = os.open, os.pwrite

        def open_plain(path: str, flags: int) -> int:
            asked.append(flags)
            if flags & getattr(os, "O_DIRECT", 0) and refuses == "open":
                raise OSError(errno.EINVAL, "not here")
            return actual_open(path, flags)

        def write_plain(descriptor: int, data: Any, offset: int) -> int:
            if refuses == "write" and len(asked) == 1:
                raise OSError(errno.EINVAL, "not here")
            return actual_write(descriptor, data, offset)

        monkeypatch.setattr(direct.os, "open", open_plain)
        monkeypatch.setattr(direct.os, "pwrite", write_plain)
        if refuses == "never offers":
            monkeypatch.delattr(direct.os, "O_DIRECT", raising=False)
        data = PATTERN[: 3 * BLOCK]
        write(file, 0, [data])
        assert data == file.read_bytes()
        assert (1 if refuses == "never offers" else 2) == len(asked)

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
    def test_error(self, file: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        """What the system says reaches whoever writes."""

        def fail(descriptor: int, data: Any, offset: int) -> int:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(direct.os, "pwrite", fail)
        with pytest.raises(OSError, match=os.strerror(number)):
            write(file, 0, [PATTERN[: 2 * BLOCK]])

    def test_short_write(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The system may take less than it is given."""
        actual = os.pwrite
        monkeypatch.setattr(direct.os, "pwrite", lambda fd, data, at: actual(fd, data[: 3 * ALIGNMENT], at))
        write(file, ALIGNMENT, [PATTERN[:BLOCK]])
        assert PATTERN[:BLOCK] == file.read_bytes()[ALIGNMENT:]

    def test_disk_that_fills_up_within_a_page(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A write that stops where no direct write may go on has met the end of the disk."""
        actual = os.pwrite
        monkeypatch.setattr(direct.os, "pwrite", lambda fd, data, at: actual(fd, bytes(data[:512]), at) and 100)
        monkeypatch.delattr(direct.os, "O_DIRECT", raising=False)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            write(file, 0, [PATTERN[:BLOCK]])

    def test_error_of_the_caller(self, file: Path) -> None:
        """An error within the block passes, and nothing is left open."""
        before = open_files()
        with pytest.raises(ValueError, match="mine"), DirectWriter(str(file), 0) as writer:
            writer.write(memoryview(PATTERN[: BLOCK + 1]))
            raise ValueError("mine")
        assert before == open_files()
