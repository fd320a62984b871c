"""ResolvedRecipe: a recipe whose components were looked up and made; its canonical form and identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textengine.components import Bound, Kind
from textengine.errors import ConfigurationError
from textengine.plugin.registry import Registry
from textengine.recipe.options import bind
from textengine.recipe.pipeline import Pipeline, canonical_component, identity
from textengine.recipe.recipe import Recipe, Spec


@dataclass(frozen=True)
class ResolvedRecipe:
    """A recipe ready to run: `pipeline` from record to tokens, `vocab` from counts to vocabulary."""

    pipeline: Pipeline
    vocab: Bound

    @property
    def canonical(self) -> dict[str, Any]:
        """The canonical form: qualified names, every option with its value, Unicode versions where they count."""
        return {**self.pipeline.canonical, "vocab": canonical_component(self.vocab)}

    @property
    def recipe_id(self) -> str:
        """SHA-256, in hex, of the canonical form: equal ids, equal vocabularies from equal text."""
        return identity(self.canonical)

    @property
    def components(self) -> list[Bound]:
        """All components, in the order in which they work."""
        return [*self.pipeline.normalizers, self.pipeline.tokenizer, self.vocab]


def resolve(recipe: Recipe, registry: Registry) -> ResolvedRecipe:
    """Look up and make the components of `recipe`. Raises ConfigurationError and PluginError."""

    def made(kind: Kind, spec: Spec) -> Bound:
        return bind(registry.get(kind, spec.name), spec.options)

    normalizers = tuple(made(Kind.NORMALIZER, spec) for spec in recipe.normalizers)
    pipeline = Pipeline(normalizers, made(Kind.TOKENIZER, recipe.tokenizer))
    return ResolvedRecipe(pipeline, made(Kind.VOCAB_BUILDER, recipe.vocab))


def resolve_text(text: Mapping[str, Any], registry: Registry) -> Pipeline:
    """Return the pipeline that a canonical text part describes. Raises ConfigurationError where it cannot be made."""

    def made(kind: Kind, part: Mapping[str, Any]) -> Bound:
        for name, value in part["options"].items():
            if isinstance(value, Mapping) and set(value) == {"sha256"}:
                raise ConfigurationError(
                    f"{kind} {part['name']}: its option {name!r} is a file that the corpus does not hold; "
                    "build the pipeline from its recipe instead"
                )
        return bind(registry.get(kind, part["name"]), part["options"])

    normalizers = tuple(made(Kind.NORMALIZER, part) for part in text["normalizers"])
    return Pipeline(normalizers, made(Kind.TOKENIZER, text["tokenizer"]))
