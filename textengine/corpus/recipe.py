"""The recipe that made a corpus, as a recipe that can be used again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textengine.corpus.corpus import Corpus
from textengine.recipe.recipe import Recipe, Spec


def recipe_of(corpus: Corpus) -> Recipe:
    """Return the recipe of `corpus`, with the options its loader had; a given vocabulary's policy is the default."""
    document = corpus.manifest.document
    recipe = document["recipe"]
    read = document["input"][0]["options"] if document["input"] else {}
    parts: dict[str, Any] = {} if "given" in recipe["vocab"] else {"vocab": _spec(recipe["vocab"])}
    return Recipe(
        tokenizer=_spec(recipe["tokenizer"]),
        normalizers=tuple(_spec(part) for part in recipe["normalizers"]),
        input={name: value for name, value in read.items() if name == "records"},
        **parts,
    )


def _spec(part: Mapping[str, Any]) -> Spec:
    return Spec(part["name"], part["options"])
