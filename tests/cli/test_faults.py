"""Faults of the machine, and of whom it gets its names from: one line, an exit code, nothing half-written."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evenvoice.serve.page import PAGE
from tests.cli.command import QUICK, run
from tests.measured import not_measured
from tests.recognizer import tiny

_MAIN = "from evenvoice.cli.main import main; main()"


def shell(
    redirect: str, *arguments: Path | str, folder: Path | None = None, largest: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``evenvoice`` under a shell with a redirection, perhaps with a limit on the size of the files it writes."""

    def limit() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    command = ["sh", "-c", f'exec "$@" {redirect}', "sh", sys.executable, "-B", "-c", _MAIN, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, timeout=120, preexec_fn=limit,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": ""},
    )  # fmt: skip


def one_line(ended: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in ended.stderr.splitlines() if line.startswith("evenvoice: ")]
    assert "Traceback" not in ended.stderr
    assert len(lines) == 1, ended.stderr
    assert lines[0] == ended.stderr.splitlines()[-1]
    return lines[0].removeprefix("evenvoice: ")


PRINTING = {
    "version": ("--version",),
    "help": ("--help",),
    "corpora": ("corpus", "list"),
    "show": ("corpus", "show", "folder:{voices}"),
    "predict": ("predict", "{model}", "{voices}/sad/anna_0.wav"),
    "json": ("predict", "--json", "{model}", "{voices}/sad/anna_0.wav"),
    "csv": ("predict", "--csv", "{model}", "{voices}/sad/anna_0.wav"),
    "card": ("card", "{model}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", PRINTING)
@pytest.mark.parametrize(("redirect", "says"), [(">/dev/full", "No space left on device"), (">&-", "closed")])
def test_a_stdout_that_takes_nothing(command: str, redirect: str, says: str, model: Path, voices: Path) -> None:
    ended = shell(redirect, *(part.format(model=model, voices=voices) for part in PRINTING[command]))
    assert ended.returncode == 2
    assert says in one_line(ended)


def test_closed_stdin_and_stderr_are_no_fault(model: Path, voices: Path) -> None:
    ended = shell("2>&- <&-", "predict", model, voices / "sad" / "anna_0.wav")
    assert (ended.returncode, ended.stdout.count("\n")) == (0, 1)


WRITING = {
    "train": ("train", "folder:{voices}", "--out", "{out}", "--recipe=smote-2dcnn", *QUICK),
    "evaluate": ("evaluate", "folder:{voices}", "--speaker-from", "([a-z]+)_", "--protocol=speaker", "--out", "{out}",
                 "--recipe=smote-2dcnn", *QUICK),
    "card": ("card", "{model}", "--out", "{out}"),
}  # fmt: skip


@pytest.mark.slow
@not_measured
@pytest.mark.parametrize("command", WRITING)
def test_a_limit_on_the_size_of_files_is_one_line(
    command: str, model: Path, voices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [part.format(model=model, voices=voices, out=tmp_path / "out") for part in WRITING[command]]
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))
    ended = shell("", *arguments, largest=1500)
    assert ended.returncode == 2, ended
    assert "cannot be written" in one_line(ended)
    assert not list(tmp_path.rglob(".*")), "half-written"


LONG = "x" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "{model}", f"{LONG}.wav"),
        ("predict", f"{LONG}.onnx", "a.wav"),
        ("card", f"{LONG}.onnx"),
        ("card", "{model}", "--out", LONG),
        ("serve", f"{LONG}.onnx"),
        ("export", LONG),
        pytest.param(
            ("export", "{model}", "--web", LONG),
            marks=pytest.mark.skipif(not PAGE.is_dir(), reason="the page is not built (make page)"),
        ),
        ("corpus", "show", f"folder:{LONG}"),
        ("corpus", "show", f"{LONG}.csv"),
        ("recipe", "show", f"{LONG}.yaml"),
        ("recipe", "show", LONG),
        ("report", LONG),
        ("compare", LONG),
        ("audit", "run", LONG),
        ("audit", "split", f"{LONG}.csv"),
        ("train", "folder:{voices}", "--out", LONG, *QUICK),
        ("evaluate", "folder:{voices}", "--out", LONG, *QUICK),
    ],
    ids=lambda arguments: " ".join(arguments)[:20],
)
def test_a_name_that_is_too_long_is_one_line(arguments: tuple[str, ...], model: Path, voices: Path) -> None:
    answer = run(*(part.format(model=model, voices=voices) for part in arguments))
    assert answer.code == 2
    last = answer.err.splitlines()[-1]
    assert last.startswith("evenvoice: ")
    assert LONG[:50] in last
    assert ".writing-" not in last


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "cannot write: No space left on device; free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "a"), "a: Permission denied; check its permissions"),
        (MemoryError(), "out of memory; free some"),
    ],
)
def test_a_fault_inside_of_a_command(error: Exception, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("evenvoice.features.clear_cache", fail)
    assert run("cache", "clear").complaint().startswith(says)


def test_sigterm_always_gives_its_code(model: Path, voices: Path) -> None:
    """Whenever it comes: before the command has begun, while it works, when it is about to end."""
    for seconds in (0.0, 0.1, 0.2, 0.3, 0.5, 0.8):
        process = subprocess.Popen(
            [sys.executable, "-c", _MAIN, "predict", str(model), *[str(voices / "sad" / "anna_0.wav")] * 200],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(seconds)
        process.terminate()
        _, err = process.communicate(timeout=60)
        assert process.returncode in (143, -signal.SIGTERM, 0), err
        assert b"Traceback" not in err


_IMPORTS = """
import os, signal, sys, time
from pathlib import Path
import evenvoice.cli.main
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = Path(sys.argv[1])
(folder / "slow.py").write_text('''
import os, time
try:
    os.kill(os.getpid(), int(os.environ["NUMBER"]))
    time.sleep(0.3)
except BaseException:
    os.abort()  # as C++ does
''')
sys.path.insert(0, str(folder))

def command(prog_name):
    import slow
    time.sleep(60)

evenvoice.cli.main.whole_app = lambda: command
evenvoice.cli.main.main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_waits_for_an_import(number: int, code: int, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _IMPORTS, str(tmp_path)], capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "NUMBER": str(int(number))},
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (code, "evenvoice: interrupted; what was finished is kept\n")


_ENDS = """
import os, signal, sys, threading, time
import evenvoice.cli.main
signal.signal(signal.SIGINT, signal.default_int_handler)

def late():
    while threading.main_thread().is_alive():
        time.sleep(0.01)
    os.kill(os.getpid(), int(sys.argv[1]))
    time.sleep(60)

threading.Thread(target=late).start()
evenvoice.cli.main.whole_app = lambda: lambda prog_name: None
evenvoice.cli.main.main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_end_is_no_traceback(number: int) -> None:
    """Python waits for threads when a program ends, such as those of the workers."""
    ended = subprocess.run(
        [sys.executable, "-c", _ENDS, str(int(number))], capture_output=True, text=True, check=False, timeout=120
    )
    assert (ended.returncode, ended.stderr) == (-number, "")


_LOST = """
import os, signal, sys, time, weakref
import evenvoice.cli.main
number = getattr(signal, sys.argv[1])
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is started without

class Ended:
    def __del__(self):
        if sys.argv[2] == "destructor":
            stop()

def stop(*_):
    os.kill(os.getpid(), number)
    time.sleep(0.2)

def command(prog_name):
    ended = Ended()
    reference = weakref.ref(ended, stop if sys.argv[2] == "reference" else None)
    del ended
    time.sleep(60)

evenvoice.cli.main.whole_app = lambda: command
evenvoice.cli.main.main()
"""


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize("where", ["destructor", "reference"])
def test_an_interrupt_in_a_destructor_is_not_lost(number: str, code: int, where: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _LOST, number, where], capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (code, "evenvoice: interrupted; what was finished is kept\n")


ESCAPES = "\x1b[2J\u202e\x9b31m\x07\r\n"


def hostile(text: str) -> bool:
    return any(sign in text for sign in "\x1b\u202e\x9b\x07\r")


@pytest.mark.parametrize("kind", [(), ("--csv",)])
def test_names_of_files_are_not_obeyed(kind: tuple[str, ...], model: Path, voices: Path) -> None:
    file = (voices / "sad" / "anna_0.wav").rename(voices / f"a{ESCAPES}.wav")
    answer = run("predict", *kind, model, file)
    assert answer.code == 0
    assert not hostile(answer.out + answer.err)
    assert r"\u001b[2J\u202e\u009b31m\u0007" in answer.out
    file.write_text("no audio", encoding="utf-8")
    answer = run("predict", model, file)
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert not hostile(answer.err)
    bad = run("predict", "--skip-bad", model, file, voices / "sad" / "ben_0.wav")
    assert not hostile(bad.err)
    assert len([line for line in bad.err.splitlines() if line.startswith("skipped: ")]) == 1


def test_names_of_labels_and_speakers_are_not_obeyed(table: Callable[..., Path]) -> None:
    corpus = table(("sad/anna_0.wav", "s\x1b[31mad\u202e", "an\x07na\x9b"))
    answer = run("corpus", "show", corpus, "--emotions", "all")
    assert not hostile(answer.out + answer.err)
    answer = run("corpus", "show", corpus, "--emotions", "all", "--json")
    assert not hostile(answer.out + answer.err)


def test_what_a_model_says_of_itself_is_not_obeyed(tmp_path: Path, voices: Path) -> None:
    file = tmp_path / "model.onnx"
    corpus = {"name": "x\u202e\x1b[2J", "licence": "\x9b31m"}
    file.write_bytes(tiny.model_file(corpus=corpus, intended_use="a\x1b[2J", recipe={"name": "\x1b]0;title\x07"}))
    answer = run("card", file)
    assert not hostile(answer.out + answer.err)
    assert not hostile(run("predict", file, voices / "sad" / "anna_0.wav").err)


def test_a_name_that_is_a_formula(model: Path, voices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (voices / "sad" / "anna_0.wav").rename(voices / "=cmd|' !A0.wav")
    monkeypatch.chdir(voices)
    assert run("predict", "--csv", model, "=cmd|' !A0.wav").result().splitlines()[1].startswith("'=cmd|' !A0.wav,")
    assert '"file": "=cmd|\' !A0.wav"' in run("predict", "--json", model, "=cmd|' !A0.wav").result()
