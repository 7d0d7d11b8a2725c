"""A recognizer on a model that can be worked out by hand, on bad waveforms, and on files that are not models."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evenvoice.errors import AudioError, EvenvoiceError
from evenvoice.recognizer import Recognizer
from tests.recognizer import tiny


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a model.onnx"
    file.write_bytes(tiny.model_file())
    return file


def _half(seconds: float = 1.0, rate: int = tiny.RATE) -> np.ndarray:
    return tiny.steady(0.5, round(seconds * rate))


# softmax of 0.5 · (2, 0, -2): e / (e + 1 + 1/e), 1 / (e + 1 + 1/e), …
GOLDEN = [0.66524096, 0.24472847, 0.09003057]


def test_scores_by_hand_best_first(path: Path) -> None:
    recognizer = Recognizer(path)
    assert recognizer.labels == ("angry", "neutral", "sad")
    assert recognizer.sample_rate == tiny.RATE
    scores = recognizer(-_half())
    assert [score["label"] for score in scores] == ["sad", "neutral", "angry"]
    assert [score["score"] for score in scores] == pytest.approx(GOLDEN, abs=1e-6)
    assert all(type(score["score"]) is float for score in scores)


def test_a_file_and_its_waveform_give_the_same(path: Path, tmp_path: Path) -> None:
    recognizer = Recognizer(path)
    clip = tmp_path / "clip.wav"
    tone = 0.3 + 0.2 * np.sin(np.arange(44100) / 50)
    soundfile.write(clip, tone, 44100, subtype="FLOAT")
    assert recognizer(clip) == recognizer(str(clip)) == recognizer(tone.astype(np.float32), rate=44100)
    assert recognizer(tone, 44100)[0]["score"] == pytest.approx(recognizer(clip)[0]["score"], abs=1e-6)


def test_a_waveform_is_resampled_to_the_models_rate(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recognizer = Recognizer(path)
    sizes = []
    real = recognizer.probabilities
    monkeypatch.setattr(recognizer, "probabilities", lambda waves: (sizes.extend(map(len, waves)), real(waves))[1])
    recognizer(_half(1.0, 48000), rate=48000)
    recognizer(_half(1.0))
    assert sizes == [tiny.RATE, tiny.RATE]


def test_many_waveforms_of_different_length_keep_their_order(path: Path) -> None:
    recognizer = Recognizer(path)
    generator = np.random.default_rng(0)
    waveforms = [generator.standard_normal(size).astype(np.float32) for size in generator.integers(800, 1700, 21)]
    means = np.array([waveform.mean(dtype=np.float64) for waveform in waveforms])
    expected = np.exp(np.outer(means, [2, 0, -2]))
    expected /= expected.sum(axis=1, keepdims=True)
    found = recognizer.probabilities(waveforms)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert recognizer.probabilities([]).shape == (0, 3)


def test_the_card_is_a_copy(path: Path) -> None:
    recognizer = Recognizer(path)
    assert recognizer.card == tiny.card(tiny.graph())
    recognizer.card["labels"].reverse()
    assert recognizer.card["labels"] == tiny.LABELS


@pytest.mark.parametrize(
    ("waveform", "message"),
    [
        (np.zeros(0, np.float32), "no samples"),
        (np.zeros(100, np.float32), "silent (every sample is zero)"),
        (np.full(100, 1e-60), "silent (every sample is zero)"),
        (np.array([0.1, np.nan], np.float32), "holds samples that are NaN or infinite"),
        (np.array([0.1, -np.inf], np.float32), "holds samples that are NaN or infinite"),
        (np.array([0.1, 1e300]), "holds samples that are NaN or infinite"),
        (np.array([0.1, 1e10], np.float32), "samples reach 1.0e+10, where full scale is 1"),
        (np.ones((100, 2), np.float32), "an array of shape [100, 2], expected mono [n]"),
        (np.array([100, 200], np.int64), "int64 values, expected floats of full scale 1"),
        (np.full(100, 0.5), "constant (every sample is 0.5)"),
    ],
)
def test_bad_waveforms(path: Path, waveform: np.ndarray, message: str) -> None:
    recognizer = Recognizer(path)
    with pytest.raises(AudioError) as caught:
        recognizer(waveform)
    assert str(caught.value).startswith(f"the waveform: {message}")
    with pytest.raises(AudioError) as caught:
        recognizer.probabilities([_half(), waveform])
    assert str(caught.value).startswith(f"waveform 2: {message}")


@pytest.mark.parametrize("rate", [0, -16000, float("nan"), float("inf")])
def test_impossible_rates(path: Path, rate: float) -> None:
    with pytest.raises(AudioError, match=r"sample rate of .* Hz is impossible"):
        Recognizer(path)(_half(), rate=rate)


def test_a_rate_for_a_file_and_too_short_to_resample(path: Path, tmp_path: Path) -> None:
    recognizer = Recognizer(path)
    with pytest.raises(AudioError, match="a file knows its own sample rate"):
        recognizer(tmp_path / "clip.wav", rate=16000)
    with pytest.raises(AudioError, match=r"the waveform: lasts 0\.089 s, expected 0\.1 s or more;"):
        recognizer(np.linspace(-0.5, 0.5, 80_000, dtype=np.float32), rate=900_000)


def _refused(path: Path) -> str:
    with pytest.raises(EvenvoiceError) as caught:
        Recognizer(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert "\n" not in line
    return line


def test_files_that_are_no_model(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "no such file" in _refused(tmp_path / "missing.onnx")
    assert "a folder" in _refused(tmp_path)
    path = tmp_path / "a.onnx"
    path.touch()
    assert "empty (0 bytes)" in _refused(path)
    path.write_text("these are words, and many of them\n" * 50, encoding="utf-8")
    assert "not an ONNX model" in _refused(path)
    path.write_bytes(tiny.model_file()[:-200])
    assert "damaged or cut off" in _refused(path)
    path.write_bytes(tiny.graph().SerializeToString())
    assert "without evenvoice's metadata" in _refused(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero on this system")
def test_a_device_is_not_read(tmp_path: Path) -> None:
    link = tmp_path / "endless.onnx"
    link.symlink_to("/dev/zero")
    assert "not a model file" in _refused(link)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "film.onnx"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert "not a model file of evenvoice (1099511627776 bytes)" in _refused(path)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"waveform": "pixels"}, "pixels tensor(float) of 2"),
        ({"lengths": "sizes"}, "sizes tensor(int64) of 1"),
        ({"output": "scores"}, "scores tensor(float) of 2"),
        ({"rank": 3}, "waveform tensor(float) of 3"),
    ],
)
def test_another_signature(tmp_path: Path, wrong: dict[str, object], found: str) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(tiny.model_file(tiny.graph(**wrong)))
    line = _refused(path)
    assert found in line
    assert "expected waveform [b, n], lengths [b] and probabilities [b, emotions]" in line


def test_an_operator_that_onnxruntime_does_not_have(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model = tiny.graph()
    model.opset_import[0].version = 999
    path = tmp_path / "a.onnx"
    path.write_bytes(tiny.model_file(model))
    assert "cannot open it" in _refused(path)
    assert capfd.readouterr() == ("", "")


def test_a_model_that_fails_or_gives_something_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(tiny.model_file(labels=["angry", "sad"]))
    with pytest.raises(EvenvoiceError, match=r"gave probabilities of \[1, 3\], expected \[1, 2\]"):
        Recognizer(path)(_half())
    nothing = tiny.graph()
    nothing.graph.initializer[0].CopyFrom(tiny.numpy_helper.from_array(np.full((1, 3), np.nan, np.float32), "weights"))
    path.write_bytes(tiny.model_file(nothing))
    with pytest.raises(EvenvoiceError, match="NaN or infinite; train again"):
        Recognizer(path)(_half())
    for operator in ("Identity", "Sigmoid"):
        no_softmax = tiny.graph()
        no_softmax.graph.node[-1].CopyFrom(tiny.helper.make_node(operator, ["logits"], ["probabilities"]))
        path.write_bytes(tiny.model_file(no_softmax))
        with pytest.raises(EvenvoiceError, match=r"expected 0 to 1 and a sum of 1; name a file"):
            Recognizer(path)(_half())
    misfit = tiny.graph()
    misfit.graph.initializer[0].CopyFrom(tiny.numpy_helper.from_array(np.ones((7, 3), np.float32), "weights"))
    path.write_bytes(tiny.model_file(misfit))
    with pytest.raises(EvenvoiceError, match=r"a\.onnx: (the model failed on 1 waveforms|.*cannot open it)"):
        Recognizer(path)(_half())
    assert capfd.readouterr() == ("", "")


# What a machine that only uses models does not have.
HEAVY = (
    "torch", "sklearn", "scipy", "pandas", "pydantic", "yaml", "matplotlib", "librosa", "skorch", "joblib", "onnx",
)  # fmt: skip


def test_nothing_heavy_is_needed(path: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clip.wav"
    soundfile.write(clip, _half(1.0, 16000), 16000, subtype="FLOAT")
    program = f"""
    import sys

    class Blocked:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in {HEAVY}:
                raise ImportError(f"{{name}} is blocked")

    sys.meta_path.insert(0, Blocked())
    from evenvoice.recognizer import Recognizer

    print(Recognizer(sys.argv[1])(sys.argv[2])[0]["label"])
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(path), str(clip)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr, ended.returncode) == ("angry\n", "", 0)
