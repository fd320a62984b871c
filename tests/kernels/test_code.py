"""Machine code: what a kernel takes, how its code is made, kept and found again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textengine.kernels import cache
from textengine.kernels.bits import ones
from textengine.kernels.jit import BYTES, INT, NONE, OUT_INT64S, OUT_UINT64S, UINT32S, WORD, inlined, kernel


@inlined
def doubled(number: Any) -> Any:
    """A helper that another helper needs."""
    return number * 2


@inlined
def added(total: Any, number: Any) -> Any:
    """A helper."""
    return total + doubled(number)


@kernel(INT(BYTES, INT), INT(UINT32S, INT))
def total_of(numbers: Any, start: int) -> int:
    """Twice the sum of the numbers, and the start."""
    total = start
    for index in range(len(numbers)):
        total = added(total, np.int64(numbers[index]))
    return total


@kernel(NONE(OUT_UINT64S, WORD))
def fill(words: Any, word: Any) -> None:
    """Write a word everywhere, and how many bits it has to the end."""
    for index in range(len(words)):
        words[index] = word
    words[len(words) - 1] = np.uint64(ones(word))


@kernel(NONE(BYTES, OUT_INT64S))
def widen(small: Any, large: Any) -> None:
    """Copy."""
    for index in range(len(small)):
        large[index] = small[index]


class TestCall:
    @pytest.mark.parametrize("dtype", [np.uint8, np.uint32])
    def test_signatures(self, dtype: Any) -> None:
        """The signature that fits the arrays is run, helpers of helpers included."""
        assert 2 * 600 - 5 == total_of(np.array([100, 200, 255, 45], dtype), -5)

    def test_empty(self) -> None:
        """An array may be empty."""
        assert 7 == total_of(np.zeros(0, np.uint8), 7)

    def test_largest_word(self) -> None:
        """A word has all its 64 bits, and instructions work; a kernel may return nothing."""
        words = np.zeros(3, np.uint64)
        assert fill(words, np.uint64(2**64 - 1)) is None
        assert [2**64 - 1, 2**64 - 1, 64] == words.tolist()

    def test_read_only(self) -> None:
        """What a kernel only reads may be read-only."""
        numbers = np.frombuffer(b"\x01\x02", np.uint8)
        assert not numbers.flags.writeable
        assert 6 == total_of(numbers, 0)

    @pytest.mark.parametrize(
        ("small", "large"),
        [
            (np.zeros(2, np.int8), np.zeros(2, np.int64)),
            (np.zeros(4, np.uint8)[::2], np.zeros(2, np.int64)),
            (np.zeros((2, 2), np.uint8), np.zeros(4, np.int64)),
            (np.zeros(2, np.uint8), np.zeros(2, np.int32)),
            (np.zeros(2, np.uint8), np.zeros(2, ">i8")),
            (np.zeros(2, np.uint8), np.frombuffer(bytes(16), np.int64)),
            (np.zeros(2, np.uint8), np.frombuffer(bytearray(17), np.uint8)[1:].view(np.int64)),
            (b"12", np.zeros(2, np.int64)),
            (np.zeros(2, np.uint8), 3),
        ],
        ids=["sign", "gaps", "shape", "width", "order", "read-only", "unaligned", "bytes", "number"],
    )
    def test_other_arguments(self, small: Any, large: Any) -> None:
        """Nothing reaches machine code that it was not made for."""
        with pytest.raises(
            TypeError, match=r"^widen takes contiguous arrays and numbers \(uint8 array, writable int64"
        ):
            widen(small, large)

    def test_number_of_arguments(self) -> None:
        """Neither does a call with too many arguments."""
        with pytest.raises(TypeError, match="total_of takes"):
            total_of(np.zeros(1, np.uint8), 1, 2)

    def test_float(self) -> None:
        """Or one with a number that is no integer."""
        with pytest.raises(TypeError, match=r"\(uint8, float\)$"):
            total_of(np.zeros(1, np.uint8), 1.5)

    def test_instruction(self) -> None:
        """An instruction is for kernels only."""
        with pytest.raises(TypeError, match="ones can be called by compiled code only"):
            ones(np.uint64(3))


class TestCache:
    @pytest.fixture(autouse=True)
    def folders(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two folders, the first of which cannot be made."""
        (tmp_path / "file").touch()
        monkeypatch.setattr(cache, "_folders", lambda: iter([tmp_path / "file" / "first", tmp_path / "second"]))

    def test_round_trip(self) -> None:
        """Code that was kept is found again."""
        assert cache.recalled("name.o") is None
        cache.keep("name.o", b"code")
        assert b"code" == cache.recalled("name.o")

    def test_name(self, tmp_path: Path) -> None:
        """A name tells kernels, processors and sources apart."""
        source = tmp_path / "kernel.py"
        source.write_text("a")
        name = cache.file_name("kernel", source, "cpu")
        others = {cache.file_name("another", source, "cpu"), cache.file_name("kernel", source, "another")}
        source.write_text("b")
        assert 4 == len({name, cache.file_name("kernel", source, "cpu")} | others)

    @pytest.mark.parametrize("damage", [lambda code: code[:-1], lambda code: b"", lambda code: code[:-1] + b"E"])
    def test_damaged(self, tmp_path: Path, damage: Any) -> None:
        """A file that was cut off or changed is not run."""
        cache.keep("name.o", b"code")
        path = tmp_path / "second" / "name.o"
        path.write_bytes(damage(path.read_bytes()))
        assert cache.recalled("name.o") is None

    def test_nowhere(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where nothing can be kept, nothing happens."""
        monkeypatch.setattr(cache, "_folders", lambda: iter([tmp_path / "file" / "first"]))
        cache.keep("name.o", b"code")
        assert cache.recalled("name.o") is None


def test_no_compiler_the_second_time() -> None:
    """A process that finds the code of its kernels does not import numba."""
    code = (
        "import sys, numpy as np\n"
        "from textengine.kernels.table import TokenTable\n"
        "print(TokenTable().intern_words(np.frombuffer(b'a b a', np.uint8), np.array([5]))[0].tolist())\n"
        "print('numba' in sys.modules)\n"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[0, 1, 0]\nFalse\n" == done.stdout
