"""What a tuning will cost, measured on this machine before it starts."""

from __future__ import annotations

import contextlib
import statistics

import optuna

from evenvoice.audio import duration
from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.models import is_network
from evenvoice.recipes import Recipe
from evenvoice.study import rows_after_balancing, rows_per_second
from evenvoice.tables import count, time_in_words
from evenvoice.tuning.space import suggest, with_settings
from evenvoice.tuning.trial import Job

# Settings whose speed is measured to say what a tuning costs.
_DRAWN = 4


def announcement(job: Job, inside: Corpus, finished: int, running: int, jobs: int) -> str:
    """Return how many trials there will be, and about how long they take: measured for some settings of the space."""
    there = f" ({finished} are there already)" if finished else ""
    there += f" ({running} in other processes)" if running else ""
    left = job.wanted - finished - running
    head = f"{count(left, 'trial')}{there} of {count(job.parts, 'fit')} each"
    if not _networks(job.recipe):
        return f"{head}, whose time is not estimated"
    seconds = statistics.fmean(_seconds(job, inside))
    jobs = min(jobs, left)
    about = time_in_words(left * seconds / jobs)
    return f"{head}, about {about} with {count(jobs, 'job')}, less what pruning saves"


def _seconds(job: Job, inside: Corpus) -> list[float]:
    """Seconds of a trial, for the recipe as it is and for some settings drawn at random."""
    drawn = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=job.seed))
    recipes = [job.recipe]
    for _ in range(_DRAWN):
        with contextlib.suppress(EvenvoiceError):  # settings that do not go together are a failed trial, later
            recipes.append(with_settings(job.recipe, suggest(drawn.ask(), job.recipe.search)))
    emotions, seconds = inside.table["emotion"], list(map(duration, inside.clips()))

    def taken(network: Recipe) -> float:
        rows = job.parts * network.training.epochs * rows_after_balancing(network, emotions, 1 - 1 / job.parts)
        rows *= network.ensemble.members
        return rows / rows_per_second(network, len(inside.labels), seconds, rows)

    partners = sum(taken(network) for network in _networks(job.recipe) if network is not job.recipe)  # not searched
    found = []
    for recipe in recipes:
        with contextlib.nullcontext() if recipe is job.recipe else contextlib.suppress(EvenvoiceError):
            found.append(partners + (taken(recipe) if is_network(recipe.model.name) else 0.0))
    return found


def _networks(recipe: Recipe) -> list[Recipe]:
    """What of a recipe and its partners is a network."""
    return [one for one in recipe.with_partners if is_network(one.model.name)]
