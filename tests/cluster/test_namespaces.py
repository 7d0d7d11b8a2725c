"""Workers with a network of their own, and nothing in common but one bridge. `-m long`, as root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from evenvoice.cluster import DaskExecutor
from evenvoice.recipes import open_recipe
from evenvoice.study import evaluate
from tests.cluster.fleet import Fleet, until
from tests.cluster.test_studies import QUICK, _files
from tests.study.noise import noise_corpus

pytestmark = pytest.mark.long

# 198.18.0.0/15 is for tests between networks (RFC 2544): no machine has such an address.
HOST, BRIDGE = "198.18.77.1", "evenvoice0"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def networks() -> Iterator[list[str]]:
    """Two network namespaces on a bridge, by name; skipped where the kernel does not let us have them."""
    if shutil.which("ip") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("network namespaces need root and iproute2")
    names = ["evenvoice1", "evenvoice2"]
    with ExitStack() as undo:
        try:
            _ip("link", "add", BRIDGE, "type", "bridge")
            undo.callback(_ip, "link", "del", BRIDGE)
            _ip("addr", "add", f"{HOST}/24", "dev", BRIDGE)
            _ip("link", "set", BRIDGE, "up")
            for number, name in enumerate(names, start=11):
                _ip("netns", "add", name)
                undo.callback(_ip, "netns", "del", name)
                _ip("link", "add", f"{name}v", "type", "veth", "peer", "name", "eth0", "netns", name)
                _ip("link", "set", f"{name}v", "master", BRIDGE, "up")
                _ip("-n", name, "addr", "add", f"198.18.77.{number}/24", "dev", "eth0")
                _ip("-n", name, "link", "set", "eth0", "up")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces: {error.stderr.decode().strip()}")
        yield names


def test_workers_on_other_networks_make_the_same_bytes(
    networks: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))
    sounds = tmp_path / "noise"
    sounds.mkdir()
    corpus = noise_corpus(sounds)
    recipes = [open_recipe("smote-2dcnn", QUICK), open_recipe("functionals-svm")]
    evaluate(corpus, recipes, "speaker", out=tmp_path / "alone", jobs=2, on_message=str)
    with Fleet(tmp_path, HOST) as fleet, DaskExecutor(fleet.address) as executor:
        assert HOST in fleet.address
        for name in networks:
            fleet.start_worker(["ip", "netns", "exec", name])
        until(lambda: executor.workers == 2)
        evaluate(corpus, recipes, "speaker", out=tmp_path / "there", executor=executor, on_message=str)
    assert _files(tmp_path / "there") == _files(tmp_path / "alone")
