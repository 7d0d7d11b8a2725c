"""Coverage of intervals over speakers and fits: simulates, and writes the section of docs/coverage.md.

    python scripts/interval_coverage.py --only crossed

runs this part alone; a few minutes on one core.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evenvoice.files import writing
from evenvoice.metrics.simulated_fits import SETTINGS, coverage

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "src/evenvoice/metrics/crossed_coverage.csv"
SPEAKERS = (4, 6, 10, 24, 60)
FITS = (1, 2, 3, 5, 10)

SECTION = """\
## Speakers and fits crossed

With several fits, the default interval takes fits and speakers as samples: *this recipe, new fits and new speakers*
(`evenvoice.metrics.crossed` has the formulas and sources). In {studies:,} simulated studies of each setting, number of
speakers and number of fits (`evenvoice.metrics.simulated_fits`; seed {seed}), in per cent:

- **crossed**: the interval over speakers and fits holds the recipe's true UA. Beside it its mean width, in points.
- *speakers alone*: the interval over speakers, the fits taken as they are, holds the recipe's UA; in brackets the UA of
  the fits at hand, which is what it is about (*this model, new speakers*).
- *fits alone*: mean ± t · SD / √fits, what "± std over seeds" amounts to.

All {settings} settings together:

{main}

Over all settings the crossed interval covers 92 to 98 %. With two fits it is wide, because two fits say little of
others. It covers least, about 90 %, where a few speakers have nearly all utterances, or recalls are near 100 %, and
speakers are ten or fewer. The interval over speakers alone loses the recipe as speakers grow more and fits stay few:
with 60 speakers and one fit it holds the recipe's UA in 80 % of the studies. One fit has no interval for the recipe.

The crossed interval in each setting, by speakers × fits:

{each}

Standard error of a share: {error:.1f} points. *Fits vary little* / *much*: standard deviation of UA over fits 0.6 and
4.1 points, elsewhere 1.7. *Very unequal speakers* have 4 to 100 utterances; *a rare class* has one or two utterances of
half the speakers and none of the others.

"""


def simulate(studies: int, seed: int) -> None:
    """Write the figures."""
    rows = []
    for number, setting in enumerate(SETTINGS):
        for speakers in SPEAKERS:
            for fits in FITS:
                found = coverage(setting, speakers, fits, studies, seed=seed + number)
                rows.append(
                    {"setting": setting.name, "true_ua": setting.truth(), "speakers": speakers, "fits": fits,
                     "studies": studies} | vars(found)
                )  # fmt: skip
        print(setting.name, flush=True)
    with writing(FIGURES) as path:
        pd.DataFrame(rows).to_csv(path, index=False, float_format="%.4f")


def section(seed: int) -> str:
    """Return the section, from the figures that the package ships."""
    table = pd.read_csv(FIGURES)
    studies = int(table["studies"].iloc[0])
    return SECTION.format(
        studies=studies,
        seed=seed,
        settings=table["setting"].nunique(),
        main=_main(table),
        each=_each(table),
        error=100 * (0.05 * 0.95 / studies) ** 0.5,
    )


def _main(table: pd.DataFrame) -> str:
    lines = ["| speakers | fits | crossed | width | speakers alone | fits alone |", "|---:|---:|---:|---:|---:|---:|"]
    for (speakers, fits), rows in table.groupby(["speakers", "fits"]):
        mean = 100 * rows[["crossed", "width", "speakers_alone", "model", "fits_alone"]].mean()
        one = fits == 1
        cells = [
            "–" if one else f"**{mean['crossed']:.1f}**",
            "–" if one else f"{mean['width']:.1f}",
            f"{mean['speakers_alone']:.1f} ({mean['model']:.1f})",
            "–" if one else f"{mean['fits_alone']:.1f}",
        ]
        lines.append(f"| {speakers} | {fits} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _each(table: pd.DataFrame) -> str:
    table = table[table["fits"] > 1]
    sizes = [(speakers, fits) for speakers in (6, 10, 24, 60) for fits in (2, 3, 5, 10)]
    lines = ["| setting | true UA | " + " | ".join(f"{s} × {r}" for s, r in sizes) + " |"]
    lines.append("|---|" + "---:|" * (1 + len(sizes)))
    for name in dict.fromkeys(table["setting"]):
        part = table[table["setting"] == name].set_index(["speakers", "fits"])
        cells = [f"{100 * part.loc[size, 'crossed']:.1f}" for size in sizes]
        lines.append(f"| {name} | {100 * part['true_ua'].iloc[0]:.1f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
