from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from evenvoice.report import (
    comparison_figure,
    confusion_figure,
    counts_figure,
    curves_figure,
    emotions_figure,
    write_report,
)
from evenvoice.report.illustrations import illustrate
from evenvoice.report.style import as_png, as_svg
from evenvoice.study import Study, load_study
from tests.report.fabricated import IDS, write_honest, write_leaky, write_run, write_study

OF_A_RESULT = (counts_figure, curves_figure, confusion_figure, emotions_figure)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    write_study(tmp_path)
    write_leaky(tmp_path)
    write_honest(tmp_path)
    return load_study(tmp_path)


def words(figure: Figure) -> list[str]:
    return [found.get_text() for found in figure.findobj(Text) if isinstance(found, Text) and found.get_text()]


@pytest.mark.parametrize("draw", OF_A_RESULT)
def test_leaky_stands_on_the_figures_of_leaky_results_and_on_no_others(study: Study, draw) -> None:
    leaky, honest = study.results
    assert leaky.leaky
    assert "LEAKY" in words(draw(leaky))
    assert not any("LEAKY" in text for text in words(draw(honest)))


@pytest.mark.parametrize("draw", OF_A_RESULT)
def test_transductive_stands_on_every_figure_that_is(tmp_path: Path, draw) -> None:
    write_study(tmp_path)
    write_honest(tmp_path, seeds=1, transductive=True)
    assert any("transductive" in text for text in words(draw(load_study(tmp_path).results[0])))


def test_counts_bars_are_the_counts_and_synthetic_ones_are_hatched(study: Study) -> None:
    bars = counts_figure(study.results[1]).axes[0].patches
    assert [(bar.get_height(), bar.get_hatch()) for bar in bars] == [
        (2, None), (1, None),  # before: angry, happy
        (2, None), (1, None),  # kept
        (0, "////"), (1, "////"),  # synthetic
    ]  # fmt: skip
    assert [bar.get_y() for bar in bars[4:]] == [2, 1]  # on top of what was kept


def test_counts_that_balancing_leaves_alone_are_drawn_once(tmp_path: Path) -> None:
    write_study(tmp_path)
    same = {"angry": 2, "happy": 1}
    write_run(tmp_path, {"a1": "angry", "h1": "happy"}, counts={"before": same, "after": same})
    assert [bar.get_height() for bar in counts_figure(load_study(tmp_path).results[0]).axes[0].patches] == [2, 1]


def test_curves_draw_training_and_validation_and_say_so(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_run(tmp_path, {"a1": "angry"}, accuracy=(0.5, 0.75), validation=(0.25, 0.5))
    accuracy, loss = curves_figure(load_study(tmp_path).results[0]).axes
    drawn = {line.get_label(): list(line.get_ydata()) for line in accuracy.lines}
    assert drawn == {"training part": [50, 75], "validation part": [25, 50]}
    assert [list(line.get_ydata()) for line in loss.lines] == [[1.5, 1.25], [2.75, 2.5]]


def test_curves_without_validation_draw_the_training_part_alone(study: Study) -> None:
    accuracy, _ = curves_figure(study.results[1]).axes
    assert [line.get_label() for line in accuracy.lines] == ["training part"]
    assert list(accuracy.lines[0].get_ydata()) == pytest.approx([55, 75])


def test_a_classical_classifier_has_no_curves_and_its_report_is_written(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_run(tmp_path, {"a1": "angry", "h1": "happy"}, accuracy=())
    for path in (tmp_path / "runs").glob("*/*/*/*/run.json"):
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"epoch": 0}), encoding="utf-8")
    assert curves_figure(load_study(tmp_path).results[0]) is None
    assert "a classical classifier has no epochs" in write_report(tmp_path).read_text(encoding="utf-8")


def test_confusion_cells_are_row_shares_and_counts(study: Study) -> None:
    cells = [text.get_text() for text in confusion_figure(study.results[1]).axes[0].texts]
    assert cells == ["87.5\n(7)", "12.5\n(1)", "50.0\n(2)", "50.0\n(2)"]


def test_an_emotion_never_tested_is_a_dash(tmp_path: Path) -> None:
    labels = ("angry", "disgust", "happy")
    write_study(tmp_path, labels=labels)
    write_run(tmp_path, {"a1": "angry", "h1": "happy"}, labels=labels, protocol="random")
    result = load_study(tmp_path).results[0]
    assert words(confusion_figure(result)).count("–") == 3
    assert "–" in words(emotions_figure(result))
    assert "nan" not in " ".join(words(confusion_figure(result)) + words(emotions_figure(result)))


def test_emotion_bars_are_the_scores(study: Study) -> None:
    heights = [bar.get_height() for bar in emotions_figure(study.results[0]).axes[0].patches]
    # Precision, recall, F1, each for angry and happy.
    assert heights == pytest.approx([50, 100, 100, 50, 200 / 3, 200 / 3])


def test_comparison_bars_are_ua_and_wa_and_only_leaky_ones_are_hatched(study: Study) -> None:
    bars = [bar for bar in comparison_figure(study).axes[0].patches if bar.get_width() > 1]
    assert [bar.get_width() for bar in bars] == pytest.approx([68.75, 75, 75, 200 / 3])
    assert [bar.get_hatch() for bar in bars] == [None, None, "////", "////"]
    named = [text for text in words(comparison_figure(study)) if "LEAKY" in text]
    assert "paper · LEAKY · speakers may be shared" in named
    assert [text.split(" [")[0] for text in named if text.endswith("] LEAKY")] == ["75.0", "66.7"]


def test_a_synthetic_corpus_is_named_on_the_comparison(tmp_path: Path) -> None:
    write_study(tmp_path, synthetic=True)
    write_honest(tmp_path, seeds=1)
    assert any("no accuracy claim" in text for text in words(comparison_figure(load_study(tmp_path))))


def test_a_name_with_dollars_is_no_formula(tmp_path: Path) -> None:
    odd = r"$\frac$"
    emotions = {key: odd if key.startswith("h") else emotion for key, emotion in IDS.items()}
    write_study(tmp_path, labels=("angry", odd))
    write_run(tmp_path, {"a1": "angry", "h1": odd}, labels=("angry", odd), emotions=emotions, recipe="$x$",
              counts={"before": {"angry": 3, odd: 1}, "after": {"angry": 3, odd: 1}})  # fmt: skip
    result = load_study(tmp_path).results[0]
    for draw in OF_A_RESULT:
        as_png(draw(result))  # matplotlib raises where it takes the name for mathematics
    assert odd in words(confusion_figure(result))


def test_the_same_study_gives_the_same_picture_and_leaves_matplotlib_alone(study: Study) -> None:
    before = dict(mpl.rcParams)
    first, second = (as_svg(counts_figure(study.results[0])) for _ in range(2))
    assert first == second
    assert dict(mpl.rcParams) == before


def test_curves_of_the_test_part_that_chose_nothing_are_not_leaky(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path, seeds=1)
    for path in tmp_path.glob("runs/*/*/*/*/history.csv"):
        history = pd.read_csv(path)
        history["test_accuracy"], history["test_loss"] = 0.25, 3.0
        history.to_csv(path, index=False)
    (result,) = load_study(tmp_path).results
    found = words(curves_figure(result))
    assert "test part, to draw it" in found
    assert not any("LEAKY" in text for text in found)
    (drawn,) = [each for each in illustrate(result) if each.name.endswith("curves")]
    assert "recorded for drawing only, it chose nothing" in drawn.caption
    assert "validation" not in drawn.caption
    assert "never on the test part" not in drawn.caption
    assert "test part: accuracy from 25.0 to 25.0 %" in drawn.alt
