"""Bytes in any encoding to UTF-8 bytes: malformed input is refused, or replaced and counted."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO, Literal

from textengine.errors import MalformedTextError

Errors = Literal["strict", "replace"]

BOM = codecs.BOM_UTF8
_SURROGATES = re.compile("[\ud800-\udfff]")
_REPLACEMENT = "\ufffd"
_BLOCK = 1 << 20
# Encodings of several bytes a character in which 0x0A and 0x0D are never part of a longer character, and in
# which a line can be decoded without the lines before it.
_MULTIBYTE = {
    "utf-8", "big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jp", "euc_jis_2004", "euc_jisx0213", "euc_kr",
    "gb2312", "gbk", "gb18030", "johab", "shift_jis", "shift_jis_2004", "shift_jisx0213",
}  # fmt: skip
_SINGLE_BYTE = re.compile(r"ascii|iso8859|cp|koi8|mac|kz1048|ptcp154|tis-620|hp-roman8|palmos")


def canonical_encoding(name: str) -> str:
    """Return the one name of an encoding. Raises ValueError if Python has no such text encoding."""
    try:
        info = codecs.lookup(name)
    except LookupError:
        raise ValueError(f"{name!r} is not an encoding that Python knows") from None
    if not getattr(info, "_is_text_encoding", True):
        raise ValueError(f"{name!r} does not turn bytes into text")
    return "utf-8" if info.name == "utf-8-sig" else info.name  # a BOM is always removed


@cache
def splittable(encoding: str) -> bool:
    """Return whether a file can be cut after any 0x0A or 0x0D and its parts be decoded on their own."""
    if encoding in _MULTIBYTE:
        return True
    if not _SINGLE_BYTE.match(encoding):
        return False
    chars = bytes(range(256)).decode(encoding, "replace")  # EBCDIC has its line ends elsewhere
    return len(chars) == 256 and chars.index("\n") == 0x0A and chars.index("\r") == 0x0D


def to_utf8(raw: bytes, encoding: str, errors: Errors, source: str, start: int) -> tuple[bytes, int]:
    """Return (UTF-8 bytes, number of malformed sequences replaced by U+FFFD).

    start: the byte offset of `raw` in `source`, for MalformedTextError, which strict raises.
    """
    if encoding == "utf-8":
        try:
            if not raw.isascii():
                raw.decode()
        except UnicodeDecodeError as error:
            if errors == "strict":
                raise malformed(error, source, start) from None
            text = raw.decode(errors="replace")
            return text.encode(), text.count(_REPLACEMENT) - raw.count(_REPLACEMENT.encode())
        return raw, 0
    text, replaced = _Decoder(encoding, errors, source).decode(raw, start, final=True)
    data, surrogates = scalar_utf8(text, errors, source, start)
    return data, replaced + surrogates


def transcode(stream: BinaryIO, encoding: str, errors: Errors, source: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield (UTF-8 bytes, byte offset reached in the source, sequences replaced) from the stream's beginning."""
    decoder = _Decoder(encoding, errors, source)
    position, final = 0, False
    while not final:
        block = stream.read(_BLOCK)
        final = not block
        text, replaced = decoder.decode(block, position, final)
        data, surrogates = scalar_utf8(text, errors, source, position)
        position += len(block)
        yield data, position, replaced + surrogates


class _Decoder:
    """Decodes piece by piece, counts replacements, and says where bytes are malformed."""

    def __init__(self, encoding: str, errors: Errors, source: str) -> None:
        self._encoding, self._source = encoding, source
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        # What "replace" writes and "ignore" does not is one character for each malformed sequence.
        self._silent = codecs.getincrementaldecoder(encoding)("ignore") if errors == "replace" else None

    def decode(self, data: bytes, position: int, final: bool) -> tuple[str, int]:
        """Return (text, replacements); `position` is the offset of `data` in the source."""
        held = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(data, final)
            replaced = len(text) - len(self._silent.decode(data, final)) if self._silent else 0
        except UnicodeDecodeError as error:
            raise malformed(error, self._source, position - held) from None
        except UnicodeError as error:  # UTF-16 and UTF-32 without a byte order mark could be either order
            reason = f"not {self._encoding} ({error}; write {self._encoding}-le or {self._encoding}-be)"
            raise MalformedTextError(self._source, position, reason) from None
        return text, replaced


def scalar_utf8(text: str, errors: Errors, source: str, start: int) -> tuple[bytes, int]:
    """Return (UTF-8 bytes of `text`, number of lone surrogates replaced); strict raises MalformedTextError."""
    try:
        return text.encode(), 0
    except UnicodeEncodeError as error:
        if errors == "strict":
            reason = f"lone surrogate U+{ord(text[error.start]):04X}, which is no character, in the text"
            raise MalformedTextError(source, start, reason) from None
        text, count = _SURROGATES.subn(_REPLACEMENT, text)
        return text.encode(), count


def malformed(error: UnicodeDecodeError, source: str, start: int) -> MalformedTextError:
    """Return the error to raise for bytes that do not decode; `start` is the offset of the decoded bytes."""
    byte = error.object[error.start]
    return MalformedTextError(source, start + error.start, f"not {error.encoding} (0x{byte:02x}: {error.reason})")
