"""Systems side by side: compared where they tested the same utterances, else it says why not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from evenvoice.errors import EvenvoiceError
from evenvoice.study.systems import compare, read_systems, select
from tests.report.fabricated import LEAKY, UNSEEN, write_run, write_study

SPEAKERS = tuple("abcdefgh")
EMOTIONS = {f"{speaker}{number}": emotion for speaker in SPEAKERS
            for number, emotion in enumerate(("angry", "happy"))}  # fmt: skip


def _study(
    folder: Path, right: dict[str, int], *, protocol: str = "speaker-folds", seeds: int = 1, **about: object
) -> Path:
    """A study in which recipe r recognises all of its first ``right[r]`` speakers, and of the others angry alone."""
    write_study(folder, utterances=len(EMOTIONS), **about)
    for recipe, good in right.items():
        answers = {row: emotion if SPEAKERS.index(row[0]) < good else "angry" for row, emotion in EMOTIONS.items()}
        for seed in range(seeds):
            write_run(folder, answers, recipe=recipe, protocol=protocol, seed=seed, emotions=EMOTIONS,
                      promise=LEAKY if protocol == "paper" else UNSEEN)  # fmt: skip
    for path in folder.glob("runs/*/*/*/*/predictions.csv"):
        table = pd.read_csv(path)
        table.insert(2, "speaker", table["utterance"].str[0])
        table.to_csv(path, index=False)
    return folder


def test_the_difference_and_its_p_are_those_worked_by_hand(tmp_path: Path) -> None:
    """Eight speakers; the second system is better for all eight: two of the 2⁸ exchanges are as extreme."""
    first, second = compare(read_systems([_study(tmp_path, {"a": 0, "b": 8}, seeds=2)]))
    assert (first.ua.estimate, second.ua.estimate) == (0.5, 1.0)
    assert first.against_first is None
    assert first.p_holm is None
    assert second.against_first is not None
    assert second.against_first.difference_ua.estimate == pytest.approx(0.5)
    assert second.against_first.p_ua == pytest.approx(2 / 2**8)
    assert second.p_holm == second.against_first.p_ua
    assert second.against_first.discordant == (0, 8)


def test_holm_counts_every_comparison_with_the_first(tmp_path: Path) -> None:
    _, b, c = compare(read_systems([_study(tmp_path, {"a": 0, "b": 8, "c": 5})]))
    assert b.against_first is not None
    assert c.against_first is not None
    assert c.against_first.p_ua == pytest.approx(ttest_1samp([0.5] * 5 + [0.0] * 3, 0).pvalue)
    assert c.against_first.p_permutation == pytest.approx(2 / 2**5)
    assert b.p_holm == pytest.approx(2 * b.against_first.p_ua)
    assert c.p_holm == pytest.approx(max(c.against_first.p_ua, b.p_holm))  # never less than the one before


def test_systems_of_one_name_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    folders = [_study(tmp_path / name, {"a": good}) for name, good in (("one", 3), ("two", 4))]
    assert [system.name for system in read_systems(folders)] == ["one: a", "two: a"]
    twins = [_study(tmp_path / name / "study", {"a": 3}) for name in ("three", "four")]
    assert [system.name for system in read_systems(twins)] == [f"{folder}: study: a" for folder in twins]


def test_a_table_from_elsewhere_stands_beside_a_study(tmp_path: Path) -> None:
    study = _study(tmp_path / "study", {"a": 2})
    table = tmp_path / "theirs.csv"
    (study / "runs/a/speaker-folds/seed-0/fold-0/predictions.csv").rename(table)
    (study / "runs/a/speaker-folds/seed-0/fold-0/run.json").unlink()
    study = _study(tmp_path / "ours", {"b": 8})
    theirs, ours = compare(read_systems([table, study]))
    assert (theirs.system.name, theirs.system.protocol) == ("theirs", None)
    assert theirs.to_json()["leaky"] is None
    assert ours.against_first is not None
    assert ours.against_first.p_permutation == pytest.approx(2 / 2**6)
    assert ours.against_first.p_ua == pytest.approx(ttest_1samp([0.5] * 6 + [0.0] * 2, 0).pvalue)


def test_other_test_utterances_are_named_and_not_compared(tmp_path: Path) -> None:
    whole = _study(tmp_path / "whole", {"a": 3})
    part = _study(tmp_path / "part", {"b": 3}, protocol="paper")
    path = part / "runs/b/paper/seed-0/fold-0/predictions.csv"
    pd.read_csv(path).iloc[2:].to_csv(path, index=False)
    _, other = compare(read_systems([whole, part]))
    assert other.against_first is None
    assert other.why_not.startswith("table 1: 2 utterances were tested by one system only")


def test_no_common_seed_is_told(tmp_path: Path) -> None:
    folder = _study(tmp_path, {"a": 3, "b": 4})
    (folder / "runs/b/speaker-folds/seed-0").rename(folder / "runs/b/speaker-folds/seed-7")
    path = folder / "runs/b/speaker-folds/seed-7/fold-0/run.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"seed": 0', '"seed": 7'), encoding="utf-8")
    assert compare(read_systems([folder]))[1].why_not == "no seed that both have"


def test_selecting_keeps_the_order_asked_for(tmp_path: Path) -> None:
    systems = read_systems([_study(tmp_path, {"a": 0, "b": 8, "c": 5})])
    assert [system.name for system in select(systems, ["c", "a"], None)] == ["c", "a"]
    with pytest.raises(EvenvoiceError, match=r"no system of recipe 'd'.*there are a, b, c"):
        select(systems, ["d"], None)
    assert len(select(systems, None, ["group-kfold"])) == 3  # speaker-folds, as `evaluate` takes it
    with pytest.raises(EvenvoiceError, match="no system of protocol 'paper'"):
        select(systems, None, ["paper"])


def test_a_study_is_not_compared_with_itself(tmp_path: Path) -> None:
    folder = _study(tmp_path, {"a": 0})
    with pytest.raises(EvenvoiceError, match="is named twice; a system is compared with others: name it once"):
        read_systems([folder, str(folder / ".." / folder.name)])


def test_different_corpora_are_refused(tmp_path: Path) -> None:
    one, two = _study(tmp_path / "one", {"a": 3}), _study(tmp_path / "two", {"a": 3}, fingerprint="1")
    with pytest.raises(EvenvoiceError, match=r"two is of corpus tiny \(1\), .*one of tiny \(0\); figures of different"):
        read_systems([one, two])


def test_different_emotions_are_refused(tmp_path: Path) -> None:
    study, table = _study(tmp_path / "one", {"a": 3}), tmp_path / "other.csv"
    table.write_text("utterance,emotion,synthetic,predicted,p:sad,p:happy\n1,sad,False,sad,0.9,0.1\n", encoding="utf-8")
    with pytest.raises(EvenvoiceError, match=r"other.csv has the emotions sad, happy, .*one has angry, happy"):
        read_systems([study, table])


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"nowhere: no such file or folder; check the path"):
        read_systems([tmp_path / "nowhere"])
    with pytest.raises(EvenvoiceError, match="holds no study"):
        read_systems([tmp_path])
