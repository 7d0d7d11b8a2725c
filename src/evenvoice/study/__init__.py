"""Many runs in one folder: made in parallel, resumable, and read back for every figure."""

from evenvoice.study.arguments import (
    RecipeLike,
    as_folder,
    as_protocol,
    as_protocols,
    as_recipe,
    as_recipes,
    default_protocol,
)
from evenvoice.study.comparisons import check_reference, compare_within, detectable, summaries
from evenvoice.study.completeness import gaps, missing_folds, name_of
from evenvoice.study.cost import rows_after_balancing, rows_per_second
from evenvoice.study.execution import Execution, OnMessage, renamed
from evenvoice.study.experiment import Experiment
from evenvoice.study.grid import evaluate
from evenvoice.study.guards import seen_test_rows
from evenvoice.study.marks import LEAKY, SHARED, TRANSDUCTIVE, by_protocol, by_recipe, marks, strictness, units
from evenvoice.study.measured import measured
from evenvoice.study.model_file import export_run
from evenvoice.study.records import STUDY_FILE, Run, RunKey, check_same_corpus, find_runs, read_run
from evenvoice.study.results import Result, Study, load_study
from evenvoice.study.robustness import CONDITIONS, Robustness, measure_robustness, open_robustness
from evenvoice.study.scoring import intervals, score
from evenvoice.study.seeds import Seed, Seeds, make_seeds, seed_list
from evenvoice.study.systems import Standing, Standings, compare
from evenvoice.study.table import INCOMPLETE, table_columns, table_notes, table_row
from evenvoice.study.unsettled import unsettled_note
from evenvoice.study.varies import draws_at_random

__all__ = [
    "CONDITIONS",
    "INCOMPLETE",
    "LEAKY",
    "SHARED",
    "STUDY_FILE",
    "TRANSDUCTIVE",
    "Execution",
    "Experiment",
    "OnMessage",
    "RecipeLike",
    "Result",
    "Robustness",
    "Run",
    "RunKey",
    "Seed",
    "Seeds",
    "Standing",
    "Standings",
    "Study",
    "as_folder",
    "as_protocol",
    "as_protocols",
    "as_recipe",
    "as_recipes",
    "by_protocol",
    "by_recipe",
    "check_reference",
    "check_same_corpus",
    "compare",
    "compare_within",
    "default_protocol",
    "detectable",
    "draws_at_random",
    "evaluate",
    "export_run",
    "find_runs",
    "gaps",
    "intervals",
    "load_study",
    "make_seeds",
    "marks",
    "measure_robustness",
    "measured",
    "missing_folds",
    "name_of",
    "open_robustness",
    "read_run",
    "renamed",
    "rows_after_balancing",
    "rows_per_second",
    "score",
    "seed_list",
    "seen_test_rows",
    "strictness",
    "summaries",
    "table_columns",
    "table_notes",
    "table_row",
    "units",
    "unsettled_note",
]
