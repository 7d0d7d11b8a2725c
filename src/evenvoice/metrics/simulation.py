"""Simulated studies whose true scores are known: what intervals and tests are held against.

A speaker has a way of speaking, and a system misrecognises all utterances of that speaker in the same way. Here an
utterance of emotion *e* by speaker *s* is answered with the emotion *j* of the largest

    z_j = [j = e] · (margin_e + skill_s) + bias_sj + quirk_sej + Gumbel noise

so that the answer's distribution, given the speaker, is the softmax of the rest (the multinomial logit with random
effects; Train 2009, *Discrete Choice Methods with Simulation*, 2nd ed., chapters 3 and 6), and the population's
confusion matrix is its mean over speakers.

How unlike speakers are follows real predictions: of `smote-2dcnn` and `2dcnn` on unseen speakers of EmoDB (4 and 7
emotions) and RAVDESS, the runs of docs/results.md. There, the standard deviation of UA over speakers is 0.10 to 0.14,
the intra-class correlation of an emotion's recall 0.14 to 0.46, mostly 0.25 (analysis of variance; Ridout, Demétrio and
Firth 1999, "Estimating intraclass correlation for binary data", Biometrics 55), and a speaker's recalls of two emotions
are hardly correlated (-0.13 to 0.07), because who is taken for happy too often is taken for angry too rarely. Here:
0.10 to 0.13, 0.25 to 0.29, and -0.06 to -0.01. Correctness of two seeds is correlated by 0.49 to 0.54 there, 0.49 here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from evenvoice.metrics.counts import Counts, macro_f1_of, recalls_of, ua_of, wa_of
from evenvoice.metrics.intervals import intervals_of
from evenvoice.metrics.predictions import PROBABILITY
from evenvoice.metrics.ratios import score_ratios
from evenvoice.metrics.resampling import METHODS

Floats = npt.NDArray[np.float64]

# Utterances of EmoDB's ten speakers: a fact about the corpus, 535 together. Some lack an emotion or have one of it.
_EMODB = {
    "angry": (14, 12, 13, 10, 11, 12, 12, 16, 13, 14),
    "happy": (7, 11, 4, 4, 8, 2, 10, 8, 6, 11),
    "neutral": (11, 10, 9, 4, 9, 4, 9, 7, 11, 5),
    "sad": (7, 9, 4, 3, 7, 4, 5, 10, 4, 9),
    "boredom": (5, 10, 4, 8, 8, 5, 10, 8, 9, 14),
    "disgust": (1, 0, 8, 1, 2, 2, 8, 8, 5, 11),
    "fear": (4, 6, 1, 8, 10, 6, 7, 12, 8, 7),
}


@dataclass(frozen=True)
class Population:
    """Speakers without end, a system, and the corpora that could be recorded of them.

    Attributes:
        name: For tables.
        labels: Emotions.
        utterances: ``[rows, emotions]``: numbers of utterances; each speaker drawn gets one of the rows.
        margins: ``[emotions]``: by how many logits the right answer is ahead for a typical speaker.
        skill: Standard deviation over speakers of the right answer's lead, the same for all emotions.
        bias: Standard deviation over speakers of the system's leaning towards each answer, whatever was said.
        quirk: Standard deviation over speakers of each single confusion.
        agreement: Share of utterances in whose noise all seeds agree.
        sharpness: Factor on the logits before the softmax that gives the probabilities: 1 is calibrated but for the
            noise, more is overconfident.
    """

    name: str
    labels: tuple[str, ...]
    utterances: tuple[tuple[int, ...], ...]
    margins: tuple[float, ...]
    skill: float = 0.3
    bias: float = 1.0
    quirk: float = 0.7
    agreement: float = 0.5
    sharpness: float = 2.0

    def draw(self, speakers: int, seeds: int, rng: np.random.Generator) -> list[pd.DataFrame]:
        """Draw a study: one table of predictions a seed, in the form that `score` and `intervals` take.

        Examples:
            >>> [table] = EMODB_4.draw(speakers=6, seeds=1, rng=np.random.default_rng(0))
            >>> table["speaker"].nunique(), sorted(table["emotion"].unique())
            (6, ['angry', 'happy', 'neutral', 'sad'])
        """
        means = self._means(speakers, rng)
        numbers = np.asarray(self.utterances)[rng.integers(len(self.utterances), size=speakers)]
        cells = np.repeat(np.arange(numbers.size), numbers.ravel())
        speaker, truth = np.divmod(cells, len(self.labels))
        shared = rng.gumbel(size=(len(cells), len(self.labels)))
        return [self._table(speaker, truth, means[speaker, truth] + self._noise(shared, rng)) for _ in range(seeds)]

    def confusion(self, speakers: int = 200_000, seed: int = 0) -> Counts:
        """Return the population's confusion matrix: utterances a speaker, float64 ``[true, predicted]``.

        Exact but for the mean over speakers, which a very large draw of them stands for: at 200,000, UA has a
        standard error of about 0.0003.
        """
        odds = np.exp(self._means(speakers, np.random.default_rng(seed)))
        shares = (odds / odds.sum(axis=-1, keepdims=True)).mean(axis=0)
        utterances: Floats = np.asarray(self.utterances, float).mean(axis=0)
        return np.asarray(utterances[:, None] * shares, float)

    def truth(self) -> dict[str, float]:
        """Return the population's ``ua``, ``wa``, ``macro_f1`` and ``recall:<emotion>``.

        Examples:
            >>> round(EMODB_4.truth()["ua"], 2)
            0.68
        """
        matrix = self.confusion()
        recalls = zip(self.labels, recalls_of(matrix), strict=True)
        scores = {"ua": float(ua_of(matrix)), "wa": float(wa_of(matrix)), "macro_f1": float(macro_f1_of(matrix))}
        return scores | {f"recall:{label}": float(recall) for label, recall in recalls}

    def _means(self, speakers: int, rng: np.random.Generator) -> Floats:
        """Logits without the noise, ``[speakers, true, predicted]``."""
        k = len(self.labels)
        skill = rng.normal(0, self.skill, (speakers, 1))
        right = np.eye(k) * (np.asarray(self.margins) + skill)[:, :, None]
        return right + rng.normal(0, self.bias, (speakers, 1, k)) + rng.normal(0, self.quirk, (speakers, k, k))

    def _noise(self, shared: Floats, rng: np.random.Generator) -> Floats:
        """A seed's noise: the shared one for a part of the utterances, else its own; Gumbel either way."""
        agrees = rng.random((len(shared), 1)) < self.agreement
        return np.where(agrees, shared, rng.gumbel(size=shared.shape))

    def _table(self, speaker: npt.NDArray[np.int64], truth: npt.NDArray[np.int64], logits: Floats) -> pd.DataFrame:
        names = np.asarray(self.labels)
        odds = np.exp(self.sharpness * (logits - logits.max(axis=1, keepdims=True)))
        probabilities = odds / odds.sum(axis=1, keepdims=True)
        columns: dict[str, object] = {
            "utterance": np.arange(len(truth)).astype(str),
            "emotion": names[truth],
            "speaker": np.char.zfill(speaker.astype(str), 3),
            "synthetic": np.zeros(len(truth), bool),
            "predicted": names[logits.argmax(axis=1)],
        }
        columns |= {PROBABILITY + label: probabilities[:, number] for number, label in enumerate(self.labels)}
        return pd.DataFrame(columns)


def _emodb(labels: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    return tuple(zip(*(_EMODB[label] for label in labels), strict=True))


EMODB_4 = Population(
    "as EmoDB, 4 emotions",
    ("angry", "happy", "neutral", "sad"),
    _emodb(("angry", "happy", "neutral", "sad")),
    margins=(3.3, 1.7, 2.4, 3.1),
)
EMODB_7 = Population(
    "as EmoDB, 7 emotions", tuple(_EMODB), _emodb(tuple(_EMODB)), margins=(3.3, 1.4, 2.7, 3.5, 2.4, 2.7, 1.3)
)
RAVDESS = Population(
    "as RAVDESS, 8 emotions",
    ("angry", "calm", "disgust", "fear", "happy", "neutral", "sad", "surprise"),
    ((8, 8, 8, 8, 8, 4, 8, 8),),
    margins=(3.4, 2.2, 2.7, 1.7, 2.1, 0.8, 2.1, 3.0),
)
UNLIKE = replace(
    EMODB_7,
    name="very unlike speakers",
    margins=tuple(margin + 0.5 for margin in EMODB_7.margins),
    bias=2.0,
    quirk=1.4,
)
ALIKE = replace(
    EMODB_7,
    name="rather alike speakers",
    margins=tuple(margin - 0.8 for margin in EMODB_7.margins),
    skill=0.2,
    bias=0.5,
    quirk=0.4,
)
EASY = replace(EMODB_4, name="an easy task", margins=tuple(margin + 2.0 for margin in EMODB_4.margins))


def measure_coverage(
    population: Population,
    speakers: int,
    studies: int,
    *,
    seeds: int = 1,
    resamples: int = 1000,
    over_utterances: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """Count in how many simulated studies each method's 95 % interval covers the truth.

    Args:
        population: Where the speakers come from.
        speakers: How many a study has.
        studies: How many are drawn.
        seeds: Seeds a study.
        resamples: Draws of the speakers for an interval; the utterance bootstrap, which is slow, makes a third of them.
        over_utterances: Whether the utterance bootstrap takes part.
        seed: Of the simulation.

    Returns:
        A row for each method over speakers, and one for the percentile bootstrap over utterances; columns ``unit``,
        ``method``, ``studies``, ``ua_covered``, ``wa_covered`` and ``macro_f1_covered`` (numbers of studies),
        ``ua_width`` (mean, a fraction), ``recall_covered`` and ``recall_width`` (share and width, means over emotions).
    """
    truth = population.truth()
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    for study in range(studies):
        rng = np.random.default_rng([seed, speakers, study])
        tables = [
            table[["utterance", "speaker", "emotion", "predicted"]] for table in population.draw(speakers, seeds, rng)
        ]
        known = score_ratios(tables, population.labels)
        ways = [(known, method, resamples) for method in METHODS]
        if over_utterances:
            unknown = score_ratios([table.drop(columns="speaker") for table in tables], population.labels)
            ways.append((unknown, "percentile", resamples // 3))
        for ratios, method, draws in ways:
            row = {}
            for name, interval in intervals_of(ratios, method=method, resamples=draws, seed=study).items():
                if name in truth and np.isfinite(interval.low):
                    row[f"{name} covered"] = float(interval.low <= truth[name] <= interval.high)
                    row[f"{name} width"] = interval.high - interval.low
            found.setdefault((ratios.unit, method), []).append(row)
    return pd.DataFrame([_summary(unit, method, pd.DataFrame(rows)) for (unit, method), rows in found.items()])


def _summary(unit: str, method: str, rows: pd.DataFrame) -> dict[str, object]:
    recalls = rows.filter(regex="^recall:")
    return {
        "unit": unit,
        "method": method,
        "studies": len(rows),
        **{f"{name}_covered": int(rows[f"{name} covered"].sum()) for name in ("ua", "wa", "macro_f1")},
        "recall_covered": float(np.nanmean(recalls.filter(regex=" covered$").to_numpy())),
        "ua_width": float(rows["ua width"].mean()),
        "recall_width": float(np.nanmean(recalls.filter(regex=" width$").to_numpy())),
    }
