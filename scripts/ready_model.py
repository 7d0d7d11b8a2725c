"""Make the model file that comes with evenvoice again: measure the recipe, train it on the corpus, put it in place.

    python scripts/ready_model.py emodb:data/emodb --emotions all --other ravdess:data/ravdess

Options behind the corpus that are not this script's own go to both commands, so that study and model are of the same
corpus and recipe. Runs that the study has already are kept: stopped, it goes on where it was. The training is short and
done anew. The same corpus, recipe and versions give the same weights.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from evenvoice.cli.main import whole_app
from evenvoice.errors import EvenvoiceError
from evenvoice.files import writing

PLACE = Path(__file__).parents[1] / "src" / "evenvoice" / "recognizer" / "ready" / "emodb.onnx"


def make(
    corpus: str,
    recipe: str,
    protocols: Sequence[str],
    seeds: int,
    others: Sequence[str],
    work: Path,
    place: Path,
    more: Sequence[str],
) -> None:
    """Evaluate, also under other conditions, train with these figures, and copy the model file into place."""
    study, model = work / "study", work / "model"
    asked = [argument for protocol in protocols for argument in ("--protocol", protocol)]
    of_both = [corpus, "--recipe", recipe, *more]
    _run("evaluate", *of_both, *asked, "--seeds", str(seeds), "--out", str(study))
    elsewhere = [argument for other in others for argument in ("--other", other)]
    _run("robustness", *of_both, "--protocol", protocols[0], *elsewhere, "--out", str(study))
    _run("train", *of_both, "--measured-by", str(study), "--out", str(model))
    with writing(place) as aside:
        shutil.copyfile(model / "model.onnx", aside)
    print(f"{place}: {place.stat().st_size} bytes", flush=True)
    _run("card", str(place))


def _run(*arguments: str) -> None:
    """Show a command of evenvoice as one would type it, and run it in this process."""
    print(f"$ {shlex.join(['evenvoice', *arguments])}", flush=True)
    whole_app()(list(arguments), prog_name="evenvoice", standalone_mode=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("corpus", help="as evenvoice evaluate takes it: emodb:PATH")
    parser.add_argument("--recipe", default="voice-robust", help="a recipe's name or .yaml file (default: %(default)s)")
    parser.add_argument("--protocol", action="append", help="repeatable (default: speaker-folds)")
    parser.add_argument("--seeds", type=int, default=5, help="of the study (default: %(default)s)")
    parser.add_argument("--other", action="append", help="a corpus to test on, for the card; repeatable")
    parser.add_argument("--work", type=Path, default=Path("build/ready"), help="study and model (default: %(default)s)")
    parser.add_argument("--place", type=Path, default=PLACE, help="where the model file goes (default: in the package)")
    asked, more = parser.parse_known_args(arguments)
    try:
        protocols, others = asked.protocol or ["speaker-folds"], asked.other or []
        make(asked.corpus, asked.recipe, protocols, asked.seeds, others, asked.work, asked.place, more)
    except EvenvoiceError as error:
        sys.exit(f"ready_model: {error}")


if __name__ == "__main__":
    main()
