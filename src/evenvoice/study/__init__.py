"""Many runs in one folder: made in parallel, resumable, and read back for every figure."""

from evenvoice.cores import cores as default_jobs
from evenvoice.study.comparisons import check_reference, compare_within
from evenvoice.study.execution import Execution
from evenvoice.study.experiment import Experiment
from evenvoice.study.grid import evaluate
from evenvoice.study.guards import seen_test_rows
from evenvoice.study.records import Run, RunKey, find_runs, read_run
from evenvoice.study.results import Result, Study, load_study
from evenvoice.study.robustness import Robustness, measure_robustness, open_robustness
from evenvoice.study.scoring import intervals, score
from evenvoice.study.seeds import Seed
from evenvoice.study.systems import Standings, compare
from evenvoice.study.varies import draws_at_random

__all__ = [
    "Execution",
    "Experiment",
    "Result",
    "Robustness",
    "Run",
    "RunKey",
    "Seed",
    "Standings",
    "Study",
    "check_reference",
    "compare",
    "compare_within",
    "default_jobs",
    "draws_at_random",
    "evaluate",
    "find_runs",
    "intervals",
    "load_study",
    "measure_robustness",
    "open_robustness",
    "read_run",
    "score",
    "seen_test_rows",
]
