"""Many runs in one folder: made in parallel, resumable, and read back for every figure."""

from evenvoice.study.evaluate import Evaluation, default_jobs
from evenvoice.study.records import Run, RunKey, read_run
from evenvoice.study.results import Result, Study, load_study

__all__ = ["Evaluation", "Result", "Run", "RunKey", "Study", "default_jobs", "load_study", "read_run"]
