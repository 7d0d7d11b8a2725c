"""How a recipe does on test recordings from a telephone, as an MP3, in noise, from a room; and on another corpus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from joblib import delayed
from pydantic import BaseModel, ConfigDict, ValidationError

from evenvoice.arguments import as_path, as_whole
from evenvoice.audio import open_perturbation
from evenvoice.corpora import Corpus, CorpusLike, as_corpus
from evenvoice.errors import EvenvoiceError
from evenvoice.files import check_writable, writing
from evenvoice.metrics import intervals
from evenvoice.parallel import in_parallel
from evenvoice.protocols import Enrol, Fold, SplitProtocol, cut_validation, make_folds, open_protocol
from evenvoice.recipes import DEFAULT_RECIPE, Recipe
from evenvoice.study.arguments import RecipeLike, as_protocol, as_recipe
from evenvoice.study.execution import Execution
from evenvoice.study.possible import check_folds
from evenvoice.study.seeds import Seed
from evenvoice.tables import NOTHING, Column, Table
from evenvoice.training import Dataset, TrainedModel, fit, load_for

FILE = "robustness.json"
AS_RECORDED = "as recorded"
# What each does is in `evenvoice.audio.perturbation`: G.711 μ-law at 8 kHz, MP3, pink noise at 10 and 0 dB, RT60 0.4 s.
CONDITIONS = ("codec:telephone", "codec:mp3", "noise:10", "noise:0", "room:0.4")


class Condition(BaseModel):
    """What was measured on one kind of test recordings.

    Attributes:
        name: `AS_RECORDED`, a perturbation such as ``noise:10``, or the name of another corpus.
        kind: ``perturbation`` (and as recorded) or ``corpus``.
        emotions: What the recordings were labelled, of what the model knows.
        utterances: How many were tested.
        speakers: How many spoke; ``None`` where unknown.
        ua: UA as `Interval.to_json` gives it: fractions.
        wa: WA, the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Literal["perturbation", "corpus"]
    emotions: tuple[str, ...]
    utterances: int
    speakers: int | None
    ua: dict[str, Any]
    wa: dict[str, Any]


class Robustness(BaseModel):
    """One recipe under several conditions; `measured` puts it into a model file.

    Attributes:
        recipe: The recipe's settings.
        corpus: Its name.
        fingerprint: `Corpus.fingerprint`.
        protocol: What the perturbed recordings were tested under.
        seed: Of split and fit.
        conditions: As recorded first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: Recipe
    corpus: str
    fingerprint: str
    protocol: str
    seed: int
    conditions: tuple[Condition, ...]

    def table(self) -> Table:
        """Return a row a condition: UA and WA with their intervals, and what is lost against the first row."""
        first = self.conditions[0].ua["estimate"]
        perturbed = [one for one in self.conditions[1:] if one.kind == "perturbation"]
        rows = [
            [
                one.name, _in_per_cent(one.ua), _in_per_cent(one.wa),
                f"{100 * (first - one.ua['estimate']):.1f}" if one in perturbed else "",
                str(one.utterances), NOTHING if one.speakers is None else str(one.speakers),
            ]
            for one in self.conditions
        ]  # fmt: skip
        numbers = ("UA % [95 %]", "WA % [95 %]", "UA lost", "utterances", "speakers")
        notes = [f"{self.corpus}, protocol {self.protocol}, one fit a fold; the intervals are for these models and new "
                 "speakers. Only the test recordings are changed."]  # fmt: skip
        notes += [
            f"{one.name}: a fit on all of {self.corpus}, tested on the emotions that both have "
            f"({', '.join(one.emotions)}); an answer that is none of them is wrong."
            for one in self.conditions
            if one.kind == "corpus"
        ]
        title = f"{self.recipe.name} under other conditions"
        return Table([Column("test recordings"), *(Column(name, number=True) for name in numbers)], rows, title, notes)


def measure_robustness(
    corpus: CorpusLike,
    recipe: RecipeLike = DEFAULT_RECIPE,
    protocol: str = "speaker",
    *,
    conditions: Sequence[str] = CONDITIONS,
    others: Sequence[CorpusLike] = (),
    seed: int = 0,
    out: Path | str | None = None,
    execution: Execution | None = None,
) -> Robustness:
    """Test a recipe on recordings that are perturbed, and on other corpora.

    Each fold is fitted once, as `evaluate` does, and its test part predicted as recorded and through each perturbation.
    For other corpora the recipe is fitted once on the whole corpus and tested on the utterances whose emotions both
    corpora have; an answer that the other corpus does not have is wrong.

    Args:
        corpus: What to fit on, or what `open_corpus` takes.
        recipe: What to fit, or its name.
        protocol: How test parts are cut: no LEAKY one.
        conditions: Perturbations of the test recordings, as `open_perturbation` reads them.
        others: Other corpora, each with all its emotions where it is named as text.
        seed: Of split and fit.
        out: A folder for `FILE`, such as that of the study of the same recipe and corpus; none is written if ``None``.
        execution: How many processes compute features, and fit and test folds.

    Raises:
        EvenvoiceError: A LEAKY protocol, an unknown perturbation, another corpus that holds recordings of the first or
            shares fewer than two emotions with it, or what a fit refuses.
        AudioError: A recording cannot be used.

    Examples:
        ``print(measure_robustness("emodb:data/emodb", "voice-robust", others=["ravdess:data/ravdess"]).table())``
    """
    the_corpus, the_recipe, execution = as_corpus(corpus), as_recipe(recipe), execution or Execution()
    name, seed = as_protocol(protocol), as_whole(seed, "seed", 0)
    split = open_protocol(name)
    if split.promise.leaky:
        raise EvenvoiceError(f"protocol {name}: LEAKY, so its figures say nothing of robustness; use speaker-folds")
    if isinstance(split, Enrol):
        raise EvenvoiceError(f"protocol {name}: robustness adapts no model to what is enrolled; use {split.inner.name}")
    for text in conditions:
        open_perturbation(text)
    other_corpora = [_shared(as_corpus(other), the_corpus) for other in others]
    folder = None if out is None else as_path(out, "out")
    if folder is not None:
        check_writable(folder)

    def load(source: Corpus, perturbations: Sequence[str]) -> tuple[Corpus, Dataset]:
        return load_for(
            source, [the_recipe], perturbations=perturbations, jobs=execution.workers,
            skip_bad=execution.skip_bad, executor=execution.executor,
        )  # fmt: skip

    if not execution.skip_bad:
        check_folds(the_corpus, [the_recipe], [split], [Seed(seed, seed)])
    # Before any fit: a recording that cannot be used costs no finished work.
    elsewhere = [load(other, ()) for other in other_corpora]
    used, dataset = load(the_corpus, list(dict.fromkeys([*the_recipe.perturbations, *conditions])))
    tables: dict[str, list[pd.DataFrame]] = {condition: [] for condition in (AS_RECORDED, *conditions)}
    folds = make_folds(split, used.table, seed)
    calls = (delayed(_of_fold)(the_recipe, dataset, used, fold, seed, split, list(tables)) for fold in folds)
    for answers in in_parallel(calls, "folds", len(folds), jobs=min(execution.workers, len(folds))):
        for condition, table in answers.items():
            tables[condition].append(table)
    found = [_condition(condition, "perturbation", pd.concat(parts), used) for condition, parts in tables.items()]
    if elsewhere:
        model = _fitted(the_recipe, dataset, used, Fold(0, np.arange(len(used)), np.arange(0), np.arange(0)), seed)
        for tested, features in elsewhere:
            found.append(_condition(tested.name, "corpus", _answers(model, features, tested.table), used))
    robustness = Robustness(
        recipe=the_recipe,
        corpus=used.name,
        fingerprint=used.fingerprint(),
        protocol=split.name,
        seed=seed,
        conditions=tuple(found),
    )
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        with writing(folder / FILE) as aside:
            aside.write_text(robustness.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return robustness


def open_robustness(folder: Path | str) -> Robustness | None:
    """Return what `measure_robustness` wrote into a folder, or ``None`` where it wrote nothing.

    Raises:
        EvenvoiceError: The file cannot be read, or is not what was written.
    """
    file = Path(folder) / FILE
    if not file.is_file():
        return None
    try:
        return Robustness.model_validate_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise EvenvoiceError(f"{file}: cannot be read ({reason}); measure again with `evenvoice robustness`") from error


def _shared(other: Corpus, corpus: Corpus) -> Corpus:
    """The utterances of another corpus whose emotions the first has."""
    if other.name == corpus.name or set(other.table["file"].map(str)) & set(corpus.table["file"].map(str)):
        raise EvenvoiceError(
            f"corpus {other.name}: holds recordings of {corpus.name}, which the model is fitted on; name another corpus"
        )
    strange = [emotion for emotion in other.classes if emotion not in corpus.classes]
    if len(other.classes) - len(strange) < 2:
        raise EvenvoiceError(
            f"corpus {other.name}: of its emotions ({', '.join(other.classes)}) fewer than two are among those of "
            f"{corpus.name} ({', '.join(corpus.classes)}); rename them with --emotions, as in happy=joy"
        )
    return other.without("emotion", strange) if strange else other


def _fitted(
    recipe: Recipe, dataset: Dataset, corpus: Corpus, fold: Fold, seed: int, protocol: SplitProtocol | None = None
) -> TrainedModel:
    """The model of a fold."""
    share = recipe.training.validation_share
    if share and not len(fold.validation):
        fold = cut_validation(fold, corpus.table, share, seed, protocol)
    validation = dataset.take(fold.validation) if len(fold.validation) else None
    return fit(recipe, dataset.take(fold.train), validation, seed, labels=corpus.classes)


def _of_fold(
    recipe: Recipe, dataset: Dataset, corpus: Corpus, fold: Fold, seed: int, protocol: SplitProtocol,
    conditions: Sequence[str],
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """What the model of a fold says of its test part, under each condition."""
    model = _fitted(recipe, dataset, corpus, fold, seed, protocol)
    test = dataset.take(fold.test, with_emotions=False)
    given = {name: test if name == AS_RECORDED else test.variant(name) for name in conditions}
    return {name: _answers(model, part, corpus.table.iloc[fold.test]) for name, part in given.items()}


def _in_per_cent(value: dict[str, Any]) -> str:
    """An estimate with its interval, of fractions."""
    interval = (
        "" if None in (value["low"], value["high"]) else f" [{100 * value['low']:.1f}, {100 * value['high']:.1f}]"
    )
    return f"{100 * value['estimate']:.1f}{interval}"


def _answers(model: TrainedModel, given: Dataset, rows: pd.DataFrame) -> pd.DataFrame:
    """What is said of some utterances, beside the truth."""
    given = given if given.emotions is None else given.take(np.arange(len(given)), with_emotions=False)
    answers = np.array(model.labels)[model.probabilities(given).argmax(axis=1)]
    truth = {column: rows[column].to_numpy() for column in ("speaker", "emotion")}
    return pd.DataFrame({"utterance": rows.index, **truth, "predicted": answers})


def _condition(name: str, kind: Literal["perturbation", "corpus"], answers: pd.DataFrame, corpus: Corpus) -> Condition:
    """Scores with intervals for these models and new speakers."""
    measures = intervals([answers.reset_index(drop=True)], corpus.classes, target="model")
    speakers = answers["speaker"].nunique(dropna=True)
    emotions = tuple(emotion for emotion in corpus.classes if emotion in set(answers["emotion"]))
    return Condition(
        name=name, kind=kind, emotions=emotions, utterances=len(answers), speakers=int(speakers) or None,
        ua=measures["ua"].to_json(), wa=measures["wa"].to_json(),
    )  # fmt: skip
