"""Section 7, corpora: labels, classes, speakers and folds that do not go; and what has no place to be written to."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.cli import sounds
from tests.cli.command import QUICK, predictions, run, tree

Table = Callable[..., Path]

FITTING = (("evaluate", "--protocol", "kfold", *QUICK), ("train", *QUICK))
READING = (*FITTING, ("corpus", "show"))


def complaints(commands: tuple[tuple[str, ...], ...], corpus: str | Path, folder: Path, *more: str) -> list[str]:
    """Return what each command says of a corpus, after seeing that none of them wrote or changed a file."""
    before = tree(folder)
    found = []
    for command in commands:
        out = () if command[0] == "corpus" else ("--out", folder / "out")
        found.append(run(*command, corpus, *more, *out).complaint())
        assert tree(folder) == before
    return found


# --- labels ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("undrawn")
def test_labels_of_ones_own_and_a_slip_among_them(voices: Path, table: Table, tmp_path: Path) -> None:
    (voices / "sad").rename(voices / "sadd")
    (voices / "happy").rename(voices / "Freude!")
    says = "warning: voices: label 'sadd' looks like 'sad'; rename it with --emotions if it is a slip"
    quick = ("--protocol", "kfold", *QUICK, "--json", "--out", tmp_path / "out")
    answer = run("evaluate", f"folder:{voices}", *quick)
    (result,) = json.loads(answer.result())
    assert result["n_test"] == 36
    assert answer.err.splitlines()[0] == says
    renamed = run("corpus", "show", f"folder:{voices}", "--emotions", "joy=freude!,sad=sadd,Angry")
    assert renamed.result().splitlines()[1].split() == ["speaker", "joy", "sad", "angry", "all"]
    assert "looks like" not in renamed.out + renamed.err


def test_an_emotion_asked_for_that_nobody_knows_or_nobody_speaks(voices: Path, tmp_path: Path) -> None:
    for line in complaints(READING, f"folder:{voices}", tmp_path, "--emotions", "angry,hapy"):
        assert line == (
            "corpus 'voices': no utterance for 'hapy' (did you mean 'happy'?); its emotions are angry, happy, sad"
        )
    for line in complaints(READING, f"folder:{voices}", tmp_path, "--emotions", "angry,calm"):
        assert line == "corpus 'voices': no utterance for 'calm'; its emotions are angry, happy, sad"


def test_one_class_only(voices: Path, tmp_path: Path) -> None:
    says = "one emotion only (sad); add recordings of another, or select two at least with --emotions"
    for line in complaints(FITTING, f"folder:{voices}", tmp_path, "--emotions", "sad"):
        assert line == f"corpus voices: {says}"
    assert "imbalance: largest emotion 1.00 times" in run("corpus", "show", f"folder:{voices}", "--emotions=sad").out
    for emotion in ("angry", "happy"):
        shutil.rmtree(voices / emotion)
    for line in complaints(FITTING, f"folder:{voices}", tmp_path):
        assert line == f"corpus voices: {says}"


def test_a_class_too_small_for_the_folds_or_for_smote(voices: Path, tmp_path: Path, undrawn: None) -> None:
    for file in sorted((voices / "sad").iterdir())[3:]:
        file.unlink()
    (kfold,) = complaints(FITTING[:1], f"folder:{voices}", tmp_path)
    assert kfold.startswith("protocol 'kfold': emotion 'sad' has 3 utterance(s), it takes 5 to have one in each part; ")
    two = ("--protocol", "random", "--set", "training.epochs=1", "--jobs", "1")
    fitting = (("evaluate", *two), ("train", *two[2:]))
    says = (
        r"class 'sad': ([23]) rows, and SMOTE with k_neighbors=5 needs 6; use k_neighbors='shrink' or [12], or leave "
    )
    for line in complaints(fitting, f"folder:{voices}", tmp_path):
        assert re.match(says, line)
    # Nothing is bound to the failed attempt: the remedies work with the same --out.
    mended = run(
        "evaluate", f"folder:{voices}", *two, "--emotions=angry,happy", "--json", "--out", tmp_path / "out"
    ).result()
    assert json.loads(mended)[0]["n_test"] == 5
    answer = run(
        *("evaluate", f"folder:{voices}", *two, "--json", "--out", tmp_path / "shrunk"),
        *("--set", "balance.options.k_neighbors=shrink"),
    )
    assert json.loads(answer.result())[0]["n_test"] == 6


# --- speakers -------------------------------------------------------------------------------------------------------


def test_a_speaker_missing_in_one_line(voices: Path, table: Table, tmp_path: Path) -> None:
    sounds.sound(sounds.noise())(voices / "new.wav")
    for line in complaints(READING, table(("new.wav", "sad", "")), tmp_path):
        assert (
            line == f"{voices / 'table.csv'}, line 38: no speaker, though other lines have one; fill it in everywhere"
        )


@pytest.mark.parametrize("protocol", ["speaker", "speaker-folds", "session"])
def test_unknown_speakers(protocol: str, voices: Path, tmp_path: Path) -> None:
    (line,) = complaints((("evaluate", "--protocol", protocol, *QUICK),), f"folder:{voices}", tmp_path)
    column = protocol.removesuffix("-folds")
    assert line.startswith(f"protocol '{protocol}' needs the {column} of every utterance; 36 of 36 have none ")
    assert "--speaker-from" in line or protocol == "session"


def test_an_expression_that_finds_no_speaker_in_one_name(voices: Path, tmp_path: Path) -> None:
    sounds.sound(sounds.noise())(voices / "sad" / "nobody.wav")
    for line in complaints(READING, f"folder:{voices}", tmp_path, "--speaker-from", r"/([a-z]+)_\d"):
        assert line == r"speaker-from '/([a-z]+)_\\d': finds no speaker in 'sad/nobody.wav'; change it to match all"


def test_fewer_speakers_than_folds(table: Table, tmp_path: Path) -> None:
    (line,) = complaints((("evaluate", *QUICK),), table(), tmp_path)
    found = "protocol 'speaker-folds': 5 groups of speakers asked for, 4 speakers found"
    assert line == f"{found}; use protocol speaker, or speaker-folds-4"


def test_a_speaker_may_be_called_na(voices: Path, table: Table, tmp_path: Path, undrawn: None) -> None:
    path = table()
    path.write_text(path.read_text(encoding="utf-8").replace(",anna,", ",NA,"), encoding="utf-8")
    out = tmp_path / "out"
    assert json.loads(run("evaluate", path, "--protocol=speaker", *QUICK, "--json", "--out", out).result())
    from evenvoice import load_study

    (result,) = load_study(out).results
    assert sorted({speaker for table in result.pooled.values() for speaker in table["speaker"]}) == [
        "NA",
        "ben",
        "carl",
        "dora",
    ]


# --- folds that lack a class ----------------------------------------------------------------------------------------


def test_a_test_part_that_lacks_a_class(voices: Path, tmp_path: Path) -> None:
    for file in voices.glob("sad/dora_*.wav"):
        file.unlink()
    corpus = (f"folder:{voices}", "--speaker-from", "([a-z]+)_")
    assert "warning: speaker dora has no sad" in run("corpus", "show", *corpus).result().splitlines()
    out = tmp_path / "out"
    answer = run("evaluate", *corpus, "--protocol", "speaker", *QUICK, "--json", "--out", out)
    (result,) = json.loads(answer.result())
    assert (result["n_test"], result["folds"]) == (33, 4)
    pooled = pd.concat(pd.read_csv(path) for path in out.rglob("predictions.csv"))
    assert "sad" not in set(pooled.loc[pooled["speaker"] == "dora", "emotion"])
    recalls = [(part["predicted"] == emotion).mean() for emotion, part in pooled.groupby("emotion")]
    assert result["ua"] == {"mean": pytest.approx(sum(recalls) / 3), "sd": None}
    assert (out / "report.html").is_file()


def test_a_training_part_that_lacks_a_class(voices: Path, table: Table, tmp_path: Path) -> None:
    for number in range(3):
        sounds.sound(sounds.noise(seed=number))(voices / f"dora_{number}.wav")
    path = table(*[(f"dora_{number}.wav", "calm", "dora", "2", "scripted", "test") for number in range(3)])
    for protocol, name, fold in (
        ("loso", "speaker", "3 (speaker dora)"),
        ("given", "predefined", "0 (the corpus' own test part)"),
    ):
        (line,) = complaints((("evaluate", "--protocol", protocol, *QUICK),), path, tmp_path)
        assert line == (
            f"protocol '{name}', fold {fold}: every utterance of 'calm' is in its test part, none is left to "
            "learn from; leave the emotion out with --emotions, or use another protocol"
        )


@pytest.mark.usefixtures("undrawn")
def test_emodbs_speaker_08_has_no_disgust(corpora_folder: Path, tmp_path: Path) -> None:
    corpus = (f"emodb:{corpora_folder / 'emodb'}", "--without", "speaker=03,09,11,12,13,14,15")
    assert "warning: speaker 08 has no disgust" in run("corpus", "show", *corpus).result()
    quick = ("--recipe", "2dcnn", "--set", "training.epochs=1", "--jobs", "1")
    answer = run("evaluate", *corpus, "--protocol", "speaker", *quick, "--json", "--out", tmp_path / "out")
    (result,) = json.loads(answer.result())
    assert (result["n_test"], result["folds"]) == (58 + 38 + 71, 3)
    assert math.isfinite(result["ua"]["mean"])


# --- corpora that are not there -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("corpus", "says"),
    [
        ("folder:absent", "folder:absent: no such folder; expected a folder with a sub-folder for each emotion"),
        ("emodb:absent", "emodb:absent: no such folder; expected "),
        ("absent.csv", "absent.csv: no such file; check the path"),
        ("~no-such-user/absent.csv", "~no-such-user/absent.csv: no such file; check the path"),
        ("folder:~no-such-user", "folder:~no-such-user: no such folder; "),
        ("folder:file.wav", "folder:file.wav: a file, not a folder; "),
        ("folder:empty", "folder:.*/empty: no recordings found; expected "),
        ("empty", "corpus 'empty': a path without a name; write folder:empty "),
        ("emodbb:empty", r"unknown name 'emodbb' \(did you mean 'emodb'\?\)"),
        ("absent", "corpus 'absent': neither a name nor a path that exists; expected NAME:PATH, demo, "),
        (
            "file.csv",
            "file.csv, line 1: one column, file; expected file and emotion",
        ),
        ("gone.csv", "gone.csv: none of its 1 recordings exists, for example .*gone.wav; paths are relative to "),
    ],
)
def test_what_is_no_corpus(corpus: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.wav").touch()
    (tmp_path / "file.csv").write_text("file\nfile.wav\n", encoding="utf-8")
    (tmp_path / "gone.csv").write_text("file,emotion\ngone.wav,sad\n", encoding="utf-8")
    for line in complaints(READING, corpus, tmp_path):
        assert re.search(says, line)


# --- places that cannot be written to -------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["file", "file/below", "file/far/below", "link/below", "/proc/nothing/here"])
@pytest.mark.parametrize("command", FITTING, ids=["evaluate", "train"])
def test_a_place_that_cannot_be_written_to_is_said_before_anything_is_heard(
    command: tuple[str, ...], where: str, voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where.startswith("/proc") and not Path("/proc").is_dir():
        pytest.skip("no /proc here")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("precious", encoding="utf-8")
    (tmp_path / "link").symlink_to("nowhere/at all")
    before = tree(tmp_path)
    answer = run(*command, f"folder:{voices}", "--out", where)
    assert re.fullmatch(rf"{where}: cannot be written to \(.+\); choose another --out", answer.complaint())
    assert len(answer.err.splitlines()) == 1, "it heard the corpus first"
    assert tree(tmp_path) == before


def test_a_training_that_diverges_leaves_nothing(table: Table, tmp_path: Path) -> None:
    diverges = ("--set", "training.learning_rate=1e30")
    (line,) = complaints((("evaluate", "--protocol=speaker", *QUICK, *diverges),), table(), tmp_path)
    assert line == (
        "smote-2dcnn, speaker, seed 0, fold 0: the network gives NaN for 9 of 9 test utterances; "
        "train with a lower learning rate"
    )


def test_a_folder_that_holds_something_else(table: Table, tmp_path: Path, undrawn: None) -> None:
    path, out = table(), tmp_path / "out"
    quick = ("--protocol", "random", *QUICK, "--out", out)
    run("evaluate", path, *quick).result()
    before = tree(tmp_path)
    for changed, says in (
        (("--emotions", "angry,sad"), "holds a study of corpus table (36 utterances), other than the 24 of table now"),
        (("--set", "training.epochs=2"), "fold-0: holds a run of other settings or other data under the same name"),
    ):
        complaint = run("evaluate", path, *quick, *changed).complaint()
        assert complaint.startswith(str(out))
        assert says in complaint
        assert "choose another --out" in complaint
        assert tree(tmp_path) == before
    assert len(predictions(out)) == 1
    (out / "study.json").write_text("{half", encoding="utf-8")
    assert "study.json: cannot be read as a study" in run("evaluate", path, *quick).complaint()
