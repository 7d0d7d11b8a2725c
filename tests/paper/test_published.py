"""The figures as the paper prints them, typed here a second time, from its tables."""

from __future__ import annotations

from evenvoice.paper import published
from evenvoice.paper.experiments import NETWORKS, SYSTEMS


def test_table_1() -> None:
    assert (published.TABLE_1.train, published.TABLE_1.test) == (5465, 1367)


def test_table_2() -> None:
    assert published.TABLE_2 == {
        "epochs": "100",
        "batch size": "64",
        "learning rate": "0.01",
        "kernel": "3",
        "dropout": "0.5",
        "optimiser": "Adam",
        "penalty": "L2 (0.01) on kernel and bias",
    }


def test_tables_3_and_4_share_the_system_without_smote() -> None:
    assert [(row.recipe, row.wa) for row in published.TABLE_3] == [("2dcnn-mean", 70), ("2dcnn-array", 75)]
    assert [(row.recipe, row.wa) for row in published.TABLE_4] == [("smote-2dcnn-array", 80), ("2dcnn-array", 75)]
    assert published.LOSS_WITH_SMOTE == 1.3
    assert {row.recipe for row in (*published.TABLE_3, *published.TABLE_4)} <= set(SYSTEMS)


def test_table_5_and_the_rates_of_the_text() -> None:
    rows = {name: (row.precision, row.recall, row.f1, row.rate_in_text) for name, row in published.TABLE_5.items()}
    assert rows == {
        "angry": (78, 83, 81, 82),
        "happy": (89, 91, 90, 90),
        "sad": (82, 89, 85, 85),
        "neutral": (72, 61, 66, 71),
    }


def test_table_6() -> None:
    assert [(row.name, row.ua, row.wa) for row in published.TABLE_6] == [
        ("BiLSTM + Attn", 51.2, 55.6),
        ("BLSTM + SelfAttn", 76.8, 76.6),
        ("LSTM + Attn", 57.4, 63.4),
        ("CNN + LSTM", 59.4, 68.0),
        ("2TransformerEncoder", 57.1, 63.6),
        ("SMOTE-2DCNN", 81.0, 80.0),
    ]
    assert tuple(row.recipe for row in published.TABLE_6) == (*NETWORKS, "smote-2dcnn-array")
    assert all(row.remark for row in published.TABLE_6)
    assert "text" in published.BASELINES[1].remark
