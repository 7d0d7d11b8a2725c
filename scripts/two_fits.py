"""How often comparisons of equal recipes find a difference with two or three fits, by how the fits are counted.

    python scripts/two_fits.py

Prints a table of docs/paired-tests.md. The pseudo-values themselves are drawn, with variances between speakers, between
fits and of the rest; *shared* is the share of the last two that both recipes have in common, as they have where a seed
draws the folds of both. Beside the size stands the power, for a difference of 2.8 standard errors.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.stats import t as student

from evenvoice.metrics.crossed import Error, Floats, over_speakers_and_fits, over_unpaired_fits

STUDIES = 10_000
SPEAKERS, FITS, SHARED = (6, 10, 24, 60), (2, 3), (0.0, 0.5, 0.8)
VARIANCES = {"little": (12.0, 1.0, 20.0), "some": (12.0, 4.0, 20.0), "much": (12.0, 16.0, 20.0)}
"""Of speakers, fits and the rest, in squared points."""


def draw(shape: tuple[int, int], variances: tuple[float, float, float], shared: float, seed: int) -> tuple[Floats, ...]:
    """Return the pseudo-values of two equal recipes, ``[studies, speakers, fits]`` each."""
    rng = np.random.default_rng(seed)
    (S, R), (of_speakers, of_fits, rest) = shape, variances

    def part(share: float) -> Floats:
        by_fit = np.sqrt(share * of_fits) * rng.normal(size=(STUDIES, 1, R))
        return np.asarray(by_fit + np.sqrt(share * rest) * rng.normal(size=(STUDIES, S, R)))

    common = part(shared)
    return tuple(common + part(1 - shared) + np.sqrt(of_speakers) * rng.normal(size=(STUDIES, S, 1)) for _ in range(2))


def found(difference: Floats, error: Error) -> float:
    """Return the share with p below 5 %, in per cent."""
    p = 2 * student.sf(np.abs(difference) / np.sqrt(error.variance), error.df)
    return float(100 * (p < 0.05).mean())


def main() -> None:
    """Simulate, then print the table."""
    print("| fits vary | shared | speakers | fits | paired | unpaired | power, paired | power, unpaired |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for (name, variances), shared, S, R in product(VARIANCES.items(), SHARED, SPEAKERS, FITS):
        first, second = draw((S, R), variances, shared, seed=S * R)
        of_speakers, *others = variances
        apart = (1 - shared) * (others[0] / R + others[1] / (S * R))
        gain = 2.8 * np.sqrt(2 * (of_speakers / S + apart))
        errors = over_speakers_and_fits(second - first), over_unpaired_fits(first, second)
        mean = (second - first).mean(axis=(-2, -1))
        cells = [found(mean + gap, error) for gap in (0.0, gain) for error in errors]
        print(f"| {name} | {shared:g} | {S} | {R} | {' | '.join(f'{cell:.1f}' for cell in cells)} |")


if __name__ == "__main__":
    main()
