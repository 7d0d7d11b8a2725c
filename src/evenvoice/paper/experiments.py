"""What is run, as data: recipes, protocols, and which experiment of the paper (section 4.3) each belongs to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError, nearest
from evenvoice.features import SHAPES
from evenvoice.models import is_network
from evenvoice.options import options_of
from evenvoice.paper import published
from evenvoice.recipes import NO_SETTINGS, Recipe, flattened, merged, open_recipe, read_yaml, recipe_names, renamed

_SAYS_NOTHING = {"name", *NO_SETTINGS}


def replaced(files: Sequence[str], names: Sequence[str]) -> dict[str, Recipe]:
    """Return the recipe for each baseline that a file replaces, under the baseline's own name.

    Args:
        files: ``.yaml`` recipes. Each has the name of a baseline, or says ``extends:`` and a baseline's name.
        names: The baselines.

    Raises:
        EvenvoiceError: A file that cannot be opened or is of no baseline, or two of the same one.

    Examples:
        >>> replaced(["mine.yaml"], ["svm"])
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: recipe 'mine.yaml': no such file; check the path (a shipped \
recipe is named without .yaml: see `evenvoice recipe list`)
    """
    found: dict[str, Recipe] = {}
    for file in files:
        recipe = open_recipe(file)
        name = recipe.name if recipe.name in names else _extended(file)
        if name not in names:
            raise EvenvoiceError(
                f"--baseline {file}: {recipe.name!r} is not a baseline{nearest(recipe.name, list(names))}, and extends "
                f"none; give it the name of one, or extend it: {', '.join(names)}"
            )
        if name in found:
            raise EvenvoiceError(
                f"--baseline {file}: another file replaces {name!r} already; give one for each baseline"
            )
        found[name] = recipe.model_copy(update={"name": name})
    return found


def differences(run: Mapping[str, Any], shipped: Recipe) -> list[str]:
    """Say how a recipe as it was run differs from another one: ``training.epochs 5 (shipped: 100)``.

    Args:
        run: The recipe of a run's ``run.json``. A key that it does not have is of a later version, and no difference.
        shipped: What to compare it with.

    Examples:
        >>> recipe = open_recipe("2dcnn")
        >>> differences(open_recipe(recipe, {"training": {"epochs": 5}}).model_dump(mode="json"), recipe)
        ['training.epochs 5 (shipped: 100)']
    """
    here, there = _settings(run), _settings(shipped.model_dump(mode="json"))
    changed = [name for name in here if here[name] != there.get(name)]
    return [f"{name} {_said(here[name])} (shipped: {_said(there.get(name))})" for name in changed]


def _extended(file: str) -> Any:
    """What a recipe file extends; it was read before, so it is YAML."""
    return read_yaml(Path(file).read_text(encoding="utf-8")).get("extends")


def _settings(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Path and value of each setting that a result depends on."""
    return flattened({key: value for key, value in recipe.items() if key not in _SAYS_NOTHING})


def _said(value: Any) -> str:
    """A value as it is written in a recipe; options that one side does not have are left to the model."""
    return "not set" if value is None else str(value)


EXPERIMENTS: Final = (1, 2, 3)
PAPER, RANDOM = "paper", "random"

# The paper's own network: our recipe → the shipped one it is made from, and the form of its features.
SYSTEMS: Final = {
    "2dcnn-mean": ("2dcnn", "mean"),
    "smote-2dcnn-mean": ("smote-2dcnn", "mean"),
    "2dcnn-array": ("2dcnn", "array"),
    "smote-2dcnn-array": ("smote-2dcnn", "array"),
}
# Experiment 3 compares the last one only; its row of Table 6 was measured in the paper's order.
_SYSTEMS_OF: Final = {
    1: ("2dcnn-mean", "2dcnn-array"),
    2: ("smote-2dcnn-mean", "2dcnn-array", "smote-2dcnn-array"),
    3: (published.OWN.recipe,),
}
NETWORKS: Final = tuple(method.recipe for method in published.BASELINES)
# The classifiers that the paper names without numbers, and what any of them must beat.
CLASSICAL: Final = ("gmm", "hmm", "dtw", "knn", "svm", "mlp", "dbn", "functionals-svm", "majority")
BASELINES: Final = (*NETWORKS, *CLASSICAL)

# Enough to see every step work, and no more.
_QUICK_SYSTEMS: Final = {"features": {"hop_length": 1024}, "training": {"epochs": 3}}
_QUICK_SECONDS = 1.0
# Pieces shorter than the input, so that there are two of them to average.
_QUICK_OPTIONS: Final = {"cnn-lstm": {"piece_frames": 50}}

# With more sessions than this, one fold each would take too long.
_MOST_SESSIONS = 10


@dataclass(frozen=True)
class Part:
    """One recipe under some protocols: what is evaluated in one go.

    Attributes:
        recipe: Which.
        protocols: Under which.
        test_curves: Whether loss and accuracy on the test part are recorded, to draw Figures 3 and 4.
    """

    recipe: Recipe
    protocols: tuple[str, ...]
    test_curves: bool = False


def experiment_parts(
    corpus: Corpus,
    experiments: Collection[int] = EXPERIMENTS,
    *,
    quick: bool = False,
    changes: Mapping[str, Any] | None = None,
    baselines: Sequence[str] = (),
) -> list[Part]:
    """Return everything that is to be run, the paper's own network first.

    Args:
        corpus: On which corpus; its speakers and sessions decide what "unseen" can mean.
        experiments: Which of the three.
        quick: A few epochs of short inputs. The figures then say nothing.
        changes: What to change in the recipes of the paper's own network, nested as a recipe is.
        baselines: ``.yaml`` files, each replaces the shipped baseline whose name it has, or that it ``extends``.

    Raises:
        EvenvoiceError: An unknown experiment, or a recipe that cannot be opened.
    """
    for number in experiments:
        if number not in EXPERIMENTS:
            raise EvenvoiceError(f"experiment {number}: the paper has {', '.join(map(str, EXPERIMENTS))}")
    if baselines and 3 not in experiments:
        raise EvenvoiceError(
            f"--baseline {baselines[0]}: baselines are of experiment 3; add --experiment 3, or leave --baseline out"
        )
    unseen = unseen_protocol(corpus)
    found = []
    for name in SYSTEMS:
        of = {number for number in experiments if name in _SYSTEMS_OF[number]}
        if not of:
            continue
        recipe = system(name, quick=quick, changes=changes)
        # A part to validate on is what the paper's order does not have, and a fit watches one part only.
        watched = bool(recipe.training.validation_share)
        protocols = [PAPER, RANDOM, unseen] if of != {3} else [PAPER, unseen]
        found.append(
            Part(recipe, tuple(name for name in protocols if not (watched and name == PAPER)), test_curves=not watched)
        )
    if 3 in experiments:
        instead = replaced(baselines, BASELINES)
        shipped = recipe_names()
        for name in BASELINES:
            if name in instead or name in shipped:
                recipe = instead.get(name) or open_recipe(name)
                found.append(Part(quickly(recipe) if quick else recipe, (unseen,)))
    return found


def system(name: str, *, quick: bool = False, changes: Mapping[str, Any] | None = None) -> Recipe:
    """Return a recipe of the paper's own network.

    Examples:
        >>> recipe = system("smote-2dcnn-array", changes={"features": {"hop_length": 1024}})
        >>> recipe.name, recipe.shape.name, recipe.features.options["hop_length"], recipe.training.epochs
        ('smote-2dcnn-array', 'array', 1024, 100)
    """
    base, form = SYSTEMS[name]
    changes = renamed(changes or {}, warn=True)
    for key, given in (("name", changes), ("shape.name", changes.get("shape"))):
        if isinstance(given, Mapping) and key.rpartition(".")[2] in given:
            raise EvenvoiceError(f"--set {key}: the experiments compare recipes by their {key}, and set it themselves")
    # In one go: what a recipe works out when it is opened (a validation part to select on) must see every change.
    identity = {"name": name, "shape": {"name": form}}
    taken = options_of(SHAPES[form]).model_fields
    if isinstance(changes.get("shape"), Mapping):  # how many seconds are shown is nothing to a mean
        changes["shape"] = {key: value for key, value in changes["shape"].items() if key in taken}
    short = {"shape": {"seconds": _QUICK_SECONDS}} if quick and form != "mean" else {}
    return open_recipe(base, merged(_QUICK_SYSTEMS if quick else {}, short, changes, identity))


def quickly(recipe: Recipe) -> Recipe:
    """Return a baseline with the least that shows that it works: one epoch of the first second."""
    changes: dict[str, Any] = {}
    if is_network(recipe.model.name):
        changes["training"] = {"epochs": 1}
    if recipe.shape.name == "sequence":
        changes["shape"] = {"seconds": min(_QUICK_SECONDS, recipe.shape.options["seconds"])}
    changes["model"] = {"options": _QUICK_OPTIONS.get(recipe.model.name, {})}
    return open_recipe(recipe, changes)


def absent_baselines(there: Collection[str]) -> list[str]:
    """Return the baselines that are neither shipped nor among those that are there."""
    return [name for name in BASELINES if name not in there and name not in recipe_names()]


def unseen_protocol(corpus: Corpus) -> str:
    """Return the protocol of the strictest promise that the corpus allows.

    ``session`` where speakers were recorded together in few sessions and each belongs to one of them, as in IEMOCAP,
    where it is the usual protocol: the partner of a test speaker is then unseen too. Else ``speaker-folds``;
    ``speaker`` where there are fewer speakers than its five folds; ``kfold`` where speakers are not known, or
    there is one.

    Examples:
        >>> from pathlib import Path
        >>> from evenvoice.corpora import Utterance, table_of
        >>> def corpus(speakers, sessions):
        ...     rows = [Utterance(str(n), Path("/a.wav"), "sad", speaker=str(n % speakers) if speakers else None,
        ...             session=str(n % sessions) if sessions else None) for n in range(60)]
        ...     return Corpus("mine", table_of(rows), "CC0-1.0")
        >>> [unseen_protocol(corpus(*counts)) for counts in ((10, 5), (10, 0), (3, 0), (0, 5))]
        ['session', 'speaker-folds', 'speaker', 'kfold']
    """
    speakers = corpus.table["speaker"]
    if not corpus.has("speaker") or speakers.nunique() < 2:
        return "kfold"
    if corpus.has("session"):
        sessions = corpus.table["session"]
        of_one_session = bool((sessions.groupby(speakers).nunique() == 1).all())
        if of_one_session and 3 <= sessions.nunique() <= min(_MOST_SESSIONS, speakers.nunique() - 1):
            return "session"
    return "speaker-folds" if speakers.nunique() >= 5 else "speaker"
