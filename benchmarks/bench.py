"""Run the benchmarks and write their pages, and README.md over all of them: `make bench`.

    python benchmarks/bench.py            all of them, an hour or so
    python benchmarks/bench.py mfcc smote only these; the other pages stay as they are

Each benchmark prints its page, which says how it measured, on what and against what. A benchmark that fails leaves its
old page, is named at the end, and makes the exit status 1.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
READY = HERE.parent / "src" / "evenvoice" / "recognizer" / "ready" / "emodb.onnx"

# Name of the page, and the arguments of the script of that name.
BENCHMARKS: dict[str, tuple[str, ...]] = {
    "peers": (),
    "predict": (),
    "serve": (str(READY),),
    "mfcc": tuple(filter(None, [os.environ.get("EVENVOICE_CORPORA")])),
    "voice": (),
    "smote": (),
    "samplers": (),
    "training": (),
    "classical": (),
    "cache": (),
    "scale": ("--sizes", "1000", "10000"),
}
# Pages of other machines or of hours, which `make bench` leaves as they are, and below which of those each is shown.
ELSEWHERE = {"samplers-large": "samplers", "scale-large": "scale", "gpu": "scale"}
LIBRARIES = ("numpy", "scipy", "scikit-learn", "pandas", "torch", "onnxruntime", "librosa", "imbalanced-learn")


def run(name: str) -> bool:
    """Run one benchmark and write its page; return whether it ended well."""
    print(f"{name} …", flush=True)
    command = [sys.executable, str(HERE / f"{name}.py"), *BENCHMARKS[name]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        measured = f"Measured on {date.today()} on {processor()}."
        (HERE / f"{name}.md").write_text(f"{done.stdout.strip()}\n\n{measured}\n", encoding="utf-8")
    return done.returncode == 0


def processor() -> str:
    """Name the processor."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor()


def pages() -> Iterator[str]:
    """Yield the names of the pages, in the order of README.md."""
    for name in BENCHMARKS:
        yield name
        yield from (other for other, above in ELSEWHERE.items() if above == name)


def readme() -> str:
    """Return README.md: the machine, the goals, and every page one heading lower."""
    versions = ", ".join(f"{library} {version(library)}" for library in LIBRARIES)
    parts = [
        "# Benchmarks",
        "`make bench` writes this page and those that it is made of, each with its date and machine. Last written on "
        f"{date.today()}: {os.cpu_count()} cores, Python {platform.python_version()}, {versions}. Times are processor "
        "time of one thread, both sides by turns in one run, unless a page says otherwise.",
        (HERE / "goals.md").read_text(encoding="utf-8").strip(),
    ]
    for name in pages():
        page = HERE / f"{name}.md"
        if page.exists():
            lowered = [
                f"#{line}" if line.startswith("#") else line
                for line in page.read_text(encoding="utf-8").strip().splitlines()
            ]
            parts.append("\n".join(lowered))
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Run what is asked for and write README.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"which of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--pages-only", action="store_true", help="write README.md from the pages as they are")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"unknown benchmark {unknown[0]!r}; known are {', '.join(BENCHMARKS)}")
    failed = [] if asked.pages_only else [name for name in asked.names or BENCHMARKS if not run(name)]
    (HERE / "README.md").write_text(readme(), encoding="utf-8")
    if failed:
        print(f"failed, and their pages are as they were: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
