"""Ways to handle imbalance side by side: recipes with each sampler, loss and decision, compared with none of these."""

from evenvoice.bench.advice import Advice, advise
from evenvoice.bench.left_out import LeftOut
from evenvoice.bench.methods import KINDS, Method, method_names, open_method, open_methods
from evenvoice.bench.outcome import Bench, Entry, open_bench
from evenvoice.bench.run import balance

__all__ = [
    "KINDS",
    "Advice",
    "Bench",
    "Entry",
    "LeftOut",
    "Method",
    "advise",
    "balance",
    "method_names",
    "open_bench",
    "open_method",
    "open_methods",
]
