"""Handle imbalance: training rows and labels in, a plan of kept and made rows out.

A sampler has one method, ``plan(X, y, groups=None, seed=0) -> Plan``. The plan says which rows are kept, how often, and
from which parents each made row follows; ``Plan.take`` makes the rows that a batch asks for. Give a sampler training
rows and nothing else: a row made before the split carries test rows into training.
"""

from evenvoice.imbalance.chain import Chain, make_chain
from evenvoice.imbalance.compose import groups_of
from evenvoice.imbalance.decisions.base import Decision, Shift
from evenvoice.imbalance.draw import check_plan, draw_plan
from evenvoice.imbalance.inputs import checked, class_counts
from evenvoice.imbalance.losses.base import BaseLoss
from evenvoice.imbalance.makers import MAKERS, WAVEFORM
from evenvoice.imbalance.perturbed import perturbed_plan
from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.record import (
    PLAN_COLUMNS,
    Draw,
    added_rows,
    kept_times,
    made_rows,
    parent_ids,
    plan_table,
    read_plan,
)
from evenvoice.imbalance.registry import DECISIONS, LOSSES, SAMPLERS, make_decision, make_loss, make_sampler
from evenvoice.imbalance.sampler import BaseSampler, Sampler
from evenvoice.imbalance.samplers.plain import ClassWeights, NoBalancing
from evenvoice.imbalance.samplers.random_over import RandomOverSampler
from evenvoice.imbalance.samplers.random_under import RandomUnderSampler
from evenvoice.imbalance.samplers.smote import SMOTE

__all__ = [
    "DECISIONS",
    "LOSSES",
    "MAKERS",
    "PLAN_COLUMNS",
    "SAMPLERS",
    "SMOTE",
    "WAVEFORM",
    "BaseLoss",
    "BaseSampler",
    "Chain",
    "ClassWeights",
    "Decision",
    "Draw",
    "NoBalancing",
    "Plan",
    "RandomOverSampler",
    "RandomUnderSampler",
    "Sampler",
    "Shift",
    "added_rows",
    "check_plan",
    "checked",
    "class_counts",
    "draw_plan",
    "groups_of",
    "kept_times",
    "made_rows",
    "make_chain",
    "make_decision",
    "make_loss",
    "make_sampler",
    "parent_ids",
    "perturbed_plan",
    "plan_table",
    "read_plan",
]
