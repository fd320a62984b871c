"""Journal: which shards of a build are finished, so that the same command can go on after a kill or an interrupt.

It stands in the work folder beside the files of the shards, as JSON lines: first what build it is, then a line for each
finished shard, with the checksums of its files, and for each chunk of a source that was hashed. A line that was cut off
by a kill is left out, and its shard is encoded again; so is a shard whose files do not have their checksums.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from textengine.errors import MismatchError, shortened

NAME = "journal.jsonl"
FORMAT = "textengine-journal-1"
_SHOWN = 3
_DIGEST = 64  # digits

Place = tuple[int, int]
"""(number of the source, first byte) of a chunk that is hashed."""


class Journal:
    """The journal in the work folder `folder` of the build that `identity` describes, for JSON.

    identity: whatever must be the same for a shard to be taken over: name -> value, nested as need be.
    finished: the lines of the shards that are finished, by number. chunks: the digests of chunks of sources.

    A folder without a journal of this format is emptied. Raises MismatchError for the journal of another build, and
    says what differs; nothing is changed then.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        self._path = folder / NAME
        header = {"format": FORMAT, "build": identity}
        lines = list(_lines(self._path))
        if lines and lines[0].get("format") == FORMAT:
            differences = list(_differences("", lines[0].get("build"), json.loads(json.dumps(identity))))
            if differences:
                raise MismatchError(
                    f"{folder.parent} holds the work of an interrupted build that differs from this one: "
                    f"{'; '.join(differences[:_SHOWN])}{' ...' if len(differences) > _SHOWN else ''}; "
                    "run that command again to go on with it, or this one with --force to start anew"
                )
        else:
            shutil.rmtree(folder)
            folder.mkdir()
            lines = []
        self.finished = {line["number"]: line for line in lines[1:] if _is_shard(line)}
        self.chunks = dict(map(_chunk, filter(_is_chunk, lines[1:])))
        # What a kill cut off at the end goes, so that the next line begins where a line begins.
        draft = self._path.with_suffix(".draft")
        draft.write_text("".join(map(_line, [header, *lines[1:]])), "utf-8")
        draft.replace(self._path)
        self._file = self._path.open("a", encoding="utf-8", buffering=1)

    def add(self, shard: Mapping[str, Any]) -> None:
        """Note that a shard is finished."""
        self.finished[shard["number"]] = dict(shard)
        self._file.write(_line(shard))

    def add_chunk(self, place: Place, digest: bytes) -> None:
        """Note the digest of a chunk of a source."""
        self._file.write(_line({"chunk": place, "digest": digest.hex()}))

    @property
    def nbytes(self) -> int:
        """Bytes of text in the finished shards."""
        return sum(line["stop"] - line["start"] for line in self.finished.values())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":")) + "\n"


def _is_shard(line: Mapping[str, Any]) -> bool:
    return all(isinstance(line.get(name), int) for name in ("number", "start", "stop"))


def _is_chunk(line: Mapping[str, Any]) -> bool:
    digest = line.get("digest")
    return isinstance(line.get("chunk"), list) and isinstance(digest, str) and len(digest) == _DIGEST


def _chunk(line: Mapping[str, Any]) -> tuple[Place, bytes]:
    source, start = line["chunk"]
    return (source, start), bytes.fromhex(line["digest"])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of the lines of a file up to the first that is cut off or damaged."""
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return
    for line in text.splitlines(keepends=True):
        try:
            content = json.loads(line)
        except ValueError:
            return
        if not line.endswith("\n") or not isinstance(content, dict):
            return
        yield content


def _differences(name: str, old: Any, new: Any) -> Iterator[str]:
    """Yield a phrase for each place where two JSON values differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            yield from _differences(f"{name}.{key}" if name else key, old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{name}[{number}]", before, after)
    elif old != new:
        shown = [shortened(json.dumps(value, ensure_ascii=False)) for value in (old, new)]
        yield f"{name} was {shown[0]}, is {shown[1]}"
