"""MLflow's runs, by its client (extra ``mlflow``)."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenvoice.errors import EvenvoiceError
from evenvoice.extras import need
from evenvoice.loggers.logger import Log, Value

if TYPE_CHECKING:
    from mlflow import MlflowClient

# By which a run is found again.
_FINGERPRINT = "evenvoice.fingerprint"

# As many as a server takes at once, and as long as it lets a parameter be.
_MOST_PARAMETERS, _LONGEST = 100, 500


class MLflowLogger:
    """Logs each run as one of an MLflow experiment.

    Args:
        where: A tracking address: ``http://localhost:5000``, ``sqlite:///mlflow.db``. If not given: the environment's
            ``MLFLOW_TRACKING_URI``, else a database in the next folder.
        folder: That of the study or the model.
        experiment: Name of MLflow's experiment; made where there is none.

    Raises:
        MissingExtraError: mlflow is not installed.
        EvenvoiceError: The address cannot be used or reached.
    """

    argument = "where"

    def __init__(self, where: str | None, folder: Path, experiment: str) -> None:
        need("mlflow", "logger 'mlflow'")
        address = where or os.environ.get("MLFLOW_TRACKING_URI")
        if not address:
            folder.mkdir(parents=True, exist_ok=True)
            address = f"sqlite:///{(folder / 'mlflow.db').resolve().as_posix()}"
        self.address = address
        with self._one_line():
            self._client = _client(address)
            found = self._client.get_experiment_by_name(experiment)
            # We write no artifacts, but for a database MLflow wants a place for them: not the working folder.
            place = (folder / "mlflow-artifacts").resolve().as_uri() if address.startswith("sqlite:") else None
            self._experiment = (
                found.experiment_id if found else self._client.create_experiment(experiment, artifact_location=place)
            )

    def has(self, name: str, fingerprint: str) -> bool:
        """See `Logger`."""
        with self._one_line():
            same = f"tags.`{_FINGERPRINT}` = '{fingerprint}' and attributes.status = 'FINISHED'"
            return bool(self._client.search_runs([self._experiment], same, max_results=1))

    @contextmanager
    def run(self, name: str, about: Mapping[str, Value], fingerprint: str) -> Iterator[Log]:
        """Log a run; one whose block ends with an error is marked as failed.

        Raises:
            EvenvoiceError: The address can no longer be reached.
        """
        from mlflow.entities import Metric, Param

        with self._one_line():
            tags = {_FINGERPRINT: fingerprint}
            run = self._client.create_run(self._experiment, run_name=name, tags=tags).info.run_id
            parameters = [Param(key, str(value)[:_LONGEST]) for key, value in about.items()]
            for first in range(0, len(parameters), _MOST_PARAMETERS):
                self._client.log_batch(run, params=parameters[first : first + _MOST_PARAMETERS])

        def log(values: Mapping[str, float], step: int | None = None) -> None:
            now = int(time.time() * 1000)
            with self._one_line():
                self._client.log_batch(run, [Metric(key, value, now, step or 0) for key, value in values.items()])

        status = "FAILED"
        try:
            yield log
            status = "FINISHED"
        finally:
            with self._one_line():
                self._client.set_terminated(run, status)

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        """Raise what MLflow raises as an `EvenvoiceError` that names the address."""
        from mlflow.exceptions import MlflowException

        try:
            yield
        except (MlflowException, OSError) as error:
            said = (str(error).splitlines() or ["no message"])[0]
            raise EvenvoiceError(
                f"mlflow:{self.address}: {said}; check that the server is up, or log into a file: mlflow:sqlite:///FILE"
            ) from error


def _client(address: str) -> MlflowClient:
    """MLflow's client: silent, sending no telemetry, and not waiting minutes for a server that is not there."""
    quiet: dict[str, Any] = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"}
    for name, value in quiet.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=address)
