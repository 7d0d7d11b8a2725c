"""How long MFCC, Δ and ΔΔ take for a clip of 3 s, beside librosa, on one thread.

    python benchmarks/mfcc.py [CORPORA] > benchmarks/mfcc.md

CORPORA is a folder of recordings, searched deeply; noise is taken without one. The clips are cut or repeated to 3 s;
the time is processor time, the median of interleaved rounds, so that neighbours on a busy machine fall on all rows
alike.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import librosa
import numpy as np
import torch

from evenvoice.audio import load
from evenvoice.features import MFCC, SPEECH, MFCCSettings

RATE, SECONDS, CLIPS, ROUNDS = 16000, 3, 100, 7


def librosas(settings: MFCCSettings, waveform: np.ndarray) -> np.ndarray:
    """MFCC, Δ and ΔΔ as one would write it with librosa."""
    cepstrum = librosa.feature.mfcc(
        y=waveform,
        sr=settings.sample_rate,
        n_mfcc=settings.n_mfcc,
        n_fft=settings.n_fft,
        win_length=settings.win_length,
        hop_length=settings.hop_length,
        n_mels=settings.n_mels,
    )
    return np.concatenate([cepstrum, librosa.feature.delta(cepstrum), librosa.feature.delta(cepstrum, order=2)])


def in_batches(extractor: MFCC, waveforms: torch.Tensor, size: int) -> None:
    """All clips through our extractor, in batches of this size."""
    with torch.inference_mode():
        for batch in waveforms.split(size):
            extractor(batch, torch.full((len(batch),), batch.shape[1]))


def fft_alone(settings: MFCCSettings, waveforms: torch.Tensor) -> None:
    """The floor: frames times a window, and their Fourier transforms, clip by clip; nothing of mel, DCT and Δ."""
    size = settings.win_length or settings.n_fft
    window = torch.hann_window(size)
    with torch.inference_mode():
        for waveform in waveforms:
            torch.fft.rfft(waveform.unfold(0, size, settings.hop_length) * window, n=settings.n_fft)


def milliseconds(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median processor time of each way, per clip."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, way in ways.items():
            before = time.process_time()
            way()
            spent[name].append((time.process_time() - before) / CLIPS * 1e3)
    # The first round warms up.
    return {name: statistics.median(times[1:]) for name, times in spent.items()}


def processor() -> str:
    """Return the processor's name, where the system says it."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def clips_of(corpora: Path | None) -> list[np.ndarray]:
    """Return clips of 3 s, of recordings spread over a folder or of noise."""
    if corpora is None:
        noise = np.random.default_rng(0).normal(0, 0.1, (CLIPS, RATE * SECONDS))
        return list(noise.astype(np.float32))
    files = sorted(file for file in corpora.rglob("*") if file.suffix in (".wav", ".flac"))
    chosen = files[:: max(1, len(files) // CLIPS)][:CLIPS]
    if len(chosen) < CLIPS:
        raise SystemExit(f"{len(chosen)} recordings found, {CLIPS} needed")
    return [np.resize(load(file, rate=RATE), RATE * SECONDS) for file in chosen]


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpora", type=Path, nargs="?")
    clips = clips_of(parser.parse_args().corpora)
    waveforms = torch.from_numpy(np.stack(clips))
    torch.set_num_threads(1)

    print(f"# MFCC(40) + Δ + ΔΔ of a {SECONDS}-s clip at {RATE // 1000} kHz, one thread\n")
    print(f"{CLIPS} recordings; processor ms per clip, median of {ROUNDS} interleaved rounds.")
    print("× is librosa's time divided by ours. *FFT alone*: torch's, of windowed frames, clip by clip.")
    versions = f"Python {platform.python_version()}, torch {torch.__version__}, librosa {librosa.__version__}"
    print(f"{processor()}; {versions}.\n")
    print("| n_fft / hop / mels | librosa | ours, one at a time | × | ours, batches of 8 | × | FFT alone | × |")
    print("|---|---|---|---|---|---|---|---|")
    for settings in (MFCCSettings(), SPEECH):
        extractor = MFCC(settings)
        ways: dict[str, Callable[[], object]] = {
            "librosa": lambda settings=settings: [librosas(settings, clip) for clip in clips],
            "one": lambda extractor=extractor: in_batches(extractor, waveforms, 1),
            "eight": lambda extractor=extractor: in_batches(extractor, waveforms, 8),
            "fft": lambda settings=settings: fft_alone(settings, waveforms),
        }
        took = milliseconds(ways)
        name = f"{settings.n_fft} / {settings.hop_length} / {settings.n_mels}"
        ours = " | ".join(f"{took[way]:.2f} | {took['librosa'] / took[way]:.1f}" for way in ("one", "eight", "fft"))
        print(f"| {name} | {took['librosa']:.2f} | {ours} |", flush=True)


if __name__ == "__main__":
    main()
