"""BuildJob: a build from its plan to the corpus, in memory or committed."""

from __future__ import annotations

import os
import platform
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

import textengine
from textengine.build.builder import Build
from textengine.build.journal import Journal
from textengine.build.options import BuildOptions
from textengine.build.output import Result, Target
from textengine.build.plan import InputPlan, Plan, PlannedShard
from textengine.build.progress import ProgressCallback
from textengine.build.run import SMALL, choose_executor, opened
from textengine.build.watched import MeasuredExecutor, places_of_workers, planning
from textengine.components import Bound
from textengine.corpus.commit import Commit
from textengine.corpus.corpus import Corpus
from textengine.corpus.manifest import FORMAT, VERSION, Manifest
from textengine.digest import StreamDigest
from textengine.errors import BuildInterrupted, MismatchError, WorkerLostError
from textengine.kernels import wanted
from textengine.plugin.registry import Registry
from textengine.recipe.pipeline import identity
from textengine.recipe.resolved import ResolvedRecipe
from textengine.trace import Tally
from textengine.vocab import Vocab

_SHARDS_WAITING_PER_WORKER = 2


@dataclass
class BuildJob:
    """Everything that a build needs. vocab: one to use instead of counting. total: bytes of text, where known."""

    registry: Registry
    plan: Plan
    recipe: ResolvedRecipe
    vocab: Vocab | None
    options: BuildOptions
    executor: str
    workers: int
    total: int | None
    progress: ProgressCallback | None

    def run(self, output: str | os.PathLike[str] | None, *, force: bool) -> Corpus:
        """Build into the directory `output`, or into memory, and return the corpus."""
        shards = self.plan.shards() if self._tally is None else planning(self.plan.shards(), self._tally)
        total, first = self.total, list[PlannedShard]()
        if total is None:
            total, first = _looked_ahead(shards)
        much = total is None or total >= SMALL
        kernels = wanted(much)
        factory = choose_executor(self.executor, self.registry, much, self.workers, self.recipe.pipeline, kernels)
        shards = chain(first, shards)
        if output is None:
            build, result = self._run(shards, factory, Target(None), kernels, None)
            tokens = result.tokens.array if result.tokens.array is not None else np.zeros(0, np.uint8)
            manifest = Manifest({"format": FORMAT, **self._manifest(result), "files": {}})
            ends = result.ends.array if result.ends.array is not None else np.zeros(0, np.int64)
            return Corpus(tokens, ends, result.vocab, manifest, None, self.registry, self.recipe.pipeline)
        started = time.time()
        with Commit(output, FORMAT, force=force, keep_work=True) as commit:
            with self._journal(commit, force=force) as journal:
                build, result = self._run(shards, factory, Target(str(commit.work)), kernels, journal)
                result.add_to(commit)
            record = self._run_record(factory, started, kernels, build.recalled)
            commit.finish(self._manifest(result), {"run.json": record})
        return Corpus.open(output, self.registry)

    @property
    def _tally(self) -> Tally | None:
        """Where the costs of components are added, if the engine is traced."""
        trace = self.registry.manager.trace
        return None if trace is None else trace.tally

    @contextmanager
    def _journal(self, commit: Commit, *, force: bool) -> Iterator[Journal]:
        """Open the journal in the work folder of `commit`, and decide what becomes of it if the build does not end.

        What an interrupt or a lost worker leaves can be gone on with; whatever else ends a build would end it again.
        Beside an earlier corpus nothing is kept: only --force builds there, and --force starts anew.
        """
        try:
            journal = Journal(commit.work, self._identity())
        except MismatchError:
            commit.keep_work()
            raise
        try:
            yield journal
        except (KeyboardInterrupt, WorkerLostError) as error:
            if not journal.finished or commit.replaces:
                raise
            commit.keep_work()
            if isinstance(error, WorkerLostError):
                raise
            share = f"{journal.nbytes / self.total:.0%}" if self.total else f"{journal.nbytes / 1e6:,.1f} MB"
            raise BuildInterrupted(
                f"interrupted; nothing was committed; {share} of the text is encoded and kept, and the same command "
                f"{'without --force ' if force else ''}goes on from there"
            ) from error
        finally:
            journal.close()

    def _identity(self) -> dict[str, Any]:
        """Return all that must be equal for finished shards to be used again."""
        components = [*self._loaders(), *self.recipe.components]
        return {
            "textengine": textengine.__version__,
            "sources": self.plan.named_sources(),
            "input": self._input(),
            "recipe": self._recipe(),
            "build": self.options.to_json(),
            "versions": {bound.component.qualified: bound.component.version for bound in components},
        }

    def _run(
        self,
        shards: Iterator[PlannedShard],
        factory: Bound,
        target: Target,
        kernels: bool,
        journal: Journal | None,
    ) -> tuple[Build, Result]:
        tally = self._tally
        with places_of_workers(factory) as places, opened(factory, self.workers) as executor:
            if tally is not None:
                executor = MeasuredExecutor(executor, factory, tally)
            window = self.workers * _SHARDS_WAITING_PER_WORKER
            build = Build(
                shards,
                self.plan.sources,
                self.recipe,
                self.vocab,
                self.options,
                executor,
                window,
                self.total,
                self.progress,
                kernels,
                journal,
                tally,
                places,
            )
            return build, build.run(target)

    def _recipe(self) -> dict[str, Any]:
        """Return the recipe in canonical form; a given vocabulary stands in it as the digest of its file."""
        if self.vocab is None:
            return self.recipe.canonical
        digest = StreamDigest()
        digest.update(self.vocab.to_json().encode())
        return {**self.recipe.pipeline.canonical, "vocab": {"given": digest.hexdigest()}}

    def _input(self) -> list[dict[str, Any]]:
        """Return the loaders with their options."""
        return [{"loader": bound.component.qualified, "options": dict(bound.options)} for bound in self._loaders()]

    def _manifest(self, result: Result) -> dict[str, Any]:
        """Return what the manifest says. Equal builds are equal bytes: no time, host, path or executor is in it."""
        recipe = self._recipe()
        used = [*self._loaders(), *self.recipe.components]
        owners = {
            (
                str(bound.component.kind),
                bound.component.name,
                bound.component.distribution,
            ): bound.component.version
            for bound in used
        }
        return {
            "version": VERSION,
            "recipe": recipe,
            "recipe_id": identity(recipe),
            "text_id": self.recipe.pipeline.text_id,
            "input": self._input(),
            "build": self.options.to_json(),
            "joiner": self.recipe.pipeline.joiner,
            "dtype": result.tokens.dtype.name,
            "vocab_size": len(result.vocab),
            "split": None if result.split is None else {part: list(at) for part, at in result.split.items()},
            "books": result.books,
            "sources": result.sources,
            "components": [
                {"kind": kind, "name": name, "distribution": distribution, "version": version}
                for (kind, name, distribution), version in owners.items()
            ],
        }

    def _loaders(self) -> list[Bound]:
        """Return the loaders in the order of their first use."""
        if not isinstance(self.plan, InputPlan):
            return []
        return list({id(item.loader): item.loader for item in self.plan.inputs}.values())

    def _run_record(self, factory: Bound, started: float, kernels: bool, recalled: int) -> dict[str, Any]:
        """Return what is worth knowing about this run and must not be in the manifest."""
        return {
            "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
            "seconds": round(time.time() - started, 3),
            "host": socket.gethostname(),
            "platform": platform.platform(),
            "python": platform.python_version(),
            "textengine": textengine.__version__,
            "executor": factory.component.qualified,
            "workers": self.workers,
            "kernels": kernels,
            "resumed_bytes": recalled,
            "sources": [source.path or source.name for source in self.plan.sources],
        }


def _looked_ahead(shards: Iterator[PlannedShard]) -> tuple[int | None, list[PlannedShard]]:
    """Take shards until it is clear whether there is much text; return their size if they are all, and the shards."""
    taken, size = [], 0
    for shard in shards:
        taken.append(shard)
        size += shard.shard.stop - shard.shard.start
        if size >= SMALL:
            return None, taken
    return size, taken
