"""How many cores there are to work on, and one for sums that should not depend on their number."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


def cores() -> int:
    """Return the number of cores that this process may use, at least one.

    Examples:
        >>> cores() >= 1
        True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def one_blas_thread() -> AbstractContextManager[Any]:
    """Let the BLAS and OpenMP libraries that are loaded compute on one thread inside the block.

    More threads add the same numbers in another order: NumPy's products would differ in their last bits from one
    number of cores to another.

    Examples:
        >>> import numpy as np
        >>> with one_blas_thread():
        ...     product = np.ones((2, 3)) @ np.ones(3)
    """
    limited: AbstractContextManager[Any] = _pools(len(sys.modules)).limit(limits=1)
    return limited


@lru_cache(maxsize=1)
def _pools(_modules: int) -> ThreadpoolController:
    """Return the thread pools of the libraries that are loaded; looked for again once more modules are imported.

    Looking takes some 10 ms, more than many a model's prediction.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
