"""The figures of the language models, each beside its target and its peer in the same run.

    python benchmarks/language_models.py [loader] [shakespeare] [timemachine] [small] [book]

Without a name, all of them but `book`, which trains the d2l book's three networks for 500 epochs each. The files are
looked for in the folder that TEXTENGINE_TEST_DATA names: timemachine.txt, and tinyshakespeare.txt.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from peers import nanogpt

from textengine import Corpus, Engine
from textengine_seqmodel import Run, evaluate, fit, windows

DATA = Path(os.environ.get("TEXTENGINE_TEST_DATA", "."))
ROUNDS = 7
LSTM_MINUTES, LSTM_EPOCHS = 5.0, 24  # more passes than these fit into the time, and overfit the book


def said(what: str, measured: float, target: float, unit: str, *, at_least: bool = False) -> None:
    """Print one figure beside its target."""
    holds = measured >= target if at_least else measured <= target
    sign = ">=" if at_least else "<="
    print(f"  {what:58} {measured:10.4g} {unit:14} target {sign} {target:<7g} {'holds' if holds else 'MISSED'}")


def built(name: str, recipe: str, split: str, folder: str) -> Corpus:
    """Build a corpus of characters."""
    target = Path(folder) / f"{name}-{split.replace(',', '-')}"
    return Engine(discover=False).build(DATA / name, recipe=recipe, tokenizer="char", split=split, output=target)


def loader(folder: str) -> None:
    """Windows a second, beside nanoGPT's get_batch on the same ids."""
    print("window loader, tiny Shakespeare, tokens a second in millions, medians of alternating rounds")
    corpus = built("tinyshakespeare.txt", "nanogpt-char", "0.9,0.1", folder)
    path = Path(folder) / "train.bin"
    corpus.split("train").astype(np.uint16).tofile(path)
    for batch, length, target in ((12, 64, 10.0), (64, 256, 30.0)):
        reader = windows(corpus.split("train"), batch, length, "uniform")
        count = max(200, 2_000_000 // (batch * length))
        rounds = [
            (rate(lambda: nanogpt.get_batch(path, batch, length), count // 10), ours(reader, count))  # noqa: B023
            for _ in range(ROUNDS)
        ]
        peer, own = (statistics.median(speeds) * batch * length / 1e6 for speeds in zip(*rounds, strict=True))
        print(f"  {batch} x {length}: nanoGPT's get_batch {peer:.2f}, windows {own:.1f}")
        said(f"times get_batch at {batch} x {length}", own / peer, target, "x", at_least=True)


def rate(call: Callable[[], object], count: int) -> float:
    """Return calls a second."""
    started = time.perf_counter()
    for _ in range(count):
        call()
    return count / (time.perf_counter() - started)


def ours(reader: windows, count: int) -> float:
    """Return steps a second, with the drawing of every epoch's windows."""
    done, epoch = 0, 0
    started = time.perf_counter()
    while done < count:
        for step in range(min(reader.steps(epoch), count - done)):
            reader.read(epoch, step)
            done += 1
        epoch += 1
    return done / (time.perf_counter() - started)


def shakespeare(folder: str) -> None:
    """The n-gram model against nanoGPT's recipe for a CPU."""
    print("tiny Shakespeare, nanogpt-char, split 0.9,0.1, the whole validation split")
    corpus = built("tinyshakespeare.txt", "nanogpt-char", "0.9,0.1", folder)
    started = time.perf_counter()
    run = fit(corpus, "ngram")
    result = evaluate(run, corpus, "val")
    seconds = time.perf_counter() - started
    said(f"ngram, order {run.model.order} chosen inside training", result["nats_per_token"], 1.53, "nats/token")
    path = Path(folder) / "train.bin"
    corpus.split("train").astype(np.uint16).tofile(path)
    model, peer_seconds = nanogpt.train(path, len(corpus.vocab))
    started = time.perf_counter()
    nats = nanogpt.whole_split(model, torch.from_numpy(corpus.split("val").astype(np.int64)))
    peer_seconds += time.perf_counter() - started
    print(f"  nanoGPT's recipe, 2,000 iterations: {nats:.4f} nats/token in {peer_seconds:.0f} s; ngram {seconds:.1f} s")
    said("ngram's fit and evaluation, times nanoGPT's recipe", seconds / peer_seconds, 0.1, "x")


def timemachine(folder: str) -> None:
    """The n-gram model and the LSTM on The Time Machine."""
    print("The Time Machine, d2l-1.0 chars, split 0.8,0.1,0.1, test, read once after the choice on val")
    corpus = built("timemachine.txt", "d2l-1.0", "0.8,0.1,0.1", folder)
    ngram = evaluate(fit(corpus, "ngram"), corpus)
    said(f"ngram, order {ngram['baselines']['ngram']['order']}", ngram["bits_per_char"], 1.91, "bits/char")
    run: Run = fit(corpus, "lstm", output=Path(folder) / "lstm", minutes=LSTM_MINUTES, epochs=LSTM_EPOCHS)
    position = run.document["state"]["position"]
    result = evaluate(run, corpus)
    where = f"lstm, {position['seconds']:.0f} s, {position['epoch']} epochs"
    said(where, result["bits_per_char"], 2.00, "bits/char")
    said("  the same, stretch", result["bits_per_char"], 1.90, "bits/char")
    mixed = result["mixed"]
    print(f"  {mixed['weight']:.0%} lstm, rest ngram, weight chosen on val: {mixed['bits_per_char']:.4f} bits/char")


def small(folder: str) -> None:
    """The n-gram model on as little text as the book's networks are trained on."""
    print("The Time Machine, first 10,000 characters train, 10,000 to 30,000 scored")
    corpus = built("timemachine.txt", "d2l-1.0", "10000,20000", folder)
    run = fit(corpus, "ngram")
    result = evaluate(run, corpus, "val")
    said(f"ngram, order {run.model.order} chosen inside training", result["perplexity"], 6.5, "perplexity")


def book(folder: str) -> None:
    """The book's own runs: what they reach on the text they saw, and on text that they did not see."""
    print("the d2l book's runs: 10,000 characters, 500 epochs; perplexity in training, and on the next 20,000")
    corpus = built("timemachine.txt", "d2l-1.0", "10000,20000", folder)
    for name, published in (("rnn-d2l", 1.3), ("gru-d2l", 1.0), ("lstm-d2l", 1.0)):
        started = time.perf_counter()
        run = fit(corpus, name)
        trained = np.exp(run.document["state"]["position"]["train_nats"])
        result = evaluate(run, corpus, "val")
        ngram = result["baselines"]["ngram"]["perplexity"]
        print(
            f"  {name:9} training {trained:6.3f} (the book: about {published}), held out {result['perplexity']:8.1f}, "
            f"ngram {ngram:.2f}; {time.perf_counter() - started:.0f} s",
            flush=True,
        )


PARTS = {part.__name__: part for part in (loader, shakespeare, timemachine, small, book)}


def main() -> None:
    names = sys.argv[1:] or [name for name in PARTS if name != "book"]
    for name in names:
        if name not in PARTS:
            sys.exit(f"no part is named {name!r}; there is: {', '.join(PARTS)}")
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](folder)
        print(flush=True)


if __name__ == "__main__":
    main()
