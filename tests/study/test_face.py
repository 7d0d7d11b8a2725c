"""The face of a study: strings in, tables and numbers out, and one line for whatever is neither."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import evenvoice
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.paper import open_reproduction, write_page
from evenvoice.study import Study, load_study
from evenvoice.study.model_file import export_run
from evenvoice.tuning import load_tuning
from tests.report.fabricated import write_honest, write_leaky, write_study
from tests.study.noise import noise_corpus


@pytest.fixture
def study(tmp_path: Path) -> Study:
    write_study(tmp_path)
    write_leaky(tmp_path)
    write_honest(tmp_path)
    write_honest(tmp_path, recipe="2dcnn", seeds=1)
    return load_study(tmp_path)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return noise_corpus(tmp_path_factory.mktemp("noise"))


def test_one_line_from_a_path_to_a_table(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus.table.reset_index().to_csv(tmp_path / "mine.csv", index=False)
    monkeypatch.chdir(tmp_path)
    study = evenvoice.evaluate("mine.csv", "knn", "speaker", seeds=1, jobs=1)
    assert study.folder.name.startswith("evenvoice-study-mine-")
    assert study.folder.resolve().parent == tmp_path
    assert f"folder: {study.folder.resolve()}" in capsys.readouterr().err
    assert "knn" in str(study.table())
    assert study["knn", "speaker"].ua == study.to_frame().loc[0, "ua"]
    for same in (Path("mine.csv"), corpus.table.reset_index()):
        again = evenvoice.evaluate(same, "knn", "speaker", out=tmp_path / type(same).__name__, jobs=1)
        assert again["knn"].ua == study["knn"].ua


def test_defaults_are_those_of_the_command_line(corpus: Corpus, tmp_path: Path) -> None:
    """speaker-folds where speakers are known, else kfold; a list of one is one; a Path is a path."""
    (tmp_path / "audio").mkdir()
    five = noise_corpus(tmp_path / "audio", n_speakers=5)
    study = evenvoice.evaluate([five], ["knn"], out=str(tmp_path / "a"), jobs=1)
    assert [result.protocol for result in study.results] == ["speaker-folds"]
    anonymous = Corpus("noise", corpus.table.assign(speaker=None), "CC0-1.0")
    study = evenvoice.evaluate(anonymous, "knn", out=tmp_path / "b", jobs=1)
    assert [result.protocol for result in study.results] == ["kfold"]


def test_a_result_is_found_by_its_names(study: Study) -> None:
    result = study["smote-2dcnn", "speaker-folds"]
    assert result.ua == pytest.approx(0.6875)
    assert result.wa == pytest.approx(0.75)
    assert study["2dcnn"].protocol == "speaker-folds"
    with pytest.raises(KeyError) as found:
        study["smote-2dcn", "speaker-folds"]
    assert isinstance(found.value, EvenvoiceError)
    assert "has no result 'smote-2dcn', 'speaker-folds' (did you mean" in str(found.value)
    with pytest.raises(
        EvenvoiceError, match="has several results of 'smote-2dcnn'; there are '2dcnn', 'speaker-folds'"
    ):
        study["smote-2dcnn"]


def test_a_frame_has_a_row_for_each_result(study: Study) -> None:
    frame = study.to_frame()
    assert frame[["recipe", "protocol"]].to_numpy().tolist() == [
        ["2dcnn", "speaker-folds"], ["smote-2dcnn", "speaker-folds"], ["smote-2dcnn", "paper"]
    ]  # fmt: skip
    assert frame.loc[1, "ua"] == pytest.approx(0.6875)
    assert (frame["ua_low"] <= frame["ua"]).all()
    assert frame.loc[2, "marks"] == "LEAKY, speakers may be shared"
    assert study.table().to_csv() == frame.to_csv(index=False, lineterminator="\n").strip()


def test_representations_are_short_and_html_is_a_table(study: Study) -> None:
    assert repr(study) == f"<Study of tiny: 2 recipes × 2 protocols, 2 seeds, in {study.folder}>"
    assert repr(study["2dcnn"]) == "<Result 2dcnn × speaker-folds on tiny: 1 seed × 2 folds>"
    assert "<strong>LEAKY</strong>" in study._repr_html_()


def test_compare_takes_studies_folders_frames_and_a_reference(study: Study) -> None:
    standings = evenvoice.compare(study, reference="2dcnn", protocols="speaker-folds")
    assert [standing.system.name for standing in standings] == ["2dcnn", "smote-2dcnn"]
    assert str(standings.table()) == str(
        evenvoice.compare([study.folder], "2dcnn", protocols=["speaker-folds"]).table()
    )
    frame = next(iter(study["2dcnn"].pooled.values()))
    both = evenvoice.compare({"theirs": frame, "ours": study}, reference="theirs")
    assert both[0].system.name == "theirs"
    assert both.to_frame().loc[0, "ua"] == evenvoice.score(frame).ua == evenvoice.intervals(frame)["ua"].estimate
    with pytest.raises(EvenvoiceError, match="2 systems are called 'smote-2dcnn'"):
        evenvoice.compare(study, reference="smote-2dcnn")
    with pytest.raises(EvenvoiceError, match="no system is called 'dcnn'"):
        evenvoice.compare(study, reference="dcnn")


def test_the_old_name_of_an_argument_warns_and_works(corpus: Corpus, tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.warns(FutureWarning, match="evaluate: say= is now on_message="):
        evenvoice.evaluate(corpus, "knn", "random", out=tmp_path, jobs=1, say=said.append)  # type: ignore[call-arg]
    assert said


WRONG: list[Any] = [
    None, True, False, 0, -1, 3, 10**40, 1.5, float("nan"), 1j, "", " ", "nowhere", "\0", b"emodb:x", [],
    [None], [[]], (), {}, {"a": 1}, set(), {1}, object(), object, len, Path("nowhere"), Path(), np.array([1.0]),
    np.zeros((2, 2)), pd.DataFrame(), pd.DataFrame({"emotion": [1]}), Exception("x"),
    pd.DataFrame({"emotion": [None], "predicted": ["a"]}),
]  # fmt: skip


def _no_other_error(call: Callable[[Any], object], *wrong: Any) -> None:
    """A wrong value works or is an `EvenvoiceError` in one line."""
    for value in wrong or WRONG:
        try:
            call(value)
        except EvenvoiceError as error:
            assert "\n" not in str(error), (value, error)  # noqa: PT017  # no error is right as well
        except Exception as error:
            raise AssertionError(f"{value!r} raised {error!r}") from error


@pytest.mark.parametrize(
    "name",
    ["corpus", "recipes", "protocols", "seeds", "split_seeds", "fit_seeds", "out", "jobs", "device", "skip_bad",
     "keep_models", "test_curves", "command", "on_message", "executor"],
)  # fmt: skip
def test_evaluate_meets_wrong_values_in_one_line(
    name: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("evenvoice.study.grid._Evaluation.run", lambda self: None)
    monkeypatch.setattr("evenvoice.study.grid.load_study", lambda out: Study(Path(), {}, ()))
    arguments = {"corpus": corpus, "recipes": "knn", "protocols": "random", "out": "study"}
    _no_other_error(lambda wrong: evenvoice.evaluate(**{**arguments, name: wrong}))


@pytest.mark.parametrize("option", ["keep_models", "test_curves", "skip_bad", "command"])
def test_an_option_of_another_type_is_refused_before_anything_is_made(
    option: str, corpus: Corpus, tmp_path: Path
) -> None:
    for wrong in (3, [], object()):
        with pytest.raises(EvenvoiceError, match=f"{option}: found .*; expected"):
            evenvoice.evaluate(corpus, "knn", "random", out=tmp_path / "out", **{option: wrong})  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_readers_meet_wrong_values_in_one_line(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    for call in (evenvoice.load_study, evenvoice.compare, evenvoice.score, evenvoice.intervals, evenvoice.write_report):
        _no_other_error(call)
    for call in (load_tuning, open_reproduction, write_page, export_run):
        _no_other_error(lambda wrong, call=call: call(wrong, *["a.onnx"][: call is export_run]))  # type: ignore[misc]
    _no_other_error(study.__getitem__)
    small = evenvoice.compare(study, protocols="paper")
    systems = [standing.system for standing in small]
    for option in ("reference", "recipes", "protocols"):
        _no_other_error(lambda wrong, option=option: evenvoice.compare(systems, **{option: wrong}))  # type: ignore[misc]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["corpus", "recipe", "trials", "protocol", "fold", "inner_folds", "seed", "out", "jobs"]
)
@pytest.mark.skipif(importlib.util.find_spec("optuna") is None, reason="needs the extra tune")
def test_tune_meets_wrong_values_in_one_line(
    name: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def stop(*_: object) -> None:
        raise EvenvoiceError("far enough")

    monkeypatch.setattr("evenvoice.tuning.run.check_writable", stop)
    arguments = {"corpus": corpus, "recipe": "smote-2dcnn", "out": "tuning"}
    _no_other_error(lambda wrong: evenvoice.tune(**{**arguments, name: wrong}))


@pytest.mark.parametrize(
    "name", ["corpus", "out", "experiments", "seeds", "quick", "scale", "changes", "baselines", "jobs", "device"]
)
def test_reproduce_meets_wrong_values_in_one_line(
    name: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def stop(*_: object) -> None:
        raise EvenvoiceError("far enough")

    monkeypatch.setattr("evenvoice.paper.run.check_writable", stop)
    arguments = {"corpus": corpus, "out": "paper", "experiments": 1}
    _no_other_error(lambda wrong: evenvoice.reproduce(**{**arguments, name: wrong}))
