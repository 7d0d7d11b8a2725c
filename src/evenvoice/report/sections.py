"""What the page says of one result, in words and rows of text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import yaml

from evenvoice.metrics import confusion_intervals
from evenvoice.report.groups import group_tables, worst_speaker
from evenvoice.report.illustrations import Illustration, illustrate
from evenvoice.report.measures import (
    MEASURES,
    FoldNumbers,
    confusion,
    emotion_scores,
    fold_numbers,
    seen,
    selected_on_test,
)
from evenvoice.report.reliability import calibration_words
from evenvoice.study import INCOMPLETE, LEAKY, Result, marks, missing_folds, name_of, table_row
from evenvoice.tables import NOTHING, count, per_cent, with_interval

Row = dict[str, str]


@dataclass(frozen=True)
class Section:
    """One result, as the page shows it.

    Attributes:
        result: Which.
        anchor: Where it stands on the page.
    """

    result: Result
    anchor: str

    @property
    def title(self) -> str:
        """Recipe × protocol."""
        return name_of(self.result)

    @cached_property
    def row(self) -> Row:
        """Its row of the table of results."""
        return table_row(self.result)

    @cached_property
    def marks(self) -> list[str]:
        """What must be said wherever it is shown."""
        return marks(self.result) + ([INCOMPLETE] if self.missing else [])

    @cached_property
    def missing(self) -> list[str]:
        """Folds that are not there yet."""
        return missing_folds(self.result)

    @property
    def promise(self) -> str:
        """What the protocol promises."""
        return _sentence(self.result.runs[0].info["promise"]["words"])

    @cached_property
    def folds(self) -> list[FoldNumbers]:
        """Every run in numbers."""
        return [fold_numbers(run) for run in self.result.runs]

    @cached_property
    def seen(self) -> dict[str, dict[str, tuple[int, int]]]:
        """What each step saw of each part, over all runs."""
        return seen(self.result)

    @property
    def leak(self) -> str:
        """Counts of what should never be: synthetic test rows, training rows made from test rows."""
        tested = sum(fold.test for fold in self.folds)
        trained = sum(fold.train + fold.made for fold in self.folds)
        synthetic, parents, selected = self.leaks
        chosen = f" The epoch was chosen on {count(selected, 'test row')}." if selected else ""
        return (
            f"{synthetic} of {count(tested, 'test row')} are synthetic; {parents} of {count(trained, 'training row')} "
            f"are interpolated from a test row.{chosen}"
        )

    @property
    def leaks(self) -> tuple[int, int, int]:
        """Synthetic test rows, training rows with a parent in the test part, test rows that the epoch was chosen on."""
        found = [run.info["leaks"] for run in self.result.runs]
        names = ("synthetic_test_rows", "training_rows_with_test_parents", "test_rows_selected_on")
        synthetic, parents, selected = (sum(leaks.get(name, 0) for leaks in found) for name in names)
        return synthetic, parents, selected

    @property
    def why_leaky(self) -> str:
        """One sentence why, and what it came to here."""
        steps = [step for step, parts in self.seen.items() if parts.get("test", (0, 0))[0]]
        sight = f" Steps that saw rows of the test part: {', '.join(steps)}." if steps else ""
        words = self.result.runs[0].info["promise"]["words"].removeprefix(f"{LEAKY}:")
        return f"{_sentence(words.strip())} Here {self.leak}{sight}"

    @property
    def kept_epoch(self) -> str:
        """Which epoch's weights were kept."""
        epochs = sorted({fold.epoch for fold in self.folds})
        if epochs == [0]:
            return "fitted in one go: a classical classifier has no epochs"
        which = f"epoch {epochs[0]}" if len(epochs) == 1 else f"epochs {epochs[0]} to {epochs[-1]}, by run"
        last = self.result.runs[0].info["recipe"]["training"]["select"] == "last"
        why = "the last" if last else "highest UA on the validation part"
        return f"{which} ({'highest UA on the TEST part' if selected_on_test(self.result) else why})"

    @property
    def fold_rows(self) -> list[Row]:
        """The folds of the first seed."""
        return [
            {
                "fold": str(fold.fold),
                "held out": fold.about or NOTHING,
                "training": str(fold.train),
                "+ synthetic": str(fold.made),
                "validation": str(fold.validation) if fold.validation else NOTHING,
                "test": f"{fold.test} ({fold.made_test} synthetic)" if fold.made_test else str(fold.test),
                "UA %": per_cent(fold.ua),
                "WA %": per_cent(fold.wa),
            }
            for fold in self.folds
            if fold.seed == self.result.seeds[0]
        ]

    @property
    def seed_rows(self) -> list[Row]:
        """Pooled scores of each seed; empty with one seed."""
        if len(self.result.seeds) == 1:
            return []
        return [
            {"seed": str(seed), "test": str(scores.n), "UA %": per_cent(scores.ua), "WA %": per_cent(scores.wa),
             "macro F1 %": per_cent(scores.macro_f1)}
            for seed, scores in self.result.scores.items()
        ]  # fmt: skip

    @property
    def seen_rows(self) -> list[Row]:
        """How many rows of each part each step saw."""
        rows = []
        for step, parts in self.seen.items():
            cells = {
                f"{'training' if part == 'train' else part} rows": f"{found} of {every}"
                for part, (found, every) in parts.items()
            }
            if step == "normaliser" and self.result.transductive:
                cells = dict.fromkeys(cells, "each speaker’s own, unlabelled")
            rows.append({"step": step} | cells)
        return rows

    @property
    def emotion_rows(self) -> list[Row]:
        """Precision, recall and F1 of each emotion."""
        tested = confusion(self.result).sum(axis=1)
        return [
            {"emotion": label}
            | {f"{'F1' if name == 'f1' else name} % [95 %]": with_interval(found[name]) for name in MEASURES}
            | {"test rows": str(tested[label])}
            for label, found in emotion_scores(self.result).items()
        ]

    @cached_property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """Scores apart by speaker, gender, session, text and duration."""
        return group_tables(self.result)

    @property
    def worst_speaker(self) -> str | None:
        """Who is recognised worst."""
        return worst_speaker(self.result)

    @property
    def calibration(self) -> str:
        """How far the probabilities can be believed."""
        return calibration_words(self.result)

    @cached_property
    def confusion_rows(self) -> list[Row]:
        """The confusion matrix in per cent of each row, with intervals."""
        labels = self.result.labels
        tables = list(self.result.distinct.values())
        shares = confusion_intervals(tables, labels, varies=self.result.varies)
        estimates, lows, highs = ([list(map(per_cent, row)) for row in share.to_numpy(float)] for share in shares)
        return [
            {"true": label}
            | {
                f"as {other}": estimates[row][column]
                + (f" [{lows[row][column]}, {highs[row][column]}]" if lows[row][column] != NOTHING else "")
                for column, other in enumerate(labels)
            }
            for row, label in enumerate(labels)
        ]

    @cached_property
    def illustrations(self) -> list[Illustration]:
        """Its figures."""
        return list(illustrate(self.result))

    @property
    def recipe(self) -> str:
        """The recipe in full, as YAML."""
        return yaml.safe_dump(self.result.runs[0].info["recipe"], sort_keys=False, allow_unicode=True, width=100)

    @property
    def made_with(self) -> list[str]:
        """Device and versions; several lines where runs were made with several."""
        lines = []
        for run in self.result.runs:
            versions = ", ".join(f"{name} {version}" for name, version in run.info["versions"].items())
            lines.append(f"{run.info['device']}; {versions}")
        return list(dict.fromkeys(lines))


def _sentence(words: str) -> str:
    """Begin with a capital, end with a full stop."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
