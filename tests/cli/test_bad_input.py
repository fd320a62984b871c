"""What `textengine` does with bad input: one line, the right status, nothing left behind, nothing lost."""

from __future__ import annotations

import codecs
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("kernels")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Refused = Callable[..., str]

RECIPES = ("d2l", "d2l-1.0", "nanogpt-char")
PLUGIN = """
import os

from textengine import hookimpl


def fails(text: str) -> str:
    if "bad" in text:
        raise ValueError("it is bad")
    return text


def exits(text: str) -> str:
    raise SystemExit(7)


def dies(text: str) -> str:
    os._exit(1)


def number(text: str) -> int:
    return 5


def surrogate(text: str) -> list[str]:
    return [chr(0xD800)]


@hookimpl
def textengine_normalizers():
    return {"fails": fails, "exits": exits, "dies": dies, "number": number}


@hookimpl
def textengine_tokenizers():
    return {"surrogate": surrogate}
"""


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of a corpus, save that which tells of the run."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "run.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def books(corpus: Path) -> dict[str, int]:
    """Return what the manifest says became of every record."""
    found: dict[str, int] = json.loads((corpus / "manifest.json").read_bytes())["books"]
    return found


@pytest.fixture
def plugin(tmp_path: Path) -> dict[str, str]:
    """The environment in which a distribution is installed whose components fail in different ways."""
    site = tmp_path / ".site"
    info = site / "failing-1.2.dist-info"
    info.mkdir(parents=True)
    (site / "failing_plugin.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: failing\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[textengine]\nfailing = failing_plugin\n")
    return {"PYTHONPATH": str(site)}


class TestSources:
    def test_missing_file(self, refused: Refused, tmp_path: Path) -> None:
        """A file that is not there is named, as are the data sets that a bare word could have meant."""
        line = refused(2, "build", "nope.txt", "-o", "out")
        assert "nope.txt: no such file" in line
        assert "sample" in line
        assert [] == list(tmp_path.iterdir())

    def test_misspelt_data_set(self, refused: Refused) -> None:
        """A word near the name of a data set is answered with that name."""
        assert "did you mean 'time-machine'?" in refused(2, "build", "time-machin", "-o", "out")

    def test_directory_without_text(self, refused: Refused, tmp_path: Path) -> None:
        """A directory in which nothing is text is refused, with what text would end in."""
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "image.bin").write_bytes(b"\0")
        assert ".txt" in refused(2, "build", "folder", "-o", "out")
        assert not (tmp_path / "out").exists()

    def test_empty_directory(self, refused: Refused, tmp_path: Path) -> None:
        """A directory with nothing in it is refused too."""
        (tmp_path / "folder").mkdir()
        assert "folder" in refused(2, "build", "folder", "-o", "out")
        assert not (tmp_path / "out").exists()

    def test_empty_name(self, refused: Refused, text: Path) -> None:
        """An empty word, such as an unset shell variable, is not the current directory."""
        refused(2, "build", "", "-o", "out", "--quiet")

    def test_empty_output(self, refused: Refused, text: Path, tmp_path: Path) -> None:
        """An empty output, such as an unset shell variable, is not the current directory."""
        empty = tmp_path / "empty"
        empty.mkdir()
        refused(2, "build", text, "-o", "", "--quiet", cwd=empty)
        assert [] == list(empty.iterdir())

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the system's administrator may read every file")
    def test_unreadable_file(self, refused: Refused, text: Path, tmp_path: Path) -> None:
        """A file that may not be read is named."""
        text.chmod(0)
        assert "text.txt: Permission denied" in refused(2, "build", text, "-o", "out", "--quiet")
        assert not (tmp_path / "out").exists()

    def test_address(self, refused: Refused) -> None:
        """An address is not fetched."""
        assert "addresses are not read" in refused(2, "build", "http://example.invalid/a.txt", "-o", "out")

    def test_glob(self, cli: Run, tmp_path: Path) -> None:
        """A pattern is all files that match, sorted by name."""
        for name, content in (("b.txt", "second\n"), ("a.txt", "first\n"), ("c.bin", "third\n")):
            (tmp_path / name).write_text(content)
        assert 0 == cli("build", "*.txt", "-o", "out", "--quiet").returncode
        assert "first\nsecond\n" == cli("decode", "--corpus", "out", stdin="1\n2\n").stdout

    def test_glob_without_match(self, refused: Refused, tmp_path: Path) -> None:
        """A pattern that matches nothing is refused."""
        assert "*.txt: no file matches" in refused(2, "build", "*.txt", "-o", "out")
        assert [] == list(tmp_path.iterdir())

    def test_data_set_is_meant_by_the_bare_word(self, cli: Run, tmp_path: Path) -> None:
        """A name that is both a data set and a file is the data set."""
        (tmp_path / "sample").write_text("short\n")
        assert 0 == cli("build", "sample", "-o", "out", "--quiet").returncode
        assert books(tmp_path / "out")["bytes"] > 10_000

    def test_file_with_the_name_of_a_data_set(self, cli: Run, tmp_path: Path) -> None:
        """A file with the name of a data set is written ./name."""
        (tmp_path / "sample").write_text("short\n")
        assert 0 == cli("build", "./sample", "-o", "out", "--quiet").returncode
        assert 6 == books(tmp_path / "out")["bytes"]

    def test_file_whose_name_is_no_utf8(self, cli: Run, tmp_path: Path) -> None:
        """A file is read whatever bytes its name is made of, and the build succeeds whole."""
        name = os.fsdecode(b"a\xff.txt")
        (tmp_path / name).write_text("some text\n")
        done = cli("build", name, "-o", "out", "--quiet")
        assert (0, "") == (done.returncode, done.stderr)
        assert (tmp_path / "out" / "run.json").is_file()

    def test_missing_file_whose_name_is_no_utf8(self, refused: Refused) -> None:
        """A missing file is reported whatever bytes its name is made of."""
        assert "no such file" in refused(2, "build", os.fsdecode(b"a\xff.txt"), "-o", "out")

    def test_missing_file_whose_name_holds_a_line_end(self, refused: Refused) -> None:
        """The report stays one line whatever the name holds."""
        refused(2, "build", "a\nb\x1b[31m.txt", "-o", "out")

    def test_name_that_is_too_long(self, refused: Refused, tmp_path: Path) -> None:
        """A name longer than the system takes is a user's mistake."""
        refused(2, "build", "x" * 300, "-o", "out")
        assert [] == list(tmp_path.iterdir())


class TestPipes:
    CONTENT = b"one\r\ntwo\rthree\n" * 1000

    @pytest.fixture
    def expected(self, cli: Run, tmp_path: Path) -> dict[str, bytes]:
        """The corpus of the same content in a file."""
        (tmp_path / "plain.txt").write_bytes(self.CONTENT)
        assert 0 == cli("build", "plain.txt", "-o", "plain", "--quiet").returncode
        return snapshot(tmp_path / "plain")

    def test_standard_input(self, cli: Run, tmp_path: Path, expected: dict[str, bytes]) -> None:
        """Standard input gives the corpus that a file gives."""
        assert 0 == cli("build", "-", "-o", "out", "--quiet", stdin=self.CONTENT).returncode
        assert expected == snapshot(tmp_path / "out")

    def test_dev_stdin(self, cli: Run, tmp_path: Path, expected: dict[str, bytes]) -> None:
        """/dev/stdin is read once and gives the same corpus."""
        assert 0 == cli("build", "/dev/stdin", "-o", "out", "--quiet", stdin=self.CONTENT).returncode
        assert expected == snapshot(tmp_path / "out")

    @pytest.mark.parametrize("executor", ["serial", "processes"])
    def test_fifo(self, cli: Run, tmp_path: Path, expected: dict[str, bytes], executor: str) -> None:
        """A named pipe is read once and gives the same corpus."""
        fifo = tmp_path / "fifo.txt"
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_bytes, args=(self.CONTENT,), daemon=True)
        writer.start()
        done = cli("build", fifo, "-o", "out", "--quiet", "--executor", executor, "--workers", "2")
        writer.join(10)
        assert (0, "") == (done.returncode, done.stderr)
        assert expected == snapshot(tmp_path / "out")

    def test_standard_input_twice(self, refused: Refused, tmp_path: Path) -> None:
        """Standard input can be read only once, so naming it twice is a mistake."""
        refused(2, "build", "-", "-", "-o", "out", "--quiet", stdin=b"a b\n")
        assert not (tmp_path / "out").exists()

    def test_malformed_standard_input(self, refused: Refused, tmp_path: Path) -> None:
        """Malformed bytes of standard input are named by their offset."""
        assert "standard input: not utf-8 (0xff: invalid start byte) at byte 4" in refused(
            1, "build", "-", "-o", "out", "--quiet", stdin=b"abc\n\xff\n"
        )
        assert not (tmp_path / "out").exists()


class TestEmptyText:
    @pytest.mark.parametrize("recipe", RECIPES)
    def test_empty_file(self, cli: Run, tmp_path: Path, recipe: str) -> None:
        """An empty file makes a corpus that every other command takes."""
        (tmp_path / "empty.txt").touch()
        assert 0 == cli("build", "empty.txt", "-o", "out", "--quiet", "--recipe", recipe).returncode
        for command in (["inspect", "out"], ["verify", "out"], ["decode", "--corpus", "out"]):
            done = cli(*command)
            assert (0, "") == (done.returncode, done.stderr)
        assert 0 == books(tmp_path / "out")["tokens"]

    def test_empty_file_among_others(self, cli: Run, tmp_path: Path, text: Path) -> None:
        """An empty file among others adds nothing but a source."""
        (tmp_path / "empty.txt").touch()
        done = cli("build", "empty.txt", text, "empty.txt", "-o", "out", "--json")
        assert [0, 31, 0] == [source["size"] for source in json.loads(done.stdout)["sources"]]

    @pytest.mark.parametrize("recipe", RECIPES)
    def test_blank_lines_only(self, cli: Run, tmp_path: Path, recipe: str) -> None:
        """A text of blank lines is a valid corpus."""
        (tmp_path / "blank.txt").write_bytes(b"\n\r\n\r\n \n")
        assert 0 == cli("build", "blank.txt", "-o", "out", "--quiet", "--recipe", recipe).returncode
        assert 0 == cli("verify", "out").returncode
        assert 0 == cli("inspect", "out").returncode

    def test_blank_lines_are_records(self, cli: Run, tmp_path: Path) -> None:
        """Blank lines are empty records, and the books say so."""
        (tmp_path / "blank.txt").write_bytes(b"\n\n \n")
        cli("build", "blank.txt", "-o", "out", "--quiet")
        assert (3, 3, 0) == tuple(books(tmp_path / "out")[name] for name in ("records", "empty", "tokens"))

    def test_split_of_an_empty_text(self, cli: Run, tmp_path: Path) -> None:
        """Shares of nothing are nothing."""
        (tmp_path / "empty.txt").touch()
        done = cli("build", "empty.txt", "-o", "out", "--split", "0.9,0.1", "--json")
        assert {"train": [0, 0], "val": [0, 0]} == json.loads(done.stdout)["split"]

    def test_empty_text_cannot_be_split_by_numbers(self, refused: Refused, tmp_path: Path) -> None:
        """Numbers of tokens that are not there are refused."""
        (tmp_path / "empty.txt").touch()
        assert "there are 0" in refused(2, "build", "empty.txt", "-o", "out", "--split", "1,1", "--quiet")
        assert not (tmp_path / "out").exists()


class TestMalformedText:
    def test_place(self, refused: Refused, tmp_path: Path) -> None:
        """Malformed bytes are refused; file and byte offset are named."""
        (tmp_path / "bad.txt").write_bytes(b"good\nba\xffd\n")
        line = refused(1, "build", "bad.txt", "-o", "out", "--quiet")
        assert "bad.txt: not utf-8 (0xff: invalid start byte) at byte 7;" in line
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    def test_earlier_corpus_stays(self, refused: Refused, tmp_path: Path, corpus: Path, executor: str) -> None:
        """A failed build with --force leaves the earlier corpus as it was, byte for byte."""
        before = snapshot(corpus)
        (tmp_path / "bad.txt").write_bytes(b"fine\n" * 1000 + b"\xc3\n")
        line = refused(1, "build", "bad.txt", "-o", corpus, "--force", "--quiet", "--executor", executor)
        assert "at byte 5000;" in line
        assert before == snapshot(corpus)

    def test_replaced(self, cli: Run, tmp_path: Path) -> None:
        """--errors replace counts what it replaced in the books."""
        (tmp_path / "bad.txt").write_bytes(b"a\xff\xc3b\xe2\x82\nc\xf0\x9f\x98\n")
        assert 0 == cli("build", "bad.txt", "-o", "out", "--errors", "replace", "--quiet").returncode
        assert 4 == books(tmp_path / "out")["replaced"]

    def test_replacement_characters_of_the_text(self, cli: Run, tmp_path: Path) -> None:
        """U+FFFD that stands in the text itself is not counted as replaced."""
        (tmp_path / "bad.txt").write_bytes("\ufffd\n".encode() + b"\xff\n")
        assert 0 == cli("build", "bad.txt", "-o", "out", "--errors", "replace", "--quiet").returncode
        assert 1 == books(tmp_path / "out")["replaced"]

    @pytest.mark.parametrize("name", ["utf8tests.bin", "UTF-8-test.txt"])
    def test_stress_file(self, cli: Run, data: Path, tmp_path: Path, name: str) -> None:
        """Of a file full of malformed sequences, text and count are those of Python's own decoder."""
        raw = (data / "stress" / name).read_bytes()
        found = 0

        def count(error: UnicodeError) -> tuple[str, int]:
            nonlocal found
            found += 1
            assert isinstance(error, UnicodeDecodeError)
            return "\ufffd", error.end

        codecs.register_error("textengine-test-count", count)
        expected = raw.decode("utf-8", "textengine-test-count").replace("\r\n", "\n").replace("\r", "\n")
        flags = ("--recipe", "nanogpt-char", "--errors", "replace")
        done = cli("build", data / "stress" / name, "-o", "out", "--json", *flags)
        assert found == json.loads(done.stdout)["books"]["replaced"]
        ids = cli("encode", "--corpus", "out", "--errors", "replace", data / "stress" / name).stdout
        assert expected.removeprefix("\ufeff") == cli("decode", "--corpus", "out", stdin=ids).stdout

    def test_stress_file_against_its_reference(self, cli: Run, data: Path) -> None:
        """The replaced text is the reference that lies beside the stress file."""
        stress = data / "stress"
        flags = ("--recipe", "nanogpt-char", "--errors", "replace", "--quiet")
        assert 0 == cli("build", stress / "utf8tests.bin", "-o", "out", *flags).returncode
        ids = cli("encode", "--corpus", "out", "--errors", "replace", stress / "utf8tests.bin").stdout
        expected = (stress / "utf8tests.replace.python.txt").read_bytes().decode()
        assert expected == cli("decode", "--corpus", "out", stdin=ids).stdout


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


class TestOutput:
    def test_existing_corpus(self, refused: Refused, text: Path, corpus: Path) -> None:
        """An existing corpus is kept unless --force is given, and the line says so."""
        before = snapshot(corpus)
        assert "--force" in refused(2, "build", text, "-o", corpus, "--quiet")
        assert before == snapshot(corpus)

    def test_file(self, refused: Refused, text: Path) -> None:
        """An output that is a file is left alone, also with --force."""
        before = text.read_bytes()
        assert "is no directory" in refused(2, "build", text, "-o", text, "--force", "--quiet")
        assert before == text.read_bytes()

    @pytest.mark.parametrize("force", [[], ["--force"]])
    @pytest.mark.parametrize("name", ["thesis.txt", "manifest.json", ".hidden", ".work/thesis.txt"])
    def test_foreign_directory(self, refused: Refused, text: Path, tmp_path: Path, force: list[str], name: str) -> None:
        """A directory that holds anything else is left alone, also with --force."""
        thesis = tmp_path / "mine" / name
        thesis.parent.mkdir(parents=True)
        thesis.write_text("{}")
        assert "left alone" in refused(2, "build", text, "-o", "mine", "--quiet", *force)
        assert [thesis] == [path for path in (tmp_path / "mine").rglob("*") if path.is_file()]

    def test_below_a_file(self, refused: Refused, text: Path) -> None:
        """An output below a file cannot be made, which is a mistake of the request."""
        assert "text.txt" in refused(2, "build", text, "-o", text / "sub", "--quiet")

    def test_empty_directory(self, cli: Run, text: Path, tmp_path: Path) -> None:
        """An empty directory is an output like one that does not exist."""
        (tmp_path / "out").mkdir()
        assert 0 == cli("build", text, "-o", "out", "--quiet").returncode

    def test_parents_are_removed_too(self, refused: Refused, tmp_path: Path) -> None:
        """Directories made on the way to a failed build are removed."""
        (tmp_path / "bad.txt").write_bytes(b"\xff")
        refused(1, "build", "bad.txt", "-o", "a/b/c", "--quiet")
        assert not (tmp_path / "a").exists()

    def test_empty_directory_stays(self, refused: Refused, tmp_path: Path) -> None:
        """A directory that was there before a failed build is there after it, empty."""
        (tmp_path / "out").mkdir()
        (tmp_path / "bad.txt").write_bytes(b"\xff")
        refused(1, "build", "bad.txt", "-o", "out", "--quiet")
        assert {} == {name: data for name, data in snapshot(tmp_path / "out").items() if name != ".lock"}

    def test_source_in_the_output(self, refused: Refused, tmp_path: Path, text: Path) -> None:
        """A directory that holds the source is not turned into a corpus."""
        (tmp_path / "folder").mkdir()
        shutil.copy(text, tmp_path / "folder")
        refused(2, "build", "folder", "-o", "folder", "--force", "--quiet")
        assert (tmp_path / "folder" / "text.txt").is_file()


class TestFullDisk:
    @staticmethod
    def limited(size: int, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run `textengine` where no file may grow beyond `size` bytes."""

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return subprocess.run(
            [sys.executable, "-m", "textengine", *map(str, arguments)],
            preexec_fn=limit,
            capture_output=True,
            text=True,
            cwd=cwd,
            timeout=120,
        )

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    @pytest.mark.parametrize("size", [0, 1000, 30_000, 60_000])
    def test_file_limit(self, book: Path, tmp_path: Path, size: int, executor: str) -> None:
        """Wherever the limit on a file's size strikes, the line says that it was space, and nothing is left."""
        flags = ("--quiet", "--executor", executor, "--workers", "2")
        done = self.limited(size, "build", book, "-o", "out", *flags, cwd=tmp_path)
        assert 1 == done.returncode
        assert [done.stderr.rstrip("\n")] == done.stderr.splitlines()
        assert done.stderr.startswith("error: ")
        assert "File too large" in done.stderr or "No space left" in done.stderr
        assert not (tmp_path / "out").exists()

    def test_earlier_corpus_stays(self, book: Path, corpus: Path) -> None:
        """A rebuild that finds no space leaves the earlier corpus."""
        before = snapshot(corpus)
        done = self.limited(30_000, "build", book, "-o", corpus, "--force", "--quiet", cwd=corpus.parent)
        assert 1 == done.returncode
        assert before == snapshot(corpus)

    @pytest.mark.parametrize("kilobytes", [16, 64, 96, 128, 180])
    def test_full_file_system(self, book: Path, tmp_path: Path, kilobytes: int) -> None:
        """On a file system that is really full the line says so, and nothing is left on it."""
        mount = tmp_path / "disk"
        mount.mkdir()
        script = 'mount -t tmpfs -o size="$1k" none disk || exit 99; cd disk; shift; "$@"; code=$?; ls -A; exit $code'
        if shutil.which("unshare") is None:
            pytest.skip("unshare is not installed")
        command = [sys.executable, "-m", "textengine", "build", str(book), "-o", "out", "--quiet"]
        done = subprocess.run(
            ["unshare", "-rm", "bash", "-c", script, "bash", str(kilobytes), *command],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=120,
        )
        if done.returncode == 99 or "unshare" in done.stderr:
            pytest.skip("this system does not let us mount a small file system")
        assert (1, "") == (done.returncode, done.stdout)
        assert [done.stderr.rstrip("\n")] == done.stderr.splitlines()
        assert "No space left on device" in done.stderr
        assert "nothing was committed" in done.stderr


class TestLargeRecord:
    SIZE = 100 * 2**20

    def test_many_words(self, cli: Run, tmp_path: Path) -> None:
        """A record of 100 MB is encoded whole."""
        word = b"x" * 4095 + b" "
        (tmp_path / "large.txt").write_bytes(word * (self.SIZE // 4096) + b"\nend\n")
        done = cli("build", "large.txt", "-o", "out", "--json")
        assert "" == done.stderr
        assert (2, self.SIZE // 4096 + 1) == tuple(json.loads(done.stdout)[name] for name in ("records", "tokens"))
        (tmp_path / "large.txt").unlink()

    def test_one_token(self, cli: Run, tmp_path: Path) -> None:
        """A token of 100 MB has an id."""
        (tmp_path / "large.txt").write_bytes(b"x" * self.SIZE + b"\nend\n")
        done = cli("build", "large.txt", "-o", "out", "--json")
        assert "" == done.stderr
        assert (2, 3) == tuple(json.loads(done.stdout)[name] for name in ("tokens", "vocab_size"))
        shutil.rmtree(tmp_path / "out")
        (tmp_path / "large.txt").unlink()

    def test_inspect(self, cli: Run, tmp_path: Path) -> None:
        """A large token is shown by its beginning."""
        (tmp_path / "large.txt").write_bytes(b"x" * 1_000_000 + b"\nend\n")
        assert 0 == cli("build", "large.txt", "-o", "out", "--quiet").returncode
        shown = cli("inspect", "out")
        assert (0, "") == (shown.returncode, shown.stderr)
        assert len(shown.stdout) < 20_000


class TestVocabulary:
    @pytest.fixture
    def chars(self, cli: Run, text: Path, tmp_path: Path) -> Path:
        """A corpus whose vocabulary has no unknown token."""
        assert 0 == cli("build", text, "-o", "chars", "--recipe", "nanogpt-char", "--quiet").returncode
        return tmp_path / "chars"

    def test_encode_unseen_token(self, refused: Refused, chars: Path) -> None:
        """A token seen nowhere is named, with its record, where nothing can stand for it."""
        line = refused(1, "encode", "--corpus", chars, "--records", "line", stdin="xyz\n")
        assert "'x' in record 0 (counted from 0) of standard input" in line

    def test_build_unseen_token(self, refused: Refused, chars: Path, tmp_path: Path) -> None:
        """The same holds for a build with that vocabulary."""
        (tmp_path / "other.txt").write_text("one\nxyz\n")
        line = refused(1, "build", "other.txt", "--vocab", chars, "-o", "out", "--quiet", "--records", "line")
        assert "'x' in record 1 (counted from 0) of other.txt" in line
        assert not (tmp_path / "out").exists()

    def test_build_unseen_token_with_unknown(self, cli: Run, corpus: Path, tmp_path: Path) -> None:
        """Where there is an unknown token, the books count what it stands for."""
        (tmp_path / "other.txt").write_text("one xyz\nabc\n")
        assert 0 == cli("build", "other.txt", "--vocab", corpus, "-o", "out", "--quiet").returncode
        assert 2 == books(tmp_path / "out")["unknown_tokens"]

    def test_other_text_id(self, refused: Refused, text: Path, chars: Path, tmp_path: Path) -> None:
        """A vocabulary that was counted on the tokens of another pipeline is refused."""
        line = refused(2, "build", text, "--vocab", chars, "--recipe", "d2l", "-o", "out", "--quiet")
        assert "another text pipeline" in line
        assert not (tmp_path / "out").exists()

    def test_new_policy(self, refused: Refused, text: Path, corpus: Path) -> None:
        """Options of a new vocabulary exclude a given one."""
        assert "min_freq" in refused(2, "build", text, "--vocab", corpus, "--min-freq", "2", "-o", "out")

    def test_missing(self, refused: Refused, text: Path, tmp_path: Path) -> None:
        """A vocabulary that is not there is named."""
        assert "nope" in refused(2, "build", text, "--vocab", "nope", "-o", "out", "--quiet")
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"text",
            b"\xff\xfe",
            b"[]",
            b"{}",
            b"[" * 100_000,
            b'{"format":"textengine-vocab","version":2,"tokens":[],"counts":[],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[-1],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1.5],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a","a"],"counts":[1,1],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":[["a"]],"counts":[1],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["\\ud800"],"counts":[1],"specials":{}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{"unk":"b"}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{"unk":["a"]}}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{},"text_id":5}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{},"frequency_order":5}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{},"frequency_order":[9]}',
            b'{"format":"textengine-vocab","version":1,"tokens":["a"],"counts":[1],"specials":{},"colour":1}',
        ],
    )
    def test_file_that_is_none(self, refused: Refused, text: Path, tmp_path: Path, content: bytes) -> None:
        """A file that is no vocabulary, or a broken one, is named and refused."""
        (tmp_path / "vocab.json").write_bytes(content)
        assert "vocab.json" in refused(2, "build", text, "--vocab", "vocab.json", "-o", "out", "--quiet")
        assert not (tmp_path / "out").exists()

    def test_directory_that_is_no_corpus(self, refused: Refused, text: Path, tmp_path: Path) -> None:
        """A directory in which there is no finished corpus is named."""
        (tmp_path / "folder").mkdir()
        assert "folder holds no finished textengine-corpus" in refused(
            4, "build", text, "--vocab", "folder", "-o", "out", "--quiet"
        )

    def test_damaged_corpus(self, refused: Refused, text: Path, corpus: Path, tmp_path: Path) -> None:
        """A vocabulary of a corpus that is damaged is not used."""
        vocab = next(corpus.glob("vocab-*"))
        vocab.write_bytes(vocab.read_bytes().replace(b"three", b"threw"))
        assert vocab.name in refused(4, "build", text, "--vocab", corpus, "-o", "out", "--quiet")
        assert not (tmp_path / "out").exists()


class TestFailingComponent:
    @pytest.fixture
    def bad(self, tmp_path: Path) -> Path:
        """A text whose third record is bad."""
        path = tmp_path / "bad.txt"
        path.write_text("good\ngood\nbad\ngood\n")
        return path

    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    def test_place(self, refused: Refused, plugin: dict[str, str], bad: Path, tmp_path: Path, executor: str) -> None:
        """A component that raises is named with its plugin, the source, the record and its byte offset."""
        flags = ("--normalizer", "fails", "--executor", executor, "--workers", "2", "--quiet")
        line = refused(3, "build", "bad.txt", "-o", "out", *flags, env=plugin)
        place = "plugin failing 1.2: normalizer 'fails' failed on record 2 (counted from 0) of bad.txt, byte 10"
        assert f"error: {place}: ValueError: it is bad\n" == line
        assert not (tmp_path / "out").exists()

    def test_earlier_corpus_stays(self, refused: Refused, plugin: dict[str, str], bad: Path, corpus: Path) -> None:
        """The earlier corpus survives a component that raises."""
        before = snapshot(corpus)
        refused(3, "build", bad, "-o", corpus, "--normalizer", "fails", "--force", "--quiet", env=plugin)
        assert before == snapshot(corpus)

    @pytest.mark.parametrize("name", ["exits", "number"])
    def test_other_ways_to_fail(self, refused: Refused, plugin: dict[str, str], bad: Path, name: str) -> None:
        """A component that leaves the program, or returns nonsense, has failed like any other."""
        line = refused(3, "build", bad, "-o", "out", "--normalizer", name, "--quiet", env=plugin)
        assert f"normalizer {name!r} failed on record 0" in line

    def test_token_that_is_no_text(self, refused: Refused, plugin: dict[str, str], bad: Path) -> None:
        """A tokenizer whose token is a lone surrogate is refused at its door."""
        line = refused(3, "build", bad, "-o", "out", "--tokenizer", "surrogate", "--quiet", env=plugin)
        assert "lone surrogate" in line

    def test_encode(self, cli: Run, plugin: dict[str, str], tmp_path: Path, text: Path) -> None:
        """`encode` names the place too."""
        assert 0 == cli("build", text, "-o", "c", "--normalizer", "fails", "--quiet", env=plugin).returncode
        done = cli("encode", "--corpus", "c", stdin="good\nbad\n", env=plugin)
        assert 3 == done.returncode
        assert "normalizer 'fails' failed on record 1 (counted from 0) of standard input" in done.stderr

    def test_worker_that_dies(self, refused: Refused, plugin: dict[str, str], bad: Path, tmp_path: Path) -> None:
        """A worker process that dies ends the build; nothing hangs, nothing is left."""
        flags = ("--normalizer", "dies", "--executor", "processes", "--workers", "2", "--quiet")
        assert "a worker process died" in refused(1, "build", bad, "-o", "out", *flags, env=plugin)
        assert not (tmp_path / "out").exists()

    def test_corpus_without_its_plugin(self, cli: Run, refused: Refused, plugin: dict[str, str], text: Path) -> None:
        """Where the plugin that made a corpus is gone, its name is what the user hears."""
        assert 0 == cli("build", text, "-o", "c", "--normalizer", "fails", "--quiet", env=plugin).returncode
        assert "failing/fails" in refused(2, "encode", "--corpus", "c", stdin="a\n")
