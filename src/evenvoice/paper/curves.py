"""Figures 3 and 4: accuracy and loss per epoch, with and without SMOTE."""

from __future__ import annotations

from evenvoice.paper import published as paper
from evenvoice.paper.content import NOT_RUN, Chapter
from evenvoice.paper.figures import epochs_figure, has_test_curves
from evenvoice.paper.tables import Ours, Tables
from evenvoice.report.illustrations import Illustration
from evenvoice.study.marks import LEAKY
from evenvoice.tables import per_cent

_CURVES_WORDS = (
    "Mean over the runs (the tables pool the folds of a seed); band: lowest to highest. The curves of the test part "
    "were recorded for drawing only: they chose nothing, neither epoch nor setting. Training values are measured with "
    "dropout, on the balanced rows; the loss includes the L2 penalty."
)


def curves(tables: Tables) -> Chapter:
    """Figures 3 and 4."""
    drawn = []
    for number, row in zip((3, 4), paper.TABLE_4, strict=True):
        for protocol in tables.protocols:
            ours = tables.ours(row.recipe, protocol)
            if ours is not None and has_test_curves(ours.result):
                drawn.append(_curves_of(ours, number, row.name, row.wa))
    words = (
        "The paper’s curves are of its own order; its text gives the end of Figure 3: accuracy 80 %, loss 1.3 (ln 4 = "
        "1.39 is the loss of a uniform guess among four).",
    )
    missing = () if drawn else (f"No test curves on disk: {NOT_RUN}.",)
    return Chapter("figures-3-4", "Figures 3 and 4: accuracy and loss per epoch", words + missing, (), tuple(drawn))


def _curves_of(ours: Ours, number: int, name: str, accuracy: float) -> Illustration:
    result = ours.result
    loss = paper.LOSS_WITH_SMOTE if number == 3 else None
    title = f"Figure {number}: {name[:1].lower()}{name[1:]}"
    last = [run.history.iloc[-1] for run in result.runs]
    ends = ", ".join(
        f"{words} {per_cent(sum(row[column] for row in last) / len(last))} %"
        for words, column in (("training part", "train_accuracy"), ("test part", "test_accuracy"))
    )
    mark = f"{LEAKY}: " if result.leaky else ""
    return Illustration.of(
        epochs_figure(result, title, accuracy, loss),
        f"reproduction-figure-{number}-{result.protocol}",
        f"{mark}{title}, {result.recipe}, {result.protocol}. Accuracy of the last epoch: {ends}.",
        f"{mark}{_CURVES_WORDS}",
    )
