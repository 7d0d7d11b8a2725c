"""A study says of which networks the running statistics have not settled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate, load_study, unsettled_note
from tests.report.fabricated import write_honest, write_study
from tests.study.noise import noise_corpus

NETWORK = {"training": {"epochs": 2}}
SETTLES = {**NETWORK, "model": {"options": {"batch_norm_momentum": 1.0}}}


@pytest.mark.slow
@pytest.mark.parametrize(("settings", "said"), [(NETWORK, True), (SETTLES, False)])
def test_under_the_table(settings: dict[str, object], said: bool, tmp_path: Path) -> None:
    corpus = noise_corpus(tmp_path)
    study = evaluate(corpus, [open_recipe("2dcnn", settings), "functionals-svm"], "speaker", out=tmp_path / "out")
    assert ("Running statistics" in study.table().to_text(200)) is said
    note = unsettled_note(study)
    assert (note is not None) is said
    if note:
        assert "2dcnn × speaker (9" in note
        assert "svm" not in note


def test_runs_of_earlier_versions_do_not_say(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path)
    assert unsettled_note(load_study(tmp_path)) is None


def test_a_partner_is_named(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path)
    for path in tmp_path.rglob("run.json"):
        run = json.loads(path.read_text(encoding="utf-8"))
        partner = open_recipe("voice-cnn").model_dump(mode="json")
        run["recipe"]["partners"] = [{"recipe": partner, "weight": 1}]
        run["unsettled"] = [0.0, 0.5 if run["fold"] else 0.4]
        path.write_text(json.dumps(run), encoding="utf-8")
    note = unsettled_note(load_study(tmp_path))
    assert note is not None
    assert "smote-2dcnn's partner voice-cnn × speaker-folds (50.0 % of" in note
