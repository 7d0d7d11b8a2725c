"""One study's folder with several writers: runs are whole, none is lost, and a living writer is left alone."""

from __future__ import annotations

import importlib
import pickle
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.leases import leased_folder
from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate
from tests.study.noise import noise_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


def test_a_run_that_another_process_made_meanwhile_is_kept(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two commands on one folder: the second to finish keeps the run of the first, if it is the same."""
    module = importlib.import_module("evenvoice.study.records")
    write_json = module.write_json

    def late(path: Path, data: dict[str, Any], other: bool = True) -> None:
        write_json(path, data)
        if path.name == "run.json":
            theirs = tmp_path / "runs" / "knn" / "random" / "seed-0" / "fold-0"
            theirs.mkdir(parents=True)
            write_json(theirs / "run.json", {**data, "theirs": True, **({"fingerprint": "x"} if other else {})})
            (theirs / "predictions.csv").write_text(
                (path.parent / "predictions.csv").read_text(encoding="utf-8"), encoding="utf-8"
            )

    monkeypatch.setattr(module, "write_json", late)
    with pytest.raises(EvenvoiceError, match=r"fold-0: holds a run of other settings"):
        evaluate(corpus, [open_recipe("knn")], ["random"], seeds=[0], out=tmp_path, jobs=1)
    monkeypatch.undo()
    shutil.rmtree(tmp_path / "runs")
    monkeypatch.setattr(module, "write_json", partial(late, other=False))
    (run,) = evaluate(corpus, [open_recipe("knn")], ["random"], seeds=[0], out=tmp_path, jobs=1).results[0].runs
    assert run.info["theirs"]
    assert len(list(tmp_path.glob("runs/knn/random/seed-0/*"))) == 1


@pytest.mark.slow
def test_two_processes_share_a_study(corpus: Corpus, tmp_path: Path) -> None:
    """Both make runs of one folder at once; each is made by one of them or kept from the other, and all are whole."""
    script = (
        "import pickle, sys; from pathlib import Path; from evenvoice.study import evaluate\n"
        "corpus = pickle.loads(Path(sys.argv[1]).read_bytes())\n"
        "study = evaluate(corpus, 'knn', 'speaker', seeds=3, out=sys.argv[2], jobs=1)\n"
        "print(len(study.results[0].runs))"
    )
    pickled = tmp_path / "corpus.pickle"
    pickled.write_bytes(pickle.dumps(corpus))
    command = [sys.executable, "-c", script, str(pickled), str(tmp_path / "study")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        said, wrong = process.communicate(timeout=300)
        assert (process.returncode, said.strip()) == (0, "12"), wrong
    assert not [path for path in (tmp_path / "study/runs").rglob(".*") if path.is_dir()]


def test_a_living_writers_folder_is_left_alone(corpus: Corpus, tmp_path: Path) -> None:
    where = tmp_path / "runs" / "2dcnn" / "speaker" / "seed-0"
    where.mkdir(parents=True)
    with leased_folder(where) as theirs:
        evaluate(corpus, "knn", "random", out=tmp_path, jobs=1)
        assert theirs.is_dir()
