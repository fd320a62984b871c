"""Data sets: at hand, fetched once, verified; from a server that the test starts."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from textengine.builtin.datasets.sample import Sample
from textengine.builtin.datasets.time_machine import TimeMachine
from textengine.errors import SourceError

BODY = b"The Time Machine\n" * 1000
SHA1 = hashlib.sha1(BODY).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves BODY in the way that `mode` says, and counts the requests."""

    mode = "whole"
    requests = 0


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.requests += 1
        mode = self.server.mode
        if mode == "missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write({"whole": BODY, "short": BODY[:-7], "wrong": BODY[::-1]}.get(mode, b""))
        if mode == "silent":
            self.wfile.flush()
            threading.Event().wait(2)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def dataset(server: Server, monkeypatch: pytest.MonkeyPatch) -> TimeMachine:
    monkeypatch.delenv("TEXTENGINE_DATASETS", raising=False)
    return TimeMachine(url=f"http://127.0.0.1:{server.server_port}/timemachine.txt", sha1=SHA1, timeout=0.5)


class TestFetching:
    def test_once(self, dataset: TimeMachine, server: Server, tmp_path: Path) -> None:
        """It is fetched once and kept."""
        for _ in range(2):
            [path] = dataset(tmp_path / "cache")
            assert BODY == path.read_bytes()
        assert 1 == server.requests

    def test_damaged_copy_is_fetched_again(self, dataset: TimeMachine, server: Server, tmp_path: Path) -> None:
        """A copy in the cache that is not what it should be is replaced."""
        (tmp_path / "timemachine.txt").write_bytes(BODY[:-1])
        assert BODY == dataset(tmp_path)[0].read_bytes()

    @pytest.mark.parametrize(
        ("mode", "message"),
        [
            ("short", "ended after 16993 of 17000 bytes|IncompleteRead"),
            ("wrong", "has the SHA-1"),
            ("missing", "404|Not Found"),
            ("silent", "timed out"),
        ],
    )
    def test_failures(self, dataset: TimeMachine, server: Server, tmp_path: Path, mode: str, message: str) -> None:
        """Whatever goes wrong is told, with what to do, and nothing is left in the cache."""
        server.mode = mode
        with pytest.raises(SourceError, match=rf"could not be fetched .*({message}).*TEXTENGINE_DATASETS"):
            dataset(tmp_path)
        assert [] == list(tmp_path.iterdir())

    def test_no_server(self, tmp_path: Path, dataset: TimeMachine, server: Server) -> None:
        """A server that is not there is told too."""
        gone = TimeMachine(url="http://127.0.0.1:9/timemachine.txt", sha1=SHA1)
        with pytest.raises(SourceError, match="refused"):
            gone(tmp_path)


class TestAtHand:
    def test_folder(
        self, dataset: TimeMachine, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A folder named by the environment comes first, and the network is left alone."""
        folder = tmp_path / "data"
        folder.mkdir()
        (folder / "timemachine.txt").write_bytes(BODY)
        monkeypatch.setenv("TEXTENGINE_DATASETS", str(folder))
        assert ([folder / "timemachine.txt"], 0) == (dataset(tmp_path / "cache"), server.requests)

    def test_wrong_file_in_the_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file that is not the data set is named, not silently passed over."""
        (tmp_path / "timemachine.txt").write_bytes(b"something else")
        monkeypatch.setenv("TEXTENGINE_DATASETS", str(tmp_path))
        with pytest.raises(SourceError, match="remove or replace it"):
            TimeMachine()(tmp_path / "cache")

    def test_sample(self, tmp_path: Path) -> None:
        """The sample is a story of at least 12 kB in plain ASCII."""
        [path] = Sample()(tmp_path)
        assert 12_000 <= len(path.read_bytes())
        assert path.read_text(encoding="utf-8").isascii()


class TestNames:
    def test_bare_word_is_the_dataset(self, cli: Callable, tmp_path: Path) -> None:
        """A bare word that names a data set is the data set; ./name is the file."""
        (tmp_path / "sample").write_text("just this\n")
        assert 0 == cli("build", "sample", "-o", "a", "--quiet").returncode
        assert 0 == cli("build", "./sample", "-o", "b", "--quiet").returncode
        from textengine import Corpus

        assert len(Corpus.open(tmp_path / "a")) > 2 == len(Corpus.open(tmp_path / "b"))

    def test_qualified(self, cli: Callable) -> None:
        """A data set can be named in full."""
        assert 0 == cli("build", "textengine/sample", "-o", "a", "--quiet").returncode

    def test_misspelt(self, cli: Callable) -> None:
        """A bare word that is neither lists the data sets."""
        done = cli("build", "time-machin", "-o", "a")
        assert 2 == done.returncode
        assert "did you mean 'time-machine'?" in done.stderr
