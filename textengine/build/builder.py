"""Builder: text in, corpus out, in one pass over the text and one over the ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from textengine.build import output
from textengine.build.kept import KeptPart, kept_parts
from textengine.build.merge import Merger
from textengine.build.options import BuildOptions
from textengine.build.plan import PlannedShard, PlannedSource, file_state
from textengine.build.progress import Progress, ProgressCallback
from textengine.build.run import in_order
from textengine.build.shard import EncodedShard, EncodeJob, FailedShard, WriteJob, encode_shard, write_shard
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
        parts = kept_parts(shards, kept)
        books = self._books(shards, parts, sources)
        tokens = target.column("tokens", kept, smallest_dtype(max(0, len(vocab) - 1)))
        ends = target.column("ends", sum(part.records for part in parts), np.dtype("<i8"))
        books["unknown_tokens"] = self._write(shards, parts, merger, vocab, tokens, ends)
        digests = None
        if tokens.path is not None and ends.path is not None:
            first = self._digest(tokens.path, tokens.offset(tokens.count))
            digests = first, self._digest(ends.path, ends.offset(ends.count))
        return output.Result(tokens, ends, digests, vocab, split, books, sources)

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
        self, shards: list[EncodedShard], parts: list[KeptPart], sources: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Return what became of every record, byte and token."""
        records = sum(shard.ends.length for shard in shards)
        kept_records, kept = sum(part.records for part in parts), sum(part.tokens for part in parts)
        cut = sum(shard.ids.length for shard in shards) - kept
        empty = sum(part.empty for part in parts)
        return {
            "records": records,
            "encoded": kept_records - empty,
            "empty": empty,
            "skipped": {"max-tokens": records - kept_records} if cut else {},
            "bytes": sum(source["size"] for source in sources),
            "replaced": sum(shard.replaced for shard in shards),
            "tokens": kept,
            "cut_tokens": cut,
        }

    def _digest(self, path: str, size: int) -> str:
        jobs = ((path, start) for start in chunk_starts(size))
        return combined(in_order(self.executor, _chunk_digest, jobs, self.window))

    def _write(
        self,
        shards: list[EncodedShard],
        parts: list[KeptPart],
        merger: Merger,
        vocab: Vocab,
        tokens: output.Column,
        ends: output.Column,
    ) -> int:
        """Write the final ids and ends; return how many tokens the vocabulary does not hold."""
        tables = merger.tables(vocab, tokens.dtype)

        def jobs() -> Iterator[WriteJob]:
            before = records = 0
            for shard, part, (table, mask) in zip(shards, parts, tables, strict=True):
                places = None
                if tokens.path is not None and ends.path is not None:
                    places = (tokens.path, tokens.offset(before)), (ends.path, ends.offset(records))
                yield WriteJob(
                    shard.ids, shard.ends, part.tokens, part.records, before, table, mask, places, self.kernels
                )
                before += part.tokens
                records += part.records

        unknown = done = records = 0
        results = in_order(self.executor, write_shard, jobs(), self.window)
        for shard, part, result in zip(shards, parts, results, strict=True):
            if result.first_unknown >= 0 and vocab.unk is None:
                raise self._unknown_token(shards, shard, merger, result.first_unknown)
            if result.ids is not None and result.ends is not None:
                tokens.put(done, result.ids)
                ends.put(records, result.ends)
            unknown += result.unknown
            done += part.tokens
            records += part.records
            if result.end != done:
                raise BooksError(f"the records of a shard end at token {result.end}, its tokens at {done}; refused")
            self._tell(Progress("write", done, tokens.count, ends.count, done))
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
