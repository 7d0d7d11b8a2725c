"""The service under load, beside the floor: the model's own time for the same recordings.

    python benchmarks/serve.py MODEL [FILE…]

1,000 requests of one recording each from 32 clients at once, to `evenvoice serve` in a process of its own on this
machine; the clients run on the same cores. Without files the recordings are 3 seconds of generated sound. The floor is
what the recognizer takes for the same files, read from the disk one after the other in one thread. Times of requests
depend on what else the machine does; processor time hardly does: two cores give at the most twice the floor over it.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import httpx
import numpy as np
import soundfile

from evenvoice.recognizer import Recognizer

CLIENTS = 32
REQUESTS = 1000
SERVE = "from evenvoice.cli.main import main; main()"


def generated(folder: Path) -> list[Path]:
    """Write ten recordings of 3 seconds at 16 kHz: buzzes in noise."""
    files = []
    for number in range(10):
        random = np.random.default_rng(number)
        time_ = np.arange(48_000) / 16_000
        buzz = sum(
            np.sin(2 * np.pi * random.uniform(80, 300) * harmonic * time_) / harmonic for harmonic in range(1, 9)
        )
        files.append(folder / f"{number}.wav")
        soundfile.write(files[-1], 0.05 * buzz + 0.001 * random.standard_normal(time_.size), 16_000)
    return files


def floor(model: Path, files: Sequence[Path]) -> float:
    """Return processor seconds a recording, from file to labels, in one thread: the median of thirty rounds."""
    recognizer = Recognizer(model)
    recognizer(files[0])
    seconds = []
    for _ in range(30):
        for file in files:
            start = time.process_time()
            recognizer(file)
            seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def used(process: int) -> float:
    """Return the processor seconds that a process has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(url: str, contents: Sequence[bytes]) -> tuple[list[float], list[int], float]:
    """Return the seconds and the status of each request, and the seconds from the first to the last."""
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    with httpx.Client(base_url=url, timeout=300, limits=limits) as client, ThreadPoolExecutor(CLIENTS) as pool:

        def one(number: int) -> tuple[float, int]:
            start = time.perf_counter()
            reply = client.post("/predict", content=contents[number % len(contents)])
            return time.perf_counter() - start, reply.status_code

        list(pool.map(one, range(CLIENTS)))  # connections are opened, threads started
        start = time.perf_counter()
        found = list(pool.map(one, range(REQUESTS)))
        return [each[0] for each in found], [each[1] for each in found], time.perf_counter() - start


def machine() -> str:
    """Name the processor and the libraries."""
    information = Path("/proc/cpuinfo")
    names = (
        [line for line in information.read_text(encoding="utf-8").splitlines() if "model name" in line]
        if information.exists()
        else []
    )
    processor = names[0].split(":")[1].strip() if names else platform.processor()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("onnxruntime", "fastapi", "uvicorn"))
    return f"{processor}, {os.cpu_count()} cores; Python {platform.python_version()}, {libraries}"


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("files", type=Path, nargs="*")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = chosen.files or generated(Path(folder))
        own = floor(chosen.model, files)
        command = [sys.executable, "-c", SERVE, "serve", str(chosen.model), "--port", "0"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
            try:
                assert service.stderr is not None
                found = re.search(r"http://\S+:\d+", service.stderr.readline())
                assert found, "the service did not start"
                contents = [file.read_bytes() for file in files]
                load(found[0], contents[:1])  # what is opened and allocated once
                before, own_before = used(service.pid), time.process_time()
                seconds, statuses, whole = load(found[0], contents)
                request = (used(service.pid) - before) / (REQUESTS + CLIENTS)
                client = (time.process_time() - own_before) / (REQUESTS + CLIENTS)
                memory = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{service.pid}/status").read_text(encoding="utf-8"))
            finally:
                service.terminate()
    p50, p99 = np.percentile(seconds, [50, 99])
    busy = os.getloadavg()[0]
    print("# The service under load\n")
    print(
        f"`python benchmarks/serve.py {chosen.model.name}`: 3-second recordings, WAV, 16 kHz, unless files are named.\n"
    )
    print(f"{machine()}. Load average of the machine at the end: {busy:.1f}.\n")
    print(f"| {REQUESTS:,} requests from {CLIENTS} clients | |\n|---|---:|")
    print(f"| answered (200) | {statuses.count(200):,} |")
    print(f"| requests a second | {REQUESTS / whole:.0f} |")
    print(f"| median of a request, of which {CLIENTS} are on the way | {1000 * p50:.0f} ms |")
    print(f"| 99th percentile | {1000 * p99:.0f} ms |")
    print(f"| floor: file to labels, one thread, processor time | {1000 * own:.1f} ms |")
    print(f"| processor time of the service, a request | {1000 * request:.1f} ms |")
    print(f"| processor time of a client, a request | {1000 * client:.1f} ms |")
    print(f"| what two quiet cores give at the most, clients elsewhere | {2 * own / request:.2f} × one thread |")
    print(f"| most memory of the service | {int(memory[1]) / 1000:.0f} MB |" if memory else "")
    print("\nMalformed uploads under load are a test: `pytest -m long tests/serve/test_fuzz.py`.")


if __name__ == "__main__":
    main()
