"""Experiments 1 and 2: Tables 3 and 4, and what a step buys on the same test utterances."""

from __future__ import annotations

from collections.abc import Iterator

from evenvoice.metrics import compare_systems
from evenvoice.paper import published as paper
from evenvoice.paper.content import NOT_RUN, Chapter, comparison, protocol_words, share
from evenvoice.paper.experiments import PAPER
from evenvoice.paper.tables import Tables
from evenvoice.study.marks import LEAKY
from evenvoice.tables import NOTHING, count, p_value, per_cent, with_interval


def in_short(tables: Tables) -> Chapter:
    """The paper's own system in one line each: what is published, and what it comes to here."""
    own = paper.OWN
    lines = [f"{own.name} ({own.recipe}): published WA {own.wa:g} %, UA {own.ua:g} %."]
    for protocol in tables.protocols:
        ours = tables.ours(own.recipe, protocol)
        words = protocol_words(protocol, tables.unseen)
        if ours is None:
            lines.append(f"Ours, {words}: {NOT_RUN}.")
            continue
        real = f"; on its real test rows alone WA {with_interval(ours.real.wa)} %" if ours.real else ""
        mark = "".join(f", {mark}" for mark in ours.marks)
        lines.append(
            f"Ours, {words}{mark}: WA {with_interval(ours.every.wa)} %, UA {with_interval(ours.every.ua)} %{real}."
        )
    return Chapter("in-short", "In short", tuple(lines))


def experiment_1(tables: Tables) -> Chapter:
    """Table 3."""
    mean, array = (row.recipe for row in paper.TABLE_3)
    return Chapter(
        "table-3",
        "Experiment 1, Table 3: mean or entire arrays",
        ("Both without SMOTE: the paper’s 75 % here is the 75 % of Table 4’s “Without SMOTE”.",),
        (comparison("Table 3", tables.table_3, tables.protocols, tables.unseen),),
        notes=tuple(_differences(tables, mean, array, "Entire arrays instead of the mean")),
    )


def experiment_2(tables: Tables) -> Chapter:
    """Table 4."""
    notes = []
    ours = tables.ours(paper.OWN.recipe, PAPER)
    if ours is not None and ours.synthetic is not None:
        notes.append(
            f"{LEAKY}: {share(ours.synthetic, ours)} % of the test rows of the paper’s order are interpolated. WA is "
            f"{per_cent(ours.synthetic.wa.estimate)} % on these and "
            f"{per_cent(ours.real.wa.estimate) if ours.real else NOTHING} % on what was recorded."
        )
    notes += _differences(tables, "2dcnn-array", "smote-2dcnn-array", "SMOTE, entire arrays")
    notes += _differences(tables, "2dcnn-mean", "smote-2dcnn-mean", "SMOTE, mean")
    return Chapter(
        "table-4",
        "Experiment 2, Table 4: with and without SMOTE",
        (
            "The paper’s two figures are of two test parts: a balanced one, partly synthetic, and a natural one. So "
            "are ours under its order; under the other protocols both systems are tested on the same utterances.",
        ),
        (comparison("Table 4", tables.table_4, tables.protocols, tables.unseen),),
        notes=tuple(notes),
    )


def _differences(tables: Tables, first: str, second: str, what: str) -> Iterator[str]:
    """Say what the second system gains over the first, where both tested the same utterances."""
    for protocol in tables.protocols:
        one, other = tables.ours(first, protocol), tables.ours(second, protocol)
        if protocol == PAPER or one is None or other is None:
            continue
        seeds = [seed for seed in one.result.seeds if seed in other.result.seeds]
        pairs = [(one.result.pooled[seed], other.result.pooled[seed]) for seed in seeds]
        # A fold that one of them lacks yet is no difference between them.
        pairs = [(a, b) for a, b in pairs if set(a["utterance"]) == set(b["utterance"])]
        if not pairs:
            continue
        found = compare_systems([a for a, _ in pairs], [b for _, b in pairs], one.result.labels)
        yield (
            f"{what}, {protocol_words(protocol, tables.unseen)}: WA {with_interval(found.difference_wa, signed=True)} "
            f"points (p {p_value(found.p_wa)}), UA {with_interval(found.difference_ua, signed=True)} points "
            f"(p {p_value(found.p_ua)}); {count(len(pairs), 'seed')}, permutation test over {found.unit}s."
        )
