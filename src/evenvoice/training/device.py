"""Where torch can compute."""

from __future__ import annotations

import re

import torch

from evenvoice.errors import EvenvoiceError


def check_device(device: str) -> None:
    """Raise an `EvenvoiceError` unless torch can compute on a device: ``cpu``, ``cuda``, ``cuda:1``."""
    name = re.fullmatch(r"cpu|cuda(?::(\d+))?", device)
    if name is None:
        raise EvenvoiceError(f"device {device!r}: unknown; use cpu or cuda")
    there = torch.cuda.device_count()
    if device != "cpu" and int(name[1] or 0) >= there:
        raise EvenvoiceError(
            f"device {device!r}: torch sees {there or 'no'} GPU; use the device cpu, or install a CUDA build of torch"
        )
