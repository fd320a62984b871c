"""The golden values of the Time Machine: one set of hashes for every door, executor, worker count and shard size."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from textengine import Corpus, Engine
from textengine.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("kernels")

CHARS = "6e4b58fb6d0d894ec6448ca8521d4a42f763afc5409d9b2478fc9b46d36a439d"
WORDS = "6c0a917616e3df5157a5d0e82c5962b9e213d795fbf4565848cf7a423b3faa62"
CHARS_1_0 = "2b149570bb80412322af1bc023c0b10953440b13a9bb12156664c2640ce7e4f3"
WORDS_1_0 = "a2f00e2365f86a0529679778a7faf717f0df6a9cdacfe259b34ffb7cc5d91b28"
SHAKESPEARE = "eafbf6db15b85793ae12e0a3f5c38ae13106463a7cdc6bf859b88693b0b9fe1d"

CASES = [
    ("timemachine.txt", "d2l", "word", WORDS, "uint16", 32_775, 4_580, 3_221),
    ("timemachine.txt", "d2l", "char", CHARS, "uint8", 170_580, 28, 3_221),
    ("timemachine.txt", "d2l-1.0", "char", CHARS_1_0, "uint8", 173_428, 28, 1),
    ("timemachine.txt", "d2l-1.0", "word", WORDS_1_0, "uint16", 32_775, 4_580, 1),
    ("tinyshakespeare.txt", "nanogpt-char", "char", SHAKESPEARE, "uint8", 1_115_394, 65, 1),
]
GOLDEN = pytest.mark.parametrize(("file", "recipe", "tokenizer", "sha256", "dtype", "tokens", "size", "records"), CASES)


def sha256(ids: np.ndarray) -> str:
    return hashlib.sha256(ids.tobytes()).hexdigest()


class TestLibrary:
    @GOLDEN
    def test_values(
        self, engine: Engine, data: Path, file: str, recipe: str, tokenizer: str, sha256: str, dtype: str,
        tokens: int, size: int, records: int,
    ) -> None:  # fmt: skip
        """Ids, their number, the vocabulary's size and the records are the golden ones."""
        corpus = engine.build(data / file, recipe=recipe, tokenizer=tokenizer)
        assert sha256 == hashlib.sha256(corpus.tokens.tobytes()).hexdigest()
        assert (dtype, tokens, size, records) == (
            corpus.tokens.dtype.name, len(corpus), len(corpus.vocab), len(corpus.ends)
        )  # fmt: skip

    def test_words_in_detail(self, engine: Engine, book: Path) -> None:
        """Lines, ids and counts are those that the chapter prints."""
        corpus = engine.build(book)
        assert "the time machine by h g wells" == corpus.records[0].text
        line = "twinkled and his usually pale face was flushed and animated the"
        assert line == corpus.records[10].text
        assert [1, 19, 50, 40, 2183, 2184, 400] == corpus.records[0].ids.tolist()
        assert [2186, 3, 25, 1044, 362, 113, 7, 1421, 3, 1045, 1] == corpus.records[10].ids.tolist()
        assert "<unk> the i and of a to was in that".split() == list(corpus.vocab)[:10]
        top = "the 2261, i 1267, and 1245, of 1155, a 816, to 695, was 552, in 541, that 443, my 440"
        assert top == ", ".join(f"{token} {count}" for token, count in corpus.vocab.token_freqs[:10])
        assert corpus.records[10].ids.tolist() == corpus.encode(line)

    def test_chars_in_detail(self, engine: Engine, book: Path) -> None:
        """The 28 characters stand in the order of the chapter's vocabulary."""
        corpus = engine.build(book, tokenizer="char")
        assert ["<unk>", " ", *"etainoshrdlmucfwgypbvkxzjq"] == list(corpus.vocab)

    def test_d2l_1_0_in_detail(self, engine: Engine, book: Path) -> None:
        """The sorted vocabulary has the unknown token where it sorts."""
        chars = engine.build(book, recipe="d2l-1.0").vocab
        assert (1, 21) == (chars["<unk>"], chars["t"])
        assert 0 == engine.build(book, recipe="d2l-1.0", tokenizer="word").vocab["<unk>"]


class TestOneSetOfHashes:
    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    @pytest.mark.parametrize("workers", [1, 2])
    def test_executors(self, engine: Engine, book: Path, tmp_path: Path, executor: str, workers: int) -> None:
        """Executors, worker counts and shard sizes from 1 KiB to the whole file all give the same corpus bytes."""
        expected = corpus_bytes(engine.build(book, output=tmp_path / "plain", executor="serial"))
        for shard_size in [1 << 10, 10_007, 1 << 16, book.stat().st_size]:
            made = engine.build(
                book, output=tmp_path / "made", executor=executor, workers=workers, shard_size=shard_size, force=True
            )
            assert WORDS == sha256(made.tokens)
            assert expected == corpus_bytes(made)

    @pytest.mark.parametrize(("tokenizer", "expected"), [("word", WORDS), ("char", CHARS)])
    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    def test_shards_in_memory(
        self, engine: Engine, book: Path, tokenizer: str, expected: str, executor: str
    ) -> None:  # fmt: skip
        """In memory as on disk."""
        corpus = engine.build(book, tokenizer=tokenizer, executor=executor, workers=2, shard_size=1 << 12)
        assert expected == sha256(corpus.tokens)

    @pytest.mark.parametrize("seed", ["0", "1", "random"])
    def test_hash_seeds(self, cli: Callable, book: Path, tmp_path: Path, seed: str) -> None:
        """The seed of Python's own hashes changes nothing."""
        cli("build", book, "-o", "made", "--quiet", env={"PYTHONHASHSEED": seed})
        assert WORDS == sha256(Corpus.open(tmp_path / "made").tokens)

    @pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
    @pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
    def test_start_methods(self, engine: Engine, book: Path, method: str) -> None:
        """Processes started in any way give the same ids."""
        from textengine.builtin.executors.processes import Processes
        from textengine.plugin.hookspecs import hookimpl

        class Plugin:
            @hookimpl
            def textengine_executors(self) -> dict[str, Processes]:
                return {"chosen": Processes(start_method=method)}  # type: ignore[arg-type]

        chosen = Engine([("test", Plugin())], discover=False)
        corpus = chosen.build(book, executor="chosen", workers=2, shard_size=1 << 15)
        assert WORDS == sha256(corpus.tokens)


class TestKernels:
    def test_which_path_ran(self, engine: Engine, book: Path, tmp_path: Path, kernels: str) -> None:
        """The run says whether kernels were used, and it is as asked; the corpus does not say."""
        corpus = engine.build(book, output=tmp_path / "c")
        run = json.loads((tmp_path / "c" / "run.json").read_text(encoding="utf-8"))
        assert (kernels == "always") is run["kernels"]
        assert "kernels" not in json.dumps(corpus.manifest.document)

    def test_auto_goes_by_size(self, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """By default, little text is read by the plain definitions and much by the kernels."""
        monkeypatch.delenv("TEXTENGINE_KERNELS")
        used = []
        for lines in (1_000, 1_000_000):
            (tmp_path / "text.txt").write_bytes(b"a word\n" * lines)
            engine.build(tmp_path / "text.txt", output=tmp_path / "c", force=True)
            used.append(json.loads((tmp_path / "c" / "run.json").read_text(encoding="utf-8"))["kernels"])
        assert [False, True] == used

    def test_unknown_policy(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        """A policy that is none is refused."""
        monkeypatch.setenv("TEXTENGINE_KERNELS", "sometimes")
        with pytest.raises(ConfigurationError, match="TEXTENGINE_KERNELS is 'sometimes'"):
            engine.build_records(["a"])


class TestCommandLine:
    @GOLDEN
    def test_values(
        self, cli: Callable, data: Path, tmp_path: Path, file: str, recipe: str, tokenizer: str, sha256: str,
        dtype: str, tokens: int, size: int, records: int,
    ) -> None:  # fmt: skip
        """The command line commits the golden values, and its result can be verified."""
        done = cli("build", data / file, "-o", "made", "--recipe", recipe, "--tokenizer", tokenizer, "--json")
        assert 0 == done.returncode, done.stderr
        told = json.loads(done.stdout)
        assert (tokens, size, records, dtype) == (told["tokens"], told["vocab_size"], told["records"], told["dtype"])
        corpus = Corpus.open(tmp_path / "made")
        assert sha256 == hashlib.sha256(np.ascontiguousarray(corpus.tokens).tobytes()).hexdigest()
        assert 0 == cli("verify", "made").returncode

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    @pytest.mark.parametrize("workers", ["1", "2"])
    def test_executors(self, cli: Callable, tmp_path: Path, executor: str, workers: str) -> None:
        """Every executor, with one worker and with two."""
        done = cli("build", "time-machine", "-o", "made", "--executor", executor, "--workers", workers, "--quiet")
        assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
        assert WORDS == sha256(Corpus.open(tmp_path / "made").tokens)


def corpus_bytes(corpus: Corpus) -> dict[str, bytes]:
    """The files of a corpus that equal builds share."""
    assert corpus.path is not None
    return {path.name: path.read_bytes() for path in corpus.path.iterdir() if path.name not in ("run.json", ".lock")}
