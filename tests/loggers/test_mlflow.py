"""What MLflow is given, read back from its database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.loggers import open_loggers

pytest.importorskip("mlflow")


def test_a_run_comes_back_from_the_database_beside_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow import MlflowClient

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    [logger] = open_loggers("mlflow", tmp_path / "study", "emodb")
    with logger.run("knn/seed-0", {f"setting.{number}": number for number in range(150)}, "f1") as log:
        log({"train/loss": 0.5, "result/ua LEAKY": 1.0}, 1)
        log({"train/loss": 0.25}, 2)
    with pytest.raises(ZeroDivisionError), logger.run("knn/seed-1", {}, "f2"):
        raise ZeroDivisionError
    assert [logger.has("knn/seed-0", "f1"), logger.has("knn/seed-1", "f2")] == [True, False]

    client = MlflowClient(f"sqlite:///{tmp_path}/study/mlflow.db")
    experiment = client.get_experiment_by_name("emodb")
    assert experiment is not None
    failed, run = sorted(client.search_runs([experiment.experiment_id]), key=lambda each: each.info.status)
    assert (failed.info.status, run.info.status, run.info.run_name) == ("FAILED", "FINISHED", "knn/seed-0")
    assert len(run.data.params) == 150
    history = [(each.step, each.value) for each in client.get_metric_history(run.info.run_id, "train/loss")]
    assert history == [(1, 0.5), (2, 0.25)]
    assert run.data.metrics["result/ua LEAKY"] == 1.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["study"], "no mlruns in the working folder"


@pytest.mark.slow
def test_a_server_that_is_not_there_is_one_line_at_once() -> None:
    script = (
        "from pathlib import Path\nfrom evenvoice.loggers import open_loggers\n"
        "open_loggers('mlflow:http://127.0.0.1:9', Path(), 'emodb')"
    )
    environment = {**os.environ, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment)
    last = ended.stderr.strip().splitlines()[-1]
    assert last.startswith("evenvoice.errors.EvenvoiceError: mlflow:http://127.0.0.1:9: "), last
    assert last.endswith("check that the server is up, or log into a file: mlflow:sqlite:///FILE")


def test_an_address_of_no_kind_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EvenvoiceError, match=r"mlflow:nonsense://x: .*; check that"):
        open_loggers("mlflow:nonsense://x", tmp_path, "emodb")
