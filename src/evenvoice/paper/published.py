"""The paper's figures as it prints them, in per cent: nothing is computed here, and nothing is put right.

Source: Kamaruzaman et al., "SMOTE-2DCNN for enhancing speech emotion recognition"; each block names its table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Division:
    """How many rows the training and the test part have."""

    train: int
    test: int


@dataclass(frozen=True)
class Accuracy:
    """One row of Table 3 or 4.

    Attributes:
        name: As the paper calls it.
        recipe: Our recipe for it.
        wa: "Accuracy (%)".
    """

    name: str
    recipe: str
    wa: float


@dataclass(frozen=True)
class EmotionScores:
    """One row of Table 5, and the true positive rate that the text gives for the same system."""

    precision: float
    recall: float
    f1: float
    rate_in_text: float


@dataclass(frozen=True)
class Method:
    """One row of Table 6.

    Attributes:
        name: As the paper calls it.
        reference: Its number in the paper's list.
        recipe: Our recipe for it.
        ua: "UA (%)".
        wa: "WA (%)".
        remark: What the number is, by its own source.
    """

    name: str
    reference: str
    recipe: str
    ua: float
    wa: float
    remark: str


# Table 1, "Details of Dataset Division (Audio)".
TABLE_1: Final = Division(train=5465, test=1367)

# Utterances of IEMOCAP's majority labels; the paper does not print them. Source: the corpus' own label files.
IEMOCAP: Final = {"angry": 1103, "happy": 595, "sad": 1084, "neutral": 1708}

# Table 2, "Hyperparameters Tuning Value (SMOTE-2DCNN)".
TABLE_2: Final = {
    "epochs": "100",
    "batch size": "64",
    "learning rate": "0.01",
    "kernel": "3",
    "dropout": "0.5",
    "optimiser": "Adam",
    "penalty": "L2 (0.01) on kernel and bias",
}

# Table 3, "Comparison of Different Form of Input Feature Set".
TABLE_3: Final = (
    Accuracy("Mean of MFCC, Delta, Delta-Delta", "2dcnn-mean", 70),
    Accuracy("Entire Arrays of MFCC, Delta, Delta-Delta", "2dcnn-array", 75),
)

# Table 4, "Percentage Accuracy of 2DCNN with and without SMOTE".
TABLE_4: Final = (
    Accuracy("With SMOTE", "smote-2dcnn-array", 80),
    Accuracy("Without SMOTE", "2dcnn-array", 75),
)

# Section 5.2: "80% of accuracy with loss = 1.3".
LOSS_WITH_SMOTE: Final = 1.3

# Table 5, "Precision, Recall and F1-Score of SMOTE-2DCNN"; section 5.2, "TPR = 82%, 90%, 85%, … 71%".
TABLE_5: Final = {
    "angry": EmotionScores(78, 83, 81, rate_in_text=82),
    "happy": EmotionScores(89, 91, 90, rate_in_text=90),
    "sad": EmotionScores(82, 89, 85, rate_in_text=85),
    "neutral": EmotionScores(72, 61, 66, rate_in_text=71),
}

# Table 6, "Comparison SMOTE-2DCNN with State-Of-The-Art".
BASELINES: Final = (
    Method(
        "BiLSTM + Attn", "[42]", "bilstm-attention", 51.2, 55.6,
        "the best of 100 epochs on the test part (session 5; the last epoch has 50.4); 4936 utterances, excited "
        "instead of happy",
    ),
    Method(
        "BLSTM + SelfAttn", "[43]", "blstm-self-attention", 76.8, 76.6,
        "audio and recognised text, not audio alone",
    ),
    Method(
        "LSTM + Attn", "[44]", "lstm-attention", 57.4, 63.4,
        "probably the speech branch of a system with text (not verified); its public recipe tests session 5 of 4490 "
        "utterances",
    ),
    Method(
        "CNN + LSTM", "[45]", "cnn-lstm", 59.4, 68.0,
        "2280 improvised utterances only, unseen speakers; 68 is of the abstract, 59.4 of a table",
    ),
    Method(
        "2TransformerEncoder", "[46]", "transformer-2", 57.1, 63.6,
        "probably the speech branch of a system with text and motion capture (not verified)",
    ),
)  # fmt: skip
OWN: Final = Method(
    "SMOTE-2DCNN", "the paper", "smote-2dcnn-array", 81.0, 80.0,
    "balanced before the split, speakers shared; 1367 test rows, about a third of them synthetic",
)  # fmt: skip
TABLE_6: Final = (*BASELINES, OWN)
