"""The paper's network in Keras on TensorFlow, as one would write it: the other side of `beside_keras.py`.

Run by a Python that has tensorflow-cpu, librosa and imbalanced-learn, which evenvoice itself does not need:

    python keras_side.py train            answers lines on standard input, each a shape, with processor seconds a row
    python keras_side.py evaluate TABLE FOLDER SEEDS EPOCHS    the whole loop; prints its UA

It imports nothing of evenvoice.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

BATCH = 64


def network(shape: tuple[int, int, int], n_classes: int) -> keras.Model:
    """Table 2 of the paper, with Keras' defaults where it is silent."""
    layers = keras.layers

    def block() -> list[keras.Layer]:
        return [layers.Conv2D(64, 3, padding="same"), layers.LeakyReLU(negative_slope=0.3), layers.MaxPooling2D(2)]

    model = keras.Sequential(
        [
            keras.Input(shape),
            *block(),
            layers.BatchNormalization(),
            *block(),
            layers.BatchNormalization(),
            *block(),
            layers.Flatten(),
            layers.Dense(
                64, kernel_regularizer=keras.regularizers.L2(0.01), bias_regularizer=keras.regularizers.L2(0.01)
            ),
            layers.LeakyReLU(negative_slope=0.3),
            layers.Dropout(0.5),
            layers.Dense(n_classes, activation="softmax"),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
    return model


def train() -> None:
    """For each line ``[height, width, channels, rows]``, fit one epoch and answer with processor seconds a row."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    models: dict[tuple[int, int, int], keras.Model] = {}
    for line in sys.stdin:
        height, width, channels, rows = json.loads(line)
        shape = height, width, channels
        X = np.random.default_rng(0).standard_normal((rows, *shape)).astype(np.float32)
        model = models.setdefault(shape, network(shape, 7))
        before = time.process_time()
        model.fit(X, np.arange(rows) % 7, batch_size=BATCH, epochs=1, verbose=0)
        print((time.process_time() - before) / rows, flush=True)


def features(file: str) -> np.ndarray:
    """Return the means of MFCC, Δ and ΔΔ, and eight zeros, as ``[16, 8, 1]``: section 3.3."""
    import librosa

    sound, rate = librosa.load(file, sr=16000)
    cepstrum = librosa.feature.mfcc(y=sound, sr=rate, n_mfcc=40)
    parts = [cepstrum, librosa.feature.delta(cepstrum), librosa.feature.delta(cepstrum, order=2)]
    means = np.concatenate([*(part.mean(axis=1) for part in parts), np.zeros(8)])
    return means.reshape(16, 8, 1).astype(np.float32)


def evaluate(table: str, folder: str, seeds: int, epochs: int) -> None:
    """Leave out each speaker in turn: standardise, SMOTE, fit, predict; print the UA of all predictions."""
    import csv

    from imblearn.over_sampling import SMOTE

    with Path(table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    X = np.stack([features(str(Path(folder) / row["file"])) for row in rows])
    names, y = np.unique([row["emotion"] for row in rows], return_inverse=True)
    speakers = np.array([row["speaker"] for row in rows])
    found, true = [], []
    for seed in range(seeds):
        for speaker in np.unique(speakers):
            keras.utils.set_random_seed(seed)
            train, test = speakers != speaker, speakers == speaker
            mean, deviation = X[train].mean(axis=0), X[train].std(axis=0) + 1e-8
            scaled = (X - mean) / deviation
            flat, labels = SMOTE(random_state=seed).fit_resample(scaled[train].reshape(train.sum(), -1), y[train])
            model = network(X.shape[1:], len(names))
            model.fit(flat.reshape(-1, *X.shape[1:]), labels, batch_size=BATCH, epochs=epochs, verbose=0)
            found.append(model.predict(scaled[test], verbose=0).argmax(axis=1))
            true.append(y[test])
            keras.backend.clear_session()
    all_found, all_true = np.concatenate(found), np.concatenate(true)
    recalls = [np.mean(all_found[all_true == label] == label) for label in range(len(names))]
    print(f"{100 * np.mean(recalls):.1f}")


if __name__ == "__main__":
    if sys.argv[1] == "train":
        train()
    else:
        evaluate(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
