"""TensorBoard's event files, one folder a run, written by tensorboardX (extra ``tensorboard``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from evenvoice.errors import EvenvoiceError
from evenvoice.extras import need
from evenvoice.files import writing
from evenvoice.loggers.logger import Log, Value

if TYPE_CHECKING:
    from tensorboardX import SummaryWriter

# Beside a run's events once it is whole: its fingerprint.
_WHOLE = "evenvoice.json"


class TensorBoardLogger:
    """Writes each run as a folder of event files; ``tensorboard --logdir DIR`` shows them.

    Args:
        where: The folder; ``tensorboard`` in the next one if not given.
        folder: That of the study or the model.
        experiment: Not used: a folder is an experiment.

    Raises:
        MissingExtraError: tensorboardX is not installed.

    Examples:
        >>> import tempfile
        >>> logger = TensorBoardLogger(tempfile.mkdtemp(), Path(), "emodb")
        >>> with logger.run("knn/speaker/seed-0/fold-0", {"recipe": "knn"}, "5f3a") as log:
        ...     log({"result/ua": 0.5})
        >>> logger.has("knn/speaker/seed-0/fold-0", "5f3a")
        True
    """

    argument = "where"

    def __init__(self, where: str | None, folder: Path, experiment: str) -> None:
        need("tensorboardX", "logger 'tensorboard'")
        self.folder = Path(where) if where else folder / "tensorboard"

    def has(self, name: str, fingerprint: str) -> bool:
        """See `Logger`."""
        with suppress(OSError, ValueError):
            return bool(json.loads((self.folder / name / _WHOLE).read_bytes()) == {"fingerprint": fingerprint})
        return False

    @contextmanager
    def run(self, name: str, about: Mapping[str, Value], fingerprint: str) -> Iterator[Log]:
        """Write a run's events as they come; one of the same name is replaced.

        Raises:
            EvenvoiceError: The folder cannot be written to.
        """
        from tensorboardX import SummaryWriter

        folder = self.folder / name
        try:
            (folder / _WHOLE).unlink(missing_ok=True)
            for stale in folder.glob("events.out.tfevents.*"):
                stale.unlink()
            with SummaryWriter(str(folder), flush_secs=5, write_to_disk=True) as writer:
                last: dict[str, float] = {}

                def log(values: Mapping[str, float], step: int | None = None) -> None:
                    for key, value in values.items():
                        writer.add_scalar(key, value, step or 0)
                    last.update(values)

                writer.add_text("settings", _as_markdown(about))
                yield log
                _add_to_table(writer, about, last)
            with writing(folder / _WHOLE) as aside:
                aside.write_text(json.dumps({"fingerprint": fingerprint}), encoding="utf-8")
        except OSError as error:
            raise EvenvoiceError(
                f"{folder}: TensorBoard's events cannot be written ({error.strerror or error}); name another folder: "
                "tensorboard:DIR"
            ) from error


def _add_to_table(writer: SummaryWriter, about: Mapping[str, Value], values: Mapping[str, float]) -> None:
    """Make the run a row of the tab *HParams*: its settings beside its last numbers."""
    from tensorboardX.summary import hparams

    for summary in hparams(dict(about), dict(values)):
        writer.file_writer.add_summary(summary)


def _as_markdown(about: Mapping[str, Value]) -> str:
    rows = (f"| {key} | {str(value).replace('|', chr(92) + '|')} |" for key, value in about.items())
    return "\n".join(["| setting | value |", "|---|---|", *rows])
