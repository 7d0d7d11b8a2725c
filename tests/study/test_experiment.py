"""An experiment as a file: read, written, run again; what is wrong in it is one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from evenvoice.errors import EvenvoiceError
from evenvoice.study.experiment import Experiment

FULL = """\
corpus: folder:voices
emotions: angry,sad
speaker-from: ([a-z]+)_
without:
- speaker=eve
recipes:
- knn
- majority
set:
  model:
    options:
      n_neighbors: 3
protocols:
- speaker
fit-seeds: 2
out: there
"""


@pytest.fixture
def voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three speakers and two emotions, and one more of each, in the working directory."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for emotion in ("angry", "sad", "happy"):
        for speaker in ("anna", "ben", "cleo", "eve"):
            for take in range(2):
                file = tmp_path / "voices" / emotion / f"{speaker}_{take}.wav"
                file.parent.mkdir(parents=True, exist_ok=True)
                soundfile.write(file, 0.1 * rng.standard_normal(8000), 16000)
    return tmp_path / "voices"


def test_what_is_read_is_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.yaml").write_text(FULL, encoding="utf-8")
    experiment = Experiment.load(tmp_path / "study.yaml")
    assert experiment.as_yaml() == FULL
    experiment.save(tmp_path / "again.yaml")
    assert Experiment.load(tmp_path / "again.yaml") == experiment


def test_what_it_asks_for_is_evaluated_and_written_beside_the_runs(voices: Path) -> None:
    Path("study.yaml").write_text(FULL.replace("- majority\n", ""), encoding="utf-8")
    study = Experiment.load("study.yaml").evaluate(jobs=1, on_message=lambda text: None)
    (result,) = study.results
    assert (result.recipe, result.protocol, len(result.seeds)) == ("knn", "speaker", 2)
    assert {run.recipe["model"]["options"]["n_neighbors"] for run in result.runs} == {3}
    rows = result.runs[0].split
    assert sorted({name.split("/")[-1].split("_")[0] for name in rows["utterance"]}) == ["anna", "ben", "cleo"]
    again = Experiment.load("there/study.yaml")
    assert again == Experiment.load("study.yaml")
    assert again.evaluate(jobs=1, on_message=lambda text: None).to_frame().equals(study.to_frame())


def test_its_paths_are_relative_to_the_file(voices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("studies").mkdir()
    Path("studies/mine.yaml").write_text("extends: knn\n", encoding="utf-8")
    text = FULL.replace("folder:voices", "folder:../voices").replace("- majority", "- mine.yaml")
    Path("studies/study.yaml").write_text(text, encoding="utf-8")
    here = Experiment.load("studies/study.yaml")
    assert (here.corpus, here.recipes, here.out) == ("folder:voices", ["knn", "studies/mine.yaml"], "studies/there")
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    study = Experiment.load("../studies/study.yaml").evaluate(jobs=1, on_message=lambda text: None)
    assert study.folder == Path("../studies/there")
    assert not list(Path.cwd().iterdir())
    written = study.folder / "study.yaml"
    found = yaml.safe_load(written.read_text(encoding="utf-8"))
    assert (found["corpus"], found["recipes"], found["out"]) == ("folder:../../voices", ["knn", "../mine.yaml"], ".")
    moved = study.folder.rename("../studies/moved")
    assert Experiment.load(moved / "study.yaml").out == "../studies/moved"


def test_one_may_stand_for_a_list_of_one(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(
        "{corpus: demo, recipes: knn, protocols: loso, enrol: 5, without: session=5}", encoding="utf-8"
    )
    found = Experiment.load(tmp_path / "study.yaml")
    assert (found.recipes, found.protocols, found.enrol, found.without) == (["knn"], ["loso"], [5], ["session=5"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1]", "study.yaml: [1]; expected keys, at least corpus: emodb:PATH"),
        ("recipes: knn", "study.yaml: no corpus; add for example corpus: emodb:PATH"),
        (
            "{corpus: demo, recipe: knn}",
            "study.yaml: unknown key 'recipe' (did you mean 'recipes'?); known are ",
        ),
        ("{corpus: demo, seeds: 0}", "study.yaml: seeds: found 0; input should be greater than or equal to 1"),
        ("{corpus: demo, set: 3}", "study.yaml: set: found 3; input should be a valid dictionary"),
        ("{corpus: demo, corpus: demo}", "study.yaml: cannot be read (line 1: the key 'corpus' is there twice)"),
        ("{", "study.yaml: cannot be read ("),
        ("{corpus: demo, seeds: true}", "study.yaml: seeds: found True; input should be a whole number"),
        ("{corpus: demo, protocols: []}", "study.yaml: protocols: found []; list should have at least 1 item"),
        ("{corpus: demo, enrol: []}", "study.yaml: enrol: found []; list should have at least 1 item"),
    ],
)
def test_what_is_wrong_is_one_line(text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(EvenvoiceError) as raised:
        Experiment.load("study.yaml")
    assert str(raised.value).startswith(says)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"none.yaml: cannot be read \(No such file or directory\)"):
        Experiment.load(tmp_path / "none.yaml")


@pytest.mark.parametrize("changes", ["{shape: mean, set: {shape: {name: array}}}", "{normalise: '', set: {}}"])
def test_no_key_is_passed_over(changes: str) -> None:
    asked = yaml.safe_load(changes)
    with pytest.raises(EvenvoiceError, match=r"shape.name is set twice, to 'mean' and 'array'|found ''"):
        Experiment(corpus="demo", recipes=["knn"], **asked).open_recipes()
