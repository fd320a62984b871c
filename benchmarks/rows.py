"""What is timed, on which text, beside what."""

from __future__ import annotations

from dataclasses import replace

import resume
from row import Group, Row
from texts import MIB


def _ours(key: str, name: str, size: int, *options: str, text: str = "English books", speed: float = 120) -> Row:
    command = ("{engine}", "build", "{text}", "-o", "{out}", "--json", *options)
    return Row(key, name, text, size, command, speed)


def _peer(key: str, name: str, size: int, speed: float, against: str, *command: str) -> Row:
    return Row(key, name, "English books", size, command, speed, slow=True, against=against, agrees=against)


def _words(size: int) -> Row:
    return replace(_ours("words", "words, d2l", size, "--tokenizer", "word"), agrees="words")


def _chars(size: int) -> Row:
    return replace(_ours("chars", "chars, d2l", size, "--tokenizer", "char"), agrees="chars")


def _yard(size: int) -> list[Row]:
    """``wc -w``, and both halves of the recipe beside it."""
    return [
        Row("wc", "wc -w", "English books", size, ("wc", "-w", "{text}"), 200),
        replace(_words(size), against="wc"),
        replace(_chars(size), against="wc"),
    ]


def _peers(size: int) -> list[Row]:
    peers = "{here}/peers"
    d2l = ("{python}", f"{peers}/d2l.py", "{text}")
    huggingface = ("{peers}", f"{peers}/huggingface.py", "{text}", "{out}")
    sklearn = ("{peers}", f"{peers}/countvectorizer.py", "{text}")
    pyarrow = ("{peers}", f"{peers}/arrow.py", "{text}", "{out}")
    return [
        _peer("d2l-words", "d2l's Python, words", size, 5, "words", *d2l, "word", "{out}"),
        _peer("huggingface", "HF tokenizers", size, 3.5, "words", *huggingface),
        _peer("sklearn", "scikit-learn CountVectorizer", size, 8, "words", *sklearn),
        _peer("pyarrow", "pyarrow", size, 30, "words", *pyarrow),
    ]


def _peer_of_chars(size: int) -> list[Row]:
    """The chapter's characters, which take twenty times the text's size in memory: no 1 GiB fits here."""
    command = ("{python}", "{here}/peers/d2l.py", "{text}", "char", "{out}")
    return [_chars(size), _peer("d2l-chars", "d2l's Python, chars", size, 2.5, "chars", *command)]


def _variants(size: int) -> list[Row]:
    """The recipe in another order, which gives the same words."""
    order = [word for name in ("lowercase", "ascii-letters", "strip") for word in ("--normalizer", name)]
    row = _ours("reordered", "words, lowercase first", size, "--tokenizer", "word", *order)
    return [replace(row, against="words", agrees="words")]


def _one_worker(size: int) -> list[Row]:
    rows = []
    for what, tokenizer in (("words", "word"), ("chars", "char")):
        options = ("--tokenizer", tokenizer, "--workers", "1")
        row = _ours(f"{what}-1", f"{what}, one worker", size, *options, speed=80)
        rows.append(replace(row, against=what, agrees=what))
    return rows


def _texts(size: int) -> list[Row]:
    """What the recipe ``d2l`` is not: somebody else's Python, other scripts, and more words than any cache holds."""
    words, chars = ("--tokenizer", "word"), ("--no-normalizers", "--tokenizer", "char")
    foreign = ("{python}", "{here}/foreign.py", "{text}", "{out}")
    rows = [
        Row("foreign", "words, foreign normalizer", "English books", size, foreign, 15, agrees="words", tree=True),
        _ours("russian", "words, casefold", size, "--normalizer", "casefold", *words, text="Russian book", speed=80),
        _ours("chinese", "chars as they are", size, *chars, text="Chinese book"),
        _ours("many-words", "words, d2l", size, *words, text="5 million words", speed=30),
    ]
    return [replace(row, slow=True) for row in [_words(size), *(replace(row, against="words") for row in rows)]]


def _first_run(size: int) -> list[Row]:
    row = replace(_words(size), env={"TEXTENGINE_KERNEL_CACHE": "{folder}/kernels"}, speed=4)
    first = replace(row, key="first-run", name="first run, kernels compiled", against="second-run",
                    prepare=resume.without_kernels)  # fmt: skip
    return [first, replace(row, key="second-run", name="second run")]


def _growth(small: int) -> list[Row]:
    """Five sizes, each twice the one before, and what starting costs with kernels, on a text of hardly any size."""
    start = replace(_words(small // 1024), key="start", name="words, start-up", env={"TEXTENGINE_KERNELS": "always"})
    sizes = [small << power for power in range(5)]
    return [start, *(replace(_words(size), key=f"words-{size // MIB}", agrees="") for size in sizes)]


def _hard(large: int, empty: int, line: int) -> list[Row]:
    letters = _ours("letters", "words, lines of one letter", large, "--tokenizer", "word", text="lines of one letter")
    lines = _ours("empty", "words, empty lines", empty, "--tokenizer", "word", text="empty lines", speed=20)
    return [
        _words(large),
        replace(letters, against="words"),
        replace(_words(empty), key="words-empty", name="words, d2l", agrees=""),
        replace(lines, against="words-empty"),
        _ours("one-line", "words, one line", line, "--tokenizer", "word", text="one line", speed=60),
    ]


def _resume(size: int) -> list[Row]:
    whole = replace(_words(size), key="whole", name="words, undisturbed")
    half_time = replace(whole, key="resumed", name="words, resumed after half the time", against="whole",
                        prepare=resume.kill_at_half_time)  # fmt: skip
    half_text = replace(half_time, key="resumed-text", name="words, resumed with half the text",
                        prepare=resume.kill_at_half_text)  # fmt: skip
    return [whole, half_time, half_text]


def groups(quick: bool, mib: int) -> list[Group]:
    """Return what a run measures. mib: the size that is small for us and large for the slow peers."""
    small, large = mib * MIB, 4 * mib * MIB
    if quick:
        return [
            Group("texts", "Not shaped to one recipe", _texts(small // 4)),
            Group("books", "Beside the peers", [*_yard(small), *_variants(small), *_peers(small)]),
        ]
    books = [*_yard(large), *_one_worker(large), *_variants(large)]
    return [
        Group("books", "Beside wc -w, with all workers and with one", books),
        Group("texts", "Not shaped to one recipe", _texts(small)),
        Group("hard", "Hard texts", _hard(large, 50_000_000 * mib // 256, small)),
        Group("growth", "Growth", _growth(small // 4)),
        Group("first-run", "The first run on a machine", _first_run(8 * MIB)),
        Group("resume", "A build killed half-way", _resume(large)),
        Group("peers", "Beside the peers", [*_yard(small), *_peers(small)]),
        Group("peer-chars", "Beside the chapter's characters", _peer_of_chars(2 * small)),
    ]
