"""The service under load, beside the floor: the model's own time for the same recordings.

    python benchmarks/serve.py MODEL [FILE…]

1,000 requests of one recording each from 32 clients at once, to `evenvoice serve` in a process of its own on this
machine; the clients run on the same cores. Without files the recordings are 3 seconds of generated sound. The floor is
what the recognizer takes for the same files, read from the disk one after the other in one thread. Times of requests
depend on what else the machine does; processor time hardly does: two cores give at the most twice the floor over it.
Two more floors say what is left to gain: the same requests to uvicorn alone, which reads them and answers `[]`, and the
same recordings in one process a core, without HTTP, which share the processor's memory and nothing else.
"""

from __future__ import annotations

import argparse
import multiprocessing
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
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing.synchronize import Barrier
from pathlib import Path

import httpx
import numpy as np
import soundfile

from evenvoice.recognizer import Recognizer

CLIENTS = 32
REQUESTS = 1000
SERVE = "from evenvoice.cli.main import main; main()"
# A service that reads each request whole and answers two bytes, with the HTTP that ours has.
BARE = """
import asyncio, socket, sys, uvicorn

async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"[]"})

listener = socket.create_server(("127.0.0.1", 0))
sys.stderr.write(f"http://127.0.0.1:{listener.getsockname()[1]}\\n")
config = uvicorn.Config(app, http="h11", lifespan="off", access_log=False, log_level="error")
uvicorn.Server(config).run(sockets=[listener])
"""


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


@dataclass(frozen=True)
class Loaded:
    """What a service under load took.

    Attributes:
        seconds: Of each request.
        statuses: Of each answer.
        rate: Requests a second.
        request: Processor seconds of the service, a request.
        client: Processor seconds of the clients, a request.
        memory: Of the service at the most, in bytes; ``None`` where the system does not say.
    """

    seconds: list[float]
    statuses: list[int]
    rate: float
    request: float
    client: float
    memory: int | None


def loaded(command: Sequence[str], contents: Sequence[bytes]) -> Loaded:
    """Start a service that says its address on stderr, load it twice, and return what the second time took."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        try:
            assert service.stderr is not None
            found = re.search(r"http://\S+:\d+", service.stderr.readline())
            assert found, "the service did not start"
            load(found[0], contents[:1])  # what is opened and allocated once
            before, own_before = used(service.pid), time.process_time()
            seconds, statuses, whole = load(found[0], contents)
            request = (used(service.pid) - before) / (REQUESTS + CLIENTS)
            client = (time.process_time() - own_before) / (REQUESTS + CLIENTS)
            memory = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{service.pid}/status").read_text(encoding="utf-8"))
        finally:
            service.terminate()
    return Loaded(seconds, statuses, REQUESTS / whole, request, client, 1000 * int(memory[1]) if memory else None)


def without_http(model: Path, files: Sequence[Path], seconds: float = 5.0) -> list[float]:
    """Return the recordings a second of one process, and of one a core, that recognize the same files at once."""

    def rate(processes: int) -> float:
        context = multiprocessing.get_context("spawn")
        ready = context.Barrier(processes)
        with context.Pool(processes, _remember, (ready,)) as pool:
            return sum(pool.starmap(_recognized, [(model, files, seconds)] * processes, chunksize=1))

    return [rate(1), rate(os.cpu_count() or 1)]


def _remember(ready: Barrier) -> None:
    """Keep what the processes wait at."""
    _recognized.ready = ready  # type: ignore[attr-defined]


def _recognized(model: Path, files: Sequence[Path], seconds: float) -> float:
    """Return how many recordings a second this process recognizes, from when all are ready."""
    recognizer = Recognizer(model)
    recognizer(files[0])
    _recognized.ready.wait()  # type: ignore[attr-defined]
    start, done = time.perf_counter(), 0
    while (passed := time.perf_counter() - start) < seconds:
        recognizer(files[done % len(files)])
        done += 1
    return done / passed


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
        one, every = without_http(chosen.model, files)
        contents = [file.read_bytes() for file in files]
        ours = loaded([sys.executable, "-c", SERVE, "serve", str(chosen.model), "--port", "0"], contents)
        bare = loaded([sys.executable, "-c", BARE], contents)
    p50, p99 = np.percentile(ours.seconds, [50, 99])
    busy = os.getloadavg()[0]
    print("# The service under load\n")
    print(
        f"`python benchmarks/serve.py {chosen.model.name}`: 3-second recordings, WAV, 16 kHz, unless files are named.\n"
    )
    print(f"{machine()}. Load average of the machine at the end: {busy:.1f}.\n")
    print(f"| {REQUESTS:,} requests from {CLIENTS} clients | |\n|---|---:|")
    print(f"| answered (200) | {ours.statuses.count(200):,} |")
    print(f"| requests a second | {ours.rate:.0f} |")
    print(f"| median of a request, of which {CLIENTS} are on the way | {1000 * p50:.0f} ms |")
    print(f"| 99th percentile | {1000 * p99:.0f} ms |")
    print(f"| floor: file to labels, one thread, processor time | {1000 * own:.1f} ms |")
    print(f"| processor time of the service, a request | {1000 * ours.request:.1f} ms |")
    print(f"| processor time of a client, a request | {1000 * ours.client:.1f} ms |")
    print(f"| what two quiet cores give at the most, clients elsewhere | {2 * own / ours.request:.2f} × one thread |")
    print(f"| the same requests to uvicorn alone, processor time a request | {1000 * bare.request:.1f} ms |")
    print(f"| recordings a second without HTTP, one process | {one:.0f} |")
    print(f"| the same, a process a core | {every:.0f}, {every / one:.2f} × one |")
    if ours.memory is not None:
        print(f"| most memory of the service | {ours.memory / 1e6:.0f} MB |")
    print("\nMalformed uploads under load are a test: `pytest -m long tests/serve/test_fuzz.py`.")


if __name__ == "__main__":
    main()
