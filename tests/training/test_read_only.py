"""Features that are given to samplers and models can be read, and not changed."""

from __future__ import annotations

import numpy as np
import pytest

from evenvoice.errors import EvenvoiceError
from evenvoice.training.guards import read_only


def _add(X: np.ndarray) -> None:
    X += 1


def _assign(X: np.ndarray) -> None:
    X[0] = 1


def _sort(X: np.ndarray) -> None:
    X.reshape(-1).sort()


@pytest.mark.parametrize("write", [_add, _assign, _sort])
def test_who_writes_is_named(write: object) -> None:
    X = np.arange(6.0)[::-1].reshape(2, 3)
    before = X.copy()
    with (
        pytest.raises(EvenvoiceError, match="sampler 'mine' writes to the features"),
        read_only(X, "sampler 'mine'") as x,
    ):
        write(x)
    assert (before == X).all()


def test_who_reads_gets_the_same_values_without_a_copy() -> None:
    X = np.zeros((2, 3))
    with read_only(X, "model 'mine'") as seen:
        assert np.shares_memory(seen, X)
    X += 1
    assert X.flags.writeable


def test_other_errors_pass() -> None:
    for error in (ValueError("shapes differ"), EvenvoiceError("a read-only disk"), RuntimeError("read-only")):
        with pytest.raises(type(error), match=str(error)), read_only(np.zeros(2), "x"):
            raise error
