"""Resuming: only what goes on with the same corpus and the same options is the same run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textengine.errors import DamagedError, MismatchError
from textengine_seqmodel.store import Store


def check_same(store: Store, document: Mapping[str, Any]) -> None:
    """Raise MismatchError, which says what differs, unless the run in `store` is the one that `document` describes."""
    before = store.document
    try:
        if before["vocab"]["hash"] != document["vocab"]["hash"]:
            raise MismatchError(f"{store.directory} was trained with another vocabulary; name its own corpus")
        if before["corpus"]["hash"] != document["corpus"]["hash"]:
            was, given = before["corpus"]["tokens"], document["corpus"]["tokens"]
            raise MismatchError(
                f"{store.directory} was trained on another corpus ({was:,} tokens, hash "
                f"{before['corpus']['hash'][:12]}; this one {given:,}, {document['corpus']['hash'][:12]})"
            )
        if before["parts"] != document["parts"]:
            raise MismatchError(
                f"{store.directory}: the corpus is split differently now; resume with the split of before"
            )
        different = list(_differences(before["configuration"], document["configuration"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError(
            f"{store.directory}: a part of its manifest is missing or of the wrong kind: {error}"
        ) from error
    if different:
        raise MismatchError(
            f"{store.directory} was begun with other options: {'; '.join(different)}; resume without any, or with those"
        )


def _differences(before: Mapping[str, Any], now: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name in dict.fromkeys([*before, *now]):
        was, given = before.get(name), now.get(name)
        if isinstance(was, Mapping) and isinstance(given, Mapping):
            yield from _differences(was, given, f"{path}{name}.")
        elif was != given:
            yield f"{path}{name} was {was!r}, now {given!r}"
