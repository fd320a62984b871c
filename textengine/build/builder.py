"""Builder: text in, corpus out, in one pass over the text and one over the ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from textengine.build import output
from textengine.build.merge import Merger
from textengine.build.options import BuildOptions
from textengine.build.plan import PlannedShard, PlannedSource, file_state
from textengine.build.progress import Progress, ProgressCallback
from textengine.build.run import in_order
from textengine.build.shard import EncodedShard, EncodeJob, FailedShard, RemapJob, encode_shard, remap_shard
from textengine.build.storage import smallest_dtype
from textengine.digest import chunk_digest, chunk_starts, combined
from textengine.errors import BooksError, RunError, UnknownTokenError
from textengine.recipe.pipeline import call, fault
from textengine.recipe.resolved import ResolvedRecipe
from textengine.vocab import Vocab


@dataclass
class Build:
    """One build: what it is made of and how it is run. `run` does it.

    shards, sources: as planned; `sources` is complete when all shards have been taken.
    vocab: a vocabulary to use, or None to count one. total: bytes of text, where they are known. window: how many
    shards may be under way or waiting. kernels: whether components may use their fast paths.
    """

    shards: Iterator[PlannedShard]
    sources: list[PlannedSource]
    recipe: ResolvedRecipe
    vocab: Vocab | None
    options: BuildOptions
    executor: Executor
    window: int
    total: int | None
    progress: ProgressCallback | None
    kernels: bool

    def run(self, target: output.Target) -> output.Result:
        """Encode everything into `target`. Raises what components and sources raise, and BooksError."""
        shards, merger = self._encode(target.folder)
        sources = self._sources(shards)
        total = sum(shard.ids.length for shard in shards)
        kept = total if self.options.max_tokens is None else min(total, self.options.max_tokens)
        split = self.options.split.bounds(kept) if self.options.split else None
        vocab = self._count(shards, merger, split) if self.vocab is None else self.vocab
        ends, books = self._books(shards, kept, total, sources)
        dtype = smallest_dtype(max(0, len(vocab) - 1))
        tokens = target.tokens(kept, dtype)
        books["unknown_tokens"] = self._write(shards, merger, vocab, tokens, len(ends))
        digest = None if tokens.path is None else self._digest(tokens.path, tokens.offset(kept))
        return output.Result(tokens, digest, ends, vocab, split, books, sources)

    def _encode(self, folder: str | None) -> tuple[list[EncodedShard], Merger]:
        """Encode every shard; merge their tokens in order."""

        def jobs() -> Iterator[EncodeJob]:
            for number, (source, loader, shard) in enumerate(self.shards):
                marked = replace(shard, kernels=self.kernels)
                yield EncodeJob(number, source, marked, loader, self.recipe.pipeline, folder, self.kernels)

        shards: list[EncodedShard] = []
        merger, records, tokens, done = Merger(self.recipe.pipeline.lexicon(self.kernels)), Counter[int](), 0, 0
        for shard in in_order(self.executor, encode_shard, jobs(), self.window):
            if isinstance(shard, FailedShard):
                if shard.error.record is not None:
                    # Results come in order, so the records before this shard are known here, and only here.
                    shard.error.record += records[shard.source]
                raise shard.error
            if shard.lexicon is not None:
                merger.add(shard.lexicon)
            shards.append(replace(shard, lexicon=None))
            records[shard.source] += shard.ends.length
            tokens += shard.ids.length
            done += shard.nbytes
            self._tell(Progress("encode", done, self.total, records.total(), tokens))
        return shards, merger

    def _tell(self, progress: Progress) -> None:
        if self.progress is not None:
            self.progress(progress)

    def _sources(self, shards: list[EncodedShard]) -> list[dict[str, Any]]:
        """Return index, size and digest of each source. RunError if one changed, BooksError if bytes are lost."""
        read = Counter[int]()
        for shard in shards:
            read[shard.source] += shard.nbytes
        found = []
        for number, source in enumerate(self.sources):
            if source.stream is not None:
                digest = source.stream.hexdigest()
            else:
                digest = self._digest(source.path or "", source.size)
                if file_state(source.path or "") != source.state:
                    raise RunError(f"{source.name}: the file changed while it was read; build again when it is at rest")
            if not read[number] == source.covered == source.size:
                raise BooksError(
                    f"{source.name}: {read[number]} of {source.size} bytes were read; the build is refused"
                )
            found.append({"index": number, "size": source.size, "digest": digest})
        return found

    def _count(self, shards: list[EncodedShard], merger: Merger, split: dict[str, tuple[int, int]] | None) -> Vocab:
        """Build the vocabulary: over the training part if there is a split, over all text if there is none."""
        whole, rest = len(shards), None
        if split is not None and self.options.vocab_from == "train":
            left, whole = split["train"][1], 0
            while whole < len(shards) and left >= shards[whole].ids.length:
                left -= shards[whole].ids.length
                whole += 1
            if left:
                rest = np.bincount(shards[whole].ids.load()[:left]).astype(np.int64)
        builder = self.recipe.vocab
        vocab = call(builder, builder.call, merger.counts(whole, rest))
        if not isinstance(vocab, Vocab):
            raise fault(builder, TypeError(f"it must return a Vocab, not {type(vocab).__name__}"))
        return vocab.with_text_id(self.recipe.pipeline.text_id)

    def _books(
        self, shards: list[EncodedShard], kept: int, total: int, sources: list[dict[str, Any]]
    ) -> tuple[np.ndarray[Any, np.dtype[np.int64]], dict[str, Any]]:
        """Return the record ends over the whole corpus, cut at `kept` tokens, and what became of every record."""
        parts, before = [np.zeros(0, np.int64)], 0
        for shard in shards:
            parts.append(shard.ends.load() + before)
            before += shard.ids.length
        ends = np.concatenate(parts)
        records = len(ends)
        if kept < total:
            ends = np.minimum(ends[: int(np.searchsorted(ends, kept)) + 1], kept)
        empty = int(np.count_nonzero(np.diff(ends, prepend=0) == 0))
        skipped = {"max-tokens": records - len(ends)} if kept < total else {}
        books = {
            "records": records,
            "encoded": len(ends) - empty,
            "empty": empty,
            "skipped": skipped,
            "bytes": sum(source["size"] for source in sources),
            "replaced": sum(shard.replaced for shard in shards),
            "tokens": kept,
            "cut_tokens": total - kept,
        }
        if (int(ends[-1]) if len(ends) else 0) != kept:
            raise BooksError(f"the records end at token {ends[-1]}, but {kept} tokens are kept; the build is refused")
        return ends, books

    def _digest(self, path: str, size: int) -> str:
        jobs = ((path, start) for start in chunk_starts(size))
        return combined(in_order(self.executor, _chunk_digest, jobs, self.window))

    def _write(
        self, shards: list[EncodedShard], merger: Merger, vocab: Vocab, tokens: output.Tokens, records: int
    ) -> int:
        """Write the final ids; return how many tokens the vocabulary does not hold."""
        tables = merger.tables(vocab, tokens.dtype)
        unknown, kept = 0, tokens.count

        def jobs() -> Iterator[RemapJob]:
            before = 0
            for shard, (table, mask) in zip(shards, tables, strict=True):
                keep = max(0, min(shard.ids.length, kept - before))
                yield RemapJob(shard.ids, keep, table, mask, tokens.path, tokens.offset(before), self.kernels)
                before += shard.ids.length

        done = 0
        for shard, result in zip(shards, in_order(self.executor, remap_shard, jobs(), self.window), strict=True):
            if result.first_unknown >= 0 and vocab.unk is None:
                raise self._unknown_token(shards, shard, merger, result.first_unknown)
            if result.ids is not None:
                tokens.put(done, result.ids)
            unknown += result.unknown
            done = min(kept, done + shard.ids.length)
            self._tell(Progress("write", done, kept, records, done))
        return unknown

    def _unknown_token(
        self, shards: list[EncodedShard], shard: EncodedShard, merger: Merger, position: int
    ) -> UnknownTokenError:
        before = sum(s.ends.length for s in shards[: shard.number] if s.source == shard.source)
        record = before + int(np.searchsorted(shard.ends.load(), position, side="right"))
        token = merger.token(shard.number, int(shard.ids.load()[position]))
        return UnknownTokenError(token, f"record {record} (counted from 0) of {shard.source_name}")


def _chunk_digest(job: tuple[str, int]) -> bytes:
    return chunk_digest(*job)
