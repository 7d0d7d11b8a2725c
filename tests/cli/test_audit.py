"""``evenvoice audit``: exit codes, JSON, and one line for bad input. What is found is tested where it is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import QUICK, run
from tests.report.fabricated import write_honest, write_study

PUBLISHED = (
    "audit",
    "counts",
    "--train",
    "5465",
    "--test",
    "1367",
    "--classes",
    "angry=1103,happy=595,sad=1084,neutral=1708",
)


def test_a_published_table_that_leaks_exits_with_1() -> None:
    answer = run(*PUBLISHED)
    assert answer.code == 1
    assert answer.out.startswith("counts 5465 + 1367: 1 leak, 0 warnings\n")
    assert "happy (595 of 1708 recorded): 65.2 % of its test rows made up" in answer.out
    found = run(*PUBLISHED, "--json")
    assert found.code == 1
    assert [finding["code"] for finding in json.loads(found.out)["findings"]] == ["balance-before-split"]


def test_honest_counts_exit_with_0() -> None:
    assert (
        "0 leaks"
        in run("audit", "counts", "--train", "3592", "--test", "898", "--classes", "1103,595,1084,1708").result()
    )


def test_a_split_is_audited_with_its_recordings(table: Callable[..., Path]) -> None:
    found = json.loads(run("audit", "split", table(), "--jobs", "1", "--json").result())
    # a session holds two speakers: carl trains, dora is tested
    assert {finding["code"] for finding in found["findings"]} == {"shared-session", "test-too-small"}
    assert "audio of 36 recordings" in found["checked"]


def test_a_corpus_is_audited(voices: Path) -> None:
    copy = voices / "sad" / "ben_9.wav"
    copy.write_bytes((voices / "sad" / "anna_0.wav").read_bytes())
    answer = run("audit", "corpus", f"folder:{voices}", "--speaker-from", r"/(\w+)_\d", "--jobs", "1", "--json")
    assert answer.code == 1
    assert "duplicate-across-speakers" in {finding["code"] for finding in json.loads(answer.out)["findings"]}


def test_recipes_compared_on_one_fit_are_refused_with_1(tmp_path: Path) -> None:
    write_study(tmp_path)
    write_honest(tmp_path, recipe="2dcnn", seeds=1)
    assert run("audit", "run", tmp_path).code == 0
    write_honest(tmp_path, recipe="smote-2dcnn", seeds=1)
    answer = run("audit", "run", tmp_path)
    assert answer.code == 1
    assert "0 leaks, 1 comparison refused, " in answer.out
    assert "with --seeds 3 or more" in answer.out


def test_a_study_and_a_run_and_its_split_are_audited(voices: Path, tmp_path: Path, undrawn: None) -> None:
    out = tmp_path / "out"
    speakers = ("--speaker-from", r"/(\w+)_\d")
    run("evaluate", f"folder:{voices}", *speakers, "--protocol", "speaker", "--out", out, *QUICK).result()
    assert "0 leaks, 0 warnings" in run("audit", "run", out).result()
    (one,) = out.glob("runs/*/speaker/seed-0/fold-0")
    assert "0 leaks, 0 warnings" in run("audit", "run", one).result()
    assert "shared" not in run("audit", "split", one, "--corpus", f"folder:{voices}", "--jobs", "1").result()
    run("evaluate", f"folder:{voices}", *speakers, "--protocol", "paper", "--out", out, *QUICK).result()
    answer = run("audit", "run", out)
    assert answer.code == 1
    assert "LEAK leaky-protocol" in answer.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "{folder}"), "holds neither study.json nor run.json"),
        (("split", "{folder}"), "run.json: cannot be read"),
        (("split", "{folder}/none.csv"), "none.csv: cannot be read (No such file"),
        (("counts", "--train", "1", "--test", "1", "--classes", "many"), "'many' is not a count; write 1103,595"),
        (
            ("counts", "--train", "0", "--test", "1", "--classes", "1,2"),
            "train 0: expected a number of rows, 1 at least",
        ),
        (("run", "{folder}", "--emotions", "sad"), "--emotions chooses from the corpus of --corpus"),
        (("corpus", "emodbb:/x"), "unknown name 'emodbb'"),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    complaint = run("audit", *[argument.format(folder=tmp_path) for argument in arguments]).complaint()
    assert message in complaint
