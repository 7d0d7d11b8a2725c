"""What people have in hand: every form of one recording gives the same, and anything else is one line."""

from __future__ import annotations

import array
import copy
import io
import pickle
from collections import deque
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from evenvoice import Recognizer
from evenvoice.errors import AudioError, EvenvoiceError
from tests.recognizer import tiny

RATE = 48000
LEFT = (0.3 + 0.2 * np.sin(np.arange(RATE) / 50)).astype(np.float32)
RIGHT = (0.1 + 0.2 * np.cos(np.arange(RATE) / 70)).astype(np.float32)
STEREO = np.stack([LEFT, RIGHT], axis=1)
INTEGERS = np.round(STEREO * 2**15).astype(np.int16)


class Tensor:
    """What torch's tensors have."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def detach(self) -> Tensor:
        return self

    cpu = detach

    def numpy(self) -> np.ndarray:
        return self.values


@dataclass
class Decoded:
    """What torchcodec's AudioSamples have."""

    data: Tensor
    sample_rate: int


@dataclass
class Decoder:
    """What torchcodec's AudioDecoder has, which datasets give for a recording."""

    samples: Decoded

    def get_all_samples(self) -> Decoded:
        return self.samples


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("clips") / "clip.wav"
    soundfile.write(file, STEREO, RATE, subtype="FLOAT")
    return file


def _forms(clip: Path) -> dict[str, Any]:
    data, mono = clip.read_bytes(), STEREO.mean(axis=1, dtype=np.float32)
    return {
        "str": str(clip), "bytearray": bytearray(data), "memoryview": memoryview(data), "bytes": data,
        "BytesIO": io.BytesIO(data), "a pipe": SimpleNamespace(read=lambda: data, seekable=lambda: False),
        "Hugging Face": {"array": mono, "sampling_rate": RATE, "path": "elsewhere.wav"},
        "Hugging Face pipeline": {"raw": mono, "sampling_rate": RATE},
        "Hugging Face, not decoded": {"bytes": data, "path": None},
        "Hugging Face, local": {"bytes": None, "path": str(clip)},
        "Gradio": (RATE, INTEGERS), "soundfile": (STEREO, RATE), "librosa": (mono, float(RATE)),
        "torchaudio": (Tensor(STEREO.T), RATE), "numpy rate": (np.int64(RATE), STEREO.astype(np.float64)),
        "int32": (RATE, np.round(STEREO * 2.0**31).astype(np.int32)),
        "a channel": {"array": mono[None], "sampling_rate": RATE},
        "pyannote": {"waveform": Tensor(STEREO.T), "sample_rate": RATE},
        "a row of a dataset": {"audio": {"array": mono, "sampling_rate": RATE}, "label": 3},
        "a row, not decoded": {"audio": {"bytes": data, "path": None}, "label": 3},
        "a batch's rate": {"array": mono, "sampling_rate": np.array(RATE)},
        "torchcodec": Decoder(Decoded(Tensor(STEREO.T), RATE)), "torchcodec's samples": Decoded(Tensor(STEREO.T), RATE),
        "NumPy's numbers in a list": (RATE, list(mono)), "channels in JSON": (RATE, STEREO.tolist()),
        "a column of samples": (RATE, pd.Series(mono)), "objects": (RATE, mono.astype(object)),
        "array.array": (RATE, array.array("h", INTEGERS.mean(axis=1).round().astype(int).tolist())),
    }  # fmt: skip


def test_every_form_gives_the_same(recognizer: Recognizer, clip: Path) -> None:
    expected = recognizer(clip)
    for name, audio in _forms(clip).items():
        found = recognizer(audio)
        assert [each["label"] for each in found] == [each["label"] for each in expected], name
        scores = [each["score"] for each in expected]
        assert [each["score"] for each in found] == pytest.approx(scores, abs=1e-4), name
    with clip.open("rb") as file:
        assert recognizer(file) == expected == recognizer(file)
    assert recognizer({"array": STEREO.mean(axis=1)}, RATE) == recognizer(STEREO.mean(axis=1), RATE)
    forms = list(_forms(clip).values())
    assert np.allclose(recognizer.probabilities(forms), recognizer.probabilities([clip]), atol=1e-4)


def test_a_list_gives_a_list(recognizer: Recognizer, clip: Path) -> None:
    assert recognizer([str(clip), clip, (RATE, STEREO)]) == [recognizer(clip)] * 2 + [recognizer((RATE, STEREO))]
    assert recognizer([]) == []
    numbers = [0.1, -0.5, 0.2, 0.3] * 200
    assert recognizer(numbers) == recognizer(np.array(numbers))
    wave = np.array(numbers, np.float32)
    assert recognizer(list(wave)) == recognizer(wave)  # numbers of NumPy are numbers


def test_columns_arrays_and_iterators_of_recordings(recognizer: Recognizer, clip: Path) -> None:
    names = [str(clip)] * 2
    for several in (
        tuple(names), np.array(names), np.array([clip, clip]), pd.Series(names, index=[7, 7]), pd.Index(names),
        pd.Series(names, dtype="category"), deque(names), (name for name in names), map(Path, names),
        [{"audio": {"path": str(clip)}}] * 2, pyarrow.chunked_array([names]).to_numpy(),
    ):  # fmt: skip
        assert recognizer(several) == [recognizer(clip)] * 2, type(several)
    assert np.array_equal(recognizer.probabilities(pd.Series(names)), recognizer.probabilities(names))
    with pytest.raises(AudioError, match=r"^recording 2: silent"):
        recognizer([clip, np.zeros(9000)])


def test_integers_that_do_not_fill_their_32_bits_are_refused(recognizer: Recognizer) -> None:
    speech = INTEGERS[:, 0].astype(np.int32)
    with pytest.raises(AudioError, match=r"int32 values reach 16,3\d\d.*samples of 16 bits: divide them by 2\*\*15"):
        recognizer((RATE, speech))
    with pytest.raises(AudioError, match=r"samples of 24 bits: divide them by 2\*\*23"):
        recognizer((RATE, (speech << 8) + 1))
    quiet = speech // 300 << 16  # of 16 bits, as files hold them
    assert recognizer((RATE, quiet)) == recognizer((RATE, quiet / 2**31))


@pytest.mark.parametrize(
    ("audio", "says"),
    [
        ("https://example.org/a.wav", "an address, and nothing is downloaded unasked; give a file of this machine"),
        ("s3://bucket/a.wav", "^s3://bucket/a.wav: an address"),
        ({"array": LEFT}, "a dict with 'array', without a sampling_rate"),
        (LEFT.astype(complex), "complex128 values, expected floats of full scale 1; give the samples of a waveform"),
        (np.ma.masked_less(LEFT, 0.2), r"\d+ samples are masked; fill them in, or cut them out"),
    ],
)
def test_the_line_says_what_is_wrong(recognizer: Recognizer, audio: Any, says: str) -> None:
    with pytest.raises(AudioError, match=says):
        recognizer(audio)


def test_a_stream_takes_what_microphones_give(recognizer: Recognizer) -> None:
    speech = INTEGERS[:, 0]
    expected = list(recognizer.stream([speech / 2**15], RATE, window=0.5, hop=0.5))
    lists = [part.tolist() for part in np.split(speech / 2**15, 4)]
    for chunks in (np.split(speech, 4), lists, [speech.astype(np.int32) << 16]):
        found = list(recognizer.stream(chunks, RATE, window=0.5, hop=0.5))
        assert [entry["end"] for entry in found] == [entry["end"] for entry in expected]
        scores = [[each["score"] for each in entry["scores"]] for entry in found]
        assert np.allclose(scores, [[each["score"] for each in entry["scores"]] for entry in expected], atol=1e-4)
    with pytest.raises(AudioError, match=r"the stream: one array \[48000\], expected an iterable of arrays"):
        recognizer.stream(LEFT)


def test_eight_bits(recognizer: Recognizer) -> None:
    wave = np.tile(np.array([128, 255, 200, 1, 128], np.uint8), 200)
    expected = recognizer((np.tile([0, 127, 72, -127, 0], 200) / 128, tiny.RATE))
    assert recognizer((tiny.RATE, wave)) == expected


def test_windows_take_every_form(recognizer: Recognizer, clip: Path) -> None:
    expected = recognizer.windows(clip, window=0.5, hop=0.25)
    for name, audio in _forms(clip).items():
        found = recognizer.windows(audio, window=0.5, hop=0.25)
        assert [entry["end"] for entry in found] == [entry["end"] for entry in expected], name


def test_real_tensors(recognizer: Recognizer) -> None:
    torch = pytest.importorskip("torch")
    assert recognizer((torch.from_numpy(STEREO.T.copy()).requires_grad_(), RATE)) == recognizer((STEREO, RATE))
    assert recognizer(torch.from_numpy(LEFT), RATE) == recognizer(LEFT, RATE)
    half = torch.from_numpy(LEFT).bfloat16()
    assert recognizer(half, torch.tensor(RATE)) == recognizer(half.float(), RATE)


def test_the_best_ones(recognizer: Recognizer, clip: Path) -> None:
    best = recognizer.top(2)
    assert best(clip) == recognizer(clip)[:2]
    assert len(best.windows(clip)[0]["scores"]) == 2
    assert recognizer.top(99)(clip) == recognizer(clip) == best.top(3)(clip)
    assert best.probabilities([clip]).shape == (1, 3)
    assert recognizer.top(np.int64(2))(clip) == best(clip)
    for wrong in (0, -1, 2.0, True, "3", None):
        with pytest.raises(EvenvoiceError, match=r"^top: .*, expected a whole number from 1"):
            recognizer.top(wrong)


def test_the_ready_model_is_the_one_without_a_name(clip: Path) -> None:
    ready = Recognizer()
    assert len(ready.top(3)(clip)) == 3
    assert repr(ready).startswith("<Recognizer emodb.onnx: angry, boredom, ")


def test_it_is_pickled_copied_and_sent_to_workers(tmp_path: Path, clip: Path) -> None:
    joblib = pytest.importorskip("joblib")
    file = tmp_path / "model.onnx"
    file.write_bytes(tiny.model_file())
    recognizer = Recognizer(file)
    file.unlink()  # the model travels with it
    expected = recognizer(clip)
    best = recognizer.top(1)
    for again in (pickle.loads(pickle.dumps(recognizer)), copy.copy(recognizer), copy.deepcopy(recognizer)):
        assert again(clip) == expected
        assert repr(again) == repr(recognizer)
    assert pickle.loads(pickle.dumps(best))(clip) == expected[:1]
    joblib.dump(recognizer, tmp_path / "a.joblib")
    assert joblib.load(tmp_path / "a.joblib")(clip) == expected
    assert joblib.Parallel(n_jobs=2)([joblib.delayed(recognizer)(str(clip))] * 2) == [expected] * 2


WRONG = [
    None, 5, 0.5, True, "", "\0", "missing.wav", Path(), b"", b"RIFF", b"hello", object(), date(2025, 1, 1), {}, set(),
    {"array": None}, {"array": LEFT}, {"array": LEFT, "sampling_rate": None}, {"array": LEFT, "sampling_rate": "16000"},
    {"array": LEFT, "sampling_rate": -1}, {"path": 5}, (), (1,), (1, 2), (LEFT, LEFT), (LEFT, "16000"), (LEFT, 0),
    (LEFT, float("nan")), (1, 2, 3), np.zeros(0), np.array(["a"]), np.array(None), np.array(0.5), np.ones((3, 3, 3)),
    (RATE, np.ones((4, 4))), (RATE, STEREO[None]), LEFT.astype(complex), LEFT > 0.3, INTEGERS.astype(np.int64)[:, 0],
    np.full(9, np.nan), [[0.1, 0.2]], [None], ["a.wav", 5], io.StringIO("text"), type, len, (1 + 2j, LEFT), 10**400,
    (LEFT, 10**400), SimpleNamespace(read=lambda: None), lambda: None,
]  # fmt: skip


def _works_or_is_one_line(call: Any, value: Any) -> None:
    line = ""
    try:
        call(value)
    except EvenvoiceError as error:
        line = str(error)
    assert "\n" not in line


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
def test_anything_else_is_one_line(recognizer: Recognizer, wrong: Any) -> None:
    for call in (
        recognizer,
        recognizer.windows,
        lambda value: recognizer.probabilities([value]),
        recognizer.probabilities,
        lambda value: list(recognizer.stream(value)),
        lambda value: list(recognizer.stream([value])),
        lambda value: recognizer(LEFT, rate=value),
        lambda value: recognizer.windows(LEFT, window=value),
        lambda value: recognizer.windows(LEFT, hop=value),
        Recognizer,
    ):
        _works_or_is_one_line(call, wrong)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(LEFT[:50]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.tuples(inner, inner)
            | st.dictionaries(st.sampled_from(["array", "raw", "path", "bytes", "sampling_rate", "x"]), inner)
        ),
        max_leaves=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_no_value_raises_anything_but_our_error(recognizer: Recognizer, value: Any) -> None:
    for call in (recognizer, recognizer.windows, recognizer.probabilities):
        _works_or_is_one_line(call, value)


def test_channels_that_cancel_are_noticed_in_arrays_too(recognizer: Recognizer) -> None:
    with pytest.raises(AudioError, match="its channels cancel"):
        recognizer((RATE, np.stack([LEFT, -LEFT], axis=1)))
