"""The kernel of linear support vector machines: each product of two rows once, to LIBSVM's last bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Rows of float64 that stay in a processor's first cache beside another: 8 of 600 attributes are 38 kB.
_BLOCK = 8


def inner_products(A: npt.NDArray[np.float64], B: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return A Bᵀ, each product as BLAS' ``dot`` adds it up: ``[m, n]`` for ``[m, d]`` and ``[n, d]``.

    A kernel for ``SVC(kernel=inner_products)``. With one machine for each of k (k − 1) / 2 pairs of classes, LIBSVM
    computes the product of two rows for each machine that both are in: up to k − 1 times. It calls ``dot`` for it, as
    `np.matmul` does for one row by one column; a product of matrices would add in another order, and a last bit may
    send LIBSVM's path elsewhere. Where A is B, half of the products are computed.

    Examples:
        >>> inner_products(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]))
        array([[11.,  2.]])
    """
    found, same = np.empty((len(A), len(B))), A is B
    for start in range(0, len(B), _BLOCK):
        first, block = start if same else 0, B[start : start + _BLOCK]
        part = np.matmul(A[first:, None, None, :], block[None, :, :, None])[:, :, 0, 0]
        found[first:, start : start + len(block)] = part
        if same:
            found[start : start + len(block), first:] = part.T
    return found
