"""The page of a tuning: how the settings were found, and what they are worth on the test part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evenvoice import __version__
from evenvoice.files import writing
from evenvoice.metrics import trust
from evenvoice.report.illustrations import Illustration, figure_kinds
from evenvoice.report.templates import fill_template
from evenvoice.report.tuning_figures import importance_figure, trials_figure
from evenvoice.study import Standing, compare, find_runs, load_study
from evenvoice.tables import NOTHING, count, p_value, per_cent, time_in_words, with_interval
from evenvoice.tuning import ENOUGH_TRIALS, Trial, Tuning, load_tuning, own_settings

TEMPLATE = "tuning.html.jinja"
PAGE = "tuning.html"


def write_tuning_report(folder: Path | str, *, figures: str | Sequence[str] = ()) -> Path:
    """Write ``tuning.html`` and its figures, from the trials and the predictions on disk and from nothing else.

    Args:
        folder: What `evenvoice tune --out` wrote. A tuning that is not finished has a page without test figures.
        figures: Write the figures as ``pdf`` or ``svg`` as well.

    Returns:
        The page. It needs no other file and no network.

    Raises:
        EvenvoiceError: The folder holds no tuning, or cannot be written to.

    Examples:
        >>> write_tuning_report("nowhere")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: nowhere: holds no tuning.db; expected a folder that `evenvoice tune --out` \
wrote
    """
    kinds, tuning = figure_kinds(figures), load_tuning(folder)
    drawn = _illustrations(tuning)
    for illustration in drawn.values():
        illustration.write(tuning.folder / "figures", kinds)
    page = tuning.folder / PAGE
    standings = on_test_part(tuning)
    file = tuning.folder / f"{tuning.recipe.name}-tuned.yaml"
    text = fill_template(
        TEMPLATE,
        version=__version__,
        tuning=tuning,
        about=tuning.about,
        best=tuning.best,
        best_ua=per_cent(tuning.best.ua if tuning.best else None),
        first_ua=per_cent(tuning.first.ua if tuning.first else None),
        figures=drawn,
        why_no_importance=_why_no_importance(tuning),
        tests=[_test_row(standing) for standing in standings],
        difference=_difference(standings),
        once=opened_once(tuning),
        trust=trust(standings[0].ua) if standings else "",
        settings=_setting_rows(tuning),
        trials=[_trial_row(tuning, trial) for trial in tuning.trials],
        states=_states(tuning),
        file=file.name,
        yaml=file.read_text(encoding="utf-8") if file.is_file() and tuning.opened else "",
        commands=load_study(tuning.folder).info.get("commands", []) if standings else [],
        took=time_in_words(sum(trial.seconds or 0.0 for trial in tuning.trials)),
    )
    with writing(page) as aside:
        aside.write_text(text, encoding="utf-8")
    return page


def on_test_part(tuning: Tuning) -> Sequence[Standing]:
    """Return the recipe and the tuned one on the test part, the second compared with the first; none while closed."""
    names = [tuning.recipe.name, f"{tuning.recipe.name}-tuned"]
    if not tuning.opened or not all(find_runs(tuning.folder, name) for name in names):
        return []
    return compare(tuning.folder, recipes=names)


def opened_once(tuning: Tuning) -> str:
    """Return the sentence that says when the test part was looked at."""
    about = tuning.about
    what = f"The test part ({about['held_out']}; {count(about['test'], 'utterance')})"
    if not tuning.opened:
        return f"{what} is closed: no trial is given anything of it, and it is opened when all trials are made."
    return (
        f"{what} was opened once, after {count(tuning.finished, 'trial')}, for these two recipes. Nothing of it, "
        "neither sound nor label, was given to a trial, and it chose nothing."
    )


def tuning_as_text(tuning: Tuning) -> str:
    """Return for a terminal what was chosen, and what it is worth."""
    best, first = tuning.best, tuning.first
    lines = [f"{count(tuning.finished, 'trial')}: {_states(tuning)}."]
    if best is not None:
        before = per_cent(first.ua if first else None)
        lines.append(
            f"Validation UA %: {tuning.recipe.name} {before}, tuned {per_cent(best.ua)} (trial {best.number}; the "
            "highest of many, and so too high)."
        )
    for standing in on_test_part(tuning):
        lines.append(f"Test UA %: {standing.system.name} {with_interval(standing.ua)}.")
    lines += [found for found in (_difference(on_test_part(tuning)), opened_once(tuning)) if found]
    if best is not None and tuning.opened:
        lines.append(f"recipe: {tuning.folder / f'{tuning.recipe.name}-tuned.yaml'}")
    return "\n".join(lines)


def tuning_as_json(tuning: Tuning) -> dict[str, Any]:
    """Return what ``evenvoice tune --json`` prints; fractions."""
    best, first = tuning.best, tuning.first
    return {
        "corpus": tuning.about["corpus"],
        "recipe": tuning.recipe.name,
        "tuned": str(tuning.folder / f"{tuning.recipe.name}-tuned.yaml"),
        "protocol": tuning.bound["protocol"],
        "fold": tuning.bound["fold"],
        "seed": tuning.bound["seed"],
        "trials": {state: len(tuning.of_state(state)) for state in ("complete", "pruned", "failed", "interrupted")},
        "chosen": None if best is None else {"trial": best.number, "settings": best.settings},
        "changed": tuning.changed,
        "validation_ua": {"recipe": first.ua if first else None, "tuned": best.ua if best else None},
        "importances": tuning.importances,
        "test": [standing.to_json() for standing in on_test_part(tuning)],
        "report": str(tuning.folder / PAGE),
    }


# What the parts that judge a trial hold out, by the protocol that cuts them.
_APART = {"speaker-folds": "speakers", "session": "sessions", "text-folds": "sentences"}


def _illustrations(tuning: Tuning) -> dict[str, Illustration]:
    """The figures, by name; importance where it can be estimated."""
    best = tuning.best
    apart = _APART.get(tuning.about["inner"], "utterances")
    found = {
        "trials": Illustration.of(
            trials_figure(tuning),
            "tuning-trials",
            f"UA on validation of each trial. The best is {per_cent(best.ua)} %, trial {best.number}."
            if best
            else "No trial is complete.",
            f"Each dot is a trial, judged on {apart} that it was not fitted on, none of them of the test part. "
            "The highest of many such figures is too high: it was chosen for being high.",
        )
    }
    figure = importance_figure(tuning)
    if figure is not None:
        shares = "; ".join(f"{name} {100 * share:.0f} %" for name, share in tuning.importances.items())
        found["importance"] = Illustration.of(
            figure,
            "tuning-importance",
            f"Importance of the settings: {shares}.",
            f"fANOVA over the {len(tuning.of_state('complete'))} complete trials: how much of the variance of UA over "
            "the whole search space is due to each setting alone or with others. Pruned trials are not in it.",
        )
    return found


def _why_no_importance(tuning: Tuning) -> str:
    if tuning.importances:
        return ""
    there = len(tuning.of_state("complete"))
    if there < ENOUGH_TRIALS:
        complete = count(there, "complete trial")
        return f"Which settings matter cannot be estimated from {complete}: it takes {ENOUGH_TRIALS}."
    return (
        "Which settings matter cannot be estimated: UA did not vary, or too few trials have a value for every setting."
    )


def _test_row(standing: Standing) -> dict[str, str]:
    rows = sum(len(table) for table in standing.system.tables.values())
    return {
        "recipe": standing.system.name,
        "UA % [95 %]": with_interval(standing.ua),
        "WA % [95 %]": with_interval(standing.wa),
        "test rows": str(rows),
    }


def _difference(standings: Sequence[Standing]) -> str:
    """The tuned recipe against the recipe, in a sentence."""
    if not standings:
        return ""
    found = standings[1].against_first
    if found is None:
        return f"The two cannot be compared: {standings[1].why_not}."
    return (
        f"Tuned minus as it is: {with_interval(found.difference_ua, signed=True)} points of UA, "
        f"p = {p_value(found.p_ua)} ({found.target}). {found.conclusion('the recipe as it is', 'the tuned recipe')}"
    )


def _setting_rows(tuning: Tuning) -> list[dict[str, str]]:
    """Every setting that was searched: the recipe's own value and the chosen one."""
    own = own_settings(tuning.recipe)
    chosen = tuning.best.settings if tuning.best else {}
    return [
        {
            "setting": path,
            "as it is": _value(own[path]),
            "tuned": _value(chosen[path]) if path in chosen else NOTHING,
            "searched": _where(tuning, path),
        }
        for path in own
    ]


def _where(tuning: Tuning, path: str) -> str:
    where = tuning.recipe.search[path]
    if isinstance(where, list):
        return ", ".join(map(_value, where))
    how = ", log" if where.log else f", step {where.step:g}" if where.step else ""
    return f"{where.low:g} to {where.high:g}{how}"


def _value(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _trial_row(tuning: Tuning, trial: Trial) -> dict[str, Any]:
    """A row of the table of trials."""
    return {
        "number": trial.number,
        "ua": per_cent(trial.ua),
        "state": trial.state,
        "reason": trial.reason,
        "own": trial.own,
        "best": trial.number == tuning.chosen,
        "seconds": NOTHING if trial.seconds is None else f"{trial.seconds:.0f}",
        "settings": [
            _value(trial.settings[path]) if path in trial.settings else NOTHING for path in tuning.recipe.search
        ],
    }


def _states(tuning: Tuning) -> str:
    """How the trials ended."""
    counts = {state: sum(trial.state == state for trial in tuning.trials) for state in
              ("complete", "pruned", "failed", "interrupted", "running")}  # fmt: skip
    return ", ".join(f"{number} {state}" for state, number in counts.items() if number or state == "complete")
