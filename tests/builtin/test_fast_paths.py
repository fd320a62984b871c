"""Every registered component that has a fast path equals its definition on any text, cut into batches anywhere."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from draws import RECORDS, batch
from hypothesis import given, settings
from hypothesis import strategies as st

from textengine import Batch, Engine, Kind, Lexicon, Source, hookimpl
from textengine.builtin.loaders.text import TextLoader
from textengine.components import FastNormalizer, FastTokenizer
from textengine.errors import ComponentError
from textengine.lexicon import KernelLexicon
from textengine.recipe.recipe import Recipe, Spec
from textengine.recipe.resolved import resolve

ENGINE = Engine(discover=False)
OPTIONS: dict[str, list[dict[str, Any]]] = {"ascii-letters": [{"strip": True}, {"strip": False}]}


def made(kind: Kind, protocol: type) -> list[Any]:
    components = [
        component for component in ENGINE.registry.all(kind) if hasattr(component.value, "__dataclass_fields__")
    ]
    return [
        pytest.param(component.value(**options), id=f"{component.name}{options or ''}")
        for component in components
        if issubclass(component.value, protocol)
        for options in OPTIONS.get(component.name, [{}])
    ]


@pytest.mark.parametrize("normalizer", made(Kind.NORMALIZER, FastNormalizer))
@given(texts=RECORDS)
def test_normalizers(normalizer: Any, texts: list[str]) -> None:
    """``batch`` equals the definition on every record, and keeps offsets and replacements."""
    offsets = np.arange(len(texts), dtype=np.int64)
    result = normalizer.batch(replace(Batch(*batch(texts)), offsets=offsets, replaced=3))
    assert [normalizer(text) for text in texts] == list(result.texts())
    assert (offsets.tolist(), 3) == (result.offsets.tolist(), result.replaced)


@pytest.mark.parametrize("tokenizer", made(Kind.TOKENIZER, FastTokenizer))
@pytest.mark.parametrize("make", [Lexicon, KernelLexicon])
@given(texts=RECORDS, cut=st.integers(0, 8))
def test_tokenizers(tokenizer: Any, make: type[Lexicon], texts: list[str], cut: int) -> None:
    """``encode`` equals adding the tokens of each record in turn, in either kind of lexicon."""
    expected, lexicon = Lexicon(), make()
    wanted = [[expected.add(token) for token in tokenizer(text)] for text in texts]
    found: list[list[int]] = []
    for part in (texts[:cut], texts[cut:]):
        ids, ends = tokenizer.encode(Batch(*batch(part)), lexicon)
        found += [piece.tolist() for piece in np.split(ids, ends[:-1])] if part else []
    assert wanted == found
    assert (expected.tokens, expected.counts.tolist()) == (lexicon.tokens, lexicon.counts.tolist())


@settings(max_examples=50)
@given(parts=st.lists(st.lists(st.text("abé😀 ", max_size=12), max_size=12), max_size=5))
def test_lexicons_merge_alike(parts: list[list[str]]) -> None:
    """Both kinds of lexicon merge to the same tokens, counts and ids, after a journey to another process too."""
    plain, fast = Lexicon(), KernelLexicon()
    for tokens in parts:
        one, other = Lexicon(), KernelLexicon()
        assert one.add_all(tokens).tolist() == other.add_all(tokens).tolist()
        other = pickle.loads(pickle.dumps(other))
        assert plain.merge(one).tolist() == fast.merge(other).tolist()
    assert (plain.tokens, plain.counts.tolist()) == (fast.tokens, fast.counts.tolist())


@settings(max_examples=200)
@given(
    pieces=st.lists(st.sampled_from(["a", "bc", "\n", "\r", "\r\n", "\u2028", "\x85", "é", "😀", "\ufeff", "\udcff"])),
    size=st.integers(1, 12),
)
def test_loader(tmp_path_factory: pytest.TempPathFactory, pieces: list[str], size: int) -> None:
    """Reading a shard with kernels equals reading it without: records, offsets and replacements."""
    path = tmp_path_factory.getbasetemp() / "fast.txt"
    path.write_bytes("".join(pieces).encode(errors="surrogateescape"))
    loader = TextLoader(errors="replace")
    for shard in loader.plan(Source("fast.txt", path, shard_size=size)):
        for slow, fast in zip(loader.read(shard), loader.read(replace(shard, kernels=True)), strict=True):
            assert list(slow.texts()) == list(fast.texts())
            assert slow.replaced == fast.replaced
            if slow.offsets is not None:
                assert fast.offsets is not None
                assert slow.offsets.tolist() == fast.offsets.tolist()


class TestFaults:
    """A fast path that breaks its contract is named; one that raises is looked into by the definition."""

    class Normalizer:
        def __call__(self, text: str) -> str:
            if "bad" in text:
                raise ValueError("it is bad")
            return text

        def batch(self, batch: Batch) -> Batch:
            raise RuntimeError("somewhere in the batch")

    class Tokenizer:
        def __call__(self, text: str) -> list[str]:
            return text.split()

        def encode(self, batch: Batch, lexicon: Lexicon) -> Any:
            ids, ends = lexicon.intern_words(batch.buffer, batch.ends)
            return ids[:-1], ends

    def pipeline(self, **kinds: Any) -> Any:
        class Plugin:
            @hookimpl
            def textengine_normalizers(self) -> dict[str, Any]:
                return {"mine": kinds.get("normalizer", str)}

            @hookimpl
            def textengine_tokenizers(self) -> dict[str, Any]:
                return {"mine": kinds.get("tokenizer", str.split)}

        engine = Engine([("mine", Plugin())], discover=False)
        normalizers = (Spec("mine"),) if "normalizer" in kinds else ()
        return resolve(Recipe(Spec("mine" if "tokenizer" in kinds else "word"), normalizers), engine.registry).pipeline

    def test_record_is_found(self) -> None:
        """The record is found by the definition."""
        pipeline = self.pipeline(normalizer=self.Normalizer())
        with pytest.raises(ComponentError, match=r"record 1 \(counted from 0\): ValueError: it is bad"):
            pipeline.encode(Batch.from_texts(["good", "bad"]), pipeline.lexicon(True), True)

    def test_fault_of_the_fast_path_alone(self) -> None:
        """A fault that the definition does not share is told as it is."""
        pipeline = self.pipeline(normalizer=self.Normalizer())
        with pytest.raises(ComponentError, match="RuntimeError: somewhere in the batch"):
            pipeline.encode(Batch.from_texts(["good"]), pipeline.lexicon(True), True)

    def test_lost_tokens(self) -> None:
        """Ids and ends that do not fit are refused."""
        pipeline = self.pipeline(tokenizer=self.Tokenizer())
        with pytest.raises(ComponentError, match="lost their tokens"):
            pipeline.encode(Batch.from_texts(["a b"]), pipeline.lexicon(True), True)

    def test_without_kernels_the_definition_runs(self, tmp_path: Path) -> None:
        """Without kernels no fast path is taken."""
        pipeline = self.pipeline(normalizer=self.Normalizer(), tokenizer=self.Tokenizer())
        ids, _ = pipeline.encode(Batch.from_texts(["a b"]), pipeline.lexicon(False), False)
        assert [0, 1] == ids.tolist()
