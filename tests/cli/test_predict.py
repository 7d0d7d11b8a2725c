"""``evenvoice predict``: emotions of recordings, best first."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli import sounds
from tests.cli.command import Answer, finish, run, start, tree
from tests.recognizer import tiny
from tests.recognizer.test_recognizer import GOLDEN, HEAVY


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two recordings whose means are 0.5 and -0.5: the tiny model's answers are known."""
    found = [tmp_path / "a b.wav", tmp_path / "c.wav"]
    for file, value in zip(found, (0.5, -0.5), strict=True):
        sounds.sound(tiny.steady(value), tiny.RATE, subtype="FLOAT")(file)
    return found


def test_json_has_every_score_best_first(model: Path, files: list[Path]) -> None:
    answer = run("predict", model, *files, "--json")
    first, second = json.loads(answer.result())
    assert set(first) == {"file", "scores"}
    assert [each["file"] for each in (first, second)] == [str(file) for file in files]
    assert [set(score) for score in first["scores"]] == [{"label", "score"}] * 3
    assert [score["label"] for score in first["scores"]] == ["angry", "neutral", "sad"]
    assert [score["label"] for score in second["scores"]] == ["sad", "neutral", "angry"]
    for each in (first, second):
        assert [score["score"] for score in each["scores"]] == pytest.approx(GOLDEN, abs=1e-6)
    assert answer.err == ""


def test_text_is_a_line_a_file(model: Path, files: list[Path]) -> None:
    answer = run("predict", model, *files)
    first, second = answer.result().splitlines()
    assert first == f"{files[0]}\tangry 66.5%  neutral 24.5%  sad 9.0%"
    assert second == f"{files[1]}\tsad 66.5%  neutral 24.5%  angry 9.0%"
    assert answer.err == ""


def _rows(answer: Answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.result())))


def test_csv_has_a_column_an_emotion(model: Path, files: list[Path]) -> None:
    header, first, second = _rows(run("predict", model, *files, "--csv"))
    assert header == ["file", "label", "p:angry", "p:neutral", "p:sad"]
    assert (first[:2], second[:2]) == ([str(files[0]), "angry"], [str(files[1]), "sad"])
    assert [float(cell) for cell in first[2:]] == pytest.approx(GOLDEN, abs=1e-6)
    assert [float(cell) for cell in second[2:]] == pytest.approx(GOLDEN[::-1], abs=1e-6)


def test_top_limits_what_is_printed(model: Path, files: list[Path]) -> None:
    assert run("predict", model, files[1], "--top", "1").result() == f"{files[1]}\tsad 66.5%\n"
    (answer,) = json.loads(run("predict", model, files[1], "--top", "2", "--json").result())
    assert [score["label"] for score in answer["scores"]] == ["sad", "neutral"]
    assert _rows(run("predict", model, files[1], "--top", "1", "--csv"))[1][2:4] == ["", ""]
    assert len(json.loads(run("predict", model, files[1], "--top", "9", "--json").result())[0]["scores"]) == 3


@pytest.mark.parametrize("jobs", ["1", "3"])
@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_folders_in_the_order_of_their_names_whatever_the_jobs(
    jobs: str, form: tuple[str, ...], model: Path, voices: Path
) -> None:
    (voices / "notes.txt").write_text("no recording", encoding="utf-8")
    answer = run("predict", model, voices, *form, "--jobs", jobs)
    files = sorted(str(file) for file in voices.rglob("*.wav"))
    if form == ("--json",):
        found = [each["file"] for each in json.loads(answer.result())]
    elif form == ("--csv",):
        found = [row[0] for row in _rows(answer)[1:]]
    else:
        found = [line.partition("\t")[0] for line in answer.result().splitlines()]
    assert found == files
    assert len(found) == 36
    assert answer.err == ""


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_the_first_bad_recording_ends_it_after_what_came_before(
    jobs: str, model: Path, files: list[Path], tmp_path: Path
) -> None:
    given = (*files, tmp_path / "absent.wav", files[0])
    for form in ((), ("--json",), ("--csv",)):
        answer = run("predict", model, *given, *form, "--jobs", jobs)
        assert answer.code == 2
        assert answer.err == f"evenvoice: {tmp_path / 'absent.wav'}: no such file; check the path\n"
        assert answer.out == run("predict", model, *files, *form).result()


def test_skipped_recordings_come_last_and_the_rest_is_whole(model: Path, files: list[Path], tmp_path: Path) -> None:
    answer = run("predict", model, files[0], tmp_path / "absent.wav", files[1], "--skip-bad", "--json")
    assert [each["file"] for each in json.loads(answer.result())] == [str(file) for file in files]
    assert answer.err == f"skipped: {tmp_path / 'absent.wav'}: no such file; check the path\n"
    assert run("predict", model, tmp_path / "absent.wav", "--skip-bad", "--json").result() == "[]\n"


# --- standard input -------------------------------------------------------------------------------------------------


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch):
    """Put bytes on standard input."""
    return lambda data: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_standard_input_among_files(model: Path, files: list[Path], pipe) -> None:
    pipe(files[1].read_bytes())
    first, second = run("predict", model, files[0], "-").result().splitlines()
    assert first.startswith(f"{files[0]}\tangry 66.5%")
    assert second == "-\tsad 66.5%  neutral 24.5%  angry 9.0%"


def test_raw_samples_on_standard_input(model: Path, pipe) -> None:
    samples = tiny.steady(-0.5)
    for more, data in (
        ((), (samples * 2**15).astype("<i2")),
        (("--raw-format", "s16le"), (samples * 2**15).astype("<i2")),
        (("--raw-format", "f32le"), samples.astype("<f4")),
    ):
        pipe(data.tobytes())
        answer = run("predict", model, "-", "--raw-rate", str(tiny.RATE), *more)
        assert answer.result() == "-\tsad 66.5%  neutral 24.5%  angry 9.0%\n"


def test_live_audio_is_answered_before_it_ends(model: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from evenvoice.cli.main import main; main()", "predict", str(model), "-",
         "--raw-rate", str(tiny.RATE), "--window", "1", "--top", "1"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    second = np.full(tiny.RATE, 2**14, "<i2").tobytes()
    for number in range(2):
        process.stdin.write(second)
        process.stdin.flush()
        assert process.stdout.readline() == f"-\t{number}.00\t{number + 1}.00\tangry 66.5%\n".encode()
    out, err = process.communicate(second[: tiny.RATE], timeout=120)
    assert (out, err, process.returncode) == (b"-\t1.50\t2.50\tangry 66.5%\n", b"", 0)


# --- the model ------------------------------------------------------------------------------------------------------


def test_the_ready_model_is_used_and_introduced(
    model: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evenvoice.recognizer.ready._FILE", model)
    answer = run("predict", *files)
    assert answer.result() == run("predict", model, *files).result()
    (line,) = answer.err.splitlines()
    assert line.startswith("no model named, so the one that comes with evenvoice: angry, neutral, sad; trained on ")
    assert "UA on unseen speakers not measured; made with the recipe tiny on 2025-01-31" in line


def test_no_model_and_none_that_is_ready(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenvoice.recognizer.ready._FILE", tmp_path / "absent")
    assert run("predict", files[0]).complaint().endswith("for example: evenvoice predict model.onnx clip.wav")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("absent.onnx", "no such file; check the path"),
        ("a wave.onnx", "not an ONNX model"),
        ("A FOLDER.ONNX", "a folder, not a model file; name the .onnx file in it"),
        ("empty.onnx", "empty (0 bytes); export or download it again"),
        ("cut off.onnx", "; export or download it again"),
        ("loop.onnx", "cannot be read"),
    ],
)
def test_what_is_no_model(name: str, says: str, model: Path, files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").touch()
    (tmp_path / "A FOLDER.ONNX").mkdir()
    (tmp_path / "a wave.onnx").write_bytes(files[0].read_bytes())
    (tmp_path / "cut off.onnx").write_bytes(model.read_bytes()[:-100])
    (tmp_path / "loop.onnx").symlink_to("loop.onnx")
    before = tree(tmp_path)
    for more in ((), ("--json",), ("--csv",), ("--skip-bad",)):
        complaint = run("predict", tmp_path / name, *files, *more).complaint()
        assert complaint.startswith(f"{tmp_path / name}: ")
        assert says in complaint
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--json", "--csv"), "--json and --csv are two formats of one output; choose one"),
        (("--hop", "1"), "--hop 1 moves a window, and there is none; add --window 3, for example"),
        (("--window", "0"), "window of 0 s: expected 0.1 s to 60 s; 3 s suits most speech"),
        (("--window", "nan"), "window of nan s: expected 0.1 s to 60 s; 3 s suits most speech"),
        (("--window", "0.5"), "hop of 1 s: expected 0.01 s to the window's 0.5 s, beyond which parts would be "
                                  "left out; give a hop of 0.5 s, for example"),
        (("--raw-format", "s16le"), "--raw-format s16le has no sample rate; add --raw-rate 16000, for example"),
        (("--raw-rate", "9000"), "raw audio is read from standard input only; name it with -, or convert files to WAV"),
        (("--raw-rate", "1", "-"), "raw audio of 1 Hz: expected 1000 to 1000000; give the rate it was made at"),
        (("-", "-"), "standard input (-) is named 2 times, and can be read once; name it once"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together(options: tuple[str, ...], says: str, model: Path, files: list[Path]) -> None:
    assert run("predict", model, files[0], *options).complaint() == says


# --- what it does not need, and what it does not print --------------------------------------------------------------

# typer itself imports pydantic, from 0.29 on.
BLOCKED = f"""
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {set(HEAVY) - {"pydantic"}}:
            raise ImportError(f"{{name}} is blocked")

sys.meta_path.insert(0, Blocked())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [("clip.wav",), ("--csv", "clip.wav"), ("--json", "--window=1", "clip.wav", "clip.wav"), (".",), ("-",),
     ("-", "--raw-rate=8000", "--window=1"), ("absent.wav", "--skip-bad")],
    ids=" ".join,
)  # fmt: skip
def test_nothing_heavy_is_needed(arguments: tuple[str, ...], model: Path, tmp_path: Path) -> None:
    sounds.sound(tiny.steady(0.5), tiny.RATE)(tmp_path / "clip.wav")
    program = f"{BLOCKED}\nsys.stdin = open({str(tmp_path / 'clip.wav')!r})"
    answer = finish(start("predict", model, *arguments, before=program, folder=tmp_path))
    assert ("angry" in answer.result()) == ("absent.wav" not in arguments)
    assert len(answer.err.splitlines()) == arguments.count("absent.wav")


@pytest.mark.parametrize("seen", [True, False], ids=["results on the terminal", "results in a file"])
def test_progress_is_for_a_terminal_without_the_results(seen: bool, model: Path, files: list[Path]) -> None:
    ours, theirs = pty.openpty()
    out = theirs if seen else subprocess.PIPE
    command = [sys.executable, "-c", "from evenvoice.cli.main import main; main()", "predict", str(model), *files]
    process = subprocess.Popen(command, stdout=out, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    piped, _ = process.communicate(timeout=120)
    os.close(theirs)
    shown = b""
    while b"sad" not in shown if seen else b"2/2" not in shown:
        shown += os.read(ours, 4096)
    os.close(ours)
    assert process.returncode == 0
    assert (b"predicting" in shown) == (not seen)
    assert (b"angry 66.5%" in shown) == seen
    assert seen or len(piped.splitlines()) == 2


def test_recordings_elsewhere(model: Path, files: list[Path]) -> None:
    named = [f"file://{file}" for file in files]
    rows = _rows(run("predict", model, *named, "--csv"))[1:]
    assert [row[1:] for row in rows] == [row[1:] for row in _rows(run("predict", model, *files, "--csv"))[1:]]
    assert [row[0] for row in rows] == named


def test_a_file_and_a_format_do_not_go_together(model: Path, files: list[Path], tmp_path: Path) -> None:
    said = run("predict", model, *files, "--out", tmp_path / "a.csv", "--json").complaint()
    assert said == "--out has its format from its name, .csv or .parquet; leave out --json and --csv"
    assert "ends in .csv or .parquet" in run("predict", model, *files, "--out", tmp_path / "a.json").complaint()
    assert not tree(tmp_path).keys() & {"a.csv", "a.json"}
