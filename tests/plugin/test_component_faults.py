"""Faults of installed components: each is laid at the door of its plugin, with the record that brought it about."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from textengine import Engine
from textengine.errors import ComponentError

Run = Callable[..., "CompletedProcess[str]"]
Install = Callable[..., Path]

EXECUTORS = ["serial", "threads", "processes"]
PICKY = """
def picky(text):
    if "bad" in text:
        raise ValueError(f"cannot read {text!r}")
    return text
"""

OPTION_OF_ODD_TYPE = """
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textengine import hookimpl

{size}


@dataclass(frozen=True)
class Cut:
    size: Size = None

    def __call__(self, text):
        return [text]


@hookimpl
def textengine_tokenizers():
    return {{"cut": Cut}}
"""
TOKENIZER_FAULTS = {
    "a generator": ("(word for word in text.split())", "TypeError: it must return a list, not generator"),
    "a tuple": ("tuple(text.split())", "TypeError: it must return a list, not tuple"),
    "a string": ("text", "TypeError: it must return a list, not str"),
    "bytes": ("text.encode()", "TypeError: it must return a list, not bytes"),
    "nothing": ("None", "TypeError: it must return a list, not NoneType"),
    "a nested list": ("[text.split()]", "TypeError: a token must be a str, not list: ['bad', 'one']"),
    "tokens that are bytes": ("[text.encode()]", "TypeError: a token must be a str, not bytes: b'bad one'"),
    "tokens that are numbers": ("[len(text)]", "TypeError: a token must be a str, not int: 7"),
    "a token that is nothing": ("[None]", "TypeError: a token must be a str, not NoneType: None"),
    "a lone surrogate": ("['\\ud800']", r"ValueError: the token '\ud800' holds a lone surrogate"),
    "an exit": ("exit(0)", "SystemExit: 0"),
    "an exit with a message": ("exit('goodbye')", "SystemExit: goodbye"),
    "an exception without a message": ("next(iter(()))", "StopIteration"),
    "an exception of many lines": ("int('a\\nb' * 2 + '\\n\\n')", "ValueError: invalid literal for int()"),
    "endless recursion": ("cut(text)", "RecursionError"),
    "an error of the system": ("open('/no/such/file')", "FileNotFoundError: [Errno 2] No such file or directory"),
}


@pytest.mark.usefixtures("kernels")
class TestNormalizer:
    """A normalizer that raises on one record."""

    @pytest.mark.parametrize("executor", EXECUTORS)
    def test_everything_is_named(self, provide: Install, cli: Run, tmp_path: Path, executor: str) -> None:
        """One line names plugin, version, component, source, record, byte offset and the error; nothing is left."""
        provide("textengine-picky", "normalizers", "{'picky': picky}", PICKY, version="2.5")
        (tmp_path / "b.txt").write_text("good\nstill good\na bad one\ngood\n")
        options = ("--normalizer", "picky", "--executor", executor, "--workers", "2", "--quiet")
        done = cli("build", "b.txt", "-o", "out", *options)
        expected = (
            "error: plugin textengine-picky 2.5: normalizer 'picky' failed on record 2 (counted from 0) of b.txt, "
            "byte 16: ValueError: cannot read 'a bad one'\n"
        )
        assert (3, "", expected) == (done.returncode, done.stdout, done.stderr)
        assert not (tmp_path / "out" / "manifest.json").exists()

    @pytest.mark.parametrize(
        ("before", "offset"),
        [
            ("", 0),
            ("é\n☃\n", 7),
            ("one\r\ntwo\r\n", 10),
            ("one\rtwo\r", 8),
            ("\n\n\n", 3),
            ("\ufeffone\n", 7),
        ],
        ids=["first", "longer characters", "CRLF", "CR", "empty records", "byte order mark"],
    )
    def test_offset(self, provide: Install, cli: Run, tmp_path: Path, before: str, offset: int) -> None:
        """The offset is that of the record's first byte in the file, whatever stands before it."""
        provide("picky", "normalizers", "{'picky': picky}", PICKY)
        (tmp_path / "b.txt").write_bytes(f"{before}bad\n".encode())
        done = cli("build", "b.txt", "-o", "out", "--normalizer", "picky")
        assert f"of b.txt, byte {offset}: ValueError: cannot read 'bad'" in done.stderr

    def test_second_file(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """Records are counted in each source on its own, and the message has its name."""
        provide("picky", "normalizers", "{'picky': picky}", PICKY)
        (tmp_path / "a.txt").write_text("one\ntwo\nthree\n")
        (tmp_path / "b.txt").write_text("one\nbad\n")
        done = cli("build", "a.txt", "b.txt", "-o", "out", "--normalizer", "picky")
        assert "failed on record 1 (counted from 0) of b.txt, byte 4: " in done.stderr

    def test_standard_input(self, provide: Install, cli: Run) -> None:
        """Standard input is named as such."""
        provide("picky", "normalizers", "{'picky': picky}", PICKY)
        done = cli("build", "-", "-o", "out", "--normalizer", "picky", stdin="one\nbad\n")
        assert 3 == done.returncode
        assert "failed on record 1 (counted from 0) of standard input, byte 4: " in done.stderr

    def test_encode(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """A fault while encoding with the corpus is named in the same way."""
        provide("picky", "normalizers", "{'picky': picky}", PICKY)
        (tmp_path / "a.txt").write_text("one\n")
        cli("build", "a.txt", "-o", "out", "--normalizer", "picky")
        done = cli("encode", "--corpus", "out", stdin="one\nbad\n")
        assert 3 == done.returncode
        assert "normalizer 'picky' failed on record 1 (counted from 0) of standard input: ValueError" in done.stderr

    def test_wrong_type(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """A result that is no text is a fault, on the record on which it first occurs."""
        provide(
            "picky", "normalizers", "{'picky': picky}", "def picky(text):\n    return text if text != 'bad' else 7\n"
        )
        (tmp_path / "a.txt").write_text("one\nbad\n")
        done = cli("build", "a.txt", "-o", "out", "--normalizer", "picky")
        assert 3 == done.returncode
        assert "failed on record 1 (counted from 0) of a.txt, byte 4: TypeError: it must return a str" in done.stderr

    def test_stop_iteration(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """A StopIteration that escapes is a fault like any other: it does not end the text in silence."""
        source = "def picky(text):\n    return next(word for word in text.split() if word != 'bad')\n"
        provide("picky", "normalizers", "{'picky': picky}", source)
        (tmp_path / "a.txt").write_text("one\nbad\ntwo\n")
        done = cli("build", "a.txt", "-o", "out", "--normalizer", "picky")
        assert 3 == done.returncode
        assert "failed on record 1 (counted from 0) of a.txt, byte 4: StopIteration" in done.stderr

    def test_debug(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """With --debug the traceback leads into the plugin."""
        path = provide("picky", "normalizers", "{'picky': picky}", PICKY)
        (tmp_path / "a.txt").write_text("bad\n")
        done = cli("--debug", "build", "a.txt", "-o", "out", "--normalizer", "picky")
        assert 3 == done.returncode
        assert f'File "{path}"' in done.stderr


@pytest.mark.usefixtures("kernels")
class TestManyShards:
    """The record of a fault when the text is cut into many shards."""

    @pytest.mark.parametrize("executor", EXECUTORS)
    @pytest.mark.parametrize("shard_size", [1, 64, 1 << 20])
    def test_record(
        self, provide: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, executor: str, shard_size: int
    ) -> None:
        """Record and offset count from the beginning of the source, however small the shards are."""
        provide("textengine-picky", "normalizers", "{'picky': picky}", PICKY, version="2.5")
        monkeypatch.syspath_prepend(tmp_path / "site")
        monkeypatch.delitem(sys.modules, "textengine_picky", raising=False)
        lines = [f"line {number} é\n" for number in range(40)]
        lines[31] = "bad\n"
        text = tmp_path / "b.txt"
        text.write_text("".join(lines), encoding="utf-8")
        with pytest.raises(ComponentError) as caught:
            Engine().build(text, normalizers=["picky"], executor=executor, workers=2, shard_size=shard_size)
        monkeypatch.delitem(sys.modules, "textengine_picky", raising=False)
        error = caught.value
        assert ("textengine-picky", "2.5", "normalizer", "picky") == (
            error.plugin,
            error.version,
            error.kind,
            error.component,
        )
        assert (str(text), 31) == (error.source, error.record)
        assert sum(len(line.encode()) for line in lines[:31]) == error.offset
        assert "ValueError: cannot read 'bad'" == error.reason

    def test_first_of_several(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """Where several records fail, the first in the text is named, whichever worker was first."""
        provide("picky", "normalizers", "{'picky': picky}", PICKY)
        line = "a line of some length, repeated\n"
        (tmp_path / "b.txt").write_text(line * 100_000 + "bad one\n" + line * 10 + "bad two\n")
        options = ("--normalizer", "picky", "--executor", "threads", "--workers", "2", "--quiet")
        done = cli("build", "b.txt", "-o", "out", *options)
        assert f"failed on record 100000 (counted from 0) of b.txt, byte {len(line) * 100_000}: " in done.stderr
        assert "cannot read 'bad one'" in done.stderr


class TestTokenizer:
    """A tokenizer that fails or returns the wrong thing."""

    @pytest.mark.parametrize("fault", TOKENIZER_FAULTS)
    def test_fault(self, provide: Install, cli: Run, tmp_path: Path, fault: str) -> None:
        """The plugin, the record and what is wrong with the result are named in one line."""
        result, reason = TOKENIZER_FAULTS[fault]
        source = f"def cut(text):\n    return text.split() if 'bad' not in text else {result}\n"
        provide("cutter", "tokenizers", "{'cut': cut}", source)
        (tmp_path / "b.txt").write_text("good\nbad one\n")
        done = cli("build", "b.txt", "-o", "out", "--tokenizer", "cut", "--quiet")
        assert (3, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
        where = "plugin cutter 1.0: tokenizer 'cut' failed on record 1 (counted from 0) of b.txt, byte 5: "
        assert where + reason in done.stderr
        assert not (tmp_path / "out" / "manifest.json").exists()

    def test_exit_in_processes(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """A component that exits does not take the worker with it."""
        provide("cutter", "tokenizers", "{'cut': cut}", "import sys\n\n\ndef cut(text):\n    sys.exit(0)\n")
        (tmp_path / "b.txt").write_text("good\n")
        done = cli("build", "b.txt", "-o", "out", "--tokenizer", "cut", "--executor", "processes", "--quiet")
        assert 3 == done.returncode
        assert "tokenizer 'cut' failed on record 0 (counted from 0) of b.txt, byte 0: SystemExit: 0" in done.stderr

    def test_unpicklable_exception_in_processes(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """An exception that cannot travel between processes arrives as its text."""
        error = "class Odd(Exception):\n    def __init__(self, a, b):\n        super().__init__(f'{a} and {b}')\n"
        source = f"{error}\n\ndef cut(text):\n    raise Odd(1, 2)\n"
        provide("cutter", "tokenizers", "{'cut': cut}", source)
        (tmp_path / "b.txt").write_text("good\n")
        done = cli("build", "b.txt", "-o", "out", "--tokenizer", "cut", "--executor", "processes", "--quiet")
        assert 3 == done.returncode
        assert "of b.txt, byte 0: Odd: 1 and 2" in done.stderr

    def test_lambda_in_processes(self, provide: Install, cli: Run, text: Path) -> None:
        """A component that cannot be sent to another process is a fault that names the way out."""
        provide("cutter", "tokenizers", "{'cut': lambda text: text.split()}")
        done = cli("build", text, "-o", "out", "--tokenizer", "cut", "--executor", "processes")
        assert 3 == done.returncode
        assert "tokenizer 'cut' failed: it cannot be sent to another process" in done.stderr
        assert "use the executor 'threads' or 'serial'" in done.stderr

    def test_joiner(self, provide: Install, cli: Run, text: Path) -> None:
        """A joiner that is no text is a fault of the tokenizer."""
        provide("cutter", "tokenizers", "{'cut': cut}", "def cut(text):\n    return [text]\n\n\ncut.joiner = 7\n")
        done = cli("build", text, "-o", "out", "--tokenizer", "cut")
        assert 3 == done.returncode
        assert "tokenizer 'cut' failed: TypeError: joiner must be a str, not int" in done.stderr


STATEFUL = {
    "what it saw before": (
        "SEEN = set()\n\n\ndef cut(text):\n    words = [word for word in text.split() if word not in SEEN]\n"
        "    SEEN.update(words)\n    return words\n",
        "it made ['good', 'one'] of this record, and [] once it had seen others",
    ),
    "one list for all records": (
        "WORDS = []\n\n\ndef cut(text):\n    WORDS.extend(text.split())\n    return WORDS\n",
        "it made ['good', 'one'] of this record, and ['good', 'one', 'bad', 'one', 'good', 'one'] once",
    ),
    "an error the second time": (
        "SEEN = set()\n\n\ndef cut(text):\n    if text in SEEN:\n        raise KeyError(text)\n"
        "    SEEN.add(text)\n    return text.split()\n",
        "KeyError: 'good one'",
    ),
}


class TestState:
    """A component that keeps something from one record for the next, so that its results depend on the others."""

    @pytest.mark.parametrize("executor", EXECUTORS)
    @pytest.mark.parametrize("kind", STATEFUL)
    def test_tokenizer(self, provide: Install, cli: Run, tmp_path: Path, kind: str, executor: str) -> None:
        """It is named with the record that came out otherwise the second time."""
        source, reason = STATEFUL[kind]
        provide("cutter", "tokenizers", "{'cut': cut}", source)
        (tmp_path / "b.txt").write_text("good one\nbad one\n")
        done = cli("build", "b.txt", "-o", "out", "--tokenizer", "cut", "--executor", executor, "--quiet")
        assert (3, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
        assert (
            "plugin cutter 1.0: tokenizer 'cut' failed on record 0 (counted from 0) of b.txt, byte 0: " in done.stderr
        )
        assert reason in done.stderr
        assert not (tmp_path / "out").exists()

    def test_normalizer(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """The same of a normalizer, in a class whose instance keeps the state."""
        source = "class Number:\n    count = 0\n\n    def __call__(self, text):\n        self.count += 1\n"
        provide("counter", "normalizers", "{'number': Number}", source + "        return f'{self.count} {text}'\n")
        (tmp_path / "b.txt").write_text("good\nbad\n")
        done = cli("build", "b.txt", "-o", "out", "--normalizer", "number", "--quiet")
        assert 3 == done.returncode
        where = "plugin counter 1.0: normalizer 'number' failed on record 0 (counted from 0) of b.txt, byte 0: "
        assert where + "RuntimeError: it made '1 good' of this record, and '3 good' once it had seen" in done.stderr


class TestChangedInput:
    """A fast path that writes to the batch it is given."""

    @pytest.mark.parametrize("change", ["batch.buffer[0] = 120", "batch.ends[-1] -= 1"])
    def test_tokenizer(self, provide: Install, cli: Run, tmp_path: Path, change: str) -> None:
        """It is stopped where it writes, and named with the record."""
        source = f"""
class Cut:
    def __call__(self, text):
        return text.split()

    def encode(self, batch, lexicon):
        {change}
        return lexicon.intern_words(batch.buffer, batch.ends)
"""
        provide("cutter", "tokenizers", "{'cut': Cut}", source)
        self.check(cli, tmp_path, "--tokenizer", "cut", "plugin cutter 1.0: tokenizer 'cut'")

    def test_normalizer(self, provide: Install, cli: Run, tmp_path: Path) -> None:
        """The same of a normalizer."""
        source = """
class Mask:
    def __call__(self, text):
        return text

    def batch(self, batch):
        batch.buffer[batch.buffer == 111] = 48
        return batch
"""
        provide("masker", "normalizers", "{'mask': Mask}", source)
        self.check(cli, tmp_path, "--normalizer", "mask", "plugin masker 1.0: normalizer 'mask'")

    def check(self, cli: Run, tmp_path: Path, option: str, name: str, who: str) -> None:
        (tmp_path / "b.txt").write_text("good one\nbad one\n")
        command = ("build", "b.txt", "-o", "out", option, name, "--quiet")
        done = cli(*command, env={"TEXTENGINE_KERNELS": "always"})
        assert (3, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
        assert f"{who} failed on record 0 (counted from 0) of b.txt, byte 0: ValueError: " in done.stderr
        assert "read-only" in done.stderr


class TestMaking:
    """A component that cannot be made."""

    @pytest.mark.parametrize(
        ("body", "code", "reason"),
        [
            ("def __init__(self):\n        1 / 0", 3, "failed: it cannot be made: ZeroDivisionError: division by zero"),
            ("def __init__(self):\n        raise SystemExit(0)", 3, "failed: it cannot be made: SystemExit: 0"),
            ("def __init__(self):\n        raise ValueError('no luck')", 2, "tokenizer cutter/cut: no luck"),
            ("pass", 3, "failed: Cut has no __call__"),
        ],
    )
    def test_fault(self, provide: Install, cli: Run, text: Path, body: str, code: int, reason: str) -> None:
        """The plugin is named; what it says with a ValueError is about its options, so a user's mistake."""
        provide("cutter", "tokenizers", "{'cut': Cut}", f"class Cut:\n    {body}\n")
        done = cli("build", text, "-o", "out", "--tokenizer", "cut")
        assert (code, 1) == (done.returncode, len(done.stderr.splitlines()))
        assert reason in done.stderr

    @pytest.mark.parametrize(
        "size",
        ["if TYPE_CHECKING:\n    from decimal import Decimal as Size", "class Size:\n    pass"],
        ids=["a name that is not there when it runs", "a type that cannot be validated"],
    )
    def test_annotation(self, install: Install, cli: Run, text: Path, size: str) -> None:
        """An option whose type cannot be understood is the plugin's fault, and is named."""
        install("cutter", "1.0", OPTION_OF_ODD_TYPE.format(size=size))
        done = cli("build", text, "-o", "out", "--tokenizer", "cut", "--set", "tokenizer.size=7")
        assert 3 == done.returncode
        assert "plugin cutter 1.0: tokenizer 'cut' failed" in done.stderr
