"""A residual network over log-mels, on validation speakers: the study that the recipe voice-residual came from.

    python scripts/mel_network.py FOLDER --table ravdess.csv --groups 6 --passes 120 --device cuda --out scores.npz

``FOLDER`` holds the recordings (16 kHz) that the table's column ``file`` names, with ``emotion`` and ``speaker``. Two
neighbouring groups of speakers are held out of each fit and one of them is scored, as in docs/research/voice.md, which
has what was found. Rows are disturbed when they are drawn: speed, a warp of the mel axis, level, noise, masks, mixing.
Where there is a GPU, a step of the training is one CUDA graph: about half a minute a fit on an H200; on one core of a
CPU a step takes 0.8 s, a fit an hour.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from evenvoice.models.residual_cnn import ResidualCNN

BANDS, FRAMES, BATCH = 80, 300, 32
SPEEDS = (1.0, 0.9, 0.95, 1.05, 1.1)
DB = math.log(10) / 10  # of a natural logarithm of power


class Corpus:
    """Log-mels of every recording at every speed: ``[speeds, n, bands, frames]``, and how many frames are its own."""

    def __init__(self, folder: Path, table: pd.DataFrame, n_groups: int, device: str) -> None:
        basis = torch.from_numpy(mel_basis()).to(device)
        window = torch.hann_window(400, device=device)
        waves = [soundfile.read(folder / file, dtype="float32")[0] for file in table["file"]]
        longest = int(max(map(len, waves)) / min(SPEEDS) / 160) + 2
        size = len(SPEEDS), len(waves), BANDS, longest
        self.mels = torch.full(size, math.log(1e-9), dtype=torch.float16, device=device)
        self.frames = torch.zeros(size[:2], dtype=torch.int64, device=device)
        for row, speed in enumerate(SPEEDS):
            for number, wave in enumerate(waves):
                moved = torch.from_numpy(wave).to(device)[None, None]
                if speed != 1:
                    size = int(len(wave) / speed)
                    moved = F.interpolate(moved, size=size, mode="linear", align_corners=True)
                power = torch.stft(moved[0], 512, 160, 400, window, return_complex=True).abs() ** 2
                mel = (basis @ power)[0].clamp_min(1e-9).log()
                self.frames[row, number] = mel.shape[1]
                self.mels[row, number, :, : mel.shape[1]] = mel.half()
        self.labels = sorted(set(table["emotion"]))
        self.y = table["emotion"].map(self.labels.index).to_numpy()
        numbers = {speaker: number for number, speaker in enumerate(sorted(set(table["speaker"])))}
        self.groups = table["speaker"].map(numbers).to_numpy() % min(n_groups, len(numbers))

    def statistics(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Mean and deviation of each band over the own frames of some recordings, ``[bands, 1]``."""
        rows = torch.from_numpy(rows).to(self.mels.device)
        own = torch.arange(self.mels.shape[3], device=self.mels.device) < self.frames[0, rows][:, None]
        values, own = self.mels[0, rows].float(), own[:, None].float()
        mean = (values * own).sum((0, 2)) / own.sum()
        variance = ((values - mean[:, None]) ** 2 * own).sum((0, 2)) / own.sum()
        return mean[:, None], variance.sqrt()[:, None]


def mel_basis() -> np.ndarray:
    """Triangles between 50 and 8,000 Hz on O'Shaughnessy's mel scale, ``[bands, 257]``."""
    mel = 2595 * np.log10(1 + np.array([50.0, 8000.0]) / 700)
    edges = 700 * (10 ** (np.linspace(*mel, BANDS + 2) / 2595) - 1)
    hertz = np.linspace(0, 8000, 257)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (hertz - low) / (middle - low), (high - hertz) / (high - middle)
    return np.minimum(rising, falling).clip(0).astype(np.float32)


def disturbed(corpus: Corpus, rows: Tensor, mean: Tensor, deviation: Tensor) -> tuple[Tensor, Tensor]:
    """Return some recordings as a network in training sees them: ``[b, bands, 300]`` and which frames are their own."""
    device, b = rows.device, len(rows)

    def drawn(*size: int) -> Tensor:
        return torch.rand(b, *size, device=device)

    speed = torch.randint(0, len(SPEEDS), (b,), device=device)
    frames, time_ = corpus.frames[speed, rows], torch.arange(FRAMES, device=device)
    start = (drawn() * (frames - FRAMES).clamp_min(0)).long()
    columns = start[:, None] + time_
    own = (time_ < frames[:, None]).float()[:, None]
    columns = columns.clamp_max(corpus.mels.shape[3] - 1)
    # Jaitly & Hinton 2013, "Vocal tract length perturbation": here of the mel axis, by up to 12 %.
    place = (torch.arange(BANDS, device=device) * (0.88 + 0.24 * drawn(1))).clamp(0, BANDS - 1.001)
    below = place.long()
    share = (place - below)[:, :, None]

    def at(bands: Tensor) -> Tensor:
        return corpus.mels[speed[:, None, None], rows[:, None, None], bands[:, :, None], columns[:, None, :]].float()

    mels = (1 - share) * at(below) + share * at(below + 1) + (6 * drawn(1, 1) - 3) * DB
    # Noise of exponential power in each cell, tilted, 8 to 38 dB below the recording's mean.
    tilt = torch.linspace(-1, 1, BANDS, device=device)[None, :, None] * (3 * drawn(1, 1) - 1.5)
    level = mels.exp().mean((1, 2), keepdim=True).log() - (30 * drawn(1, 1) + 8) * DB + tilt
    noise = level + torch.rand_like(mels).clamp_min(1e-4).log().neg().log()
    mels = torch.where(drawn(1, 1) < 0.5, torch.logaddexp(mels, noise), mels)
    mels = ((mels - mean) / deviation).clamp(-4, 4)
    bands = torch.arange(BANDS, device=device)
    for _ in range(2):  # Park et al. 2019, "SpecAugment"
        wide = 30 * drawn(1)
        first = drawn(1) * (FRAMES - wide)
        mels = mels * ~((time_ >= first) & (time_ < first + wide))[:, None]
        high = 12 * drawn(1)
        first = drawn(1) * (BANDS - high)
        mels = mels * ~((bands >= first) & (bands < first + high))[:, :, None]
    return mels * own, own


def fit(corpus: Corpus, train: np.ndarray, test: np.ndarray, passes: int, seed: int) -> np.ndarray:
    """Train on some recordings, and return the log-probabilities of others, ``[n, k]``."""
    device = corpus.mels.device
    on_gpu = device.type == "cuda"
    torch.manual_seed(seed)
    rng, k = np.random.default_rng(seed), len(corpus.labels)
    mean, deviation = corpus.statistics(train)
    network = ResidualCNN((1, BANDS + 1, FRAMES), k).to(device, memory_format=torch.channels_last)
    y = torch.tensor(corpus.y, device=device)
    weights = torch.tensor(len(train) / (k * np.bincount(corpus.y[train], minlength=k)), dtype=torch.float32).to(device)
    steps = passes * (len(train) // BATCH)
    rate = torch.tensor(1e-4, device=device)
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=0.03, capturable=on_gpu, fused=on_gpu)
    each = [rng.permutation(train)[: len(train) // BATCH * BATCH] for _ in range(passes)]
    order = torch.from_numpy(np.concatenate(each).reshape(-1, BATCH)).to(device)
    shares = torch.from_numpy(rng.beta(0.3, 0.3, (steps, 1)).repeat(BATCH, 1).astype(np.float32)).to(device)
    others = torch.from_numpy(np.stack([rng.permutation(BATCH) for _ in range(steps)])).to(device)
    rising, falling = np.linspace(0.04, 1, steps // 5), np.linspace(0, np.pi, steps - steps // 5)
    cycle = 2e-3 * np.r_[rising, (1 + np.cos(falling)) / 2] + 1e-6
    rates = torch.tensor(cycle, dtype=torch.float32, device=device)
    rows, share, other = order[0].clone(), shares[0].clone(), others[0].clone()

    def feed(number: int) -> None:
        rows.copy_(order[number]), share.copy_(shares[number]), other.copy_(others[number]), rate.copy_(rates[number])

    def step() -> None:
        mels, own = disturbed(corpus, rows, mean, deviation)
        mixed = share[:, None, None] * mels + (1 - share[:, None, None]) * mels[other]
        with torch.autocast(device.type, torch.bfloat16, enabled=on_gpu):
            logits = network.logits(mixed.mT, torch.maximum(own, own[other])[:, 0] > 0).float()

        def loss(target: Tensor) -> Tensor:
            each = F.cross_entropy(logits, target, reduction="none", label_smoothing=0.1)
            return each * weights[target]

        optimiser.zero_grad(set_to_none=True)
        (share * loss(y[rows]) + (1 - share) * loss(y[rows][other])).mean().backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()

    network.train()
    run = _captured(step, feed) if on_gpu else step
    for number in range(steps):
        feed(number)
        run()
    return _scores(network.eval(), corpus, test, mean, deviation)


def _captured(step, feed):
    """A step as a CUDA graph."""
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for number in range(4):
            feed(number)
            step()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


@torch.inference_mode()
def _scores(network: ResidualCNN, corpus: Corpus, rows: np.ndarray, mean: Tensor, deviation: Tensor) -> np.ndarray:
    device, found = corpus.mels.device, []
    for some in torch.split(torch.from_numpy(rows).to(device), BATCH):
        longest = min(-(-int(corpus.frames[0, some].max()) // 8) * 8, corpus.mels.shape[3] // 8 * 8)
        own = (torch.arange(longest, device=device) < corpus.frames[0, some][:, None]).float()[:, None]
        mels = ((corpus.mels[0, some, :, :longest].float() - mean) / deviation).clamp(-4, 4)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            found.append(network.logits(mels.mT, own[:, 0] > 0).float().log_softmax(1).cpu())
    return torch.cat(found).numpy()


def ua(scores: np.ndarray, y: np.ndarray) -> float:
    """Mean recall of the classes that are there, in per cent."""
    return 100 * float(np.mean([(scores.argmax(1)[y == label] == label).mean() for label in np.unique(y)]))


def main() -> None:
    """Fit each group in turn, print its UA, and save the scores after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--groups", type=int, default=6, help="speakers are dealt to so many groups, in order")
    parser.add_argument("--only", type=int, nargs="+", help="fit these groups alone")
    parser.add_argument("--passes", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    corpus = Corpus(asked.folder, pd.read_csv(asked.table, dtype=str), asked.groups, asked.device)
    scores, n = np.full((len(corpus.y), len(corpus.labels)), np.nan, np.float32), corpus.groups.max() + 1
    for group in asked.only or range(n):
        started = time.perf_counter()
        train = np.flatnonzero((corpus.groups != group) & (corpus.groups != (group + 1) % n))
        test = np.flatnonzero(corpus.groups == group)
        scores[test] = fit(corpus, train, test, asked.passes, asked.seed)
        seconds = time.perf_counter() - started
        print(f"group {group}: UA {ua(scores[test], corpus.y[test]):.1f}, {seconds:.0f} s", flush=True)
        np.savez(asked.out, scores=scores, labels=corpus.labels)
    done = ~np.isnan(scores[:, 0])
    print(f"UA {ua(scores[done], corpus.y[done]):.1f} of {done.sum()} recordings")


if __name__ == "__main__":
    main()
