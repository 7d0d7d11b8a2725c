"""What the service takes at most, of one request and of all together, so that no upload can exhaust the machine."""

from __future__ import annotations

from dataclasses import dataclass, field

from evenvoice.cores import cores
from evenvoice.errors import EvenvoiceError

# A window of a timeline, in seconds: shorter ones hold no word, and each costs a run of the model.
SHORTEST_WINDOW = 0.5
SHORTEST_HOP = 0.1

# The model runs on each second of a recording as often as windows overlap there.
MOST_OVERLAP = 10

# In Hz: there is no speech below it, and a few samples at 1 Hz are minutes of work once they are resampled.
LOWEST_RATE = 4000

# Samples of all channels for each second of the longest recording: 48 kHz in stereo. Headers promise what they like,
# and a few kilobytes of silence unpack to hours.
_SAMPLES_A_SECOND = 96_000


def _connections() -> int:
    """Return how many connections leave file handles for the rest of the process."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return 512
    handles = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 512 if handles == resource.RLIM_INFINITY else max(16, min(512, handles // 2))


@dataclass(frozen=True)
class Limits:
    """What the service takes at most.

    Args:
        megabytes: Of one upload, in 10⁶ bytes.
        seconds: Of one recording, as its header has it. Without windows, a second takes some 1.3 MB of memory, for
            each worker.
        upload_seconds: An upload must be here after this time.
        idle_seconds: An upload of which nothing comes for so long is given up.
        header_seconds: A connection must bring a whole header within this time.
        work_seconds: The work on one recording may take so long.
        uploads: How many uploads of the largest size the memory holds at once; more of smaller ones.
        waiting: How many requests may wait for a worker before one is refused.
        workers: How many recordings are decoded and recognised at once; one core each.
        connections: How many connections may be open at once.
        streams: How many live recordings there may be at once; each holds two windows in memory.
        stream_seconds: How much sound one of them may bring, and for how long it may be open.

    Raises:
        EvenvoiceError: A limit is not positive.

    Examples:
        >>> Limits(megabytes=1.5).bytes, Limits(seconds=10).samples
        (1500000, 960000)
        >>> Limits(seconds=0)
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: limit seconds: 0, expected more than 0
    """

    megabytes: float = 25
    seconds: float = 600
    upload_seconds: float = 60
    idle_seconds: float = 10
    header_seconds: float = 10
    work_seconds: float = 60
    uploads: int = 16
    waiting: int = 256
    workers: int = field(default_factory=cores)
    connections: int = field(default_factory=_connections)
    streams: int = 64
    stream_seconds: float = 3600

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise EvenvoiceError(f"limit {name}: {value}, expected more than 0")

    @property
    def bytes(self) -> int:
        """The largest upload in bytes."""
        return round(self.megabytes * 1e6)

    @property
    def samples(self) -> int:
        """The most samples of a recording, those of all channels together."""
        return round(self.seconds * _SAMPLES_A_SECOND)
