"""A run to a model file: its own model, with the figures of its study, and one line where there is no model."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.audio import load
from evenvoice.corpora import Corpus
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.recognizer import Recognizer
from evenvoice.study import evaluate, load_study
from evenvoice.study.measured import measured
from evenvoice.study.model_file import export_run
from tests import fabricate

pytestmark = pytest.mark.slow

RECIPE = open_recipe("2dcnn", {"training": {"epochs": 2}})
FOLD = Path("runs/2dcnn/speaker/seed-0/fold-1")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Noise as audio: four emotions that differ in loudness, three speakers."""
    folder = tmp_path_factory.mktemp("noise")
    table = fabricate.utterances(n_speakers=3, per_emotion=(3, 2, 3, 3))
    rng = np.random.default_rng(0)
    files = [str(folder / f"{utterance}.wav") for utterance in table.index]
    for file, emotion in zip(files, table["emotion"], strict=True):
        loudness = 0.02 * (1 + fabricate.EMOTIONS.index(emotion))
        soundfile.write(file, loudness * rng.standard_normal(6000), 16000)
    return Corpus("noise", table.assign(file=files), "CC0-1.0", labels=fabricate.EMOTIONS)


@pytest.fixture(scope="module")
def study(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One seed under an honest protocol and under the paper's, with weights."""
    out = tmp_path_factory.mktemp("study") / "kept"
    evaluate(corpus, [RECIPE], ["speaker", "paper"], out=out, jobs=1, keep_models=True)
    return out


@pytest.fixture(scope="module")
def model(study: Path, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model file of one run."""
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    return export_run(study / FOLD, path, check=[corpus.table["file"].iloc[0]])


def test_its_predictions_are_those_of_the_run(study: Path, corpus: Corpus, model: Path) -> None:
    (run,) = [run for run in load_study(study).results[0].runs if run.folder == study / FOLD]
    recognizer = Recognizer(model)
    tested = corpus.table.loc[run.predictions["utterance"], "file"]
    expected = run.predictions[[f"p:{label}" for label in recognizer.labels]].to_numpy()
    np.testing.assert_allclose(recognizer.probabilities([load(file) for file in tested]), expected, rtol=0, atol=1e-4)
    assert set(run.predictions["speaker"]) == {"s1"}


def test_it_shows_the_figures_of_its_study_and_what_it_was_trained_on(study: Path, corpus: Corpus, model: Path) -> None:
    card = Recognizer(model).card
    assert card["measured"] == measured(study, RECIPE, corpus)
    assert [entry["protocol"] for entry in card["measured"]] == ["speaker"]
    assert card["measured"][0]["speakers"] == 3
    assert card["corpus"] == {
        "name": "noise", "licence": "CC0-1.0", "synthetic": False, "utterances": 22, "speakers": 2
    }  # fmt: skip


def test_a_leaky_run_and_one_outside_its_study_have_no_figures(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[object, object]] = []

    def export(trained: object, path: Path, *, corpus: object, measured: object, check: object) -> Path:
        given.append((corpus, measured))
        return path

    monkeypatch.setattr("evenvoice.study.model_file.export", export)
    said: list[str] = []
    leaky = study / "runs" / "2dcnn" / "paper" / "seed-0" / "fold-0"
    export_run(leaky, tmp_path / "a.onnx", say=said.append)
    moved = Path(shutil.copytree(study / FOLD, tmp_path / "fold-1"))
    export_run(moved, tmp_path / "a.onnx", say=said.append)
    # Under the paper's order the balancer sees every utterance.
    everyone = {"name": "noise", "utterances": 33, "licence": "CC0-1.0", "synthetic": False, "speakers": 3}
    assert given == [(everyone, None), ({"name": "noise", "utterances": 22}, None)]
    assert [line.partition(": ")[2].split(",")[0] for line in said] == ["a LEAKY run", "lies in no study"]


def test_speakers_are_not_guessed(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []
    monkeypatch.setattr("evenvoice.study.model_file.export", lambda *_, corpus, **__: given.append(corpus))
    partial = Path(shutil.copytree(study, tmp_path / "partial"))
    shutil.rmtree(partial / "runs" / "2dcnn" / "paper")
    shutil.rmtree(partial / "runs" / "2dcnn" / "speaker" / "seed-0" / "fold-2")
    said: list[str] = []
    export_run(partial / FOLD, tmp_path / "a.onnx", say=said.append)
    assert given == [{"name": "noise", "utterances": 22, "licence": "CC0-1.0", "synthetic": False, "speakers": None}]
    assert said == [f"{partial}: 2dcnn × speaker is left out: seed 0 is not finished; `evenvoice evaluate` goes on"]


def test_what_is_no_run_with_weights_gets_one_line(study: Path, tmp_path: Path) -> None:
    bare = Path(shutil.copytree(study / FOLD, tmp_path / "bare"))
    (bare / "weights.npz").unlink()
    for folder, message in (
        (
            bare,
            r"bare: holds no weights\.npz; evaluate with --keep-models to another --out, or make a model of the whole",
        ),
        (study, r"kept: a study, not one run; name a folder in it, such as .*kept/runs/RECIPE/PROTOCOL/seed-0/fold-0"),
        (tmp_path, "holds no run.json; name a run's folder"),
        (tmp_path / "missing", "missing: holds no run.json"),
    ):
        with pytest.raises(EvenvoiceError, match=message) as caught:
            export_run(folder, tmp_path / "a.onnx")
        assert str(caught.value).isprintable()
    with pytest.raises(AudioError, match="no such file"):
        export_run(study / FOLD, tmp_path / "a.onnx", check=[tmp_path / "missing.wav"])
    assert not (tmp_path / "a.onnx").exists()


def test_a_fusion_is_kept_and_what_is_not_kept_is_said(corpus: Corpus, tmp_path: Path) -> None:
    """The default recipe is linear: `--keep-models` once kept nothing of it, without a word."""
    plain = {"features": {"name": "mfcc"}, "augment": []}
    network = tmp_path / "net.yaml"
    network.write_text("extends: 2dcnn\nshape: {name: mean}\ntraining: {epochs: 1}\n", encoding="utf-8")
    recipes = [
        open_recipe("voice-linear", {**plain, "partners": {str(network): 0.3}}),
        open_recipe("functionals-svm"),
    ]
    said: list[str] = []
    evaluate(corpus, recipes, "random", out=tmp_path / "out", jobs=1, keep_models=True, on_message=said.append)
    assert [line for line in said if line.startswith("warning")] == [
        "warning: no models are kept of recipe 'functionals-svm': model 'linear-svm' has no weights to keep; "
        "`evenvoice train` makes a model file of a whole corpus, where the recipe can be one"
    ]
    of_linear, of_machine = (tmp_path / "out/runs" / recipe.name / "random/seed-0/fold-0" for recipe in recipes)
    (run,) = load_study(tmp_path / "out")["voice-linear", "random"].runs
    recognizer = Recognizer(export_run(of_linear, tmp_path / "model.onnx"))
    tested = [load(file) for file in corpus.table.loc[run.predictions["utterance"], "file"]]
    expected = run.predictions[[f"p:{label}" for label in recognizer.labels]].to_numpy()
    np.testing.assert_allclose(recognizer.probabilities(tested), expected, rtol=0, atol=1e-4)
    with pytest.raises(EvenvoiceError, match="fold-0: recipe 'functionals-svm': model 'linear-svm' has no weights"):
        export_run(of_machine, tmp_path / "machine.onnx")


def test_runs_that_were_made_without_their_models_are_named(corpus: Corpus, tmp_path: Path) -> None:
    said: list[str] = []
    recipe = open_recipe("2dcnn", {"training": {"epochs": 1}})
    for keep in (False, True):
        evaluate(corpus, recipe, "random", out=tmp_path, jobs=1, keep_models=keep, on_message=said.append)
    assert [line for line in said if line.startswith("warning")] == [
        f"warning: no models are kept of 1 run that {tmp_path} had before; choose another folder for runs with their "
        "models"
    ]
