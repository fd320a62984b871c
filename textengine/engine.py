"""Engine: plugins, recipes and builds in one object, for use in other programs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, Unpack

from textengine.build.job import BuildJob
from textengine.build.options import BuildOptions
from textengine.build.plan import InputPlan, Plan, RecordPlan
from textengine.build.progress import ProgressCallback
from textengine.build.run import usable_cores
from textengine.build.sources import SourceFinder, sized, total_bytes
from textengine.components import DEFAULT_SHARD_SIZE
from textengine.corpus.corpus import Corpus
from textengine.errors import ConfigurationError, MismatchError, VocabError
from textengine.plugin.discovery import load_registry
from textengine.plugin.manager import Plugin
from textengine.plugin.registry import Registry
from textengine.recipe.overrides import override
from textengine.recipe.recipe import Recipe, find_recipe
from textengine.recipe.resolved import ResolvedRecipe, resolve
from textengine.recipe.schema import recipe_schema
from textengine.trace import Trace
from textengine.vocab import Vocab

AnyRecipe = str | Path | Recipe | Mapping[str, Any]
AnyVocab = Vocab | Corpus | str | os.PathLike[str]
_MIN_SHARD = 1 << 20
_SHARDS = 32


class RecordOptions(TypedDict, total=False):
    """The options that `Engine.build_records` shares with `Engine.build`."""

    tokenizer: str | None
    vocab: AnyVocab | None
    max_tokens: int | None
    split: str | Sequence[int | float | str] | None
    executor: str
    workers: int | None
    progress: ProgressCallback | None
    normalizers: Sequence[str] | None
    settings: Mapping[str, Any] | None
    min_freq: int | None
    max_size: int | None
    reserved: Sequence[str] | None
    vocab_from: str | None


class Engine:
    """Builds corpora with the built-in components, those of installed plugins, and those given.

    plugins: plugin objects: modules, or anything with hook implementations, each alone or as (name, object).
    discover: whether installed distributions are asked for plugins. disabled: distributions not to load.
    cache: the folder for data sets that are fetched; the user's cache folder if not given. trace: gathers what hooks
    and components cost, over all workers.

    Engines share nothing: two with different plugins live side by side.
    """

    def __init__(
        self,
        plugins: Iterable[object] = (),
        discover: bool = True,
        *,
        disabled: Iterable[str] = (),
        cache: str | os.PathLike[str] | None = None,
        trace: Trace | None = None,
    ) -> None:
        self.registry = load_registry(plugins, discover=discover, disabled=disabled, trace=trace)
        self._cache = cache

    @classmethod
    def over(cls, registry: Registry) -> Engine:
        """Return an engine over a registry that is there already."""
        engine = cls.__new__(cls)
        engine.registry, engine._cache = registry, None
        return engine

    @property
    def plugins(self) -> list[Plugin]:
        """What is known about every plugin: loaded, failed (and why) or disabled."""
        return self.registry.manager.plugins

    @cached_property
    def cache(self) -> Path:
        """The folder for data sets that are fetched."""
        if self._cache is not None:
            return Path(self._cache)
        from platformdirs import user_cache_path

        return user_cache_path("textengine", appauthor=False)

    def open(self, path: str | os.PathLike[str]) -> Corpus:
        """Return a committed corpus, encoding with this engine's components. Raises DamagedError, SourceError."""
        return Corpus.open(path, self.registry)

    def recipe(self, recipe: AnyRecipe) -> Recipe:
        """Return a recipe by name, by the path of its TOML file, or from a mapping. Raises ConfigurationError."""
        return find_recipe(recipe, self.registry)

    def recipe_schema(self) -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of recipes, with every component of this engine and its options."""
        return recipe_schema(self.registry)

    def build(
        self,
        *sources: str | os.PathLike[str],
        recipe: AnyRecipe = "textengine/d2l",
        tokenizer: str | None = None,
        vocab: AnyVocab | None = None,
        max_tokens: int | None = None,
        split: str | Sequence[int | float | str] | None = None,
        output: str | os.PathLike[str] | None = None,
        executor: str = "auto",
        workers: int | None = None,
        progress: ProgressCallback | None = None,
        normalizers: Sequence[str] | None = None,
        settings: Mapping[str, Any] | None = None,
        min_freq: int | None = None,
        max_size: int | None = None,
        reserved: Sequence[str] | None = None,
        vocab_from: str | None = None,
        loader: str | None = None,
        encoding: str | None = None,
        errors: str | None = None,
        records: str | None = None,
        shard_size: int | None = None,
        force: bool = False,
    ) -> Corpus:
        """Encode `sources` and return the corpus: in memory, or committed to the directory `output`.

        sources: files, directories, globs, data sets by name, "-" for standard input; a Path is never a data set.
        recipe: a name, a TOML file, a mapping or a Recipe; `normalizers`, `tokenizer`, `min_freq`, `max_size`,
        `reserved` and `settings` ("tokenizer.pattern": ...) change parts of it.
        vocab: a vocabulary to use instead of counting one: a Vocab, a corpus, or the path of either.
        max_tokens: keep the first so many tokens; the vocabulary is counted on all text, as the d2l book does.
        split: shares or numbers of tokens for train, val and test; the vocabulary is counted on the training part
        unless `vocab_from` is "all".
        loader, encoding, errors, records: how the sources are read.
        executor, workers, shard_size (bytes): how the work is run; they never change the corpus.
        progress: called with a Progress from time to time. force: replace a corpus that is at `output`.

        Raises UsageError for what cannot be asked, MalformedTextError and other RunErrors for what could not be
        finished, PluginError for a component's fault. Nothing is committed unless everything succeeded.
        """
        if not sources:
            raise ConfigurationError("no source is given; name files, directories, a data set, or - for standard input")
        shared = RecordOptions(
            tokenizer=tokenizer, vocab=vocab, max_tokens=max_tokens, split=split, executor=executor, workers=workers,
            progress=progress, normalizers=normalizers, settings=settings, min_freq=min_freq, max_size=max_size,
            reserved=reserved, vocab_from=vocab_from,
        )  # fmt: skip
        resolved, defaults = self._resolve(recipe, shared)
        reading = {"encoding": encoding, "errors": errors, "records": records}
        required = {name: value for name, value in reading.items() if value is not None}
        loader = loader or defaults.pop("loader", None)
        inputs = SourceFinder(self.registry, self.cache, loader, defaults, required).find(sources)
        total = total_bytes(inputs)
        plan = InputPlan(sized(inputs, shard_size or _shard_size(total)))
        return self._job(plan, resolved, shared, total).run(output, force=force)

    def build_records(
        self,
        records: Iterable[str],
        *,
        name: str = "records",
        errors: str = "strict",
        recipe: AnyRecipe = "textengine/d2l",
        output: str | os.PathLike[str] | None = None,
        shard_size: int | None = None,
        force: bool = False,
        **options: Unpack[RecordOptions],
    ) -> Corpus:
        """Encode `records`, an iterable of strings that is read once, and return the corpus.

        name: how messages name the records. errors: "strict" refuses lone surrogates, "replace" replaces and counts
        them. The rest is as in `build`.
        """
        if errors not in ("strict", "replace"):
            raise ConfigurationError(f"errors is {errors!r}; write 'strict' or 'replace'")
        resolved, _ = self._resolve(recipe, options)
        plan = RecordPlan(records, name, errors, shard_size or _MIN_SHARD)
        return self._job(plan, resolved, options, None).run(output, force=force)

    def _resolve(self, recipe: AnyRecipe, options: RecordOptions) -> tuple[ResolvedRecipe, dict[str, Any]]:
        """Return the recipe with its overrides, its components made, and its input defaults."""
        policy = {name: options.get(name) for name in ("min_freq", "max_size", "reserved")}
        chosen = {name: value for name, value in policy.items() if value is not None}
        if options.get("vocab") is not None and chosen:
            raise ConfigurationError(f"{', '.join(chosen)} shape a new vocabulary, and a vocabulary is given")
        changed = override(
            find_recipe(recipe, self.registry),
            normalizers=options.get("normalizers"),
            tokenizer=options.get("tokenizer"),
            vocab=chosen,
            settings=options.get("settings"),
        )
        return resolve(changed, self.registry), dict(changed.input)

    def _job(self, plan: Plan, resolved: ResolvedRecipe, options: RecordOptions, total: int | None) -> BuildJob:
        """Return the job, its options checked and its vocabulary, if one is given, read."""
        vocab, workers = options.get("vocab"), options.get("workers")
        parsed = BuildOptions.parse(
            options.get("max_tokens"), options.get("split"), options.get("vocab_from"), given_vocab=vocab is not None
        )
        return BuildJob(
            self.registry, plan, resolved, self._vocab(vocab, resolved), parsed, options.get("executor", "auto"),
            usable_cores() if workers is None else workers, total, options.get("progress"),
        )  # fmt: skip

    def _vocab(self, vocab: AnyVocab | None, resolved: ResolvedRecipe) -> Vocab | None:
        """Return the vocabulary that was given. Raises MismatchError if other text was counted for it."""
        if vocab is None:
            return None
        name = "the vocabulary"
        if isinstance(vocab, str | os.PathLike):
            name, path = os.fspath(vocab), Path(vocab)
            try:
                vocab = self.open(path) if path.is_dir() else Vocab.load(path)
            except VocabError as error:
                raise ConfigurationError(str(error)) from error
        if isinstance(vocab, Corpus):
            vocab = vocab.vocab
        text_id = resolved.pipeline.text_id
        if vocab.text_id not in (None, text_id):
            raise MismatchError(
                f"{name}: its tokens were made by another text pipeline (text id {vocab.text_id[:12]}, this recipe's "
                f"{text_id[:12]}); build with the recipe of the vocabulary, or count a new one"
            )
        return vocab


def _shard_size(total: int | None) -> int:
    """Return a shard size, in bytes: large enough to be worth a task, and small enough to keep many workers busy.

    It goes by the text alone, so that any number of workers can go on with what another number began.
    """
    return DEFAULT_SHARD_SIZE if total is None else min(DEFAULT_SHARD_SIZE, max(_MIN_SHARD, total // _SHARDS))
