"""Whatever is sent, the service answers with a reason, not with a 5xx, and its memory does not grow."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from evenvoice.serve.app import create_app
from tests.serve.malformed import malformed
from tests.serve.service import Service, serving
from tests.serve.uploads import encode, noise

# MB by which the process may grow once it is settled: what allocators keep varies.
GROWTH = 60


def settle(service: Service, seconds: float) -> float:
    """Let it hear the longest recordings that it takes, several at once, and return its memory then, in MB.

    onnxruntime keeps the memory that its largest run took: that is a bound, not a leak.
    """
    longest = encode(noise(seconds, 4000), 4000)
    with httpx.Client(base_url=service.url, timeout=300) as client, ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: client.post("/predict", content=longest), range(24)))
    assert {reply.status_code for reply in replies} == {200}
    return service.memory()


def upload_all(service: Service, count: int, seconds: float) -> Counter[int]:
    """Send malformed uploads; return how many were answered with which status."""
    statuses: Counter[int] = Counter()
    settled = settle(service, seconds)
    with httpx.Client(base_url=service.url, timeout=300) as client:
        for number, (kind, content) in enumerate(malformed(count)):
            reply = client.post("/predict", content=content, headers={"content-type": kind.encode("latin-1")})
            statuses[reply.status_code] += 1
            assert reply.status_code < 500, (number, reply.text)
            if reply.status_code != 200:
                reason = reply.json()["detail"]
                assert reason
                assert reason.isprintable(), reason
    assert service.memory() < settled + GROWTH
    assert service.process.poll() is None
    assert "Traceback" not in service.log.read_text(encoding="utf-8")
    return statuses


@pytest.mark.slow
def test_malformed_uploads(tiny_model: Path, tmp_path: Path) -> None:
    with serving(tiny_model, tmp_path / "log", "--max-seconds", "10") as service:
        statuses = upload_all(service, 120, seconds=10)
    assert {200, 400, 413, 415, 422} <= set(statuses)


@pytest.mark.long
def test_5000_malformed_uploads(whole_model: Path, tmp_path: Path) -> None:
    with serving(whole_model, tmp_path / "log", "--max-seconds", "60") as service:
        statuses = upload_all(service, 5000, seconds=60)
    assert statuses.total() == 5000
    assert set(statuses) <= {200, 400, 413, 415, 422}, statuses


# Its bytes are seldom a recording, so a request that fits the schema may well be refused.
NOT_ASKED = [checks.positive_data_acceptance]


def check_openapi(model: Path, examples: int) -> list[str]:
    """Send what the OpenAPI page allows, and what it forbids; return the operations that were tried."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(model))
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.append(operation.label)
        # What has neither parameters nor a body can be asked in one way only.
        for mode in GenerationMode if operation.method == "post" else [GenerationMode.POSITIVE]:

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            )
            def check(case: schemathesis.Case) -> None:
                case.call_and_validate(excluded_checks=NOT_ASKED)

            check()
    return tried


@pytest.mark.slow
def test_the_openapi_page_is_true(tiny_model: Path) -> None:
    assert check_openapi(tiny_model, 20) == ["POST /predict", "POST /enrol", "GET /health", "GET /model"]


@pytest.mark.long
def test_the_openapi_page_is_true_at_length(whole_model: Path) -> None:
    check_openapi(whole_model, 1000)
