"""``evenvoice reproduce``, whole and in a process of its own, on IEMOCAP's shape: its counts, demo speech."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evenvoice.corpora import open_corpus
from evenvoice.corpora.demo import demo_corpus
from evenvoice.paper import open_reproduction, scaled
from evenvoice.paper.experiments import BASELINES, SYSTEMS
from evenvoice.recipes import recipe_names
from evenvoice.study import load_study
from tests.cli.command import Answer, predictions, run, start
from tests.corpora.iemocap_twin import write_audio, write_iemocap_twin

SCALE = 0.005
QUICK = ("--quick", "--scale", str(SCALE), "--jobs", "1")
# Seconds: on a machine that does other things as well, this takes ten times as long as on one that does not.
PATIENCE = 600
# One epoch of what is heard in half a second.
SMALL = ("--set", "training.epochs=1", "--set", "shape.seconds=0.6")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The twin's labels, and the recordings that are kept of it."""
    folder = tmp_path_factory.mktemp("iemocap")
    root = write_iemocap_twin(folder)
    write_audio(scaled(open_corpus(f"iemocap:{root}"), SCALE), demo_corpus(folder=folder / "demo"), seconds=0.6)
    return root


@pytest.fixture(scope="module")
def cheap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dearest baseline in small."""
    file = tmp_path_factory.mktemp("recipes") / "cheap.yaml"
    file.write_text(
        "extends: cnn-lstm\nmodel: {options: {filters: [2, 2, 2], hidden: 4, piece_frames: 50}}\n", encoding="utf-8"
    )
    return file


@pytest.fixture(scope="module")
def answer(release: Path, cheap: Path) -> tuple[Answer, Path]:
    """The whole command."""
    out = release.parent / "out"
    process = start("reproduce", f"iemocap:{release}", *QUICK, *SMALL, "--baseline", cheap, "--out", out)
    try:
        found, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()  # does nothing to a process that has ended
    return Answer(process.returncode, found.decode(), said.decode()), out


@pytest.mark.slow
def test_the_paper_is_reproduced_whole_on_iemocaps_shape(answer: tuple[Answer, Path]) -> None:
    ended, out = answer
    lines = ended.result().splitlines()
    assert [line for line in lines if line.startswith("Table")] == ["Table 3, WA %", "Table 4, WA %", "Table 6, UA %"]
    assert lines[-1] == f"page: {out / 'reproduction.html'}"
    assert "18 recipes" in ended.err
    assert "[1/18] 2dcnn-mean: 7 fits, about " in ended.err
    found = {(result.recipe, result.protocol): result for result in load_study(out).results}
    for name in SYSTEMS:
        for protocol, folds in (("paper", 1), ("random", 1), ("session", 5)):
            assert found[name, protocol].folds == folds
    for name in BASELINES:
        assert found[name, "session"].folds == 5
    # The tested speaker and the partner in the dialogue are unseen.
    assert {run.info["about"] for run in found["svm", "session"].runs} == {f"session {number}" for number in "12345"}


@pytest.mark.slow
def test_its_page_has_the_papers_figures_and_ours(answer: tuple[Answer, Path]) -> None:
    page = (answer[1] / "reproduction.html").read_text(encoding="utf-8")
    assert "5465 + 1367" in page
    assert "no figure here says anything" in page
    assert "of 4490 were run" in page
    assert "The paper’s corpus and its four emotions, happy without excited." in page
    assert "cnn-lstm: other settings than shipped: " in page
    assert "model.options.hidden 4" in page
    assert "not run" not in page
    assert open_reproduction(answer[1]).record.emotions == {"angry": 1103, "happy": 595, "sad": 1084, "neutral": 1708}
    figures = {path.name for path in (answer[1] / "figures").iterdir()}
    assert figures == {
        *(f"reproduction-figure-{number}-{of}.png" for number in (3, 4, 5) for of in ("paper", "random", "session")),
        "reproduction-figure-6.png",
    }


@pytest.mark.slow
def test_the_folder_is_a_study_like_any_other(answer: tuple[Answer, Path]) -> None:
    assert run("audit", "run", answer[1] / "runs/smote-2dcnn-array/session/seed-0/fold-0", "--json").code == 0
    leaks = json.loads(run("audit", "run", answer[1], "--json").out)
    assert leaks


@pytest.mark.slow
def test_a_second_call_makes_only_what_is_missing(
    answer: tuple[Answer, Path], release: Path, cheap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out = answer
    before = predictions(out)
    # Twelve recipes less to ask for: experiment 2 alone.
    again = run("reproduce", f"iemocap:{release}", *QUICK, *SMALL, "--experiment", "2", "--out", out, "--json")
    found = json.loads(again.result())
    assert predictions(out) == before
    assert "7 fits: all are there already" in again.err
    assert (found["quick"], found["scale"], found["unseen"], found["failures"]) == (True, SCALE, "session", {})
    row = found["table_4"][0]
    assert row["published_per_cent"]["wa"] == 80
    assert row["ours"]["paper"]["marks"] == ["LEAKY", "speakers may be shared"]
    assert row["ours"]["session"]["folds"] == 5
    assert 0 <= row["ours"]["session"]["every"]["wa"]["estimate"] <= 1


@pytest.mark.slow
def test_what_cannot_be_is_one_line(answer: tuple[Answer, Path], release: Path) -> None:
    _, out = answer
    corpus = f"iemocap:{release}"
    assert "--quick True, asked for False" in run("reproduce", corpus, "--scale", str(SCALE), "--out", out).complaint()
    other = run("reproduce", corpus, *QUICK, "--experiment", "1", *SMALL, "--set", "training.epochs=2", "--out", out)
    assert "training.epochs 1 (now: 2)" in other.complaint()
    assert "scale 2: expected a share" in run("reproduce", corpus, "--scale", "2").complaint()
    assert "no such file" in run("reproduce", corpus, *QUICK, "--baseline", "nowhere.yaml").complaint()


@pytest.mark.slow
def test_the_old_name_of_baseline_works_with_a_warning(release: Path) -> None:
    answer = run("reproduce", f"iemocap:{release}", *QUICK, "--rival", "nowhere.yaml")
    assert answer.code == 2
    assert answer.err.startswith("warning: --rival is now --baseline; ")
    assert "'nowhere.yaml': no such file" in answer.err


def test_every_baseline_is_shipped() -> None:
    assert set(BASELINES) <= set(recipe_names())
