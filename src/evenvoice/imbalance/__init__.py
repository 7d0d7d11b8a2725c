"""Balance a training set: arrays and labels in, a plan of real and synthetic rows out.

A balancer has one method, ``plan(X, y, groups=None, seed=0) -> Plan``. The plan says which rows are kept and, for each
synthetic row, its two parents and its λ; ``Plan.take`` makes the rows that a batch asks for. Give a balancer training
rows and nothing else: a synthetic row made before the split carries test rows into training.
"""

from evenvoice.imbalance.plan import Plan
from evenvoice.imbalance.registry import BALANCERS, Balancer, make_balancer
from evenvoice.imbalance.smote import SMOTE
from evenvoice.imbalance.weights import ClassWeights, NoBalancing

__all__ = ["BALANCERS", "SMOTE", "Balancer", "ClassWeights", "NoBalancing", "Plan", "make_balancer"]
