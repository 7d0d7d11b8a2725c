"""A trained model to one model file, checked against torch before it gets its name."""

from __future__ import annotations

import gc
import io
import json
import logging
import platform
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

import evenvoice
from evenvoice.audio import Waveform
from evenvoice.errors import EvenvoiceError
from evenvoice.features import extract_waveforms, one_thread
from evenvoice.files import writing
from evenvoice.leases import temporary_place
from evenvoice.recipes import needs_of
from evenvoice.recognizer import Recognizer, SpeakerProfile, metadata
from evenvoice.training.dataset import Dataset, features_key
from evenvoice.training.graph import Adaptive, WaveformToProbabilities, check_exportable
from evenvoice.training.trained import TrainedModel

__all__ = ["TOLERANCE", "check_exportable", "export"]

# How far a probability may lie from torch's. The extractor in float32 accounts for some 1e-5.
TOLERANCE = 1e-4

# Where a descriptor of a recording lies at a threshold (voiced or not, which peak is the pitch), rounding may decide
# it otherwise: that far a probability may be moved, in one of so many recordings. A wrong graph moves more, and all.
_AT_A_THRESHOLD = 1e-2
_ONE_OF = 8

# The newest that onnxruntime 1.20, the oldest we allow, and onnxruntime-web both read with all our operators.
_OPSET = 20

_CORPUS_KEYS = ("name", "licence", "synthetic", "utterances", "speakers")

_INTENDED_USE = (
    "Research and teaching on acted speech like the speech that it was trained on: few speakers, few sentences. "
    "It says how a voice sounds to such a model, not what a person feels. "
    "Not for clinical use, hiring, work or school; emotion recognition at work and school is restricted in the EU "
    "(Regulation (EU) 2024/1689, Article 5(1)(f))."
)


def export(
    trained: TrainedModel,
    path: Path | str,
    *,
    corpus: Mapping[str, Any] | None,
    measured: Sequence[Mapping[str, Any]] | None = None,
    check: Sequence[Waveform] = (),
) -> Path:
    """Write a model file: waveform in, probabilities out, in one ``.onnx`` with its metadata.

    Inputs ``waveform`` float32 ``[b, n]`` (mono at the model's rate) and ``lengths`` int64 ``[b]``, output
    ``probabilities`` float32 ``[b, emotions]``. A recipe with ``normalise: enrolled`` adds an input ``speaker`` float32
    ``[1, r]`` or ``[b, r]``, zeros if it is left out, and an output ``normalised`` float32 ``[b, r]``.

    Before the file gets its name, its probabilities are compared with
    `TrainedModel.probabilities`, on generated sounds and on ``check``, one by one and in padded batches.

    Args:
        trained: The fitted recipe.
        path: Where to write; an older file there is replaced.
        corpus: What it was trained on: ``name``, ``licence``, ``synthetic``, ``utterances``, ``speakers`` (what is
            not said is null); ``None`` where there is no corpus to name.
        measured: What a study of the same recipe and corpus measured, one entry a protocol, as
            `evenvoice.study.measured` gives it; ``None`` where nothing was measured. Never figures of training data.
        check: Recordings of the caller's own at the model's sample rate, float32 ``[samples]`` each.

    Returns:
        The path.

    Raises:
        EvenvoiceError: The recipe cannot be exported, the probabilities differ by `TOLERANCE` or more (of ``check``
            in more than one recording of eight, or by a hundredth), or the path cannot be written to; no file is left.
        AudioError: A recording of ``check`` cannot be used.

    Examples:
        ``export(fit(recipe, examples), "model.onnx", corpus={"name": "emodb", "licence": "CC0-1.0"})``, and then
        ``evenvoice.recognizer.Recognizer("model.onnx")("clip.wav")``.
    """
    path = Path(path)
    if path.is_dir():
        raise EvenvoiceError(f"{path}: a folder; name the file to write, for example {path / 'model.onnx'}")
    unknown = [key for key in corpus or () if key not in _CORPUS_KEYS]
    if unknown:
        raise EvenvoiceError(f"{path}: unknown corpus key {unknown[0]!r}; allowed are {', '.join(_CORPUS_KEYS)}")
    figures = None if measured is None else [dict(entry) for entry in measured]
    metadata.check_measured(figures, str(path))
    model = _onnx_model(trained)
    card = _card(trained, corpus, figures, metadata.model_sha256(model.SerializeToString(deterministic=True)))
    model.metadata_props.add(key=metadata.KEY, value=json.dumps(card, ensure_ascii=False, allow_nan=False))
    with writing(path) as aside:
        aside.write_bytes(model.SerializeToString(deterministic=True))
        recognizer = Recognizer(aside)
        _check_parity(trained, recognizer, _sounds(recognizer.sample_rate), path, "generated sounds", 0)
        _check_parity(trained, recognizer, check, path, "recordings to check", max(1, len(check) // _ONE_OF))
    return path


def _onnx_model(trained: TrainedModel) -> Any:
    """Return the graph and its weights as an ``onnx.ModelProto``, the same bytes for the same weights."""
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    example: tuple[torch.Tensor, ...] = (
        torch.linspace(-0.5, 0.5, 40000).reshape(2, 20000),
        torch.tensor([20000, 9000]),
    )
    shapes: dict[str, dict[int, str]] = {"waveform": {0: "batch", 1: "samples"}, "lengths": {0: "batch"}}
    inputs, outputs = list(metadata.INPUTS), [metadata.OUTPUT]
    temporary_place()  # torch's exporter needs one, and its traceback does not say so
    module = WaveformToProbabilities(trained)
    if trained.recipe.adaptive:
        module, inputs, outputs = Adaptive(trained), [*inputs, metadata.SPEAKER], [*outputs, metadata.NORMALISED]
        example = *example, torch.zeros(1, trained.offset_width)
        shapes[metadata.SPEAKER] = {}
    # Some versions of onnxscript print how many rules of theirs they applied.
    with _quietly(), _uncollected(), one_thread(), redirect_stdout(io.StringIO()):
        program = torch.onnx.export(
            module, example, dynamo=True, verbose=False, opset_version=_OPSET,
            input_names=inputs, output_names=outputs, dynamic_shapes=shapes,
        )  # fmt: skip
    assert program is not None
    # The exporter notes for every node which line of which file it came from.
    ClearMetadataAndDocStringPass()(program.model)
    model = program.model_proto
    for value in (*model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    del model.graph.value_info[:]
    if trained.recipe.adaptive:
        _let_speaker_be_left_out(model.graph)
    return model


def _let_speaker_be_left_out(graph: Any) -> None:
    """Give the input a default: an initializer of the same name makes it optional, in every runtime."""
    from onnx import numpy_helper

    (speaker,) = (value for value in graph.input if value.name == metadata.SPEAKER)
    rows, width = speaker.type.tensor_type.shape.dim
    graph.initializer.append(numpy_helper.from_array(np.zeros((1, width.dim_value), np.float32), metadata.SPEAKER))
    # One for all of a batch, or one each.
    rows.dim_param = "speakers"


def _card(
    trained: TrainedModel, corpus: Mapping[str, Any] | None, measured: list[dict[str, Any]] | None, sha256: str
) -> metadata.Card:
    """Return the metadata. Figures come from a named study or not at all, never from training data."""
    libraries = ("torch", "onnx", "onnxscript", "onnxruntime", "numpy")
    values = {
        "format": metadata.FORMAT,
        "labels": list(trained.labels),
        "sample_rate": trained.recipe.extractor.sample_rate,
        "recipe": trained.recipe.model_dump(mode="json"),
        "corpus": None if corpus is None else {key: corpus.get(key) for key in _CORPUS_KEYS},
        "measured": measured,
        "versions": {
            "evenvoice": evenvoice.__version__,
            "python": platform.python_version(),
            **{library: version(library) for library in libraries},
        },
        "made": datetime.now(UTC).date().isoformat(),
        "sha256": sha256,
        "intended_use": _INTENDED_USE,
    }
    assert set(values) == set(metadata.CARD_KEYS)
    return values


def _check_parity(
    trained: TrainedModel, recognizer: Recognizer, waveforms: Sequence[Waveform], path: Path, what: str, allowed: int
) -> None:
    """Raise unless the model file gives torch's probabilities, alone and in padded batches, adapted and not.

    So many waveforms as are ``allowed`` may lie at a threshold.
    """
    if not len(waveforms):
        return
    examples = _examples(trained, waveforms)
    _compare(trained.probabilities(examples), recognizer, waveforms, path, what, allowed)
    if trained.recipe.adaptive:
        # Somewhere within a deviation of the training mean, other than that.
        offset = np.linspace(-1, 1, trained.offset_width, dtype=np.float32)
        someone = SpeakerProfile(offset, 1, recognizer.card["sha256"])
        adapted = recognizer.adapted(someone)
        _compare(trained.probabilities(examples, offset[None]), adapted, waveforms, path, f"{what}, adapted,", allowed)


def _compare(
    expected: npt.NDArray[np.float32],
    recognizer: Recognizer,
    waveforms: Sequence[Waveform],
    path: Path,
    what: str,
    allowed: int,
) -> None:
    if not np.isfinite(expected).all():
        raise EvenvoiceError(
            f"{path}: not written, for the network gives NaN on the {what}; train it again with a lower learning rate"
        )
    together = recognizer.probabilities(waveforms)
    alone = np.concatenate([recognizer.probabilities([waveform]) for waveform in waveforms])
    differences = np.maximum(np.abs(alone - expected), np.abs(together - expected)).max(axis=1)
    far = int((differences >= TOLERANCE).sum())
    if not far:
        return
    largest = f"{float(differences.max()):.1e}"
    if far > allowed or differences.max() >= _AT_A_THRESHOLD:
        raise EvenvoiceError(
            f"{path}: not written, for on the {what} its probabilities differ from torch's by {largest}, "
            f"expected below {TOLERANCE:.0e}; try another version of torch or onnxruntime"
        )
    warnings.warn(
        f"{path}: of {len(waveforms)} {what}, {far} {'has' if far == 1 else 'have'} probabilities that differ from "
        f"torch's by up to {largest}: rounding decides there whether a descriptor is above a threshold",
        stacklevel=5,
    )


def _examples(trained: TrainedModel, waveforms: Sequence[Waveform]) -> Dataset:
    """Compute the features of waveforms as training does."""
    plain = [np.asarray(waveform, np.float32) for waveform in waveforms]
    ids = [str(number) for number in range(len(plain))]
    own, *beside = needs_of([trained.recipe])
    others = {features_key(need.features): Dataset(ids, extract_waveforms(plain, need.features)) for need in beside}
    return Dataset(ids, extract_waveforms(plain, own.features), others=others)


def _sounds(rate: int) -> list[Waveform]:
    """Return noise and tones from 0.1 s to 6 s, loud, quiet and with pauses: float32 ``[samples]`` each."""
    generator = np.random.default_rng(0)

    def noise(seconds: float, level: float) -> npt.NDArray[np.float64]:
        return level * generator.standard_normal(max(1, round(seconds * rate)))

    time = np.arange(round(2.5 * rate)) / rate
    tone = 0.5 * np.sin(2 * np.pi * 0.05 * rate * time)
    voice = 0.1 * sum(np.sin(2 * np.pi * 150 * harmonic * time) / harmonic for harmonic in range(1, 20))
    pauses = np.sin(2 * np.pi * time) > 0
    sounds = [noise(0.1, 0.1), noise(1.0, 0.1), tone, voice * pauses, noise(6.0, 1e-4), voice + noise(2.5, 0.01)]
    return [sound.astype(np.float32) for sound in sounds]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no circular garbage: torch's exporter makes so many objects that it takes a tenth of the time."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep torch's exporter from telling the user of torchvision and of its own deprecations."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
