"""What the quiet before and after the speech says of the emotion, on unseen speakers: a corpus' own, not a voice's.

    python scripts/quiet_ends.py ravdess:PATH

Quiet are the frames before the first and after the last that is louder than 35 dB under the loudest: what extractor
``voice`` cuts off and ``log-mel`` keeps unless it says ``trim``. A linear discriminant is given their number, the mean
power in eight mel bands, or both; it never sees a frame of speech. Folds are those of ``speaker-folds``, seed 0.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import evenvoice
from evenvoice.audio import load
from evenvoice.features import FeatureSettings, compute
from evenvoice.protocols import make_folds, open_protocol

_DEPTH = 35 * math.log(10) / 10
_BANDS = 8


def quiet_ends(bands: npt.NDArray[np.float32]) -> tuple[list[float], list[float]]:
    """Return how many frames are quiet at either end, and the log power of each band there.

    Examples:
        >>> bands = np.array([[-20, 0, -1, -30, -30]], np.float32)
        >>> frames, levels = quiet_ends(bands)
        >>> frames, [round(level, 3) for level in levels]
        ([1.0, 2.0], [-20.0, -30.0])
    """
    power = np.exp(bands.astype(np.float64))
    level = np.log(power.sum(axis=0))
    loud = np.flatnonzero(level >= level.max() - _DEPTH)
    ends = power[:, : loud[0]], power[:, loud[-1] + 1 :]
    floor = power.min()
    levels = [np.log(end.mean(axis=1) if end.shape[1] else np.full(len(bands), floor)) for end in ends]
    return [float(end.shape[1]) for end in ends], np.concatenate(levels).tolist()


def main() -> None:
    """Print the UA of each set with its interval over speakers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", help="as in evenvoice evaluate: ravdess:PATH")
    corpus = evenvoice.open_corpus(parser.parse_args().corpus)
    extractor = FeatureSettings(name="log-mel", n_mels=_BANDS).make()
    found = [quiet_ends(compute(extractor, load(file, rate=extractor.sample_rate))) for file in corpus.table["file"]]
    frames, levels = (np.array(values) for values in zip(*found, strict=True))
    table = corpus.table.reset_index()[["utterance", "emotion", "speaker"]].assign(synthetic=False)
    for name, values in (("frames", frames), ("levels", levels), ("both", np.hstack((frames, levels)))):
        predicted = pd.Series("", index=table.index)
        for fold in make_folds(open_protocol("speaker-folds"), corpus.table, seed=0):
            classifier = make_pipeline(StandardScaler(), LinearDiscriminantAnalysis())
            classifier.fit(values[fold.train], table["emotion"].iloc[fold.train])
            predicted.iloc[fold.test] = classifier.predict(values[fold.test])
        answers = pd.get_dummies(predicted).reindex(columns=list(corpus.labels), fill_value=0).add_prefix("p:")
        ua = evenvoice.intervals(table.assign(predicted=predicted).join(answers.astype(float)))["ua"]
        print(f"{name}: UA {100 * ua.estimate:.1f} [{100 * ua.low:.1f}, {100 * ua.high:.1f}]")


if __name__ == "__main__":
    main()
