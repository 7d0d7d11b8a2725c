"""Progress: a bar in a terminal and in a notebook, a line a minute in a log, and nothing on stdout."""

from __future__ import annotations

import io
import re
import sys
import types

import pytest
from rich.progress import Progress, TaskID

from evenvoice import progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that goes as the test says."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_log_gets_a_line_a_minute_with_what_is_left(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    for _ in progress.track(range(10), "fitting"):
        clock[0] += 25
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "fitting: 10 to do",
        "fitting: 3 of 10 after 1:15, about 2:55 left",
        "fitting: 6 of 10 after 2:30, about 1:40 left",
        "fitting: 9 of 10 after 3:45, about 0:25 left",
    ]


def test_quick_work_is_one_line(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress.track(iter("abc"), "reading")) == ["a", "b", "c"]
    assert capsys.readouterr().err == "reading\n"


def test_steps_longer_than_a_minute_are_a_line_each(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    for _ in progress.track(range(3), "tuning"):
        clock[0] += 3700
    assert capsys.readouterr().err.splitlines()[1:] == [
        "tuning: 1 of 3 after 1:01:40, about 2:03:20 left",
        "tuning: 2 of 3 after 2:03:20, about 1:01:40 left",
    ]


def test_a_terminal_has_an_estimate_after_one_slow_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """rich forgets steps older than half a minute by default, and then shows no estimate."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    now = [0.0]
    monkeypatch.setattr("rich.console.monotonic", lambda: now[0])
    advance = Progress.advance

    def advance_and_draw(bar: Progress, task: TaskID, steps: float = 1) -> None:
        advance(bar, task, steps)
        bar.refresh()

    monkeypatch.setattr(Progress, "advance", advance_and_draw)
    for _ in progress.track(range(4), "fitting"):
        now[0] += 300
    drawn = re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", terminal.getvalue())
    estimates = dict(re.findall(r"([123])/4 0:\d\d:00 left (\S+)", drawn))
    assert estimates == {"1": "0:15:00", "2": "0:10:00", "3": "0:05:00"}


def test_a_notebook_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))  # type: ignore[misc]
    monkeypatch.setattr(progress.importlib.util, "find_spec", lambda name: None if name == "ipywidgets" else object())
    assert list(progress.track(range(3), "fitting")) == [0, 1, 2]
    assert "fitting: 100%" in capsys.readouterr().err


def test_a_terminal_with_ipython_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: object()))  # type: ignore[misc]
    assert not progress._is_notebook()
