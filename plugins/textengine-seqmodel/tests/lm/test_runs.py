"""The directory of a run: what was damaged or made to harm is refused with one clear line, and never unpickled."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from textengine import Corpus
from textengine.corpus.commit import render_manifest
from textengine.digest import file_digest
from textengine.errors import DamagedError, SourceError, UnknownNameError
from textengine_seqmodel import Run, fit


@pytest.fixture
def copy(trained: Path, tmp_path: Path) -> Path:
    """A copy of the finished run, to be spoilt."""
    target = tmp_path / "copy"
    shutil.copytree(trained, target)
    return target


def change(run: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """Change a run's manifest, with a checksum that fits."""
    path = run / "manifest.json"
    document = json.loads(path.read_bytes())
    edit(document)
    path.write_bytes(render_manifest(document))


def replace(run: Path, role: str, data: bytes) -> None:
    """Put other bytes in the place of a file, with a manifest that fits them."""

    def edit(document: dict[str, Any]) -> None:
        entry = document["files"][role]
        path = run / entry["name"]
        path.write_bytes(data)
        entry["size"], entry["digest"] = len(data), file_digest(path)

    change(run, edit)


class Bomb:
    """Fails the test if it is ever unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("it was unpickled",)


class TestDamage:
    @pytest.mark.parametrize("role", ["best", "baseline", "vocab"])
    def test_changed_byte(self, copy: Path, role: str) -> None:
        """One byte changed in a file is found before anything reads it."""
        path = copy / json.loads((copy / "manifest.json").read_bytes())["files"][role]["name"]
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        with pytest.raises(DamagedError, match=path.name):
            Run.open(copy)

    @pytest.mark.parametrize("role", ["last", "resume"])
    def test_changed_byte_of_a_checkpoint(self, copy: Path, corpus: Corpus, role: str) -> None:
        """So is one in what only resuming reads."""
        change(copy, lambda document: document.update(status="running"))
        path = next(copy.glob(f"{role}-*"))
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(DamagedError, match=path.name):
            fit(corpus, output=copy, resume=True)

    def test_missing_file(self, copy: Path) -> None:
        """A file that is gone is named."""
        next(copy.glob("best-*")).unlink()
        with pytest.raises(DamagedError, match="best-"):
            Run.open(copy)

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "textengine-corpus"}'])
    def test_manifest(self, copy: Path, content: bytes) -> None:
        """So is a manifest that is none."""
        (copy / "manifest.json").write_bytes(content)
        with pytest.raises(DamagedError, match=r"manifest\.json"):
            Run.open(copy)

    def test_no_run(self, tmp_path: Path, corpus: Corpus) -> None:
        """A directory that is not there, and one that holds a corpus, are no runs."""
        with pytest.raises(SourceError, match="no such run"):
            Run.open(tmp_path / "none")
        assert corpus.path
        with pytest.raises(DamagedError, match="not the manifest of a textengine-seqmodel-run"):
            Run.open(corpus.path)


class TestHostile:
    @pytest.mark.parametrize("role", ["best", "baseline"])
    def test_pickle_is_never_read(self, copy: Path, role: str) -> None:
        """A pickle in the place of tensors is an error, and no code of it runs."""
        replace(copy, role, pickle.dumps(Bomb()))
        with pytest.raises(DamagedError, match="not a file of tensors"):
            Run.open(copy)

    @pytest.mark.parametrize(
        "data", [b"", b"\xff" * 64, (10**12).to_bytes(8, "little") + b"{}", b"\x02" + b"\0" * 7 + b"[]"]
    )
    def test_headers_that_lie(self, copy: Path, data: bytes) -> None:
        """Nor is any file whose header promises what is not there."""
        replace(copy, "best", data)
        with pytest.raises(DamagedError, match="not a file of tensors"):
            Run.open(copy)

    def test_tensors_of_another_model(self, copy: Path, tmp_path: Path) -> None:
        """Tensors that are sound but of another model do not fit."""
        save_file({"output.weight": np.zeros((2, 2), np.float32)}, tmp_path / "other.safetensors")
        replace(copy, "best", (tmp_path / "other.safetensors").read_bytes())
        with pytest.raises(DamagedError, match="does not fit the model"):
            Run.open(copy)

    def test_model_of_any_size(self, copy: Path) -> None:
        """A manifest that asks for a network of many gigabytes is refused before one is made."""
        change(copy, lambda document: document["configuration"]["options"].update(units=65536, layers=8))
        with pytest.raises(DamagedError, match="does not fit the model"):
            Run.open(copy)

    @pytest.mark.parametrize("options", [{"units": "x"}, {"unit": 1}, {"units": 10**9}])
    def test_options(self, copy: Path, options: dict[str, Any]) -> None:
        """Options that the model does not take are damage, not a fault of the user's."""
        change(copy, lambda document: document["configuration"]["options"].update(options))
        with pytest.raises(DamagedError, match="do not fit its model"):
            Run.open(copy)

    @pytest.mark.parametrize("name", ["../x", "/etc/passwd", "", ".."])
    def test_names_outside(self, copy: Path, name: str) -> None:
        """A manifest cannot name a file outside the run."""
        change(copy, lambda document: document["files"]["best"].update(name=name))
        with pytest.raises(DamagedError, match="none of ours"):
            Run.open(copy)

    @pytest.mark.parametrize("part", ["configuration", "vocab", "corpus", "files", "evaluations", "status", "facts"])
    def test_missing_parts(self, copy: Path, part: str) -> None:
        """A manifest without one of its parts is refused."""
        change(copy, lambda document: document.pop(part))
        with pytest.raises(DamagedError, match=part):
            Run.open(copy)

    def test_checkpoint_of_another_model(self, copy: Path, corpus: Corpus) -> None:
        """A checkpoint that does not fit is refused when training is to go on from it."""

        def edit(document: dict[str, Any]) -> None:
            document["status"] = "running"
            document["state"]["position"]["stepp"] = 1

        change(copy, edit)
        with pytest.raises(DamagedError, match="does not fit its model"):
            fit(corpus, output=copy, resume=True)

    def test_model_that_is_not_installed(self, copy: Path) -> None:
        """A run of a model that is not installed says which."""
        change(copy, lambda document: document["configuration"].update(model="other/transformer"))
        with pytest.raises(UnknownNameError, match="other/transformer"):
            Run.open(copy)
