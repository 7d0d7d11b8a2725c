"""The table and the figure of the protocol gap, from studies on disk.

python scripts/protocol_gap.py STUDY [STUDY …] --recipe smote-2dcnn --out docs/protocol-gap.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

from evenvoice.files import writing
from evenvoice.report.protocol_gap import gap_table, protocol_gap_figure
from evenvoice.report.style import as_png
from evenvoice.study import load_study


def main() -> None:
    """Print the table, and write the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", nargs="+", type=Path)
    parser.add_argument("--recipe", default="smote-2dcnn")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    studies = [load_study(folder) for folder in options.studies]
    print(gap_table(studies, options.recipe).to_markdown())
    with writing(options.out) as aside:
        aside.write_bytes(as_png(protocol_gap_figure(studies, options.recipe)))


if __name__ == "__main__":
    main()
