"""The page of a tuning, on fabricated trials and on the study that is small enough to work out by hand."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from optuna.trial import TrialState

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.report.tuning import tuning_as_json, tuning_as_text, write_tuning_report
from evenvoice.tuning import load_tuning
from evenvoice.tuning.space import own_settings
from evenvoice.tuning.store import REASON, Store
from tests.report.fabricated import UNSEEN, write_run, write_study
from tests.report.test_page import Page

pytestmark = pytest.mark.slow

ODD = "<i>tiny</i> & $co$"
RECIPE = open_recipe(
    "smote-2dcnn",
    {"shape": {"name": "mean"}, "search": {**dict.fromkeys(open_recipe("smote-2dcnn").search),
     "training.learning_rate": {"low": 1e-4, "high": 0.1, "log": True}, "model.options.dropout": [0.0, 0.5]}},
)  # fmt: skip


def write_tuning(folder: Path, uas: list[float], *, opened: bool = True, recipe: Recipe = RECIPE) -> Path:
    """Write a tuning whose complete trials have these UAs, one pruned trial and one that failed."""
    folder.mkdir(parents=True, exist_ok=True)
    store = Store(folder)
    bound = {"corpus": "0", "recipe": recipe.model_dump(mode="json"), "protocol": "speaker-folds", "fold": 0,
             "inner folds": 3, "seed": 0}  # fmt: skip
    about = {"corpus": ODD, "licence": "CC0", "synthetic": True, "labels": ["angry", "happy"], "promise": "unseen",
             "held_out": "speakers 01, 02", "inner": "speaker-folds", "inside": 3, "test": 3}  # fmt: skip
    own = own_settings(recipe)
    store.bind(bound, about, own)
    for number, ua in enumerate([*uas, None, None]):
        with store.claim(recipe.search, own, 99, 0) as claim:
            assert claim is not None
            if ua is not None:
                store.study.tell(claim.trial, ua)
            elif number == len(uas):
                claim.trial.report(0.2, 10)
                claim.trial.set_user_attr(REASON, "after epoch 10 on the first part")
                store.study.tell(claim.trial, state=TrialState.PRUNED)
            else:
                claim.trial.set_user_attr(REASON, "class <b>sad</b>: 3 rows")
                store.study.tell(claim.trial, state=TrialState.FAIL)
    if opened:
        store.open_test_part(max(range(len(uas)), key=lambda number: uas[number]), len(uas) + 2)
        (folder / "smote-2dcnn-tuned.yaml").write_text("extends: smote-2dcnn\n", encoding="utf-8")
        write_study(folder, commands=["evenvoice tune <corpus>"])
        for name, answers in (
            ("smote-2dcnn", ("angry", "happy", "happy")),
            ("smote-2dcnn-tuned", ("angry", "angry", "happy")),
        ):
            write_run(
                folder,
                dict(zip(("a1", "a2", "h1"), answers, strict=True)),
                recipe=name,
                protocol="given",
                promise=UNSEEN,
            )
    store.close()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve complete trials; the fourth is the best."""
    uas = [0.5, 0.4, 0.45, 0.62, 0.6, 0.41, 0.42, 0.43, 0.44, 0.46, 0.47, 0.62]
    folder = write_tuning(tmp_path_factory.mktemp("tuning"), uas)
    write_tuning_report(folder, figures="pdf")
    return folder


@pytest.fixture(scope="module")
def text(folder: Path) -> str:
    return (folder / "tuning.html").read_text(encoding="utf-8")


def test_the_page_stands_alone(text: str) -> None:
    page = Page(text)
    names = [name for name, _ in page.tags]
    assert "script" not in names
    assert "link" not in names
    assert "http://" not in text
    assert "https://" not in text
    sources = [str(attributes["src"]) for name, attributes in page.tags if name == "img"]
    assert len(sources) == 2
    for source in sources:
        assert base64.b64decode(source.removeprefix("data:image/svg+xml;base64,")).lstrip().startswith(b"<?xml")
    assert all(attributes["alt"] for name, attributes in page.tags if name == "img")


def test_whatever_is_named_is_escaped(text: str) -> None:
    assert "<i>tiny</i>" not in text
    assert "<b>sad</b>" not in text
    assert "class &lt;b&gt;sad&lt;/b&gt;: 3 rows" in text
    assert "Synthetic speech." in text


def test_the_test_figures_have_intervals_and_the_sentence_that_it_was_opened_once(text: str) -> None:
    section = re.sub(r"\s+", " ", Page(text).sections["test"])
    # Angry 1 of 2, happy 1 of 1; then all of them.
    assert re.search(r"smote-2dcnn ?75\.0 (–|\[[\d.]+, [\d.]+\]) ?66\.7", section)
    assert re.search(r"smote-2dcnn-tuned ?100\.0 (–|\[[\d.]+, [\d.]+\]) ?100\.0", section)
    assert "Tuned minus as it is: +25.0 " in section
    once = "The test part (speakers 01, 02; 3 utterances) was opened once, after 14 trials, for these two recipes."
    assert once in section


def test_the_first_of_the_best_is_chosen_and_marked(text: str) -> None:
    rows = re.findall(r"<tr class=\"best\">.*?</tr>", text, re.DOTALL)
    assert len(rows) == 1
    assert ">3</td>" in rows[0]
    assert "<strong>62.0</strong>" in rows[0]
    page = Page(text)
    assert re.search(r"62\.0 % UA on validation trial 3, the highest", re.sub(r"\s+", " ", page.sections["chosen"]))
    assert "50.0 % UA on validation the recipe as it is" in re.sub(r"\s+", " ", page.sections["chosen"])
    search = page.sections["search"]
    assert "12 complete, 1 pruned, 1 failed" in search
    assert "after epoch 10 on the first part" in search


def test_figures_are_files_too(folder: Path) -> None:
    for name in ("tuning-trials", "tuning-importance"):
        assert (folder / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")


def test_terminal_and_json_say_the_same(folder: Path) -> None:
    tuning = load_tuning(folder)
    said = tuning_as_text(tuning)
    assert "14 trials: 12 complete, 1 pruned, 1 failed." in said
    assert "Validation UA %: smote-2dcnn 50.0, tuned 62.0 (trial 3" in said
    printed = tuning_as_json(tuning)
    assert printed["validation_ua"] == {"recipe": 0.5, "tuned": 0.62}
    assert printed["trials"] == {"complete": 12, "pruned": 1, "failed": 1, "interrupted": 0}
    assert [each["ua"]["estimate"] for each in printed["test"]] == [0.75, 1.0]
    assert set(printed["importances"]) == set(RECIPE.search)
    assert sum(printed["importances"].values()) == pytest.approx(1)


def test_what_matters_is_shown_from_ten_complete_trials_on(tmp_path: Path) -> None:
    folder = write_tuning(tmp_path, [0.5, 0.4, 0.6], opened=False)
    text = write_tuning_report(folder).read_text(encoding="utf-8")
    assert "cannot be estimated from 3 complete trials: it takes 10" in text
    assert not (folder / "figures" / "tuning-importance.png").exists()


def test_a_setting_that_decides_is_found_important(tmp_path: Path) -> None:
    store = Store(tmp_path)
    own = own_settings(RECIPE)
    bound = {"recipe": RECIPE.model_dump(mode="json"), "seed": 0, "inner folds": 2}
    store.bind(bound, {}, own)
    for _ in range(12):
        with store.claim(RECIPE.search, own, 99, 0) as claim:
            assert claim is not None
            store.study.tell(claim.trial, 0.8 if claim.settings["model.options.dropout"] else 0.3)
    store.close()
    assert load_tuning(tmp_path).importances["model.options.dropout"] > 0.8


def test_a_tuning_that_is_not_finished_shows_no_test_figure(tmp_path: Path) -> None:
    folder = write_tuning(tmp_path, [0.5, 0.4], opened=False)
    page = Page(write_tuning_report(folder).read_text(encoding="utf-8"))
    assert "test" not in page.sections
    assert "is closed: no trial is given anything of it" in tuning_as_text(load_tuning(folder))


def test_no_tuning_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"holds no tuning\.db; expected a folder that `evenvoice tune --out`"):
        write_tuning_report(tmp_path)
