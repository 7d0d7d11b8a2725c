"""No false alarm: every shipped recipe and every protocol, and what is found is what leaky protocols do by design."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenvoice.audit import Audit
from evenvoice.audit.run import audit_run
from evenvoice.models import is_network
from evenvoice.protocols import PROTOCOLS, SELECT_ON_TEST
from evenvoice.recipes import Recipe, recipe_names
from evenvoice.study import evaluate
from tests.audit.mutations.conftest import noise_corpus
from tests.quick import quick_recipe

pytestmark = pytest.mark.slow

PROTOCOL_NAMES = [*PROTOCOLS, f"speaker-folds{SELECT_ON_TEST}"]
# By design, and marked so.
LEAKY = {
    "paper": {"leaky-protocol", "step-saw-test", "synthetic-parent-in-test", "synthetic-test-rows"},
    PROTOCOL_NAMES[-1]: {"leaky-protocol", "step-saw-test"},
}
# Two seeds: of what has no randomness, and of what has.
TWICE = ("majority", "svm", "2dcnn", "gmm")


def _recipe(name: str) -> Recipe:
    few = {"balance": {"options": {"k_neighbors": 2}}} if name == "smote-2dcnn" else {}
    return quick_recipe(name, few)


def _protocols(number: int, recipe: Recipe) -> list[str]:
    """One protocol a recipe, another for each; all of them for a recipe that costs nothing."""
    every = [
        name
        for name in PROTOCOL_NAMES
        if (is_network(recipe.model.name) or not name.endswith(SELECT_ON_TEST))
        and not (name == "paper" and recipe.training.validation_share)
    ]
    chosen = {"majority": every, "smote-2dcnn": [PROTOCOL_NAMES[-1], "paper", "random", "cross"]}
    return chosen.get(recipe.name, [every[number % len(every)]])


@pytest.fixture(scope="module")
def study_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every recipe, each under some protocols; five speakers, so that folds of speakers can be made."""
    corpus = noise_corpus(tmp_path_factory.mktemp("five-speakers"), 5)
    out = tmp_path_factory.mktemp("every-recipe")
    with pytest.MonkeyPatch.context() as patch:  # a machine of known speed: measuring it takes a second
        patch.setattr("evenvoice.study.cost.rows_per_second", lambda *_: 100.0)
        for number, name in enumerate(recipe_names()):
            recipe = _recipe(name)
            protocols = _protocols(number, recipe)
            evaluate(corpus, [recipe], protocols, seeds=(0, 1) if name in TWICE else (0,), out=out, jobs=1)
    return out


@pytest.fixture(scope="module")
def audit_of_all(study_of_all: Path) -> Audit:
    return audit_run(study_of_all)


def test_no_recipe_is_called_a_leak_under_any_protocol(study_of_all: Path, audit_of_all: Audit) -> None:
    tested = {path.name for path in study_of_all.glob("runs/*/*")}
    assert tested == set(PROTOCOL_NAMES)
    assert {path.name for path in study_of_all.glob("runs/*")} == set(recipe_names())
    for finding in audit_of_all.findings:
        if finding.kind.code == "one-fit-comparison":  # the recipes stand side by side here to be audited
            continue
        protocol = finding.message.split(" × ")[-1].split(":")[0]
        assert finding.kind.code in LEAKY.get(protocol, ()), (finding.kind.code, finding.message, finding.evidence)
    assert {
        finding.message.split(" × ")[-1] for finding in audit_of_all.findings if finding.kind.code == "leaky-protocol"
    } == (set(LEAKY))


def test_what_is_known_of_speakers_is_said_once_a_protocol(audit_of_all: Audit) -> None:
    said = [name for name in audit_of_all.facts if "test speakers" in name]
    assert len(said) == len({name.split(":")[0] for name in said}) < len(PROTOCOL_NAMES)
