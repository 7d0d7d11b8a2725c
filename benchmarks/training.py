"""The effect of each of the training loop's choices: rows a second of the 2DCNN on one thread.

    python benchmarks/training.py > benchmarks/training.md

Each row adds one choice to the one above it. The first is the network as section 3.3 writes it, in torch's default
layout. All compute the same network (a test compares the first and the second number by number). Processor time, the
median of interleaved rounds; a process of its own for the allocator, which cannot be switched back.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time

import torch
from torch import nn
from torch.nn import functional

from evenvoice.allocator import keep_freed_memory
from evenvoice.models import CNN2D

SHAPES = {"16 × 8 × 1": (1, 16, 8), "3 × 40 × 94": (3, 40, 94)}
BATCH, ROUNDS = 64, 9
STEPS = {"16 × 8 × 1": 40, "3 × 40 × 94": 2}
WAYS = {
    "as written: leaky ReLU, then pooling": (False, False, False),
    "+ pooling first (equal: leaky ReLU is monotone)": (True, False, False),
    "+ channels last": (True, True, False),
    "+ fused Adam": (True, True, True),
}


def as_written(network: CNN2D) -> None:
    """Put each leaky ReLU before its pooling."""
    layers = list(network.features)
    for number, layer in enumerate(layers):
        if isinstance(layer, nn.LeakyReLU):
            layers[number - 1], layers[number] = layers[number], layers[number - 1]
    network.features = nn.Sequential(*layers)


def make_step(shape: tuple[int, int, int], pool_first: bool, channels_last: bool, fused: bool):
    """Return a function that takes one step of training."""
    torch.manual_seed(0)
    network, images = CNN2D(shape, 7), torch.randn(BATCH, *shape)
    if not pool_first:
        as_written(network)
    if channels_last:
        network, images = (part.to(memory_format=torch.channels_last) for part in (network, images))
    labels = torch.arange(BATCH) % 7
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01, eps=1e-7, fused=fused)

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        (functional.cross_entropy(network(images), labels) + network.penalty()).backward()
        optimiser.step()

    return step


def measure() -> dict[str, dict[str, float]]:
    """Return rows a second for each shape and way."""
    torch.set_num_threads(1)
    found: dict[str, dict[str, float]] = {}
    for name, shape in SHAPES.items():
        steps = {way: make_step(shape, *choices) for way, choices in WAYS.items()}
        spent: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(ROUNDS + 1):
            for way, step in steps.items():
                before = time.process_time()
                for _ in range(STEPS[name]):
                    step()
                spent[way].append((time.process_time() - before) / STEPS[name])
        found[name] = {way: BATCH / statistics.median(times[1:]) for way, times in spent.items()}
    return found


def main() -> None:
    """Print the table; with ``--keep-memory``, the measurements with the allocator that keeps its pages, as JSON."""
    if "--keep-memory" in sys.argv:
        keep_freed_memory()
        print(json.dumps(measure()))
        return
    plain = measure()
    command = [sys.executable, __file__, "--keep-memory"]
    kept = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    last = list(WAYS)[-1]
    print("# Training the 2DCNN: rows a second on one thread\n")
    print(f"Batches of {BATCH}; processor time, median of {ROUNDS} interleaved rounds. × is against the first row.")
    print(f"{os.cpu_count()} cores, one used; Python {platform.python_version()}, torch {torch.__version__}.\n")
    print("| | " + " | ".join(f"{name} | ×" for name in SHAPES) + " |")
    print("|---|" + "---|---|" * len(SHAPES))
    rows = {**{way: [plain[name][way] for name in SHAPES] for way in WAYS}}
    rows["+ an allocator that keeps freed pages"] = [kept[name][last] for name in SHAPES]
    for way, speeds in rows.items():
        first = [plain[name][next(iter(WAYS))] for name in SHAPES]
        cells = " | ".join(f"{speed:,.0f} | {speed / base:.2f}" for speed, base in zip(speeds, first, strict=True))
        print(f"| {way} | {cells} |")


if __name__ == "__main__":
    main()
