"""A text read backward: the same model read forward beside it, on the same tokens."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from textengine import Corpus
from textengine.errors import OutputExistsError, UsageError
from textengine_seqmodel import Run, compare_directions, evaluate, fit, fit_forward
from textengine_seqmodel.scoring import CONTEXT, score
from textengine_seqmodel.split import piece
from textengine_seqmodel.store import Store
from textengine_seqmodel.train.session import Progress

from .conftest import SMALL, SMALL_FLAGS

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
BACKWARD = {**SMALL, "direction": "backward"}


@pytest.fixture(scope="module")
def both(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network trained backward, and forward."""
    output = tmp_path_factory.mktemp("runs") / "back"
    fit_forward(fit(corpus, "gru", output=output, settings=BACKWARD, steps=30, seed=2), corpus)
    return output


class TestForward:
    def test_is_the_same_model(self, corpus: Corpus, both: Path, tmp_path: Path) -> None:
        """The forward run is the one that the same options give without a direction."""
        fit(corpus, "gru", output=tmp_path / "alone", settings=SMALL, steps=30, seed=2)
        alone, inside = Store(tmp_path / "alone").read(), Store(both / "forward").read()
        assert alone["files"] == inside["files"]
        assert alone["configuration"] == inside["configuration"]

    def test_in_memory(self, corpus: Corpus) -> None:
        """A run in memory has its forward run in memory."""
        run = fit(corpus, "ngram", settings={"direction": "backward", "order": 3})
        found = fit_forward(run, corpus)
        assert (None, 3, "forward") == (found.path, found.model.order, found.direction)
        assert run.forward is found

    def test_goes_on(self, corpus: Corpus, both: Path) -> None:
        """Resuming one that is finished changes nothing, and without resuming it is trained anew, to the same bits."""
        run, files = Run.open(both), Store(both / "forward").read()["files"]
        for resume in (True, False):
            assert files == fit_forward(run, corpus, resume=resume).document["files"]

    def test_cut_off(self, corpus: Corpus, both: Path, tmp_path: Path) -> None:
        """While it is not finished it is compared with nothing; resuming finishes it."""
        run = fit(corpus, "gru", output=tmp_path / "run", settings=BACKWARD, steps=30, seed=2)

        def stop(progress: Progress) -> None:
            if progress.step == 20:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fit_forward(run, corpus, progress=stop)
        assert Run.open(tmp_path / "run").forward is None
        fit_forward(Run.open(tmp_path / "run"), corpus, resume=True)
        assert Store(both / "forward").read()["files"] == Store(tmp_path / "run" / "forward").read()["files"]

    def test_goes_with_its_run(self, corpus: Corpus, both: Path, tmp_path: Path) -> None:
        """A run that is replaced takes its forward run with it."""
        shutil.copytree(both, tmp_path / "run")
        fit(corpus, "ngram", output=tmp_path / "run", force=True)
        assert not (tmp_path / "run" / "forward").exists()

    def test_keeps_others_out(self, corpus: Corpus, both: Path) -> None:
        """While it is trained, nobody trains or evaluates the run that it belongs to."""
        run = Run.open(both)
        assert run.store
        with run.store.locked(), pytest.raises(OutputExistsError, match="another process"):
            fit_forward(Run.open(both), corpus)


class TestComparison:
    def test_same_tokens(self, corpus: Corpus, both: Path) -> None:
        """Both are charged for the same tokens, each after what it has read; the difference is theirs."""
        run = Run.open(both)
        assert run.forward
        found = compare_directions(run, run.forward, corpus, "val")
        bounds, size = corpus.manifest.split["val"], len(corpus.vocab)
        ahead = score(run.forward.model, piece(corpus, bounds, CONTEXT), size)
        behind = score(run.model, piece(corpus, bounds, CONTEXT, "backward"), size)[::-1]
        assert found["forward"]["nats_per_token"] == pytest.approx(ahead.mean())
        assert found["backward"]["nats_per_token"] == pytest.approx(behind.mean())
        assert found["forward"]["tokens"] == found["backward"]["tokens"] == len(corpus.split("val"))
        difference = behind - ahead
        error = difference.std(ddof=1) / np.sqrt(len(difference))
        assert {"nats_per_token": pytest.approx(difference.mean()), "standard_error": pytest.approx(error)} == (
            found["difference"]
        )

    def test_evaluation_holds_it(self, corpus: Corpus, both: Path) -> None:
        """Evaluating compares both, and both runs record that the part was read."""
        result = evaluate(Run.open(both), corpus)
        assert {"split", "forward", "backward", "difference"} == set(result["directions"])
        assert result["directions"]["backward"]["nats_per_token"] == pytest.approx(result["nats_per_token"])
        for folder in (both, both / "forward"):
            assert ["test"] == [item["identity"]["split"] for item in Store(folder).read()["evaluations"]]

    def test_missing_part(self, corpus: Corpus, both: Path) -> None:
        """A part that is not there is told."""
        run = Run.open(both)
        assert run.forward
        with pytest.raises(UsageError, match="no part 'nothing'"):
            compare_directions(run, run.forward, corpus, "nothing")


class TestCommand:
    @pytest.mark.parametrize("model", [["--model", "rnn", "--steps", "9", *SMALL_FLAGS], ["--model", "ngram"]])
    def test_train_and_evaluate(self, cli: Cli, corpus: Corpus, model: list[str]) -> None:
        """Any model is trained in both directions, and what is printed compares their likelihoods."""
        done = cli("train", corpus.path, "-o", "run", "--direction", "backward", *model)
        assert 0 == done.returncode, done.stderr
        tokens = f"{len(corpus.split('val')):,}"
        for text in (f"log-likelihood of {tokens} tokens of val", "each given those after it", "standard error"):
            assert text in done.stdout
        assert "log-likelihood of" in cli("evaluate", "run").stdout
        found = json.loads(cli("evaluate", "run", "--json").stdout)["directions"]
        assert found["forward"]["tokens"] == found["backward"]["tokens"]
        assert 0 == cli("evaluate", "run/forward").returncode
        assert 0 == cli("train", corpus.path, "-o", "run", "--resume", "--quiet").returncode or "ngram" in model

    def test_unknown(self, cli: Cli, corpus: Corpus) -> None:
        """A direction that there is not is status 2."""
        done = cli("train", corpus.path, "-o", "run", "--direction", "sideways")
        assert (2, True) == (done.returncode, "'sideways' is not one of 'forward', 'backward'" in done.stderr)
