"""What a study measured of one recipe on one corpus, as plain data for a model file. Never a LEAKY figure."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import NO_SETTINGS, Recipe
from evenvoice.study.completeness import unfinished
from evenvoice.study.results import Result, Study, load_study
from evenvoice.study.robustness import FILE as ROBUSTNESS_FILE
from evenvoice.study.robustness import open_robustness
from evenvoice.study.systems import compare

Say = Callable[[str], None]

_MEASURES = ("ua", "wa", "ece")


def measured(
    study: Study | Path | str, recipe: Recipe, corpus: Corpus | str, *, say: Say = lambda text: None
) -> list[dict[str, Any]]:
    """Return what a study measured of a recipe on a corpus: one entry for each protocol that is not LEAKY.

    An entry holds ``study`` (the folder's name), ``protocol``, ``promise`` (words), ``disjoint`` (columns of which no
    value is shared by training and test), ``leaky`` (always false), ``transductive``, ``seeds``, ``folds``,
    ``test_utterances`` (of a seed), ``speakers`` (tested; ``None`` where unknown), ``predictions_sha256`` (of the
    ``predictions.csv`` files, by seed and fold), and ``ua``, ``wa`` and ``ece`` with their intervals, as
    `Result.intervals` gives them, and ``compared``: for each other recipe of the study under that protocol its name
    (``recipe``), and ``difference`` (this recipe's UA minus the other's, with its interval), ``p`` after Holm's
    correction, and ``words``, what can be concluded. Where `measure_robustness` wrote into the same folder, the entry
    of its protocol also holds ``conditions``, as `Condition` has them. Protocols whose test speakers are unseen come
    first.

    Args:
        study: The study, or its folder.
        recipe: Its settings count; its name and description do not.
        corpus: The corpus, or its `Corpus.fingerprint`.
        say: Called with a line of text: which results are left out, and why.

    Raises:
        EvenvoiceError: The study is of another corpus, or holds nothing of this recipe that can be advertised.

    Examples:
        ``measured("evaluation", open_recipe("smote-2dcnn"), open_corpus("emodb:data/emodb"))[0]["ua"]["low"]``
    """
    study = study if isinstance(study, Study) else load_study(study)
    _check_corpus(study, corpus)
    results = _of_recipe(study, recipe)
    if not results:
        there = ", ".join(dict.fromkeys(result.recipe for result in study.results))
        raise EvenvoiceError(
            f"{study.folder}: measured no recipe with the settings of {recipe.name!r}, only {there}; "
            "evaluate this recipe there, with the same --set and --form"
        )
    entries = honest_entries(study, recipe, say=say)
    if not entries:
        protocols = ", ".join(result.protocol for result in results)
        raise EvenvoiceError(
            f"{study.folder}: nothing measured of recipe {recipe.name!r} can be advertised (only {protocols}, LEAKY or "
            "not finished); evaluate with a protocol such as speaker-folds"
        )
    return entries


def honest_entries(study: Study, recipe: Recipe, *, say: Say = lambda text: None) -> list[dict[str, Any]]:
    """Return the entries of `measured`, none where there are none; LEAKY and unfinished results are left out."""
    entries = []
    for result in _of_recipe(study, recipe):
        name = f"{study.folder}: {result.recipe} × {result.protocol}"
        if result.leaky:
            say(f"{name} is left out: LEAKY, no figure to advertise")
        elif unfinished(result):
            say(f"{name} is left out: seed {min(unfinished(result))} is not finished; `evenvoice evaluate` goes on")
        else:
            entries.append(_entry(study, result))
    _add_conditions(entries, study, recipe, say)
    return sorted(entries, key=lambda entry: "speaker" not in entry["disjoint"])


def _add_conditions(entries: list[dict[str, Any]], study: Study, recipe: Recipe, say: Say) -> None:
    """Put what was measured under other conditions beside the figures of the same protocol."""
    found = open_robustness(study.folder)
    if found is None:
        return
    place = f"{study.folder / ROBUSTNESS_FILE}"
    entry = next((entry for entry in entries if entry["protocol"] == found.protocol), None)
    if _settings(found.recipe) != _settings(recipe) or found.fingerprint != study.corpus["fingerprint"]:
        say(f"{place} is left out: of another recipe or corpus")
    elif entry is None:
        say(f"{place} is left out: the study has no finished result of this recipe under protocol {found.protocol}")
    else:
        entry["conditions"] = [one.model_dump(mode="json") for one in found.conditions]


def _entry(study: Study, result: Result) -> dict[str, Any]:
    """One protocol's figures."""
    tables = list(result.pooled.values())
    speakers = {speaker for table in tables if "speaker" in table for speaker in table["speaker"].dropna()}
    promise = result.runs[0].info["promise"]
    digest = hashlib.sha256()
    for run in result.runs:
        digest.update((run.folder / "predictions.csv").read_bytes())
    return {
        "study": study.folder.resolve().name,
        "protocol": result.protocol,
        "promise": promise["words"],
        "disjoint": promise["disjoint"],
        "leaky": result.leaky,
        "transductive": result.transductive,
        "seeds": len(result.seeds),
        "folds": result.folds,
        "test_utterances": len(tables[0]),
        "speakers": len(speakers) or None,
        "predictions_sha256": digest.hexdigest(),
        **{name: result.intervals[name].to_json() for name in _MEASURES},
        "compared": _compared(study, result),
    }


def _compared(study: Study, result: Result) -> list[dict[str, Any]]:
    """This recipe against every other that the study measured on the same utterances."""
    others = [other for other in study.results if other.protocol == result.protocol and other.recipe != result.recipe]
    if not others:
        return []
    whole = dataclasses.replace(study, results=(result, *others))
    entries = []
    for standing in compare(whole, (result.recipe, result.protocol))[1:]:
        found = standing.against_first
        if found is None or standing.p_holm is None or isnan(found.difference):
            continue
        ends = (None, None) if isnan(found.low) else (-found.high, -found.low)
        entries.append({
            "recipe": standing.system.name,
            "difference": {"estimate": -found.difference, "low": ends[0], "high": ends[1]},
            "p": standing.p_holm,
            "words": found.conclusion(result.recipe, standing.system.name, standing.p_holm),
        })  # fmt: skip
    return entries


def _check_corpus(study: Study, corpus: Corpus | str) -> None:
    """Raise unless the study is of this corpus: the same recordings, labels and speakers."""
    fingerprint = corpus if isinstance(corpus, str) else corpus.fingerprint()
    measured_on = study.corpus
    if measured_on["fingerprint"] != fingerprint:
        now = "the corpus named" if isinstance(corpus, str) else f"the {len(corpus)} of {corpus.name} now"
        raise EvenvoiceError(
            f"{study.folder}: measured corpus {measured_on['name']} ({measured_on['utterances']} utterances), other "
            f"than {now}; evaluate on the same corpus, with the same --emotions and --without"
        )


def _of_recipe(study: Study, recipe: Recipe) -> list[Result]:
    """The runs with the recipe's settings, one result a protocol; of two recipes that are the same, its namesake."""
    wanted = _settings(recipe)
    found: dict[str, Result] = {}
    for result in sorted(study.results, key=lambda result: result.recipe != recipe.name):
        # A folder may hold one seed of these settings and another seed of others.
        runs = tuple(run for run in result.runs if _settings(run.info["recipe"]) == wanted)
        if runs:
            found.setdefault(result.protocol, dataclasses.replace(result, runs=runs))
    return list(found.values())


def _settings(recipe: Recipe | dict[str, Any]) -> dict[str, Any] | None:
    """What a result depends on; ``None`` for settings that this evenvoice does not know, which are no recipe's here."""
    try:
        recipe = recipe if isinstance(recipe, Recipe) else Recipe.model_validate(recipe)
    except ValidationError:
        return None
    return recipe.model_dump(mode="json", exclude={"name", *NO_SETTINGS})
