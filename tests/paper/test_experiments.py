from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evenvoice.corpora import Corpus
from evenvoice.corpora.corpus import Utterance, table_of
from evenvoice.errors import EvenvoiceError
from evenvoice.paper import experiment_parts
from evenvoice.paper.experiments import BASELINES, SYSTEMS, Part, system, unseen_protocol
from evenvoice.recipes import open_recipe, recipe_names


@pytest.fixture
def corpus() -> Corpus:
    rows = [Utterance(str(n), Path(f"/{n}.wav"), "sad", speaker=str(n % 6)) for n in range(12)]
    return Corpus("mine", table_of(rows), "CC0-1.0")


def by_name(parts: list[Part]) -> dict[str, Part]:
    return {part.recipe.name: part for part in parts}


def test_everything_is_run_on_unseen_speakers_and_the_papers_own_network_in_its_order_too(corpus: Corpus) -> None:
    parts = by_name(experiment_parts(corpus))
    assert list(parts) == [*SYSTEMS, *(name for name in BASELINES if name in recipe_names())]
    for name in SYSTEMS:
        assert parts[name].protocols == ("paper", "random", "speaker-folds")
        assert parts[name].test_curves
    for name in set(parts) - set(SYSTEMS):
        assert parts[name].protocols == ("speaker-folds",)
        assert parts[name].recipe == open_recipe(name)
        assert not parts[name].test_curves


@pytest.mark.parametrize(
    ("experiment", "names"),
    [
        (1, {"2dcnn-mean", "2dcnn-array"}),
        (2, {"2dcnn-array", "smote-2dcnn-array", "smote-2dcnn-mean"}),
        (3, {"smote-2dcnn-array", *BASELINES} & {"smote-2dcnn-array", *recipe_names()}),
    ],
)
def test_each_experiment_has_its_systems(corpus: Corpus, experiment: int, names: set[str]) -> None:
    parts = by_name(experiment_parts(corpus, [experiment]))
    assert set(parts) == names
    if experiment == 3:
        assert parts["smote-2dcnn-array"].protocols == ("paper", "speaker-folds")


def test_every_baseline_is_shipped() -> None:
    assert set(BASELINES) <= set(recipe_names())


def test_the_systems_are_the_shipped_recipes_in_another_form(corpus: Corpus) -> None:
    parts = by_name(experiment_parts(corpus, [1, 2], changes={"features": {"hop_length": 1024}}))
    for name, (base, form) in SYSTEMS.items():
        changes = {"name": name, "shape": form, "features": {"hop_length": 1024}}
        assert parts[name].recipe == open_recipe(base, changes)
    assert parts["smote-2dcnn-array"].recipe.balance.name == "smote"
    assert parts["2dcnn-array"].recipe.balance.name == "none"


def test_changes_are_for_the_papers_own_network_alone(corpus: Corpus) -> None:
    parts = by_name(experiment_parts(corpus, changes={"training": {"epochs": 7}}))
    assert {name for name, part in parts.items() if part.recipe.training.epochs == 7} == set(SYSTEMS)


def test_quick_is_quick_and_what_the_user_asks_for_comes_first(corpus: Corpus) -> None:
    for part in experiment_parts(corpus, quick=True, changes={"training": {"epochs": 2}}):
        own = part.recipe.name in SYSTEMS
        if own or part.recipe.training.validation_share:
            assert part.recipe.training.epochs == (2 if own else 1)
        if part.recipe.shape.name in ("array", "sequence"):
            assert part.recipe.shape.options["seconds"] <= 1


def test_a_validation_part_leaves_no_room_for_the_papers_order_and_for_test_curves(corpus: Corpus) -> None:
    part = experiment_parts(corpus, [1], changes={"training": {"select": "best-on-validation"}})[0]
    assert part.protocols == ("random", "speaker-folds")
    assert not part.test_curves


def test_an_unknown_experiment_is_refused(corpus: Corpus) -> None:
    with pytest.raises(EvenvoiceError, match="experiment 4: the paper has 1, 2, 3"):
        experiment_parts(corpus, [4])


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], str]:
    def write(name: str, text: str) -> str:
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_file_replaces_the_baseline_that_it_extends(corpus: Corpus, file: Callable[[str, str], str]) -> None:
    cheap = file("cheap", "extends: svm\nmodel: {options: {C: 3.0}}\n")
    parts = by_name(experiment_parts(corpus, [3], baselines=[cheap]))
    assert parts["svm"].recipe.model.options["C"] == 3.0
    assert "cheap" not in parts
    assert parts["knn"].recipe == open_recipe("knn")


def test_a_file_replaces_the_baseline_that_it_has_the_name_of(corpus: Corpus, file: Callable[[str, str], str]) -> None:
    own = file("own", "extends: 2dcnn\nname: cnn-lstm\ntraining: {epochs: 2}\n")
    parts = by_name(experiment_parts(corpus, [3], baselines=[own]))
    assert parts["cnn-lstm"].recipe.training.epochs == 2
    assert parts["cnn-lstm"].recipe.model.name == "2dcnn"


def test_baselines_are_of_the_third_experiment(corpus: Corpus) -> None:
    with pytest.raises(EvenvoiceError, match=r"--baseline absent\.yaml: baselines are of experiment 3; add"):
        experiment_parts(corpus, [1, 2], baselines=["absent.yaml"])


def test_a_file_of_no_baseline_and_two_of_one_are_refused(corpus: Corpus, file: Callable[[str, str], str]) -> None:
    other = file("other", "extends: weighted-2dcnn\n")
    with pytest.raises(EvenvoiceError, match=r"'other' is not a baseline.*bilstm-attention, .*majority"):
        experiment_parts(corpus, [3], baselines=[other])
    twice = [file("a", "extends: svm\n"), file("b", "extends: svm\n")]
    with pytest.raises(EvenvoiceError, match="another file replaces 'svm' already"):
        experiment_parts(corpus, [3], baselines=twice)


@pytest.mark.parametrize(
    ("speakers", "sessions", "protocol"),
    [
        (10, 5, "session"),  # IEMOCAP: two speakers a session
        (10, 0, "speaker-folds"),
        (10, 2, "speaker-folds"),  # two sessions: half of the corpus to learn from
        (60, 12, "speaker-folds"),  # twelve folds
        (4, 0, "speaker"),
        (0, 5, "kfold"),
    ],
)
def test_unseen_means_the_strictest_that_the_corpus_allows(speakers: int, sessions: int, protocol: str) -> None:
    rows = [
        Utterance(
            str(n), Path(f"/{n}.wav"), "sad",
            speaker=str(n % speakers) if speakers else None, session=str(n % sessions) if sessions else None,
        )
        for n in range(120)
    ]  # fmt: skip
    assert unseen_protocol(Corpus("mine", table_of(rows), "CC0-1.0")) == protocol


def test_a_speaker_of_two_sessions_is_not_unseen_in_one() -> None:
    rows = [Utterance(str(n), Path(f"/{n}.wav"), "sad", speaker=str(n % 7), session=str(n % 5)) for n in range(70)]
    assert unseen_protocol(Corpus("mine", table_of(rows), "CC0-1.0")) == "speaker-folds"


def test_one_speaker_alone_can_be_divided_by_kfold() -> None:
    rows = [Utterance(str(n), Path("/a.wav"), "sad", speaker="one") for n in range(8)]
    assert unseen_protocol(Corpus("mine", table_of(rows), "CC0-1.0")) == "kfold"


@pytest.mark.parametrize(("changes", "key"), [({"name": "x"}, "name"), ({"shape": {"name": "mean"}}, "shape.name")])
def test_what_the_experiments_compare_by_cannot_be_set(changes: dict[str, object], key: str) -> None:
    with pytest.raises(EvenvoiceError, match=f"^--set {key}: the experiments compare recipes by their {key}"):
        system("2dcnn-mean", changes=changes)
