"""onnxruntime, imported so that it sends nothing and keeps nothing: the one place that imports it.

Since 1.29 the import of onnxruntime on Linux and macOS writes a device id and an event store under the user's cache,
and a thread sends events to a telemetry host. ``disable_telemetry_events()`` can only be called after that. The
variable below, set before the import, stops both; child processes inherit it. It comes too late in a process that
imported onnxruntime before evenvoice: set it in the environment there.

Source:
    Observed under strace with onnxruntime 1.32 (tests/test_onnxruntime.py repeats it).
"""

from __future__ import annotations

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

__all__ = ["onnxruntime", "ort_errors"]
