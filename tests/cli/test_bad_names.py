"""Names, options and recipes that do not exist or are not what they must be: one line, with what was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Refused = Callable[..., str]


class TestNames:
    @pytest.mark.parametrize(
        ("arguments", "expected"),
        [
            (["--tokenizer", "wrod"], "no tokenizer is named 'wrod'; did you mean 'word'?"),
            (["--normalizer", "lowercas"], "did you mean 'lowercase'?"),
            (["--recipe", "d21"], "no recipe is named 'd21'; did you mean 'd2l'?"),
            (["--loader", "txet"], "did you mean 'text'?"),
            (["--executor", "seral"], "did you mean 'serial'?"),
            (["--tokenizer", "textengine/wrod"], "did you mean 'textengine/word'?"),
            (["--tokenizer", "pattern", "--set", "tokenizer.patern=x"], "did you mean 'pattern'?"),
            (["--set", "tokenizr.pattern=x"], "did you mean 'tokenizer'?"),
            (["--set", "loader.encodin=x"], "did you mean 'encoding'?"),
            (["--set", "vocab.tie=ascending"], "did you mean 'ties'?"),
            (["--set", "vocab.ties=upwards"], "'ascending'"),
            (["--set", "normalizers.7.x=1"], "numbered from 0"),
            (["--set", "normalizers=1"], "write normalizers.NUMBER.OPTION"),
            (["--set", "tokenizer"], "is not KEY=VALUE"),
            (["--set", "=x"], "is not KEY=VALUE"),
            (["--set", "tokenizer.="], "name the option"),
            (["--min-freq", "often"], "'often' is not a valid integer"),
            (["--min-freq", "-1"], "min_freq must be 0 or more"),
            (["--max-size", "0"], "max_size"),
            (["--reserved", "a", "--reserved", "a"], "'a' is named twice"),
            (["--encoding", "utf-9"], "'utf-9' is not an encoding that Python knows"),
            (["--encoding", "base64"], "'base64' does not turn bytes into text"),
            (["--errors", "ignore"], "'ignore'"),
            (["--records", "words"], "'words'"),
            (["--workers", "0"], "workers is 0"),
            (["--workers", "-3", "--executor", "serial"], "workers is -3"),
            (["--max-tokens", "0"], "max_tokens is 0"),
            (["--max-tokens", "-1"], "max_tokens is -1"),
            (["--vocab-from", "all"], "no split is given"),
            (["--no-normalizers", "--normalizer", "strip"], "exclude each other"),
            (["--forec"], "'--force'"),
        ],
    )  # fmt: skip
    def test_unknown(self, refused: Refused, text: Path, tmp_path: Path, arguments: list[str], expected: str) -> None:
        """What nothing provides, or takes, is refused with what there is and what was meant."""
        assert expected in refused(2, "build", text, "-o", "out", "--quiet", *arguments)
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        "value",
        ["", "1", "a,b", "0.5,0.6", "0.5,0.5,0.5", "1,2,3,4", "nan,1", "inf,1", "-1,2", "0,1", "0.5,1", "1e400,1",
         "1e5000,1", "1e-5000,1", "10,"],
    )  # fmt: skip
    def test_bad_split(self, refused: Refused, text: Path, tmp_path: Path, value: str) -> None:
        """Parts that are no shares and no numbers of tokens are refused."""
        assert "split" in refused(2, "build", text, "-o", "out", "--quiet", "--split", value)
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("value", ["1e99999999,1", "0.1e-99999999,0.9"])
    def test_split_of_absurd_size(self, refused: Refused, text: Path, tmp_path: Path, value: str) -> None:
        """A number that fills the memory when it is written out is refused before it is."""
        # The limit keeps a machine alive whose textengine tries.
        limit = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (5, 5))"
        (tmp_path / "sitecustomize.py").write_text(limit)
        refused(2, "build", text, "-o", "out", "--quiet", "--split", value, env={"PYTHONPATH": str(tmp_path)})
        assert not (tmp_path / "out").exists()

    def test_misspelt_command(self, refused: Refused) -> None:
        """A command that is not there is answered with the nearest one."""
        assert "did you mean 'build'?" in refused(2, "buidl")

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"a = '", "not TOML"),
            (b"\xff", "not UTF-8 at byte 0"),
            (b"[inptu]", "unknown key 'inptu'; did you mean 'input'?"),
            (b"[recipe]\ntokeniser = 'word'", "did you mean 'tokenizer'?"),
            (b"[recipe]\ntokenizer = 5", "tokenizer"),
            (b"[recipe]\ntokenizer = 'word'\nnormalizers = 'strip'", "normalizers"),
            (b"[recipe]\ntokenizer = 'word'\n[recipe.vocab]\nbuilder = 'frequency'\nspecials = 5", "specials"),
            (b"[recipe]\ntokenizer = 'word'\n[recipe.vocab]\nbuilder = 'frequency'\nmin_freq = 'x'", "min_freq"),
            (b"[recipe]\ntokenizer = 'word'\n[input]\nfoo = 1", "no option 'foo'"),
            (b"", "tokenizer"),
            (b"a = " + b"[" * 100_000, "not TOML"),
        ],
    )
    def test_recipe_file(self, refused: Refused, text: Path, tmp_path: Path, content: bytes, expected: str) -> None:
        """A recipe file that is none is refused by name and place."""
        (tmp_path / "my.toml").write_bytes(content)
        line = refused(2, "build", text, "-o", "out", "--quiet", "--recipe", "my.toml")
        assert "my.toml" in line or "textengine/" in line
        assert expected in line
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--tokenizer", "w\udcff"],
            ["--encoding", "\udcff"],
            ["--reserved", "\udcff"],
            ["--set", "vocab.specials.unk=\udcff"],
            ["--set", "tokenizer.\udcff=1"],
            ["--tokenizer", "pattern", "--set", "tokenizer.pattern=\udcff"],
            ["--recipe", "\udcff.toml"],
            ["--vocab", "\udcff"],
            ["--split", "\udcff"],
        ],
    )
    def test_arguments_that_are_no_text(
        self, refused: Refused, text: Path, tmp_path: Path, arguments: list[str]
    ) -> None:
        """Bytes on the command line that are no text are a mistake, said before any work is done."""
        refused(2, "build", text, "-o", "out", "--quiet", *arguments)
        assert not (tmp_path / "out").exists()
