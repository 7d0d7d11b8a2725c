"""What must be read before any figure: on what data, with what settings, and what is not there."""

from __future__ import annotations

from evenvoice.metrics import trust
from evenvoice.paper.baselines import differences
from evenvoice.paper.experiments import SYSTEMS, system
from evenvoice.paper.folder import Reproduction
from evenvoice.paper.tables import INCOMPLETE
from evenvoice.recipes import open_recipe, recipe_names
from evenvoice.study.marks import LEAKY
from evenvoice.tables import count


def banners(found: Reproduction) -> list[tuple[str, str]]:
    """Return what must be read before any figure, the gravest first: a word, and the sentences after it."""
    record, tables = found.record, found.tables
    said = []
    if record.quick:
        said.append(("QUICK", "A few epochs of short inputs: every step works, and no figure here says anything."))
    if record.scale is not None:
        kept, whole = sum(record.kept.values()), sum(record.emotions.values())
        said.append(("SCALED", f"{count(kept, 'utterance')} of {whole} were run."))
    if tables.study.corpus["synthetic"]:
        said.append(("SYNTHETIC SPEECH", "A machine spoke this corpus, and no accuracy claim rests on it."))
    leaky = [f"{ours.result.recipe} × {ours.result.protocol}" for ours in tables.shown() if ours.result.leaky]
    if leaky:
        words = (
            f"{count(len(leaky), 'result')} in the paper’s own order, in which the whole corpus is normalised and "
            f"balanced before it is split ({', '.join(leaky)}). They show what that order buys; they do not measure "
            "recognition."
        )
        said.append((LEAKY, words))
    return said


def differing(found: Reproduction) -> list[str]:
    """Say which recipes were run with other settings than shipped, and with which."""
    groups: dict[str, list[str]] = {}
    for recipe, ours in {ours.result.recipe: ours for ours in found.tables.shown()}.items():
        if recipe not in SYSTEMS and recipe not in recipe_names():
            groups.setdefault("not shipped, so there is nothing to compare its settings with", []).append(recipe)
            continue
        shipped = system(recipe) if recipe in SYSTEMS else open_recipe(recipe)
        changed = differences(ours.result.runs[0].info["recipe"], shipped)
        if changed:
            groups.setdefault(f"other settings than shipped: {'; '.join(changed)}", []).append(recipe)
    return [f"{', '.join(recipes)}: {what}." for what, recipes in groups.items()]


def missing(found: Reproduction) -> list[str]:
    """Say what is not there: failed, not run, not complete."""
    said = [f"{recipe} failed: {why}" for recipe, why in found.record.failures.items()]
    absent = found.tables.not_run()
    if absent:
        said.append(f"Not run: {'; '.join(absent)}.")
    said += [
        f"Not complete: {ours.result.recipe} × {ours.result.protocol}."
        for ours in found.tables.shown()
        if INCOMPLETE in ours.marks
    ]
    return said


def about(found: Reproduction) -> list[str]:
    """Say on what data this is, and how to read the figures."""
    record, tables = found.record, found.tables
    corpus = tables.study.corpus
    same = corpus["name"] == "iemocap" and set(corpus["labels"]) == {"angry", "happy", "sad", "neutral"}
    data = (
        "The paper’s corpus and its four emotions, happy without excited."
        if same and sum(record.emotions.values()) == 4490
        else "The paper’s data are IEMOCAP’s angry, happy, sad and neutral. These are others, so the levels cannot be "
        "compared with its figures; what can be compared is what each step buys."
    )
    said = [
        f"{corpus['name']}: {count(corpus['utterances'], 'utterance')}, {count(len(corpus['labels']), 'emotion')} "
        f"({', '.join(corpus['labels'])}). Licence: {corpus['licence'] or 'not stated'}. {data}",
        "WA: share of test rows recognised, the paper’s “accuracy”. UA: mean of the emotions’ recalls. Per cent, with "
        "95 % intervals in brackets, then seeds × folds and the time of all fits and answers, each on one thread.",
    ]
    shown = tables.shown()
    if shown:
        unseen = [ours for ours in shown if ours.result.protocol == tables.unseen]
        said.append(trust((unseen or shown)[0].every.ua))
    said.append(
        "Each contradiction in the paper, how it was resolved, and the option for the other reading: "
        "docs/contradictions.md of evenvoice."
    )
    return said
