"""The sections of a recipe: which sampler, loss and model, with which options, and how a network is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from evenvoice.errors import EvenvoiceError
from evenvoice.imbalance import make_decision, make_loss, make_sampler
from evenvoice.models import check_model
from evenvoice.options import Settings, not_a_number

# What is cut off where something needs a validation part and nothing else is said.
VALIDATION_SHARE = 0.2

# Sections that say which part is used by its name.
_NAMED = ("features", "shape", "balance", "loss", "decision", "model")


def spelled_out(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recipe's data with plain words spelled out: ``balance: smote`` is ``balance: {name: smote}``.

    Examples:
        >>> spelled_out({"model": "svm", "balance": ["tomek", "smote"]})
        {'model': {'name': 'svm'}, 'balance': [{'name': 'tomek'}, {'name': 'smote'}]}
    """
    full = dict(data)
    for key in _NAMED:
        if isinstance(full.get(key), str):
            full[key] = {"name": full[key]}
    if isinstance(full.get("augment"), str):
        full["augment"] = [full["augment"]]
    if isinstance(full.get("ensemble"), int):
        full["ensemble"] = {"members": full["ensemble"]}
    if isinstance(full.get("balance"), list | tuple):
        full["balance"] = [{"name": each} if isinstance(each, str) else each for each in full["balance"]]
    return full


class Section(Settings):
    """A part of a recipe: frozen, and strict about its keys and numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _numbers_are_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        if wrong := not_a_number(cls.model_fields[str(info.field_name)].annotation, value):
            raise ValueError(f"Input should be {wrong}")
        return value


class SamplerSettings(Section):
    """Which sampler, with which options; it sees the training part alone."""

    name: str = "none"
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> SamplerSettings:
        make_sampler(self.name, **self.options)
        return self


def _one_or_chain(balance: Any) -> str:
    """Whether a recipe names one sampler or a chain of them."""
    return "chain" if isinstance(balance, list | tuple) else "sampler"


Balance = Annotated[
    Annotated[SamplerSettings, Tag("sampler")] | Annotated[tuple[SamplerSettings, ...], Tag("chain")],
    Discriminator(_one_or_chain),
]


class Retraining(Section):
    """How a network's last layer is learnt again, after the network, on balanced embeddings.

    Attributes:
        balance: The sampler, or chain of samplers, of the embeddings: ``random-over``, ``smote``, ``eos``, ``mixup``.
        epochs: Passes over the balanced embeddings.
        learning_rate: Of Adam.
    """

    balance: Balance = SamplerSettings(name="random-over")
    epochs: int = Field(default=20, ge=1)
    learning_rate: float = Field(default=0.001, gt=0, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any) -> Any:
        return spelled_out(values) if isinstance(values, Mapping) else values

    @property
    def samplers(self) -> tuple[SamplerSettings, ...]:
        """The chain of samplers; one at least."""
        return self.balance if isinstance(self.balance, tuple) else (self.balance,)


class LossSettings(Section):
    """Which loss, with which options; it sees the class counts of the balanced training part."""

    name: str = "cross-entropy"
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> LossSettings:
        make_loss(self.name, (1, 1), **self.options)
        return self

    @property
    def plain(self) -> bool:
        """Whether it is the paper's: cross entropy of the labels as they are (equation 10)."""
        return self.name == "cross-entropy" and not any(value not in (0, "e") for value in self.options.values())


class DecisionSettings(Section):
    """What turns logits into answers, with which options: temperature, logit adjustment, thresholds."""

    name: str = "none"
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> DecisionSettings:
        make_decision(self.name, **self.options)
        return self

    @property
    def needs_validation(self) -> bool:
        """Whether it is fitted on validation rows."""
        return make_decision(self.name, **self.options).needs_validation


class ModelSettings(Section):
    """Which network or classical classifier, with which options."""

    name: str = "2dcnn"
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> ModelSettings:
        check_model(self.name, self.options)
        return self


class EnsembleSettings(Section):
    """How many models are fitted, each with its own seed and its own draw of the samplers; probabilities are averaged.

    Attributes:
        members: Their number.
    """

    members: int = Field(default=1, ge=1, le=100)


class MaskSettings(Section):
    """SpecAugment: spans of frames and of rows that a network does not see in training.

    Attributes:
        number: How many of each, in every utterance; 0: none.
        frames: Below so many frames wide.
        rows: Below so many rows high.
    """

    number: int = Field(default=0, ge=0, le=100)
    frames: int = Field(default=25, ge=1)
    rows: int = Field(default=8, ge=1)


class BandSettings(Section):
    """How log-mel bands are disturbed, anew each time a batch holds them: warped, louder or softer, in noise.

    For extractor ``log-mel``, shape ``sequence`` and ``normalise: training``. The bands take their values before
    normalising for it, and are normalised and clipped again.

    Attributes:
        warp: The axis of the bands is stretched by up to this share, as if by another vocal tract (Jaitly & Hinton
            2013).
        level: They are louder or softer by up to so many dB.
        noise: The share of rows that get noise.
        noise_depth: How far below the row's mean power the noise lies, in dB: the least and the most.
    """

    warp: float = Field(default=0.0, ge=0, lt=0.5)
    level: float = Field(default=0.0, ge=0, le=60)
    noise: float = Field(default=0.0, ge=0, le=1)
    noise_depth: tuple[float, float] = (8.0, 38.0)

    @field_validator("noise_depth", mode="after")
    @classmethod
    def _least_first(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not -60 <= value[0] <= value[1] <= 120:
            raise ValueError(f"found {list(value)}; expected the least and the most dB, between -60 and 120: [8, 38]")
        return value

    @property
    def any(self) -> bool:
        """Whether anything is disturbed."""
        return bool(self.warp or self.level or self.noise)


class TrainingSettings(Section):
    """How a network is fitted. The defaults are the paper's Table 2, and Keras' where the paper is silent.

    A classical classifier is fitted in its own way: of these it looks at ``validation_share`` alone.

    Attributes:
        epochs: Passes over the balanced training part.
        batch_size: Rows of a batch; the last, smaller batch is kept, as Keras does.
        batches: ``shuffled``; or ``balanced``: each holds every class alike, and an epoch still has as many rows.
        learning_rate: Of Adam; 0.01 in Table 2, which is high.
        retrain: Learn the last layer again, on balanced embeddings of the recorded rows; ``None``: do not.
        schedule: ``constant``; or ``one-cycle``: the learning rate rises to ``learning_rate`` over the first fifth of
            all batches, and falls to nearly nothing until the last (Smith & Topin 2019).
        weight_decay: Of AdamW (Loshchilov & Hutter 2019); 0: plain Adam.
        mixup: α of mixup (Zhang et al. 2018); 0: rows are not mixed.
        masks: Spans that are masked (SpecAugment, Park et al. 2019).
        crop: Each time a batch holds it, a row of shape ``sequence`` is a stretch of so many of its frames, drawn
            anew; ``None``: all of them. Validation and test rows are whole.
        bands: How log-mel bands are disturbed.
        precision: ``float32``; or ``bfloat16``: products and convolutions in training take half the bits, which is
            faster where the processor knows them. Predictions are float32 always.
        adam_eps: 1e-7 in Keras, 1e-8 in torch.
        select: ``last`` epoch, or the epoch ``best-on-validation`` (highest UA on a validation part, the first of
            equals). Never the test part.
        validation_share: Share of the training part (of its speakers, where the protocol holds out speakers) cut off
            for validation; 0.2 where ``select``, or the recipe's ``decision``, needs one and nothing else is said.
        patience: Stop when UA on the validation part has not risen for so many epochs after the warm-up; with
            ``best-on-validation``.
        max_gradient_norm: Longer gradients of a batch are shortened to this; ``None``: none are.
        warm_up_steps: Over so many batches at first the learning rate rises in a straight line.
    """

    epochs: int = Field(default=100, ge=1)
    batch_size: int = Field(default=64, ge=1)
    batches: Literal["shuffled", "balanced"] = "shuffled"
    learning_rate: float = Field(default=0.01, gt=0, allow_inf_nan=False)
    retrain: Retraining | None = None
    schedule: Literal["constant", "one-cycle"] = "constant"
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    mixup: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    masks: MaskSettings = MaskSettings()
    crop: int | None = Field(default=None, ge=1)
    bands: BandSettings = BandSettings()
    precision: Literal["float32", "bfloat16"] = "float32"
    adam_eps: float = Field(default=1e-7, gt=0, allow_inf_nan=False)
    select: Literal["last", "best-on-validation"] = "last"
    validation_share: float = Field(default=0.0, ge=0, lt=1)
    patience: int | None = Field(default=None, ge=1)
    max_gradient_norm: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    warm_up_steps: int = Field(default=0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _share_where_needed(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("select") == "best-on-validation":
            values = {"validation_share": VALIDATION_SHARE, **values}
            if not values["validation_share"]:
                raise EvenvoiceError("select: best-on-validation needs a validation_share above 0, for example 0.2")
        return values

    @model_validator(mode="after")
    def _one_schedule(self) -> TrainingSettings:
        if self.schedule != "constant" and self.warm_up_steps:
            raise EvenvoiceError("warm_up_steps: schedule one-cycle warms up by itself; set warm_up_steps to 0")
        return self

    @model_validator(mode="after")
    def _patience_has_a_part_to_watch(self) -> TrainingSettings:
        if self.patience is not None and self.select != "best-on-validation":
            raise EvenvoiceError(
                "patience watches a validation part; it needs select: best-on-validation, or set patience to null"
            )
        return self
