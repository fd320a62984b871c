"""--trace-plugins: every hook call, and what each component cost, without a byte of the corpus changed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from textengine import Engine, Trace

Run = Callable[..., "subprocess.CompletedProcess[str]"]

PLUGIN = """
import os
from textengine import hookimpl

def slow(text):
    return text.upper()

def deadly(text):
    if "dies" in text:
        os._exit(1)
    return text

@hookimpl
def textengine_normalizers():
    return {"slow": slow, "deadly": deadly}
"""


@pytest.fixture
def plugin(tmp_path: Path) -> dict[str, str]:
    """An environment in which a distribution with the normalizers ``slow`` and ``deadly`` is installed."""
    site = tmp_path / "site"
    info = site / "traced-2.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: traced\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text("[textengine]\ntraced = traced\n")
    (site / "traced.py").write_text(PLUGIN)
    return {"PYTHONPATH": str(site)}


class TestCommandLine:
    @pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
    def test_build(self, cli: Run, plugin: dict[str, str], text: Path, executor: str) -> None:
        """Each hook call names its owner, time and size; the table says who took how long, and what of it ran."""
        options = (text, "--normalizer", "slow", "--executor", executor, "--workers", "2")
        plain = cli("build", *options, "-o", "plain", env=plugin)
        traced = cli("--trace-plugins", "build", *options, "-o", "traced", env=plugin)
        assert (0, 0) == (plain.returncode, traced.returncode)
        assert re.search(
            r"^trace: textengine_normalizers +traced:traced 2\.0 +\d+\.\d+ ms  2 components$", traced.stderr, re.M
        )
        assert re.search(r"^traced/slow +normalizer +definition\S* .*\b3 +\d+\.\d+ +\d+\.\d%$", traced.stderr, re.M)
        assert "trace:" not in plain.stderr + plain.stdout + traced.stdout
        manifests = [(text.parent / name / "manifest.json").read_bytes() for name in ("plain", "traced")]
        assert manifests[0] == manifests[1]

    @pytest.mark.parametrize(("kernels", "ran"), [("always", "fast path: encode"), ("never", "definition, not encode")])
    def test_fast_path(self, cli: Run, text: Path, kernels: str, ran: str) -> None:
        """The table says whether a fast path ran. The option may stand anywhere."""
        done = cli("build", text, "-o", "out", "--trace-plugins", env={"TEXTENGINE_KERNELS": kernels})
        assert re.search(rf"^textengine/word +tokenizer +{ran} ", done.stderr, re.M)

    def test_failed_plugin(self, cli: Run, plugin: dict[str, str], text: Path) -> None:
        """A plugin that fails is told of too."""
        path = Path(plugin["PYTHONPATH"], "traced.py")
        path.write_text("import nothing_of_that_name")
        done = cli("--trace-plugins", "build", text, "-o", "out", env=plugin)
        assert re.search(r"^trace: \(import\) +traced:traced 2\.0 .*ModuleNotFoundError", done.stderr, re.M)


def test_library() -> None:
    """A program hands its engine a trace, and is told of each hook call as it happens."""
    told: list[str] = []
    trace = Trace(lambda call: told.append(call.hook))
    Engine(discover=False, trace=trace).build_records(["a b", "c"])
    assert "textengine_tokenizers" in told
    assert told == [call.hook for call in trace.hooks]
    [cost] = [cost for (_, name, _), cost in trace.tally.costs.items() if name == "textengine/word"]
    assert (1, 2) == (cost.calls, cost.records)


def test_worker_that_dies(cli: Run, plugin: dict[str, str], tmp_path: Path) -> None:
    """A component that ends its worker process is named, with version, source and the records it was at."""
    (tmp_path / "deadly.txt").write_text("fine\nit dies here\n")
    done = cli(
        "build", "deadly.txt", "-o", "out", "--normalizer", "deadly", "--executor", "processes", "--quiet", env=plugin
    )
    assert 1 == done.returncode
    for part in ("traced", "2.0", "deadly", "deadly.txt", "record"):
        assert part in done.stderr
    assert 1 == len(done.stderr.splitlines())
