"""The parts of `figures.py` that are about language models."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from figure import Figures
from peers import nanogpt

from textengine import Corpus, Engine
from textengine_seqmodel import Run, evaluate, fit, windows
from textengine_seqmodel.windowing import Windows

DATA = Path(os.environ.get("TEXTENGINE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
TEXTS = {
    "loader": "tinyshakespeare.txt", "shakespeare": "tinyshakespeare.txt", "timemachine": "timemachine.txt",
    "small": "timemachine.txt", "book": "timemachine.txt",
}  # fmt: skip
ROUNDS = 7
LSTM_MINUTES, LSTM_EPOCHS = 5.0, 24  # more passes than these fit into the time, and overfit the book


def missing_texts(parts: Iterable[str]) -> list[Path]:
    """Return the texts that some of `parts` need and that are not there."""
    needed = dict.fromkeys(DATA / TEXTS[part] for part in parts if part in TEXTS)
    return [path for path in needed if not path.is_file()]


def built(name: str, recipe: str, split: str, folder: str) -> Corpus:
    """Build a corpus of characters."""
    target = Path(folder) / f"{name}-{split.replace(',', '-')}"
    return Engine(discover=False).build(DATA / name, recipe=recipe, tokenizer="char", split=split, output=target)


def loader(folder: str, figures: Figures) -> None:
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
        figures.say(f"windows, times nanoGPT's get_batch, {batch} x {length}", own / peer, "x", target, at_least=True)


def rate(call: Callable[[], object], count: int) -> float:
    """Return calls a second."""
    started = time.perf_counter()
    for _ in range(count):
        call()
    return count / (time.perf_counter() - started)


def ours(reader: Windows, count: int) -> float:
    """Return steps a second, with the drawing of every epoch's windows."""
    done, epoch = 0, 0
    started = time.perf_counter()
    while done < count:
        for step in range(min(reader.steps(epoch), count - done)):
            reader.read(epoch, step)
            done += 1
        epoch += 1
    return done / (time.perf_counter() - started)


def shakespeare(folder: str, figures: Figures) -> None:
    """The n-gram model against nanoGPT's recipe for a CPU."""
    print("tiny Shakespeare, nanogpt-char, split 0.9,0.1, the whole validation split")
    corpus = built("tinyshakespeare.txt", "nanogpt-char", "0.9,0.1", folder)
    started = time.perf_counter()
    run = fit(corpus, "ngram")
    result = evaluate(run, corpus, "val")
    seconds = time.perf_counter() - started
    what = f"tiny Shakespeare, validation: ngram (order {run.model.order}, chosen inside the training part)"
    figures.say(what, result["nats_per_token"], "nats per token", 1.53)
    path = Path(folder) / "train.bin"
    corpus.split("train").astype(np.uint16).tofile(path)
    model, peer_seconds = nanogpt.train(path, len(corpus.vocab))
    started = time.perf_counter()
    nats = nanogpt.whole_split(model, torch.from_numpy(corpus.split("val").astype(np.int64)))
    peer_seconds += time.perf_counter() - started
    print(f"  nanoGPT's recipe, 2,000 iterations: {nats:.4f} nats/token in {peer_seconds:.0f} s; ngram {seconds:.1f} s")
    figures.say("the same: seconds to fit and evaluate, times nanoGPT's recipe", seconds / peer_seconds, "x", 0.1)


def timemachine(folder: str, figures: Figures) -> None:
    """The n-gram model and the LSTM on The Time Machine."""
    print("The Time Machine, d2l-1.0 chars, split 0.8,0.1,0.1, test, read once after the choice on val")
    corpus = built("timemachine.txt", "d2l-1.0", "0.8,0.1,0.1", folder)
    ngram = evaluate(fit(corpus, "ngram"), corpus)
    what = f"The Time Machine, test: ngram (order {ngram['baselines']['ngram']['order']})"
    figures.say(what, ngram["bits_per_char"], "bits per char", 1.91)
    run: Run = fit(corpus, "lstm", output=Path(folder) / "lstm", minutes=LSTM_MINUTES, epochs=LSTM_EPOCHS)
    position = run.document["state"]["position"]
    speed = position["step"] * 32 * 64 / position["seconds"]
    print(
        f"  {position['step']:,} steps, {speed:,.0f} tokens/s; validation {position['best_nats'] / np.log(2):.4f} bits"
    )
    result = evaluate(run, corpus)
    what = f"the same: lstm, {position['seconds']:.0f} s, {position['epoch']} epochs"
    figures.say(what, result["bits_per_char"], "bits per char", 2.00)
    mixed = result["mixed"]
    what = f"the same: {mixed['weight']:.0%} lstm mixed with ngram, the share chosen on validation"
    figures.say(what, mixed["bits_per_char"], "bits per char")


def small(folder: str, figures: Figures) -> None:
    """The n-gram model on as little text as the book's networks are trained on."""
    print("The Time Machine, first 10,000 characters train, 10,000 to 30,000 scored")
    corpus = built("timemachine.txt", "d2l-1.0", "10000,20000", folder)
    run = fit(corpus, "ngram")
    result = evaluate(run, corpus, "val")
    what = f"10,000 characters train, the next 20,000 scored: ngram (order {run.model.order})"
    figures.say(what, result["perplexity"], "perplexity", 6.5)


def book(folder: str, figures: Figures) -> None:
    """The book's own runs: what they reach on the text they saw, and on text that they did not see."""
    print("the d2l book's runs: 10,000 characters, 500 epochs; perplexity in training, and on the next 20,000")
    corpus = built("timemachine.txt", "d2l-1.0", "10000,20000", folder)
    for name, published in (("rnn-d2l", 1.3), ("gru-d2l", 1.0), ("lstm-d2l", 1.0)):
        started = time.perf_counter()
        run = fit(corpus, name)
        trained = np.exp(run.document["state"]["position"]["train_nats"])
        result = evaluate(run, corpus, "val")
        print(
            f"  {name}: {time.perf_counter() - started:.0f} s; the book prints about {published} in training",
            flush=True,
        )
        figures.say(f"{name}: perplexity of the last epoch in training", trained, "perplexity")
        figures.say(f"{name}: perplexity of the 20,000 characters that follow", result["perplexity"], "perplexity")
