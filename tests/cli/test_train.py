"""``evenvoice train``: one model file, which ``predict`` reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evenvoice import Recognizer
from evenvoice.errors import EvenvoiceError
from tests.cli.command import QUICK, run, tree
from tests.loggers.events import scalars

Table = Callable[..., Path]


def test_train_prints_the_path_of_a_model_that_predict_reads(
    voices: Path, table: Table, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    options = ("--without", "speaker=dora", "--emotions", "angry,sad", "--seed", "3", "--recipe", "weighted-2dcnn")
    model = tmp_path / "my model" / "model.onnx"
    quick = ("--set", "training.epochs=1", "--jobs", "1")
    logs = tmp_path / "logs"
    answer = run("train", table(), *options, *quick, "--log-to", f"tensorboard:{logs}", "--out", model.parent)
    assert answer.result() == f"{model}\n"
    assert "trained on angry 9, sad 9; after balancing angry 9, sad 9" in answer.err
    assert capfd.readouterr() == ("", ""), "the exporter's own words"
    assert sorted(tree(model.parent)) == ["history.csv", "model.onnx"]
    assert (model.parent / "history.csv").read_text(encoding="utf-8").startswith("epoch,train_loss,train_accuracy")
    [logged] = logs.iterdir()
    assert scalars(logged)[0][:2] == ("train/loss", 1)
    card = Recognizer(model).card
    assert (card["recipe"]["name"], card["measured"]) == ("weighted-2dcnn", None)
    assert (card["corpus"]["name"], card["corpus"]["utterances"], card["corpus"]["speakers"]) == ("table", 18, 3)
    assert "is there already" not in answer.err
    again = run("train", table(), *options, *quick, "--out", model.parent)
    said = again.err.splitlines()
    assert said[0] == f"{model}: is there already, and is replaced when this training has ended"
    assert run("train", table(), *options, *quick, "--out", model).complaint() == (
        f"{model}: cannot be written to (File exists); choose another --out"
    )
    (heard,) = json.loads(run("predict", model, voices / "sad" / "dora_0.wav", "--json").result())
    assert sorted(score["label"] for score in heard["scores"]) == ["angry", "sad"]


@pytest.mark.usefixtures("undrawn")
def test_a_study_of_the_same_recipe_and_corpus_gives_the_figures(
    voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []

    def export(trained: object, path: Path, *, measured: object, **_: object) -> Path:
        given.append(measured)
        return path

    monkeypatch.setattr("evenvoice.training.on_corpus.export", export)
    study, out = tmp_path / "my study", tmp_path / "out"
    what = (f"folder:{voices}", "--speaker-from", "([a-z]+)_", *QUICK)
    protocols = ("--protocol", "kfold", "--protocol", "speaker", "--protocol", "paper")
    run("evaluate", *what, *protocols, "--out", study).result()
    answer = run("train", *what, "--measured-by", study, "--out", out)
    answer.result()
    assert f"{study}: smote-2dcnn × paper is left out: LEAKY" in answer.err
    assert [entry["protocol"] for entry in given[0]] == ["speaker", "kfold"]
    assert {entry["study"] for entry in given[0]} == {"my study"}
    # Neither another recipe nor another corpus: said before anything is heard.
    before = tree(tmp_path)
    for other, message in (
        (("--form", "channels"), "measured no recipe with the settings of 'smote-2dcnn', only smote-2dcnn"),
        (("--set", "training.epochs=2"), "measured no recipe with the settings of 'smote-2dcnn'"),
        (("--without", "speaker=dora"), "measured corpus voices (36 utterances), other than the 27 of voices now"),
        (("--measured-by", tmp_path), "holds no study.json"),
    ):
        refused = run("train", *what, "--measured-by", study, *other, "--out", out)
        assert message in refused.complaint()
        assert "training" not in refused.err.splitlines()[0]
    assert tree(tmp_path) == before
    assert len(given) == 1


def test_a_model_that_cannot_be_written_leaves_nothing(
    voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise EvenvoiceError("model.onnx: not written, for the network gives NaN; train again")

    monkeypatch.setattr("evenvoice.training.on_corpus.export", refuse)
    before = tree(tmp_path)
    assert run("train", f"folder:{voices}", *QUICK, "--out", tmp_path / "out").complaint().endswith("; train again")
    assert tree(tmp_path) == before


def test_a_recipe_that_no_file_can_hold_is_said_before_anything_is_heard(voices: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("extends: smote-2dcnn\nnormalise: speaker\n", encoding="utf-8")
    before = tree(tmp_path)
    answer = run("train", f"folder:{voices}", *QUICK, "--recipe", recipe, "--out", tmp_path / "out")
    assert "mine" in answer.complaint()
    assert len(answer.err.splitlines()) == 1
    assert tree(tmp_path) == before


def test_a_recipe_that_cannot_be_read(voices: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "sound.yaml"
    recipe.write_bytes((voices / "sad" / "anna_0.wav").read_bytes())
    for command in (("train", f"folder:{voices}", "--recipe"), ("recipe", "show")):
        complaint = run(*command, recipe).complaint()
        assert complaint.startswith(f"recipe '{recipe}': cannot be read as UTF-8 text")
