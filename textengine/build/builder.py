"""Builder: text in, corpus out, in one pass over the text and one over the ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

import numpy as np

from textengine.build import output
from textengine.build.hashing import AHEAD, SourceHashes
from textengine.build.journal import Journal
from textengine.build.kept import KeptPart, kept_parts
from textengine.build.merge import Merger
from textengine.build.options import BuildOptions
from textengine.build.plan import PlannedShard, PlannedSource, file_state
from textengine.build.progress import Progress, ProgressCallback
from textengine.build.run import Pending, in_order
from textengine.build.shard import EncodedShard, EncodeJob, FailedShard, encode_shard
from textengine.build.storage import smallest_dtype
from textengine.build.watched import lost
from textengine.build.write import EndPiece, TokenPiece, WrittenChunk, chunk_jobs, write_chunk
from textengine.digest import combined
from textengine.errors import BooksError, RunError, UnknownTokenError, WorkerLostError
from textengine.kernels import load
from textengine.recipe.pipeline import call, fault
from textengine.recipe.resolved import ResolvedRecipe
from textengine.trace import MERGING, Tally
from textengine.vocab import Vocab


@dataclass
class Build:
    """One build: what it is made of and how it is run. `run` does it.

    shards, sources: as planned; `sources` is complete when all shards have been taken.
    vocab: a vocabulary to use, or None to count one. total: bytes of text, where they are known. window: how many
    shards may be under way or waiting. kernels: whether components may use their fast paths. journal: where finished
    shards are noted and found, or None for a build in memory. tally: where the costs of components are added, or None.
    places: the folder in which workers say where they are, or None if none can die alone.

    encoded: how many shards are; records: those in them, by source. done: their bytes. recalled: bytes of those that an
    interrupted build had encoded.
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
    journal: Journal | None
    tally: Tally | None = None
    places: str | None = None
    encoded: int = field(default=0, init=False)
    records: Counter[int] = field(default_factory=Counter, init=False)
    done: int = field(default=0, init=False)
    recalled: int = field(default=0, init=False)

    def run(self, target: output.Target) -> output.Result:
        """Encode everything into `target`. Raises what components and sources raise, WorkerLostError and BooksError."""
        try:
            return self._run(target)
        except WorkerLostError as error:
            raise lost(self.places, self.encoded, self.records) from error

    def _run(self, target: output.Target) -> output.Result:
        hashes = SourceHashes(self.executor, self.sources, self.journal)
        self.shards = chain(list(islice(self.shards, 1)), self.shards)  # so that a source is planned
        hashes.begin(AHEAD)
        if self.kernels:
            load()  # while workers hash
        shards, merger = self._encode(target.folder, hashes)
        sources = self._sources(shards, hashes)
        total = sum(shard.ids.length for shard in shards)
        kept = total if self.options.max_tokens is None else min(total, self.options.max_tokens)
        split = self.options.split.bounds(kept) if self.options.split else None
        parts = kept_parts(shards, kept)
        books = self._books(shards, parts, sources)
        ends = target.column("ends", sum(part.records for part in parts), np.dtype("<i8"))
        writing = self._begin_ends(shards, parts, ends)
        vocab = self._count(shards, merger, split) if self.vocab is None else self.vocab
        tokens = target.column("tokens", kept, smallest_dtype(max(0, len(vocab) - 1)))
        digest, books["unknown_tokens"] = self._write_tokens(shards, parts, merger, vocab, tokens, ends)
        digests = digest, _written(ends, (writing.result() for _ in range(len(writing))))
        return output.Result(tokens, ends, digests, vocab, split, books, sources)

    def _encode(self, folder: str | None, hashes: SourceHashes) -> tuple[list[EncodedShard], Merger]:
        """Encode every shard, or take it from the journal; merge their tokens in order."""
        finished = {} if self.journal is None else self.journal.finished

        def jobs() -> Iterator[EncodeJob]:
            for number, planned in enumerate(self.shards):
                marked = replace(planned.shard, kernels=self.kernels)
                hashes.begin(1)
                yield EncodeJob(
                    number,
                    planned.source,
                    marked,
                    planned.loader,
                    self.recipe.pipeline,
                    folder,
                    self.kernels,
                    planned.mark,
                    finished.get(number),
                    self.tally is not None,
                    self.places,
                )

        shards: list[EncodedShard] = []
        merger, records, tokens = Merger(self.recipe.pipeline.lexicon(self.kernels)), self.records, 0
        for shard in in_order(self.executor, encode_shard, jobs(), self.window):
            if isinstance(shard, FailedShard):
                if shard.error.record is not None:
                    # Results come in order, so the records before this shard are known here, and only here.
                    shard.error.record += records[shard.source]
                raise shard.error
            if shard.lexicon is not None:
                with _timed(self.tally, MERGING, shard.ends.length):
                    merger.add(shard.lexicon)
            if self.journal is not None and shard.line is not None and not shard.recalled:
                self.journal.add(shard.line)
            if self.tally is not None and shard.tally is not None:
                self.tally.merge(shard.tally)
            shards.append(replace(shard, lexicon=None, line=None, tally=None))
            self.encoded += 1
            records[shard.source] += shard.ends.length
            tokens += shard.ids.length
            self.done += shard.nbytes
            self.recalled += shard.nbytes if shard.recalled else 0
            self._tell(Progress("encode", self.done, self.total, records.total(), tokens, self.recalled))
        return shards, merger

    def _tell(self, progress: Progress) -> None:
        if self.progress is not None:
            self.progress(progress)

    def _sources(self, shards: list[EncodedShard], hashes: SourceHashes) -> list[dict[str, Any]]:
        """Return index, size and digest of each source. RunError if one changed, BooksError if bytes are lost."""
        read = Counter[int]()
        for shard in shards:
            read[shard.source] += shard.nbytes
        found = []
        for number, source in enumerate(self.sources):
            digest = hashes.next_digest()
            if source.stream is None and file_state(source.path or "") != source.state:
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
        counts = merger.counts(whole, rest)
        with _timed(self.tally, (builder.component.kind, builder.component.qualified, "definition"), 0):
            vocab = call(builder, builder.call, counts)
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

    def _begin_ends(
        self, shards: list[EncodedShard], parts: list[KeptPart], ends: output.Column
    ) -> Pending[Any, WrittenChunk]:
        """Begin to write the record ends, which workers can do while the vocabulary is made."""
        before = np.cumsum([0, *(part.tokens for part in parts)]).tolist()

        def piece(shard: int, start: int, stop: int) -> EndPiece:
            part = parts[shard]
            last = stop == part.records
            return EndPiece(shards[shard].ends, start, stop, part.tokens, before[shard], last)

        writing = Pending(self.executor, write_chunk)
        for job in chunk_jobs(ends, [part.records for part in parts], piece, self.kernels):
            writing.submit(job)
        return writing

    def _write_tokens(
        self,
        shards: list[EncodedShard],
        parts: list[KeptPart],
        merger: Merger,
        vocab: Vocab,
        tokens: output.Column,
        ends: output.Column,
    ) -> tuple[str, int]:
        """Write the final ids; return their digest, and how many tokens the vocabulary does not hold."""
        tables = merger.tables(vocab, tokens.dtype)

        def piece(shard: int, start: int, stop: int) -> TokenPiece:
            return TokenPiece(shard, shards[shard].ids, start, stop, *tables.of(shard))

        jobs = chunk_jobs(tokens, [part.tokens for part in parts], piece, self.kernels)
        unknown = done = 0

        def chunks() -> Iterator[WrittenChunk]:
            nonlocal unknown, done
            for chunk in in_order(self.executor, write_chunk, jobs, self.window):
                if chunk.first_unknown is not None and vocab.unk is None:
                    raise self._unknown_token(shards, merger, *chunk.first_unknown)
                unknown += chunk.unknowns
                done += chunk.count
                self._tell(Progress("write", done, tokens.count, ends.count, done))
                yield chunk

        return _written(tokens, chunks()), unknown

    def _unknown_token(
        self, shards: list[EncodedShard], merger: Merger, number: int, position: int
    ) -> UnknownTokenError:
        shard = shards[number]
        before = sum(s.ends.length for s in shards[:number] if s.source == shard.source)
        record = before + int(np.searchsorted(shard.ends.load(), position, side="right"))
        token = merger.token(number, int(shard.ids.load()[position]))
        return UnknownTokenError(token, f"record {record} (counted from 0) of {shard.source_name}")


def _timed(tally: Tally | None, what: tuple[str, str, str], records: int) -> AbstractContextManager[None]:
    return nullcontext() if tally is None else tally.timed(*what, records)


def _written(column: output.Column, chunks: Iterator[WrittenChunk]) -> str:
    """Put chunks into a column that is in memory; return the digest of the file of one that is not."""
    done, digests = 0, []
    for chunk in chunks:
        if chunk.items is not None:
            column.put(done, chunk.items)
        done += chunk.count
        digests.append(chunk.digest)
    if done != column.count:
        raise BooksError(f"{done} of {column.count} items were written; the build is refused")
    return combined(digests)
