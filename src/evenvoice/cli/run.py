"""``evenvoice run``: an experiment from its file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evenvoice.cli import options

if TYPE_CHECKING:
    from evenvoice.study import Experiment

KeepModels = Annotated[bool, typer.Option("--keep-models", help="Keep each run's weights, for `evenvoice export`.")]


def run(
    file: Annotated[Path, typer.Argument(metavar="STUDY.yaml", help="The experiment.", show_default=False)],
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    device: options.Device = "cpu",
    skip_bad: options.SkipBad = False,
    reference: options.Reference = None,
    figures: options.Figures = None,
    keep_models: KeepModels = False,
    log_to: options.LogTo = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder to write to.", show_default="the file's, or a new one"),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Run an experiment: a YAML file with the options of `evenvoice evaluate`, which writes one beside its runs.

    The file's paths are relative to the file.

    Example: evenvoice run evaluation/study.yaml --jobs 8
    """
    from evenvoice.study import Experiment

    experiment = Experiment.load(file)
    if out is None and experiment.out is not None:
        print(f"folder: {Path(experiment.out).resolve()}", file=sys.stderr)
    carry_out(
        experiment, reference, figures, as_json, cluster,
        out=out, jobs=jobs, device=device, skip_bad=skip_bad, keep_models=keep_models, log_to=log_to,
    )  # fmt: skip


def carry_out(
    experiment: Experiment,
    reference: str | None,
    figures: list[str] | None,
    as_json: bool,
    cluster: str | None,
    **execution: Any,
) -> None:
    """Evaluate an experiment, write the report, and print the tables."""
    from evenvoice import study
    from evenvoice.allocator import keep_freed_memory
    from evenvoice.report import figure_kinds, write_report
    from evenvoice.study import detectable, summaries
    from evenvoice.tables import wrapped

    keep_freed_memory()
    study.check_reference(reference, [recipe.name for recipe in experiment.open_recipes()])
    kinds = figure_kinds(figures or [])
    with options.executor_on(cluster, execution["jobs"]) as executor:
        found = experiment.evaluate(command=options.as_typed(), executor=executor, **execution)
    page = write_report(found.folder, reference=reference, figures=kinds)
    compared = study.compare_within(found, reference)
    if as_json:
        print(json.dumps(summaries(found, compared), indent=1))
        return
    print(found.table())
    for standings in compared.values():
        print(standings.differences())
    for line in detectable(found):
        print(wrapped(line))
    print(f"report: {page}")
