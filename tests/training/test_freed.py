"""What the batches of a fit took is given back before predictions take their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FITTED = """
import sys
import numpy as np, torch
from evenvoice.allocator import keep_freed_memory, return_freed_memory
from evenvoice.imbalance import NoBalancing
from evenvoice.models import make_model
from evenvoice.recipes.sections import TrainingSettings
from evenvoice.training import loop

def held():
    with open("/proc/self/status") as status:
        return int(status.read().partition("RssAnon:")[2].split()[0]) // 1024

keep_freed_memory()
if sys.argv[1] == "kept":
    loop.return_freed_memory = lambda: None
images, labels = np.random.default_rng(0).standard_normal((64, 3, 40, 94), np.float32), np.arange(64) % 4
rows = loop.PlannedRows(images, labels, NoBalancing().plan(images, labels), np.arange(64))
torch.set_num_threads(1)
loop.train_network(make_model("2dcnn", (3, 40, 94), 4), rows, None, TrainingSettings(epochs=1))
after = held()
return_freed_memory()
print(after - held())
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell")
def test_a_fit_leaves_no_freed_memory_behind() -> None:
    def left(what: str) -> int:
        command = [sys.executable, "-W", "ignore", "-c", FITTED, what]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert left("kept") > 100  # MB: what the test would miss
    assert left("returned") < 10
