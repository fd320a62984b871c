"""How much is kept, how it is split, what the vocabulary is counted on, and which vocabulary may be used."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textengine import Corpus, Engine, Vocab
from textengine.build.options import Split
from textengine.errors import ConfigurationError, MismatchError, UnknownTokenError, UsageError

pytestmark = pytest.mark.usefixtures("kernels")

WORDS = st.lists(st.lists(st.sampled_from(["a", "b", "c", "dd", "e"]), max_size=5), min_size=1, max_size=12)
ENGINE = Engine(discover=False)


def records_of(words: list[list[str]]) -> list[str]:
    return [" ".join(line) for line in words]


class TestSplit:
    @given(tokens=st.integers(0, 10**7), cut=st.integers(1, 97))
    def test_shares(self, tokens: int, cut: int) -> None:
        """Parts are cut at floor(n x cumulative share), exactly, and cover everything."""
        split = Split.parse(f"0.{cut:02d},0.01,0.{99 - cut:02d}")
        bounds = split.bounds(tokens)
        stops = [int(tokens * Fraction(cut, 100)), int(tokens * Fraction(cut + 1, 100)), tokens]
        assert [(a, b) for a, b in zip([0, *stops], stops, strict=False)] == list(bounds.values())

    def test_floats(self) -> None:
        """Shares given as floats mean what they print as."""
        assert Split.parse("0.7,0.1,0.2") == Split.parse([0.7, 0.1, 0.2])

    def test_counts(self) -> None:
        """Numbers of tokens leave the rest in no part."""
        assert {"train": (0, 10), "val": (10, 15)} == Split.parse("10,5").bounds(20)

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("0.8,0.1", "add up to 1, and these make 0.9"),
            ("1", "two parts"),
            ("0.25,0.25,0.25,0.25", "two parts"),
            ("a,b", "not all numbers"),
            ("0.5,-0.5,1", "more than 0"),
            ("10,0", "more than 0"),
            ("0.5,1", "add up to 1"),
            ("nan,0.5", "more than 0"),
        ],
    )
    def test_refuses(self, value: str, message: str) -> None:
        """A split that is none says why."""
        with pytest.raises(ConfigurationError, match=message):
            Split.parse(value)

    def test_more_than_there_is(self) -> None:
        """More tokens than there are is an error."""
        with pytest.raises(ConfigurationError, match="that is 30 tokens, and there are 20"):
            Split.parse("10,20").bounds(20)

    def test_parts_of_a_corpus(self, engine: Engine, tmp_path: Path) -> None:
        """A corpus gives its parts as views, and says which it has."""
        corpus = engine.build_records(["a b c d e f g h i j"], split="0.5,0.3,0.2", output=tmp_path / "c")
        parts = [corpus.split(part).tolist() for part in ("train", "val", "test")]
        assert corpus.tokens.tolist() == [*parts[0], *parts[1], *parts[2]]
        assert [5, 3, 2] == [len(part) for part in parts]
        with pytest.raises(UsageError, match="no part 'dev'; it has train, val, test"):
            corpus.split("dev")
        with pytest.raises(UsageError, match="built without --split"):
            engine.build_records(["a"]).split("train")


class TestVocabularyOfTheTrainingPart:
    @settings(max_examples=80, deadline=None)
    @given(words=WORDS, cut=st.integers(1, 99), shard=st.integers(1, 12))
    def test_counted_on_the_first_part(self, words: list[list[str]], cut: int, shard: int) -> None:
        """The vocabulary is counted on exactly the tokens of the training part, wherever shards are cut."""
        flat = [word for line in words for word in line]
        corpus = ENGINE.build_records(records_of(words), split=f"0.{cut:02d},0.{100 - cut:02d}", shard_size=shard)
        train = flat[: len(flat) * cut // 100]
        assert Vocab(train).token_freqs == corpus.vocab.token_freqs
        assert Vocab(train)[flat] == corpus.tokens.tolist()
        unknown = sum(count for word, count in Counter(flat).items() if word not in train)
        assert unknown == corpus.manifest.document["books"]["unknown_tokens"]

    def test_all(self, engine: Engine) -> None:
        """With vocab_from="all" it is counted on all text."""
        corpus = engine.build_records(["a b"], split="0.5,0.5", vocab_from="all")
        assert ["<unk>", "a", "b"] == list(corpus.vocab)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"vocab_from": "train"}, "no split is given"),
            ({"vocab_from": "some", "split": "0.5,0.5"}, "write 'train' or 'all'"),
            ({"vocab_from": "all", "split": "0.5,0.5", "vocab": Vocab("a")}, "a vocabulary is given"),
            ({"min_freq": 2, "vocab": Vocab("a")}, "min_freq shape a new vocabulary"),
            ({"max_tokens": 0}, "max_tokens is 0"),
            ({"workers": 0}, "workers is 0"),
        ],
    )
    def test_refuses(self, engine: Engine, options: dict, message: str) -> None:
        """Options that contradict each other are refused."""
        with pytest.raises(ConfigurationError, match=message):
            engine.build_records(["a"], **options)


class TestMaxTokens:
    @settings(max_examples=80, deadline=None)
    @given(words=WORDS, keep=st.integers(1, 30), shard=st.integers(1, 12))
    def test_keeps_the_first(self, words: list[list[str]], keep: int, shard: int) -> None:
        """The first tokens are kept, the vocabulary is that of all text, and the books balance."""
        flat = [word for line in words for word in line]
        corpus = ENGINE.build_records(records_of(words), max_tokens=keep, shard_size=shard)
        assert Vocab(flat)[flat][:keep] == corpus.tokens.tolist()
        books = corpus.manifest.document["books"]
        assert len(words) == books["records"] == books["encoded"] + books["empty"] + sum(books["skipped"].values())
        assert len(flat) == books["tokens"] + books["cut_tokens"]
        assert len(corpus.tokens) == (corpus.ends[-1] if len(corpus.ends) else 0)


class TestGivenVocabulary:
    def test_corpus_path_and_vocab(self, engine: Engine, tmp_path: Path) -> None:
        """A corpus, its directory, its vocabulary and a saved file of it all mean the same."""
        donor = engine.build_records(["a b a"], output=tmp_path / "donor")
        donor.vocab.save(tmp_path / "vocab.json")
        for vocab in (donor, tmp_path / "donor", str(tmp_path / "donor"), donor.vocab, tmp_path / "vocab.json"):
            corpus = engine.build_records(["b c"], vocab=vocab)
            assert [2, 0] == corpus.tokens.tolist()
            assert 1 == corpus.manifest.document["books"]["unknown_tokens"]
            assert donor.vocab == corpus.vocab

    @pytest.mark.parametrize("tokenizer", ["char", "pattern"])
    def test_other_text_pipeline(self, engine: Engine, tokenizer: str) -> None:
        """A vocabulary of tokens that another pipeline made is refused."""
        donor = engine.build_records(["a b"])
        settings = {"tokenizer.pattern": r"\w"} if tokenizer == "pattern" else {}
        with pytest.raises(MismatchError, match="made by another text pipeline"):
            engine.build_records(["a"], vocab=donor, tokenizer=tokenizer, settings=settings)

    def test_made_by_hand(self, engine: Engine) -> None:
        """A vocabulary of unknown origin is taken at its word, and an empty one is still one."""
        assert [0, 0] == engine.build_records(["a b"], vocab=Vocab()).tokens.tolist()

    def test_unknown_token_without_unk(self, engine: Engine) -> None:
        """A token seen nowhere, where nothing stands for it, is an error that names token, record and source."""
        vocab = Vocab.from_tokens(["a"])
        with pytest.raises(UnknownTokenError, match=r"token 'b' in record 2 \(counted from 0\) of records"):
            engine.build_records(["a", "", "a b"], vocab=vocab, shard_size=1)

    def test_rare_token_without_unk(self, engine: Engine) -> None:
        """So is one that a policy without an unknown token leaves out."""
        with pytest.raises(UnknownTokenError, match="token 'b'"):
            engine.build_records(["a a b"], recipe="nanogpt-char", tokenizer="word", min_freq=2)


class TestSameBytes:
    def test_origin_does_not_matter(self, engine: Engine, tmp_path: Path) -> None:
        """Equal text from elsewhere, under another name, is an equal corpus, file by file."""
        made = []
        for folder in ("one", "two"):
            (tmp_path / folder).mkdir()
            source = tmp_path / folder / f"{folder}.txt"
            source.write_text("some text\nand more\n")
            made.append(engine.build(source, output=tmp_path / folder / "corpus", split="0.5,0.5"))
        files = [
            {path.name: path.read_bytes() for path in Path(corpus.path or "").iterdir() if path.name != "run.json"}
            for corpus in made
        ]
        assert files[0] == files[1]

    def test_in_memory_as_on_disk(self, engine: Engine, tmp_path: Path) -> None:
        """A corpus in memory says of itself what one on disk says, files apart."""
        one, two = (engine.build_records(["a b"], output=output) for output in (None, tmp_path / "c"))
        documents = [dict(corpus.manifest.document) for corpus in (one, two)]
        for document in documents:
            document.pop("files")
            document.pop("checksum", None)
        assert documents[0] == documents[1]
        assert one.tokens.tolist() == two.tokens.tolist() == list(Corpus.open(tmp_path / "c"))
