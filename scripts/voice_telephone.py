"""Train the linear voice model on copies that went through a telephone, on EmoDB's validation speakers.

    python scripts/voice_telephone.py FOLDER_OF_CORPORA CACHE

Prints UA in per cent of the recipe `voice-linear` on recordings as they are and through a telephone (300 to 3400 Hz,
8 kHz, μ-law), by the copies that are trained on beside the recipe's own. Features, folds, groups and fit are those of
``voice_study.py``, and so is the cache. Nothing is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import voice_study as study

TELEPHONE = "codec:telephone"
OTHERS = ("noise:10", "room:0.4")
PLAIN = ("", *study.PERTURBATIONS)
COPIES: dict[str, tuple[str, ...]] = {
    "none": PLAIN,
    "telephone": (*PLAIN, TELEPHONE),
    "telephone, noise, room (voice-robust)": (*PLAIN, TELEPHONE, *OTHERS),
    "telephone at three speeds": (*PLAIN, TELEPHONE, *(f"{text}+{TELEPHONE}" for text in PLAIN[1:5:3])),
    "telephone of every copy": (*PLAIN, TELEPHONE, *(f"{text}+{TELEPHONE}" for text in PLAIN[1:])),
    "telephone of every copy, noise, room": (
        *PLAIN, TELEPHONE, *(f"{text}+{TELEPHONE}" for text in PLAIN[1:]), *OTHERS,
    ),
    "telephone of every copy, nothing as recorded": (TELEPHONE, *(f"{text}+{TELEPHONE}" for text in PLAIN[1:])),
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    corpora, cache = map(Path, sys.argv[1:])
    torch.set_num_threads(1)
    corpus = study.Corpus("emodb", corpora, cache)
    tested = {"as recorded": corpus.through(""), "telephone": corpus.through(TELEPHONE)}
    for said, copies in COPIES.items():
        variants = [corpus.through(changes) for changes in copies]
        found: dict[str, npt.NDArray[np.int64]] = {name: np.full(len(corpus.y), -1) for name in tested}
        for out, scored in study.folds(corpus, "validation"):
            rows = np.flatnonzero(np.isin(corpus.group, scored))
            fitted = study.fit(corpus, ~np.isin(corpus.group, out), variants)
            for name, values in tested.items():
                found[name][rows] = study.answers(fitted, values[rows])
        print(said, ", ".join(f"{name} {study.recall(corpus, each):.1f}" for name, each in found.items()), flush=True)


if __name__ == "__main__":
    main()
