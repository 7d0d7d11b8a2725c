"""The extractor ``opensmile``: openSMILE's feature sets, where the user has installed openSMILE."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from evenvoice.errors import EvenvoiceError, MissingExtraError, nearest
from evenvoice.features.one_by_one import OneByOne

# Some functionals need a few frames of 60 ms; what is shorter goes on in silence.
_LEAST = 0.3  # seconds


class OpenSmile(OneByOne):
    """Functionals of an utterance as openSMILE computes them: one frame, one row a functional.

    Written ``opensmile:ComParE_2016``, ``opensmile:eGeMAPSv02``, or another of openSMILE's sets. What openSMILE has no
    number for (no voiced frame, too short) is 0.

    openSMILE is not a part of evenvoice and none of its extras: ``pip install opensmile``, and read its licence.

    Args:
        feature_set: As openSMILE calls it.

    Raises:
        MissingExtraError: openSMILE is not installed.
        EvenvoiceError: It has no such set.

    Source:
        Schuller et al. 2016, "The INTERSPEECH 2016 computational paralinguistics challenge" (ComParE_2016); Eyben et
        al. 2016, "The Geneva minimalistic acoustic parameter set (GeMAPS)" (eGeMAPSv02).

    Examples:
        ``FeatureSettings(name="opensmile:eGeMAPSv02").make().n_rows`` is 88.
    """

    name: ClassVar[str] = "opensmile"
    version: ClassVar[int] = 1
    argument: ClassVar[str] = "feature_set"
    licence: ClassVar[str] = (
        "openSMILE's licence allows research and private use, no products: neither its features nor models trained on "
        "them may be part of one"
    )
    default_shape: ClassVar[dict[str, Any]] = {"name": "functionals", "kind": "mean"}

    def __init__(self, *, feature_set: str = "ComParE_2016") -> None:
        try:
            import opensmile
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                "extractor 'opensmile' needs openSMILE, which is no part of evenvoice; pip install opensmile, whose "
                "licence allows no products"
            ) from error
        known = list(opensmile.FeatureSet.__members__)
        if feature_set not in known:
            raise EvenvoiceError(
                f"extractor 'opensmile': feature_set is {feature_set!r}{nearest(feature_set, known)}; openSMILE has "
                f"{', '.join(known)}"
            )
        self.feature_set = feature_set
        self.sample_rate = 16000
        self._smile = opensmile.Smile(opensmile.FeatureSet[feature_set], opensmile.FeatureLevel.Functionals)
        self.row_names = tuple(self._smile.feature_names)
        self.n_rows = len(self.row_names)
        self.digest = str(opensmile.__version__)

    def frames(self, samples: int) -> int:
        """Return 1: openSMILE sums an utterance up in one vector."""
        return 1

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.feature_set,)

    def _features(self, waveform: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        least = round(_LEAST * self.sample_rate)
        enough = np.pad(waveform, (0, max(0, least - waveform.size)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what is 0 here
            table = self._smile.process_signal(enough, self.sample_rate)
        values = table.to_numpy(np.float64)[0]
        limit = float(np.finfo(np.float32).max)
        finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).clip(-limit, limit)
        return np.asarray(finite[:, None], np.float32)


def _again(feature_set: str) -> OpenSmile:
    return OpenSmile(feature_set=feature_set)
