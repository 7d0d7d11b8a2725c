"""Where one speaker lies among all, as a small file: what a model was adapted with, and nothing of the audio."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from evenvoice.audio import one_line
from evenvoice.errors import EvenvoiceError
from evenvoice.files import writing
from evenvoice.recognizer.reading import read_whole

_WHAT = "evenvoice speaker profile"
_KEYS = ("what", "format", "model", "utterances", "offset")

# Ours has some ten thousand bytes.
_LARGEST = 4 * 2**20

# In deviations; a tone or a click may lie so far off, and no speaker.
FARTHEST = 1e6
_MOST_UTTERANCES = 2**53

_ANOTHER = "enrol the speaker again"


@dataclass(frozen=True, eq=False)
class SpeakerProfile:
    """Where a speaker's features lie, for one model; `Recognizer.enrol` makes it.

    The offset is a mean of features: no recording can be made of it. It may still tell speakers apart, so keep the file
    as personal data.

    Args:
        offset: The shrunk mean of the normalised features, float32 ``[r]``.
        utterances: How many were enrolled.
        model: SHA-256 of the model's graph and weights, its extractor among them, as in its metadata.
        name: What error messages call it: the file that it was read from. It is not saved.

    Raises:
        EvenvoiceError: Anything else than that.

    Examples:
        >>> profile = SpeakerProfile(np.zeros(3, np.float32), 2, "0" * 64)
        >>> profile
        <SpeakerProfile of 2 utterances, for model 00000000>
    """

    FORMAT: ClassVar[int] = 1
    offset: npt.NDArray[np.float32]
    utterances: int
    model: str
    name: str = "the speaker profile"

    def __post_init__(self) -> None:
        offset = np.asarray(self.offset)
        good = offset.dtype == np.float32 and offset.ndim == 1 and offset.size > 0
        if not good or not (np.abs(offset) <= FARTHEST).all():  # NaN is not, either
            raise EvenvoiceError(f"speaker profile: offset is no float32 [r] within ±{FARTHEST:g}; {_ANOTHER}")
        if type(self.utterances) is not int or not 0 < self.utterances <= _MOST_UTTERANCES:
            raise EvenvoiceError(
                f"speaker profile: utterances is {self.utterances!r:.40}, expected a whole number from 1; {_ANOTHER}"
            )
        if not isinstance(self.model, str) or not re.fullmatch("[0-9a-f]{64}", self.model):
            raise EvenvoiceError(f"speaker profile: model is {self.model!r:.40}, expected a SHA-256; {_ANOTHER}")

    def __repr__(self) -> str:
        """Return how many utterances it knows, and the first digits of the model's SHA-256."""
        return f"<SpeakerProfile of {self.utterances} utterances, for model {self.model[:8]}>"

    def save(self, path: Path | str) -> Path:
        """Write the profile: one JSON object, the offset in base64.

        Raises:
            EvenvoiceError: The path cannot be written to; no file is left.
        """
        path = Path(path)
        with writing(path) as aside:
            aside.write_bytes(self.to_bytes())
        return path

    def to_bytes(self) -> bytes:
        """Return what `save` writes.

        Examples:
            >>> profile = SpeakerProfile(np.ones(3, np.float32), 2, "0" * 64)
            >>> SpeakerProfile.from_bytes(profile.to_bytes()).offset.tolist()
            [1.0, 1.0, 1.0]
        """
        values = {
            "what": _WHAT,
            "format": self.FORMAT,
            "model": self.model,
            "utterances": self.utterances,
            "offset": base64.b64encode(self.offset.astype("<f4").tobytes()).decode("ascii"),
        }
        return (json.dumps(values) + "\n").encode()

    @classmethod
    def load(cls, path: Path | str) -> SpeakerProfile:
        """Read what `save` wrote.

        Raises:
            EvenvoiceError: No such file, another file, a damaged one, or one that a newer evenvoice wrote.

        Examples:
            >>> SpeakerProfile.load("missing.voice")
            Traceback (most recent call last):
            ...
            evenvoice.errors.EvenvoiceError: missing.voice: no such file; check the path
        """
        return cls.from_bytes(
            read_whole(Path(path), "speaker profile", ".voice", _ANOTHER, _LARGEST), one_line(str(path))
        )

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "the speaker profile") -> SpeakerProfile:
        """Read the bytes of a profile's file; they may come from a stranger.

        Args:
            data: The bytes.
            name: What error messages call them.

        Raises:
            EvenvoiceError: See `load`.
        """
        if len(data) > _LARGEST:
            raise EvenvoiceError(f"{name}: {len(data):,} bytes, and no speaker profile has that many; {_ANOTHER}")
        try:
            values = json.loads(data)
        # Brackets nested a thousand deep exhaust the stack.
        except (ValueError, RecursionError) as error:
            raise EvenvoiceError(f"{name}: no speaker profile of evenvoice, or a damaged one; {_ANOTHER}") from error
        if not isinstance(values, dict) or values.get("what") != _WHAT:
            raise EvenvoiceError(f"{name}: no speaker profile of evenvoice; name a file that `evenvoice enrol` wrote")
        found = values.get("format")
        if type(found) is int and found > cls.FORMAT:
            raise EvenvoiceError(
                f"{name}: a profile of format {found}, and this evenvoice reads {cls.FORMAT}; update it "
                "(pip install --upgrade evenvoice)"
            )
        if type(found) is not int or found != cls.FORMAT or sorted(values) != sorted(_KEYS):
            raise EvenvoiceError(f"{name}: its keys are not those of a speaker profile; {_ANOTHER}")
        try:
            return cls(_decoded(values["offset"]), values["utterances"], values["model"], name)
        except EvenvoiceError as error:
            raise EvenvoiceError(f"{name}: {error}") from error

    def check_of(self, model: str, width: int | None, name: str) -> None:
        """Raise unless the profile was made with this model.

        Args:
            model: Its SHA-256.
            width: How many numbers it expects.
            name: What error messages call it.

        Raises:
            EvenvoiceError: It was made with another model, or another version of the model's extractor.
        """
        if self.model != model or self.offset.size != width:
            raise EvenvoiceError(
                f"{self.name}: made with another model than {name}, or with another version of its extractor "
                f"({self.model[:8]}, {self.offset.size} numbers; expected {model[:8]}, {width}); enrol the speaker "
                f"with {name}"
            )


def _decoded(text: Any) -> npt.NDArray[np.float32]:
    try:
        values = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    except (TypeError, ValueError, binascii.Error) as error:
        raise EvenvoiceError(f"speaker profile: offset is no base64 of float32 numbers; {_ANOTHER}") from error
    return values.astype(np.float32)
