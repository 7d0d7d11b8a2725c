"""The child process that speaks the demo corpus; run as a script, never imported.

eSpeak NG is GPL-3 and can bring a process down, so it is loaded here and nowhere else. This file needs the standard
library and nothing of evenvoice; it reads one file and writes files::

    python -I _espeak.py job.json

It works in the current folder, which must be empty but for ``job.json``. The job names the library, its data and the
utterances; utterance *k* becomes ``k.raw`` (16-bit samples, mono), and a line on stdout says so. The first line on
stdout is the sample rate in Hz.

eSpeak's samples depend on everything that it has spoken before: one fresh child speaks one job from its start to its
end, and the same job gives the same bytes.
"""

from __future__ import annotations

import ctypes
import json
import shutil
import sys
from pathlib import Path
from typing import Any

# Of speak_lib.h (eSpeak NG 1.52).
_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: espeak_Synth returns when everything is spoken
_DONT_EXIT = 0x8000  # espeak_Initialize: an error is returned, not exit(1)
_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE, _WORD_GAP = 1, 2, 3, 4, 7  # espeak_PARAMETER
_ACCENT = "gmw/en-US"
# The lines of a voice file that the utterance brings itself.
_OWN = ("pitch", "flutter", "roughness", "breath", "tone")
# What English needs of the 19 MB: phonemes, intonation, dictionary.
_DATA = ("phondata", "phonindex", "phontab", "intonations", "en_dict")

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main(job_file: str) -> None:
    """Speak every utterance of the job, in its order."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    data = Path(job["data"])
    _copy_data(data, Path())
    voice = Path("voices/!v/demo")
    voice.touch()  # eSpeak lists its voices once
    speaker = _Speaker(job["library"])
    _report(speaker.rate)
    for number, utterance in enumerate(job["utterances"]):
        # Always the same name: eSpeak knows 350 voices at most.
        variant = (data / "voices/!v" / utterance["variant"]).read_text(encoding="utf-8")
        voice.write_text(_voice_file(variant, utterance), encoding="utf-8")
        Path(f"{number}.raw").write_bytes(speaker.speak(utterance))
        _report(number)


def _report(number: int) -> None:
    """Write a number for the parent, at once."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _copy_data(data: Path, target: Path) -> None:
    """Copy what English needs to where eSpeak finds it at ``.``: a data path of some 200 characters kills it."""
    (target / "lang/gmw").mkdir(parents=True)
    (target / "voices/!v").mkdir(parents=True)
    for name in (*_DATA, f"lang/{_ACCENT}"):
        shutil.copyfile(data / name, target / name)


def _voice_file(variant: str, utterance: dict[str, Any]) -> str:
    """Return a variant of eSpeak's with the pitch, the voice quality and the formants that the utterance wants."""
    lines = []
    formants = {number: [100, 100, 100] for number in utterance["formants"]}  # frequency, height, width, in per cent
    for line in variant.splitlines():
        word, *rest = line.split() or [""]
        if word == "formant" and rest[0] in formants:
            formants[rest[0]] = [int(number) for number in rest[1:]]
        elif word != "echo" and word not in _OWN:  # the room is the session's
            lines.append(line)
    for number, (frequency, *others) in formants.items():
        lines.append(_line("formant", [number, round(frequency * utterance["formants"][number]), *others]))
    lines += [_line(word, utterance[word]) for word in _OWN]
    return "\n".join(lines) + "\n"


def _line(word: str, numbers: list[Any]) -> str:
    return " ".join([word, *map(str, numbers)])


class _Speaker:
    """eSpeak NG, spoken to through ctypes."""

    def __init__(self, library: str) -> None:
        self._library = ctypes.CDLL(library)
        self._pieces: list[bytes] = []
        self._callback = _Callback(self._take)  # held here, or Python would free it
        self.rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, b".", _DONT_EXIT)
        if self.rate <= 0:
            raise OSError(f"espeak_Initialize: {self.rate}")
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: Any, count: int, events: int) -> int:
        """Take some samples from eSpeak; 0 asks for more."""
        if samples and count > 0:
            self._pieces.append(ctypes.string_at(samples, 2 * count))
        return 0

    def speak(self, utterance: dict[str, Any]) -> bytes:
        """Return the samples of one utterance, 16 bits each."""
        self._pieces.clear()
        self._check("SetVoiceByName", self._library.espeak_SetVoiceByName(b"en-us+demo"))
        # At 50 the pitch and its range are those of the voice file, in Hz. At volume 100 a bright voice is clipped.
        settings = {_RATE: utterance["rate"], _VOLUME: 70, _PITCH: 50, _RANGE: 50, _WORD_GAP: utterance["word_gap"]}
        for parameter, value in settings.items():
            self._check("SetParameter", self._library.espeak_SetParameter(parameter, value, 0))
        # eSpeak's breath and flutter are random, and seeded with the clock unless a seed is set.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(utterance["seed"]))
        text = utterance["text"].encode()
        code = self._library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 0, 0, _UTF8, None, None)
        self._check("Synth", code)
        return b"".join(self._pieces)

    @staticmethod
    def _check(call: str, code: int) -> None:
        """Raise unless eSpeak reports success."""
        if code != 0:
            raise OSError(f"espeak_{call}: error {code}")


if __name__ == "__main__":
    main(sys.argv[1])
