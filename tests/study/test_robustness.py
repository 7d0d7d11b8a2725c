"""A recipe under other conditions: the fits of `evaluate`, only the test recordings changed, and the way to a card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.corpora import Corpus
from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recipes import open_recipe
from evenvoice.recognizer.metadata import check_measured
from evenvoice.study import Execution, evaluate, measure_robustness, open_robustness
from evenvoice.study.measured import measured
from evenvoice.study.robustness import AS_RECORDED, FILE
from tests import fabricate
from tests.cli.command import run

RATE = 16000
ALONE = Execution(jobs=1)
# Loud and quiet: what a gain of the test recordings takes away.
RECIPE = open_recipe("functionals-svm", {"name": "levels"})


def _corpus(folder: Path, name: str = "mine", emotions: tuple[str, ...] = fabricate.EMOTIONS) -> Corpus:
    """Five speakers; each emotion is noise of its own colour."""
    folder.mkdir()
    table = fabricate.utterances(n_speakers=5, per_emotion=(3, 3, 3, 3))
    table["emotion"] = [emotions[fabricate.EMOTIONS.index(emotion)] for emotion in table["emotion"]]
    files = []
    for row, emotion in enumerate(table["emotion"]):
        noise = np.random.default_rng([row, len(name)]).standard_normal(8000)
        colour = np.convolve(noise, np.ones(1 + 3 * emotions.index(emotion)), "same")
        files.append(str(folder / f"{row:03d}.wav"))
        soundfile.write(files[-1], 0.1 * colour / np.abs(colour).max(), RATE)
    return Corpus(name, table.assign(file=files), "CC0-1.0", labels=emotions)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return _corpus(tmp_path_factory.mktemp("mine") / "sounds")


@pytest.fixture(scope="module")
def study(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study, and beside its runs the same recipe through noise and on another corpus."""
    out = tmp_path_factory.mktemp("study")
    evaluate(corpus, [RECIPE], ["speaker"], seeds=(0,), out=out, jobs=1)
    kept = ("excited", *fabricate.EMOTIONS[1:])
    other = _corpus(tmp_path_factory.mktemp("other") / "sounds", "theirs", kept)
    measure_robustness(corpus, RECIPE, conditions=("noise:-10",), others=[other], out=out, execution=ALONE)
    return out


@pytest.mark.slow
def test_one_job_or_two_find_the_same(study: Path, corpus: Corpus) -> None:
    two = measure_robustness(corpus, RECIPE, conditions=("noise:-10",), execution=Execution(jobs=2))
    one = open_robustness(study)
    assert one is not None
    assert two.conditions == one.conditions[:2]


def test_as_recorded_is_what_evaluate_measures(study: Path, corpus: Corpus) -> None:
    (entry,) = measured(study, RECIPE, corpus)
    first, noisy, other = entry["conditions"]
    assert first["name"] == AS_RECORDED
    assert first["ua"]["estimate"] == entry["ua"]["estimate"] > 0.8
    assert (first["ua"]["low"], first["utterances"], first["speakers"]) == (pytest.approx(entry["ua"]["low"]), 60, 5)
    assert (noisy["name"], noisy["kind"]) == ("noise:-10", "perturbation")
    assert noisy["ua"]["estimate"] < first["ua"]["estimate"] - 0.3
    assert (other["name"], other["kind"], other["utterances"]) == ("theirs", "corpus", 45)
    assert other["emotions"] == sorted(fabricate.EMOTIONS[1:])
    check_measured([entry], "model.onnx")


def test_the_table_says_what_is_lost_and_what_the_intervals_are_for(study: Path) -> None:
    found = open_robustness(study)
    assert found is not None
    text = " ".join(str(found.table()).split())
    lost = found.conditions[0].ua["estimate"] - found.conditions[1].ua["estimate"]
    assert f"{100 * lost:.1f}" in text
    assert "the intervals are for these models and new speakers" in text
    assert "a fit on all of mine" in text


def test_of_another_recipe_it_is_left_out(study: Path, corpus: Corpus, tmp_path: Path) -> None:
    other = open_recipe(RECIPE, {"name": "other", "model": {"options": {"C": 1.0}}})
    evaluate(corpus, [other], ["speaker"], seeds=(0,), out=study, jobs=1)
    said: list[str] = []
    (entry,) = measured(study, other, corpus, say=said.append)
    assert "conditions" not in entry
    assert said == [f"{study / FILE} is left out: of another recipe or corpus"]


def test_a_recipe_that_wants_a_validation_part_gets_one(corpus: Corpus) -> None:
    recipe = open_recipe("2dcnn", {"training": {"epochs": 1, "validation_share": 0.3, "select": "best-on-validation"}})
    found = measure_robustness(corpus, recipe, "speaker-folds", conditions=(), execution=ALONE)
    assert [one.utterances for one in found.conditions] == [60]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"protocol": "paper"}, "protocol paper: LEAKY, so its figures say nothing of robustness"),
        ({"protocol": "speaker+enrol-1"}, "robustness adapts no model to what is enrolled; use speaker"),
        ({"conditions": ["nose:10"]}, "'nose' is unknown.*did you mean 'noise'"),
        ({"seed": -1}, "seed: found -1"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_decoded(
    options: dict[str, object], says: str, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("evenvoice.study.robustness.load_for")
    with pytest.raises(EvenvoiceError, match=says):
        measure_robustness(corpus, RECIPE, **options)  # type: ignore[arg-type]


def test_a_corpus_is_not_another_one_where_it_shares_recordings_or_no_emotions(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match="holds recordings of mine, which the model is fitted on"):
        measure_robustness(corpus, RECIPE, others=[Corpus("copy", corpus.table, "CC0-1.0")])
    strange = _corpus(tmp_path / "sounds", "strange", ("a", "b", "c", fabricate.EMOTIONS[3]))
    with pytest.raises(EvenvoiceError, match=r"strange: of its emotions \(.*\) fewer than two are among those of mine"):
        measure_robustness(corpus, RECIPE, others=[strange])


def test_a_bad_recording_elsewhere_costs_no_fit(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _corpus(tmp_path / "sounds", "theirs")
    Path(other.table["file"].iloc[-1]).write_text("no sound", encoding="utf-8")
    monkeypatch.delattr("evenvoice.study.robustness.fit")
    with pytest.raises(AudioError, match=r"059\.wav"):
        measure_robustness(corpus, RECIPE, others=[other], execution=ALONE)


def test_a_damaged_file_is_one_line(tmp_path: Path) -> None:
    assert open_robustness(tmp_path) is None
    (tmp_path / FILE).write_text('{"recipe": 5}', encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"robustness\.json: cannot be read .*measure again with"):
        open_robustness(tmp_path)


def test_the_command_prints_the_table_and_writes_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "voices"
    _corpus(folder)
    table = tmp_path / "voices.csv"
    fabricated = fabricate.utterances(n_speakers=5, per_emotion=(3, 3, 3, 3))
    rows = [f"voices/{row:03d}.wav,{one.emotion},{one.speaker}" for row, one in enumerate(fabricated.itertuples())]
    table.write_text("\n".join(["file,emotion,speaker", *rows]), encoding="utf-8")
    arguments = ("--recipe", "functionals-svm", "--through", "gain:-6", "--jobs", "1", "--out", tmp_path / "study")
    text = run("robustness", table, "--emotions", "all", *arguments).result()
    assert "gain:-6" in text
    assert (tmp_path / "study" / FILE).is_file()
    complaint = run("robustness", table, "--emotions", "all", "--protocol", "paper").complaint()
    assert complaint.startswith("protocol paper: LEAKY")
