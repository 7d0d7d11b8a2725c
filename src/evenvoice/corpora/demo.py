"""The demo corpus: acted emotions spoken by eSpeak NG, so that a newcomer can start without a download.

It is synthetic. Its emotions are what a few rules of the literature make of a formant synthesiser, and the same rules
made the training and the test part: **no accuracy claim may rest on it**. It shows that every step works, and nothing
else.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from evenvoice import audio, files, progress
from evenvoice.corpora.corpus import Corpus, Utterance, table_of
from evenvoice.corpora.demo_prosody import COUNTS, Recording, recordings
from evenvoice.errors import EvenvoiceError
from evenvoice.extras import need
from evenvoice.leases import temporary_folder

LICENCE = "Synthetic speech, made on this machine with eSpeak NG (GPL-3.0-or-later); no person was recorded"

_RATE = 16000
# The samples of an utterance as eSpeak gives them, and their rate in Hz.
_Spoken = tuple[npt.NDArray[np.int16], int]

# Goes into the folder's name: raise it with every change of what `_recorded` or `_espeak.py` does.
_VERSION = 1
# dB: leaves room for an angry voice, which is some 10 dB louder than a neutral one.
_LEVEL = -15.0


def demo_corpus(seed: int = 0, folder: Path | None = None) -> Corpus:
    """Return the demo corpus; the first call speaks it (some seconds), later ones find it in the cache.

    480 utterances, most of 1.7 to 3.5 s; 16 kHz, mono, 16 bits; ten speakers (five women, five men), two in each of
    five sessions; a hundred sentences shared by all emotions; angry, happy, sad and neutral in IEMOCAP's proportions.
    The same seed gives the same bytes. It is synthetic speech: no accuracy claim may rest on it.

    Args:
        seed: Of everything random in it: who says which sentence, how strongly, in what room.
        folder: Where to keep it, in a sub-folder named after the seed and the version; the cache if ``None``.

    Raises:
        MissingExtraError: espeakng-loader is not installed.
        EvenvoiceError: A negative seed; eSpeak NG fails; the folder cannot be written to.

    Examples:
        >>> demo_corpus(seed=-1)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: corpus 'demo': seed -1; expected 0 or more
    """
    if seed < 0:
        raise EvenvoiceError(f"corpus 'demo': seed {seed}; expected 0 or more")
    espeak = _find_espeak()
    wanted = recordings(seed)
    parent = files.cache_folder() / "demo" if folder is None else Path(folder)
    place = parent.absolute() / _key(seed, wanted, espeak)
    if not _is_whole(place, wanted):
        shutil.rmtree(place, ignore_errors=True)
        _make(wanted, place, espeak)
    utterances = [_utterance(place, recording) for recording in wanted]
    return Corpus("demo", table_of(utterances), LICENCE, synthetic=True, labels=tuple(COUNTS))


@dataclass(frozen=True)
class _ESpeak:
    """Where eSpeak NG lies."""

    library: str
    data: str
    version: str


def _find_espeak() -> _ESpeak:
    """Return the paths of the library and its data; nothing of eSpeak is loaded into this process."""
    need("espeakng_loader", "corpus 'demo', spoken by eSpeak NG")
    import espeakng_loader

    return _ESpeak(
        espeakng_loader.get_library_path(), espeakng_loader.get_data_path(), metadata.version("espeakng-loader")
    )


def _key(seed: int, wanted: Sequence[Recording], espeak: _ESpeak) -> str:
    """Name the corpus by everything that its bytes depend on, so that a changed rule never finds an old folder."""
    content = json.dumps([_VERSION, espeak.version, [asdict(recording) for recording in wanted]], sort_keys=True)
    return f"seed-{seed}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _file(place: Path, recording: Recording) -> Path:
    return place / f"{recording.utterance}.wav"


def _is_whole(place: Path, wanted: Sequence[Recording]) -> bool:
    """Return whether every recording is there; a folder is renamed when it is complete, but a user may delete files."""
    return all(_file(place, recording).is_file() for recording in wanted)


def _utterance(place: Path, recording: Recording) -> Utterance:
    """Return the corpus' row of one recording."""
    return Utterance(
        id=recording.utterance,
        file=_file(place, recording),
        emotion=recording.emotion,
        speaker=recording.voice.speaker,
        session=recording.voice.session,
        text=recording.text,
        gender=recording.voice.gender,
    )


def _make(wanted: Sequence[Recording], place: Path, espeak: _ESpeak) -> None:
    """Speak and record everything, in this order, into a new folder ``place``."""
    speeches = [recording.speech for recording in wanted]
    try:
        with files.writing_folder(place) as aside, closing(_spoken(speeches, espeak)) as spoken:
            pairs = zip(wanted, spoken, strict=True)
            for recording, (samples, rate) in progress.track(pairs, "speaking the demo corpus", len(wanted)):
                waveform = _recorded(samples, rate, recording)
                soundfile.write(_file(aside, recording), waveform, _RATE, subtype="PCM_16")
    except (OSError, soundfile.SoundFileError) as error:
        # Another process may have made the same corpus meanwhile; a folder that is there cannot be replaced.
        if not _is_whole(place, wanted):
            why = error.error_string if isinstance(error, soundfile.LibsndfileError) else error
            raise EvenvoiceError(f"{place}: cannot be made ({why}); free some space or choose another place") from error


def _spoken(speeches: Sequence[dict[str, object]], espeak: _ESpeak) -> Generator[_Spoken, None, None]:
    """Yield the samples of each utterance and their rate, as a fresh child process speaks them in this order."""
    with temporary_folder() as work:
        job = {"library": espeak.library, "data": espeak.data, "utterances": list(speeches)}
        (work / "job.json").write_text(json.dumps(job), encoding="utf-8")
        # -I: neither the current folder nor the user's PYTHONPATH can change what the child runs.
        command = [sys.executable, "-I", str(Path(__file__).with_name("_espeak.py")), "job.json"]
        with (
            (work / "errors").open("w+", encoding="utf-8", errors="replace") as errors,
            subprocess.Popen(command, cwd=work, stdout=subprocess.PIPE, stderr=errors, text=True) as child,
        ):
            try:
                yield from _followed(child, work)
            finally:
                child.kill()  # does nothing to a child that has ended
            errors.seek(0)
            _check_ended(child.wait(), errors.read())


def _followed(child: subprocess.Popen[str], work: Path) -> Generator[_Spoken, None, None]:
    """Follow the child's stdout: first the sample rate, then the number of each utterance that is spoken."""
    assert child.stdout is not None
    rate = 0
    for line in child.stdout:
        if not rate:
            rate = int(line)
            continue
        raw = work / f"{int(line)}.raw"
        yield np.fromfile(raw, dtype=np.int16), rate
        raw.unlink()
    child.wait()


def _check_ended(code: int, errors: str) -> None:
    """Raise if the child failed: a negative code is the signal that ended it."""
    if code:
        last = (errors.strip().splitlines() or [f"ended by signal {-code}" if code < 0 else f"exit code {code}"])[-1]
        raise EvenvoiceError(
            f"corpus 'demo': eSpeak NG failed ({last}); reinstall it: pip install --force-reinstall espeakng-loader"
        )


def _recorded(samples: npt.NDArray[np.int16], rate: int, recording: Recording) -> npt.NDArray[np.float32]:
    """Return what the microphone of the session records: float32 ``[n]`` at 16 kHz."""
    voice = audio.resample((samples / 32768).astype(np.float32), rate, _RATE)
    loud = np.flatnonzero(np.abs(voice) > 1e-3)
    before, after = (round(seconds * _RATE) for seconds in recording.silence)
    padded = np.pad(voice[loud[0] : loud[-1] + 1], (before, after))
    # The channel: one zero, scaled to 0 dB at 0 Hz.
    delayed = np.pad(padded[:-1], (1, 0))
    coloured = (padded + recording.tilt * delayed) / (1 + recording.tilt)
    noise = np.random.default_rng(recording.noise_seed).standard_normal(len(padded))
    mixed = coloured * 10 ** ((recording.gain + _LEVEL) / 20) + noise * 10 ** (recording.noise / 20)
    return np.clip(mixed, -1, 1).astype(np.float32)
