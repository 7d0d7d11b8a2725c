"""TensorBoard's event files, read back without TensorBoard: records of length, check, bytes, check."""

from __future__ import annotations

import struct
from pathlib import Path

from tensorboardX.proto.event_pb2 import Event


def events(folder: Path) -> list[Event]:
    """Return the events of the one file in a folder."""
    [file] = folder.glob("events.out.tfevents.*")
    data, found = file.read_bytes(), []
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        found.append(Event.FromString(data[12 : 12 + length]))
        data = data[16 + length :]
    return found


def scalars(folder: Path) -> list[tuple[str, int, float]]:
    """Return name, step and value of each number."""
    return [
        (value.tag, event.step, round(value.simple_value, 6))
        for event in events(folder)
        for value in event.summary.value
        if value.HasField("simple_value")
    ]
