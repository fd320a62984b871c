"""Overrides: a recipe with some of its parts replaced, as the flags of a build replace them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from textengine.errors import ConfigurationError, suggest
from textengine.recipe.options import Part
from textengine.recipe.recipe import Recipe, Spec

_TARGETS = ("tokenizer", "normalizers", "vocab", "loader")


def override(
    recipe: Recipe,
    *,
    normalizers: Sequence[str] | None = None,
    tokenizer: str | None = None,
    vocab: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Recipe:
    """Return `recipe` with the named components in place of its own, then with options changed.

    vocab: options of the vocabulary builder. settings: dotted keys such as "tokenizer.pattern",
    "normalizers.0.pattern" (counted from 0), "vocab.specials.pad" or "loader.encoding", with their values.
    """
    if normalizers is not None:
        recipe = replace(recipe, normalizers=tuple(Spec(name) for name in normalizers))
    if tokenizer is not None:
        recipe = replace(recipe, tokenizer=Spec(tokenizer))
    if vocab:
        recipe = replace(recipe, vocab=Spec(recipe.vocab.name, {**recipe.vocab.options, **vocab}))
    for key, value in (settings or {}).items():
        recipe = _set(recipe, key, value)
    return recipe


def _set(recipe: Recipe, key: str, value: Any) -> Recipe:
    target, *path = key.split(".")
    if target not in _TARGETS:
        raise ConfigurationError(
            f"setting {key!r}: {target!r} is no part of a recipe"
            + suggest(target, _TARGETS, "write tokenizer.OPTION, normalizers.0.OPTION, vocab.OPTION or loader.OPTION")
        )
    if target == "normalizers":
        number = int(path[0]) if path and path[0].isdecimal() else -1
        count = len(recipe.normalizers)
        if not 0 <= number < count:
            numbered = f"{count} normalizer{'s' * (count > 1)}, numbered from 0" if count else "no normalizers"
            raise ConfigurationError(f"setting {key!r}: the recipe has {numbered}; write normalizers.NUMBER.OPTION")
        specs = list(recipe.normalizers)
        specs[number] = _with(specs[number], key, path[1:], value)
        return replace(recipe, normalizers=tuple(specs))
    if target == "loader":
        return replace(recipe, input=_with(Spec("", recipe.input), key, path, value).options)
    if target == "vocab":
        return replace(recipe, vocab=_with(recipe.vocab, key, path, value))
    return replace(recipe, tokenizer=_with(recipe.tokenizer, key, path, value))


def _with(spec: Spec, key: str, path: Sequence[str], value: Any) -> Spec:
    if not path or not all(path):
        raise ConfigurationError(f"setting {key!r}: name the option, such as tokenizer.pattern")
    return Spec(spec.name, _nested(spec.options, path, value))


def _nested(table: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    if len(path) == 1:
        return {**table, path[0]: value}
    inner = table.get(path[0])
    changed = _nested(inner if isinstance(inner, Mapping) else {}, path[1:], value)
    return {**table, path[0]: changed if isinstance(inner, Mapping) else Part(changed)}
