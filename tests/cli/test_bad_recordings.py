"""Each recording is decoded, or is one clear line with exit code 2 and nothing written; or is skipped."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import soundfile

from tests.cli import sounds
from tests.cli.command import QUICK, finish, predictions, run, start, tree

Table = Callable[..., Path]
FORMS = ("folder", "csv")

bad_ones = pytest.mark.parametrize("bad", sounds.BAD, ids=lambda bad: bad.name)
both_forms = pytest.mark.parametrize("form", FORMS)


def corpus_with(form: str, voices: Path, table: Table, *names: str) -> str:
    """Write recordings among the sad ones, and return the corpus' argument."""
    writers = {bad.name: bad.write for bad in sounds.BAD} | sounds.FINE
    for name in names:
        writers[name](voices / "sad" / name)
    if form == "folder":
        return f"folder:{voices}"
    return str(table(*[(f"sad/{name}", "sad") for name in names]))


# --- predict --------------------------------------------------------------------------------------------------------


@bad_ones
def test_predict_says_what_is_wrong_with_a_recording(bad: sounds.Bad, model: Path, tmp_path: Path) -> None:
    bad.write(tmp_path / bad.name)
    before = tree(tmp_path)
    complaint = run("predict", model, tmp_path / bad.name).complaint()
    assert complaint.startswith(f"{tmp_path / bad.name}: ")
    assert re.search(bad.says, complaint)
    assert tree(tmp_path) == before


def test_predict_says_that_a_folder_holds_no_recording(model: Path, tmp_path: Path) -> None:
    complaint = run("predict", model, tmp_path).complaint()
    assert complaint == f"{tmp_path}: a folder without recordings (.wav, .wave, .flac, …); name another"


def test_predict_prints_no_half_a_list(model: Path, voices: Path) -> None:
    good = voices / "sad" / "anna_0.wav"
    answer = run("predict", "--json", model, good, voices / "absent.wav")
    assert [each["file"] for each in json.loads(answer.out)] == [str(good)]
    assert (answer.code, answer.err) == (2, f"evenvoice: {voices / 'absent.wav'}: no such file; check the path\n")


@pytest.mark.parametrize("name", sounds.FINE, ids=os.fsencode)
def test_predict_takes_a_recording(name: str, model: Path, tmp_path: Path) -> None:
    sounds.FINE[name](tmp_path / name)
    shown = str(tmp_path / name).encode("utf-8", "backslashreplace").decode()
    assert run("predict", model, tmp_path / name).result().startswith(f"{shown}\t")
    (answer,) = json.loads(run("predict", "--json", model, tmp_path / name).result())
    assert answer["file"] == str(tmp_path / name)


def test_predict_takes_a_name_that_is_no_text_in_a_process_of_its_own(model: Path, tmp_path: Path) -> None:
    sounds.sound(sounds.noise())(tmp_path / sounds.LATIN_1)
    sounds.sound(sounds.noise())(tmp_path / "-dash.wav")
    names = [sounds.LATIN_1, "-dash.wav"]
    lines = finish(start("predict", model, "--", *names, folder=tmp_path)).result().splitlines()
    assert [line.partition("\t")[0] for line in lines] == [r"fr\udcf6hlich.wav", "-dash.wav"]
    (tmp_path / sounds.LATIN_1).write_bytes(b"")
    answer = finish(start("predict", model, *names[:1], folder=tmp_path))
    assert answer.complaint().startswith(r"fr\udcf6hlich.wav: empty (0 bytes)")


def test_predict_skips_what_is_bad_and_lists_it(model: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.wav"
    sounds.sound(sounds.noise())(good)
    for bad in sounds.BAD:
        bad.write(tmp_path / bad.name)
    (tmp_path / "empty folder").mkdir()
    files = [tmp_path / "empty folder", *(tmp_path / bad.name for bad in sounds.BAD), good]
    answer = run("predict", "--skip-bad", model, *files)
    assert [line.partition("\t")[0] for line in answer.result().splitlines()] == [str(good)]
    skipped = answer.err.splitlines()
    assert len(skipped) == len(files) - 1
    for file, line in zip(files, skipped, strict=False):
        assert line.startswith(f"skipped: {file}: ")
    assert [each["file"] for each in json.loads(run("predict", "--skip-bad", "--json", model, *files).result())] == [
        str(good)
    ]


# --- evaluate, train ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@both_forms
@bad_ones
def test_evaluate_and_train_say_what_is_wrong_with_a_recording(
    bad: sounds.Bad, form: str, voices: Path, table: Table, tmp_path: Path
) -> None:
    corpus = corpus_with(form, voices, table, bad.name)
    before = tree(tmp_path)
    for command in (("evaluate", "--protocol", "kfold"), ("train",)):
        complaint = run(*command, corpus, *QUICK, "--out", tmp_path / "new" / "out").complaint()
        assert complaint.startswith(f"{voices / 'sad' / bad.name}: ")
        assert re.search(bad.says, complaint)
        assert tree(tmp_path) == before


def test_evaluate_and_train_say_that_a_folder_is_none(voices: Path, table: Table, tmp_path: Path) -> None:
    corpus = table(("sad", "sad"))
    before = tree(tmp_path)
    for command in (("evaluate", "--protocol", "kfold"), ("train",)):
        complaint = run(*command, corpus, *QUICK, "--out", tmp_path / "out").complaint()
        assert complaint == f"{voices / 'sad'}: a folder, not a recording; name the files in it"
        assert tree(tmp_path) == before


def check_skipped(err: str, voices: Path) -> None:
    """See that every bad recording is listed once, and nothing else."""
    lines = [line for line in err.splitlines() if line.startswith("skipped")]
    for bad in sounds.BAD:
        assert [line.startswith(f"skipped: {voices / 'sad' / bad.name}: ") for line in lines].count(True) == 1
    assert lines[-1] == f"skipped {len(sounds.BAD)} of {36 + len(sounds.BAD)} recordings"
    assert len(lines) == len(sounds.BAD) + 1


@both_forms
def test_evaluate_skips_what_is_bad_and_lists_it(
    form: str, voices: Path, table: Table, tmp_path: Path, undrawn: None
) -> None:
    corpus = corpus_with(form, voices, table, *[bad.name for bad in sounds.BAD])
    out = tmp_path / "out"
    answer = run("evaluate", corpus, "--protocol", "kfold", *QUICK, "--skip-bad", "--json", "--out", out)
    (result,) = json.loads(answer.result())
    assert result["n_test"] == 36
    check_skipped(answer.err, voices)
    tested = pd.concat(pd.read_csv(path) for path in out.rglob("predictions.csv"))["utterance"]
    assert sorted(tested) == sorted(file.relative_to(voices).as_posix() for file in voices.glob("*/*_?.wav"))


@both_forms
def test_train_skips_what_is_bad_and_takes_all_else(
    form: str, voices: Path, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(_: object, path: Path, **__: object) -> Path:
        path.parent.mkdir(parents=True)
        path.touch()
        return path

    # What was trained on is the question, and the exporter takes seconds.
    monkeypatch.setattr("evenvoice.training.on_corpus.export", export)
    bad = [bad.name for bad in sounds.BAD]
    # A CSV is UTF-8 and cannot name a file that is not.
    fine = [name for name in sounds.FINE if form == "folder" or name != sounds.LATIN_1]
    corpus = corpus_with(form, voices, table, *bad, *fine)
    answer = run("train", corpus, *QUICK, "--skip-bad", "--out", tmp_path / "out")
    assert answer.result() == f"{tmp_path / 'out' / 'model.onnx'}\n"
    assert f"skipped {len(bad)} of {36 + len(bad) + len(fine)} recordings" in answer.err
    assert f"trained on angry 12, happy 12, sad {12 + len(fine)};" in answer.err
    assert sorted(tree(tmp_path / "out")) == ["history.csv", "model.onnx"]


def test_nothing_is_left_to_skip_to(voices: Path, tmp_path: Path) -> None:
    for file in voices.glob("*/*.wav"):
        file.write_bytes(b"")
    before = tree(tmp_path)
    for command in (("evaluate", "--protocol", "kfold"), ("train",)):
        complaint = run(*command, f"folder:{voices}", *QUICK, "--skip-bad", "--out", tmp_path / "out")
        assert "evenvoice: corpus voices: no usable recording is left of 36" in complaint.err
        assert tree(tmp_path) == before


def test_a_class_that_is_skipped_whole_is_said(voices: Path, tmp_path: Path) -> None:
    for file in voices.glob("sad/*.wav"):
        file.write_bytes(b"")
    before = tree(tmp_path)
    answer = run("evaluate", f"folder:{voices}", "--protocol", "kfold", *QUICK, "--skip-bad", "--out", tmp_path / "out")
    assert (answer.code, answer.out) == (2, "")
    assert "the labels are angry, happy, sad, its utterances have angry, happy; select" in answer.err.splitlines()[-1]
    assert tree(tmp_path) == before


@pytest.mark.slow
@both_forms
def test_evaluate_takes_what_can_be_decoded_whatever_it_is_called(
    form: str, voices: Path, table: Table, tmp_path: Path
) -> None:
    fine = [name for name in sounds.FINE if form == "folder" or name != sounds.LATIN_1]
    corpus = corpus_with(form, voices, table, *fine)
    out = tmp_path / 'an "out" folder\'s 🎤 name'
    answer = run("evaluate", corpus, "--protocol", "kfold", *QUICK, "--json", "--out", out)
    assert json.loads(answer.result())[0]["n_test"] == 36 + len(fine)
    tested = {line.rpartition("sad/")[2] for text in predictions(out).values() for line in text.decode().splitlines()}
    assert any("émotion 🎤 $x$ <b>.wav" in line for line in tested)
    assert (out / "report.html").is_file()


# --- corpus show ----------------------------------------------------------------------------------------------------

# It reads headers only; what is silent, NaN or damaged behind its header, it counts.
UNREADABLE = {
    "empty.wav", "no samples.wav", "header cut off.wav", "text.wav", "noise.m4a", "cut off.m4a", "cut off.wav",
    "page.au",
}  # fmt: skip
MISSING = {"missing.wav", "unreadable.wav"}


@both_forms
@bad_ones
def test_corpus_show_counts_a_bad_recording_and_says_what_its_header_tells(
    bad: sounds.Bad, form: str, voices: Path, table: Table, tmp_path: Path
) -> None:
    corpus = corpus_with(form, voices, table, bad.name)
    before = tree(tmp_path)
    lines = run("corpus", "show", corpus).result().splitlines()
    assert lines[0].split(": ")[1].startswith("37 utterances")
    named = f"1 (sad/{bad.name})"
    assert (f"warning: utterances with audio that cannot be read: {named}" in lines) == (bad.name in UNREADABLE)
    assert (f"warning: utterances without their audio: {named}" in lines) == (bad.name in MISSING)
    assert tree(tmp_path) == before


@both_forms
def test_corpus_show_shows_what_can_be_decoded(form: str, voices: Path, table: Table) -> None:
    fine = [name for name in sounds.FINE if form == "folder" or name != sounds.LATIN_1]
    corpus = corpus_with(form, voices, table, *fine)
    for file in voices.glob("angry/*.wav"):
        file.write_bytes((voices / "sad" / fine[-1]).read_bytes())  # copies, so that names are shown
    shown = json.loads(run("corpus", "show", corpus, "--json").result())
    assert (shown["utterances"], shown["hours_note"]) == (36 + len(fine), "")
    text = run("corpus", "show", corpus).result()
    assert "warning: several sample rates: 16000 Hz " in text
    assert "warning: recordings that are the same, byte for byte: 1 (" in text


@pytest.mark.filterwarnings("error::UserWarning")  # as matplotlib gives for an emoji
@pytest.mark.usefixtures("undrawn")
def test_a_corpus_whose_own_name_is_no_text(voices: Path, tmp_path: Path) -> None:
    odd = voices.rename(tmp_path / os.fsdecode(b"\xf6dd 'corpus' \xf0\x9f\x8e\xad"))
    sounds.sound(sounds.noise())(odd / "sad" / os.fsdecode(b"fr\xf6_1.wav"))
    corpus = (f"folder:{odd}", "--speaker-from", "/([^_]+)_")
    answer = run("evaluate", *corpus, "--protocol", "kfold", *QUICK, "--json", "--out", tmp_path / "out")
    assert json.loads(answer.result())[0]["corpus"] == r"\udcf6dd 'corpus' 🎭"
    lines = run("corpus", "show", *corpus).result().splitlines()
    assert lines[0] == r"\udcf6dd 'corpus' 🎭: 37 utterances, 5 speakers, 3 emotions"
    assert any(line.startswith(r"fr\udcf6 ") for line in lines)
    table = odd / "table.csv"
    table.write_bytes(b"file,emotion\nangry/anna_0.wav,angry\nfr\xf6hlich.wav,sad\n")
    read = run("corpus", "show", table).result()
    assert "warning: table.csv is not UTF-8 and was read as Windows-1252; save it as UTF-8 if letters are wrong" in read


def test_the_sounds_are_what_they_are_called(tmp_path: Path) -> None:
    for name, write in sounds.FINE.items():
        write(tmp_path / name)
    assert soundfile.info(tmp_path / "8 channels.wav").channels == 8
    assert soundfile.info(tmp_path / "8 bit.wav").subtype == "PCM_U8"
    assert soundfile.info(tmp_path / "192 kHz.wav").samplerate == 192000
    assert soundfile.info(tmp_path / "a tenth of a second.wav").duration == 0.1
    assert (abs(soundfile.read(tmp_path / "clipped here and there.wav")[0]) > 0.999).mean() > 0.3
