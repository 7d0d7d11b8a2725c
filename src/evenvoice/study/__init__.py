"""Many runs in one folder: made in parallel, resumable, and read back for every figure."""

from evenvoice.study.grid import default_jobs, evaluate
from evenvoice.study.records import Run, RunKey, read_run
from evenvoice.study.results import Result, Study, load_study

__all__ = ["Result", "Run", "RunKey", "Study", "default_jobs", "evaluate", "load_study", "read_run"]
