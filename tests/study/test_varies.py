"""What another seed changes: known of a recipe's parts, seen in the answers, and true in every sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from evenvoice.metrics import Varies, mdd_of
from evenvoice.metrics.interval import FIXED, FOLDS, MODEL, RECIPE, THESE_FOLDS
from evenvoice.recipes import open_recipe
from evenvoice.study import Result, Seed, Study, compare, evaluate, load_study
from evenvoice.study.varies import found
from tests.study.noise import noise_corpus

PROTOCOLS = ("speaker", "speaker-folds")
MLP = {"model": {"options": {"max_iter": 3}}}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("varies")
    corpus = noise_corpus(folder, n_speakers=6)
    recipes = [open_recipe("knn"), open_recipe("svm"), open_recipe("mlp", MLP)]
    return evaluate(corpus, recipes, list(PROTOCOLS), seeds=[0, 1], out=folder / "study", jobs=1)


def _one_seed(study: Study) -> Study:
    return study.only([result.recipe for result in study.results], PROTOCOLS, [0])


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [1, 2])
@pytest.mark.parametrize(
    ("recipe", "protocol", "varies", "target"),
    [
        ("knn", "speaker", "nothing", (FIXED, FIXED)),
        ("knn", "speaker-folds", "folds", (THESE_FOLDS, FOLDS)),
        ("mlp", "speaker", "fits", (MODEL, RECIPE)),
        ("mlp", "speaker-folds", "fits", (MODEL, RECIPE)),
    ],
)
def test_the_target_of_a_result(
    study: Study, recipe: str, protocol: str, varies: Varies, target: tuple[str, str], seeds: int
) -> None:
    result: Result = (study if seeds == 2 else _one_seed(study))[recipe, protocol]
    assert result.varies == varies
    assert result.intervals["ua"].target == target[seeds - 1]
    assert len(result.distinct) == (1 if varies == "nothing" else seeds)


def test_one_seed_compares_recipes_without_randomness(study: Study) -> None:
    _, other = compare(_one_seed(study), recipes=["knn", "svm"], protocols="speaker")
    assert other.against_first is not None
    assert other.against_first.target == FIXED
    assert "cannot be compared" not in str(compare(_one_seed(study), recipes=["knn", "svm"]).table())


def test_every_fit_of_a_random_recipe_meets_the_one_without_randomness(study: Study) -> None:
    _, random = compare(study, recipes=["knn", "mlp"], protocols="speaker")
    assert random.against_first is not None
    assert (random.against_first.fits, random.against_first.varies) == ((2, 2), ("nothing", "fits"))
    assert not random.against_first.claims
    _, one = compare(_one_seed(study), recipes=["knn", "mlp"], protocols="speaker")
    assert one.against_first is not None
    words = one.against_first.conclusion("knn", "mlp")
    assert words.startswith("There is one fit of mlp, so the recipes cannot be compared; ")


def test_nobody_is_advised_to_fit_again_what_does_not_vary(study: Study) -> None:
    results = [result for result in _one_seed(study).results if result.recipe != "mlp"]
    assert "--seeds" not in mdd_of([each for each in results if each.protocol == "speaker"]).words
    text = str(_one_seed(study).table())
    assert "(nothing in the recipe is random: one fit is all there is)" in text.replace("\n", " ")


def test_what_a_recipe_says_of_itself_is_not_believed_against_its_answers(study: Study, tmp_path: Path) -> None:
    """Two fit seeds on one split answer differently: there is chance in it after all."""
    seeds = {"split-0-fit-0": 0, "split-0-fit-1": 1}
    for fit in (0, 1):
        for fold in study["knn", "speaker"].runs:
            if fold.key.seed != Seed(fit, fit):
                continue
            folder = tmp_path / "runs/knn/speaker" / f"split-0-fit-{fit}" / f"fold-{fold.key.fold}"
            folder.mkdir(parents=True)
            info = fold.info | {"split_seed": 0, "fit_seed": fit}
            (folder / "run.json").write_text(json.dumps(info), encoding="utf-8")
            table = fold.predictions
            if fit:
                table["predicted"] = "sad"
            table.to_csv(folder / "predictions.csv", index=False)
    (tmp_path / "study.json").write_text((study.folder / "study.json").read_text(encoding="utf-8"), encoding="utf-8")
    result = load_study(tmp_path)["knn", "speaker"]
    assert len(result.seeds) == len(seeds)
    assert result.varies == "fits"


def test_answers_show_what_varies_whatever_the_order_of_their_rows() -> None:
    one = pd.DataFrame({"utterance": ["a", "b"], "predicted": ["sad", "happy"], "p:sad": [0.7, 0.4]})
    other = one.assign(**{"p:sad": [0.7, 0.3]})
    assert found({Seed(0, 0): one, Seed(1, 1): one[::-1]}) == "nothing"
    assert found({Seed(0, 0): one, Seed(1, 1): other}) is None  # another split or another fit: nobody knows
    assert found({Seed(0, 0): one, Seed(0, 1): one, Seed(1, 0): other, Seed(1, 1): other}) == "folds"
    assert found({Seed(0, 0): one, Seed(0, 1): one, Seed(1, 0): other, Seed(1, 1): one}) == "fits"


@pytest.mark.parametrize(
    ("recipe", "changes", "deterministic"),
    [
        ("voice-linear", {}, True),
        ("functionals-svm", {}, True),
        ("knn", {}, True),
        ("knn", {"balance": {"name": "smote"}}, False),
        ("knn", {"balance": [{"name": "none"}, {"name": "smote"}]}, False),
        ("mlp", {}, False),
        ("smote-2dcnn", {}, False),
    ],
)
def test_a_recipe_is_without_randomness_where_its_parts_are(recipe: str, changes: dict, deterministic: bool) -> None:
    assert open_recipe(recipe, changes).deterministic == deterministic
