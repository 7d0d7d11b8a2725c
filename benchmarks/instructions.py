"""Instructions of features, SMOTE and one fit, counted by valgrind: what a change costs, on whatever machine.

    python benchmarks/instructions.py            print the counts beside those on record
    python benchmarks/instructions.py --write    put them on record (benchmarks/instructions.json)

Valgrind shows every program the same processor, so a count hardly depends on the machine; it depends on the versions of
the libraries, which are on record too. The work is done once and three times in two processes, and half the difference
is its count: imports fall out. A test (`-m long`) fails where a count is more than a tenth above the record.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

RECORD = Path(__file__).with_suffix(".json")
LIBRARIES = ("numpy", "torch", "scikit-learn", "skorch")
MARGIN = 0.1
AGAIN = 3


def features() -> Callable[[], object]:
    """MFCC, Δ and ΔΔ of one 3-s clip."""
    import numpy as np

    from evenvoice.features import FeatureSettings, compute

    clip = np.random.default_rng(0).standard_normal(3 * 16000).astype(np.float32)
    extractor = FeatureSettings().make()
    return lambda: compute(extractor, clip)


def smote() -> Callable[[], object]:
    """600 rows of 128 attributes, to three times 300."""
    import numpy as np

    from evenvoice.imbalance import SMOTE

    X = np.random.default_rng(0).standard_normal((600, 128)).astype(np.float32)
    y = np.repeat(["angry", "happy", "sad"], (300, 200, 100))
    return lambda: SMOTE(random_state=0).fit_resample(X, y)


def fit() -> Callable[[], object]:
    """One epoch of the 2DCNN over 128 rows of 16 × 8."""
    import numpy as np
    import torch

    from evenvoice.imbalance import NoBalancing
    from evenvoice.models import make_model
    from evenvoice.recipes import TrainingSettings
    from evenvoice.training import PlannedRows, train_network

    torch.set_num_threads(1)
    rows = np.random.default_rng(0).standard_normal((128, 1, 16, 8)).astype(np.float32)
    labels = np.arange(128, dtype=np.int64) % 4
    plan = NoBalancing().plan(rows, labels)

    def epoch() -> None:
        torch.manual_seed(0)
        network = make_model("2dcnn", rows.shape[1:], 4)
        train_network(network, PlannedRows(rows, labels, plan, np.arange(128)), None, TrainingSettings(epochs=1))

    return epoch


WORK = {work.__name__: work for work in (features, smote, fit)}


def count(name: str) -> int:
    """Return the instructions of one piece of work."""
    once, often = (_counted(name, times) for times in (1, AGAIN))
    return (often - once) // (AGAIN - 1)


def _counted(name: str, times: int) -> int:
    """Instructions of a process that does the work so many times; once more before, to warm up."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = [
            "valgrind", "--tool=cachegrind", "--cache-sim=no", f"--log-file={log}",
            f"--cachegrind-out-file={folder}/out", sys.executable, __file__, "--do", name, str(times),
        ]  # fmt: skip
        alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
        subprocess.run(command, check=True, env={**os.environ, **alone}, stdout=subprocess.DEVNULL)
        found = re.search(r"I\s+refs:\s+([\d,]+)", log.read_text(encoding="utf-8"))
    assert found is not None
    return int(found[1].replace(",", ""))


def versions() -> dict[str, str]:
    """The libraries on which the counts depend."""
    return {"python": ".".join(map(str, sys.version_info[:2])), **{name: version(name) for name in LIBRARIES}}


def main() -> None:
    """Count, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--do", nargs=2, metavar=("WORK", "TIMES"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.do:
        work = WORK[asked.do[0]]()
        for _ in range(1 + int(asked.do[1])):
            work()
        return
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"counts": {}}
    counts = {}
    for name in WORK:
        counts[name] = count(name)
        before = record["counts"].get(name)
        print(f"{name}: {counts[name]:,}" + (f" ({counts[name] / before:.3f} of the record)" if before else ""))
    if asked.write:
        RECORD.write_text(json.dumps({"versions": versions(), "counts": counts}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
