"""text: plain text files, a record a line or a record a file, in any encoding that Python knows."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Literal

from textengine.builtin.loaders import encodings, lines
from textengine.components import Shard, Source
from textengine.errors import RunError, SourceError

if TYPE_CHECKING:
    from textengine.text import Batch

_BATCH = 1 << 20  # bytes: large enough that the work on a batch outweighs its overhead, small enough for a cache
_RECORDS = 1 << 16  # in a batch: many more than prose has, so that a text of empty lines takes no more memory


@dataclass(frozen=True)
class TextLoader:
    """Reads text.

    encoding: a name that Python knows; a byte order mark is removed. errors: "strict" refuses malformed bytes and
    names their place; "replace" puts U+FFFD for each malformed sequence and counts them. records: "line" (LF, CRLF
    and bare CR end one; nothing else does) or "file" (line ends become LF).
    """

    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".text", ".md", ".rst")

    encoding: str = "utf-8"
    errors: Literal["strict", "replace"] = "strict"
    records: Literal["line", "file"] = "line"

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoding", encodings.canonical_encoding(self.encoding))

    def __call__(self, source: Source) -> Iterable[str]:
        """Yield the records as Python's own text files give them: the definition that `read` must equal."""
        with _opened(source) as stream:
            data, _ = encodings.to_utf8(stream.read(), self.encoding, self.errors, source.name, 0)
        text = io.StringIO(data.decode().removeprefix("\ufeff"), newline=None)
        if self.records == "file":
            yield text.read()
        else:
            yield from (line.removesuffix("\n") for line in text)

    def plan(self, source: Source) -> Iterator[Shard]:
        """Yield byte ranges cut at line ends, or text in memory where the source can be read only once."""
        with _opened(source) as stream:
            whole = self.records == "file"
            regular = source.path is not None and stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
            if not whole and not encodings.splittable(self.encoding):
                yield from self._transcoded(source, stream)
            elif not regular:
                blocks = [stream.read()] if whole else _line_blocks(stream, source.shard_size)
                start = 0
                for block in blocks:
                    yield Shard(source.name, start, start + len(block), payload=block)
                    start += len(block)
            else:
                size, path = os.fstat(stream.fileno()).st_size, os.fspath(source.path or "")
                for start, stop in [(0, size)] if whole else lines.pieces(stream, 0, size, source.shard_size):
                    yield Shard(source.name, start, stop, path)

    def read(self, shard: Shard) -> Iterator[Batch]:
        """Yield the records of a shard, lines in batches of about 1 MiB."""
        if isinstance(shard.payload, bytes):
            file: BinaryIO = io.BytesIO(shard.payload)
            base = shard.start
        else:
            file, base = Path(shard.path or "").open("rb"), 0
        with file:
            start, stop = shard.start - base, shard.stop - base
            if self.records == "file":
                yield self._file_batch(_read_exactly(file, start, stop, shard), shard)
                return
            for first, last in lines.pieces(file, start, stop, _BATCH):
                yield from self._lines(_read_exactly(file, first, last, shard), base + first, shard).split(_RECORDS)

    def _lines(self, raw: bytes, start: int, shard: Shard) -> Batch:
        # A function of its own, so that the raw bytes of a long line are gone while its tokens are made.
        batch = self._line_batch_by_kernel(raw, start) if shard.kernels else None
        return self._line_batch(raw, start, shard.source) if batch is None else batch

    def _file_batch(self, raw: bytes, shard: Shard) -> Batch:
        """Return the one record of a file."""
        import numpy as np

        from textengine.text import Batch

        data, replaced = encodings.to_utf8(raw, self.encoding, self.errors, shard.source, 0)
        record = np.frombuffer(lines.newlines_to_lf(data.removeprefix(encodings.BOM)), np.uint8)
        return Batch(record, np.array([len(record)]), np.zeros(1, np.int64), replaced)

    def _line_batch(self, raw: bytes, start: int, source: str) -> Batch:
        """Return the lines of `raw`, which is at byte `start` of its source and ends where a line ends."""
        import numpy as np

        data, replaced = encodings.to_utf8(raw, self.encoding, self.errors, source, start)
        starts, _ = lines.line_bounds(np.frombuffer(raw, np.uint8))
        return lines.line_batch(data.removeprefix(encodings.BOM) if start == 0 else data, starts + start, replaced)

    def _line_batch_by_kernel(self, raw: bytes, start: int) -> Batch | None:
        """Return what `_line_batch` returns, or None for bytes that are not sound UTF-8."""
        if self.encoding != "utf-8":
            return None
        import numpy as np

        from textengine.kernels.lines import split_lines
        from textengine.kernels.utf8 import first_malformed
        from textengine.text import Batch

        data = np.frombuffer(raw, np.uint8)
        if first_malformed(data) >= 0:
            return None
        bom = len(encodings.BOM) if start == 0 and raw.startswith(encodings.BOM) else 0
        buffer, ends, offsets = split_lines(data[bom:])
        offsets += start + bom
        if bom and len(offsets):
            offsets[0] = 0
        return Batch(buffer, ends, offsets)

    def _transcoded(self, source: Source, stream: BinaryIO) -> Iterator[Shard]:
        """Yield lines in memory, decoded from the beginning: for encodings that cannot be entered in the middle."""
        start = stop = 0
        pending, pending_replaced, first = bytearray(), 0, True
        for data, stop, replaced in encodings.transcode(stream, self.encoding, self.errors, source.name):
            pending += data.removeprefix(encodings.BOM) if first else data
            pending_replaced += replaced
            first = first and not data
            cut = lines.last_line_end(pending, 0)
            if cut >= source.shard_size:
                batch = lines.line_batch(bytes(pending[:cut]), None, pending_replaced)
                yield Shard(source.name, start, stop, payload=batch)
                start, pending_replaced = stop, 0
                del pending[:cut]
        if pending or stop > start:
            yield Shard(source.name, start, stop, payload=lines.line_batch(bytes(pending), None, pending_replaced))


def _line_blocks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the bytes of `stream` in blocks of about `size` that end where a line ends."""
    pending = bytearray()
    while block := stream.read(size):
        searched = max(0, len(pending) - 1)
        pending += block
        if cut := lines.last_line_end(pending, searched):
            yield bytes(pending[:cut])
            del pending[:cut]
    if pending:
        yield bytes(pending)


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    """Open a source for reading; a stream is not closed, because it is not ours. Raises SourceError."""
    if source.stream is not None:
        yield source.stream
        return
    try:
        file = Path(source.path or "").open("rb")
    except OSError as error:
        raise SourceError(f"{source.name}: {error.strerror}") from error
    with file:
        yield file


def _read_exactly(file: BinaryIO, start: int, stop: int, shard: Shard) -> bytes:
    """Return bytes `start` to `stop`. Raises RunError if the file has become shorter since it was planned."""
    file.seek(start)
    data = file.read(stop - start)
    if len(data) != stop - start:
        raise RunError(f"{shard.source}: the file became shorter while it was read; build again when it is at rest")
    return data
