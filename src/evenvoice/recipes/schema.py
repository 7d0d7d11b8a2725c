"""The one schema of a recipe: features + shape + normalisation + balancing + model + training under one name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from evenvoice.audio import open_perturbation
from evenvoice.errors import EvenvoiceError
from evenvoice.features import EXTRACTORS, SHAPES, Extractor, FeatureSettings, Shape, ShapeSettings
from evenvoice.imbalance import make_sampler
from evenvoice.models import is_deterministic, is_network, needed_shape, weighs_classes
from evenvoice.recipes.completion import default_shape, partner_of, with_validation_part
from evenvoice.recipes.disturbances import check_disturbances
from evenvoice.recipes.old_keys import renamed
from evenvoice.recipes.search import Search, read_search
from evenvoice.recipes.sections import (
    Balance,
    DecisionSettings,
    EnsembleSettings,
    LossSettings,
    ModelSettings,
    SamplerSettings,
    Section,
    TrainingSettings,
    spelled_out,
)

# Chosen on validation speakers (docs/research/voice.csv).
DEFAULT_KAPPA = 5.0

NO_SETTINGS = ("about", "source", "search")
"""Keys of a recipe that no fit depends on: two recipes that differ in these alone are one system."""


class Recipe(Section):
    """One system of the paper (or yours) as data.

    Attributes:
        name: What results, and their folder, are called: letters, digits, and . + - _ within.
        about: One line.
        source: Where it comes from: section, table, reference.
        features: Which extractor makes features of a waveform, with its options.
        shape: How an utterance of any length becomes one array. The extractor may say which it is by default.
        normalise: ``training``: per coefficient with mean and standard deviation of the training part. ``speaker``:
            with each speaker's own, from that speaker's unlabelled audio: *transductive*, so every figure says so.
            ``enrolled``: training rows around their own speaker's mean; at prediction a row around the training mean,
            or around the mean of a speaker of whom some recordings were enrolled. With none enrolled, a prediction
            depends on its own utterance alone.
        kappa: With ``enrolled``, the mean of k utterances counts k / (k + kappa), and the training mean the rest.
        clip: Normalised values are limited to ± this; ``None``: they are not.
        augment: Perturbations of the training part's waveforms, each of which adds a row for every utterance:
            ``speed:0.9``, or ``speed:0.9+codec:telephone``, one after the other. They never reach a validation or test
            part.
        balance: What is done about rare emotions, on the training part: a sampler, or a chain of samplers.
        loss: What a network minimises; it sees the class counts and the epoch. Cross entropy is the paper's.
        decision: What turns logits into answers, fitted on a validation part and exported with the model. With
            ``temperature`` probabilities say how often the answer is right (Guo et al. 2017), and no answer changes.
        model: The network, or the classical classifier.
        training: How it is fitted.
        ensemble: How many are fitted, to average their probabilities: ``ensemble: 5``.
        partners: Other recipes, each with features of its own or the same, fitted beside this one, and how much the
            log-probabilities of each count: ``partners: {voice-cnn: 0.4}``. Those of this recipe count the rest.
        search: What `evenvoice tune` may change: the path of a key → a range or a list of choices; ``null`` drops it.

    Examples:
        >>> Recipe(name="mine", training={"epochs": 3}).training.epochs
        3
        >>> Recipe(name="mine", features="mfcc", shape={"name": "array"}, balance="smote").input_shape
        (1, 120, 94)
    """

    name: str = Field(pattern=r"^\w[\w.+-]*$")
    about: str = ""
    source: str = ""
    features: FeatureSettings = FeatureSettings()
    shape: ShapeSettings = ShapeSettings()
    normalise: Literal["training", "speaker", "enrolled"] = "training"
    kappa: float = Field(default=DEFAULT_KAPPA, ge=0, allow_inf_nan=False)
    clip: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    augment: tuple[str, ...] = ()
    balance: Balance = SamplerSettings()
    loss: LossSettings = LossSettings()
    decision: DecisionSettings = DecisionSettings()
    model: ModelSettings = ModelSettings()
    training: TrainingSettings = TrainingSettings()
    ensemble: EnsembleSettings = EnsembleSettings()
    partners: tuple[Partner, ...] = ()
    search: Search = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        full = spelled_out(renamed(values))
        shape = full.get("shape", {})
        if isinstance(shape, Mapping) and "name" not in shape:
            full["shape"] = {**default_shape(full.get("features")), **shape}
        if isinstance(full.get("partners"), Mapping):
            full["partners"] = [partner_of(name, weight) for name, weight in full["partners"].items()]
        return with_validation_part(full)

    @field_validator("augment", mode="after")
    @classmethod
    def _known_perturbations(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            open_perturbation(name)
        return names

    @field_validator("search", mode="before")
    @classmethod
    def _ranges_and_choices(cls, value: Any) -> Search:
        return read_search(value)

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Recipe:
        self.made_shape  # noqa: B018  # raises where the features do not fit the shape
        model, shape = self.model.name, needed_shape(self.model.name)
        if shape is not None and self.shape.name != shape:
            raise EvenvoiceError(
                f"shape: model {model!r} needs shape {shape}, found {self.shape.name}; use --shape {shape}"
            )
        if not self.loss.plain and not is_network(model):
            raise EvenvoiceError(f"loss: model {model!r} is not fitted by a loss of ours; leave loss out")
        for sampler in self.samplers:
            made = make_sampler(sampler.name, **sampler.options)
            for name in getattr(made, "perturbations", ()):
                open_perturbation(name)
            if getattr(made, "per_epoch", False) and not is_network(model):
                raise EvenvoiceError(
                    f"balance: {sampler.name} is drawn anew each epoch, and model {model!r} has none; use the sampler "
                    "itself"
                )
            if sampler.name == "class-weights" and not self.loss.plain:
                raise EvenvoiceError(
                    f"balance: class-weights weigh rows in cross entropy, and the loss is {self.loss.name!r}; use a "
                    "sampler, or a loss that weighs classes itself"
                )
            if sampler.name == "class-weights" and not weighs_classes(model):
                raise EvenvoiceError(f"balance: model {model!r} cannot weigh classes; use the sampler smote or none")
            if self.shape.name == "sequence" and not getattr(made, "between_parents", True):
                raise EvenvoiceError(
                    f"balance: {sampler.name} so set leaves no mask of an utterance's own frames, which shape "
                    "sequence needs; use smote with rule line or box"
                )
        return self

    @model_validator(mode="after")
    def _kappa_is_used(self) -> Recipe:
        if self.kappa != DEFAULT_KAPPA and not self.adaptive:
            raise EvenvoiceError(
                f"kappa: {self.kappa:g} weighs the mean of a speaker, which normalise: {self.normalise} does not use; "
                "leave it out, or set normalise: enrolled"
            )
        return self

    @model_validator(mode="after")
    def _validation_part_to_decide_on(self) -> Recipe:
        if self.decision.needs_validation and not self.training.validation_share:
            raise EvenvoiceError(
                f"decision: {self.decision.name} is fitted on a validation part; set training.validation_share above "
                "0, for example 0.2, or decision: none"
            )
        return self

    @model_validator(mode="after")
    def _epochs_to_select_from(self) -> Recipe:
        if self.training.select != "last" and not is_network(self.model.name):
            raise EvenvoiceError(f"training.select: model {self.model.name!r} has no epochs to select from; use last")
        if self.training.batches != "shuffled" and not is_network(self.model.name):
            raise EvenvoiceError(f"training.batches: model {self.model.name!r} has no batches; leave it out")
        if self.training.retrain is not None and not is_network(self.model.name):
            raise EvenvoiceError(f"training.retrain: model {self.model.name!r} has no embeddings; leave it out")
        check_disturbances(self)
        return self

    @model_validator(mode="after")
    def _partners_fit(self) -> Recipe:
        if not self.partners:
            return self
        if self.own_weight <= 0:
            raise EvenvoiceError(
                f"partners: their weights sum to {1 - self.own_weight:g}, and this recipe counts the rest; give less "
                "than 1"
            )
        for one in self.with_partners:
            if one.extractor.sample_rate != self.extractor.sample_rate:
                raise EvenvoiceError(
                    f"partners: {one.name} takes waveforms at {one.extractor.sample_rate} Hz and {self.name} at "
                    f"{self.extractor.sample_rate} Hz; they get the same, so set sample_rate in the features of one"
                )
            if one.normalise == "speaker":
                raise EvenvoiceError(
                    f"partners: {one.name} says normalise: speaker; here each takes training or enrolled"
                )
            if one is not self and one.partners:
                raise EvenvoiceError(f"partners: {one.name} has partners itself; name them here")
            if one.training.validation_share > self.training.validation_share:
                raise EvenvoiceError(
                    f"partners: {one.name} needs a validation part; set training.validation_share of {self.name} to "
                    f"{one.training.validation_share:g}"
                )
        return self

    @property
    def with_partners(self) -> tuple[Recipe, ...]:
        """This recipe and its partners."""
        return self, *(partner.recipe for partner in self.partners)

    @property
    def shapes(self) -> list[ShapeSettings]:
        """The shapes of this recipe and its partners."""
        return [recipe.shape for recipe in self.with_partners]

    @property
    def own_weight(self) -> float:
        """How much this recipe's own log-probabilities count beside those of its partners."""
        return 1 - sum(partner.weight for partner in self.partners)

    @property
    def transductive(self) -> bool:
        """True where a test speaker's own (unlabelled) audio takes part in the prediction."""
        return self.normalise == "speaker"

    @property
    def deterministic(self) -> bool:
        """True where nothing in a fit is drawn at random: every fit seed gives the same model."""
        made = (make_sampler(sampler.name, **sampler.options) for sampler in self.samplers)
        own = is_deterministic(self.model.name) and all(getattr(each, "deterministic", False) for each in made)
        return own and all(partner.recipe.deterministic for partner in self.partners)

    @property
    def adaptive(self) -> bool:
        """True where a prediction can be adapted to a speaker of whom some recordings were enrolled."""
        return any(one.normalise == "enrolled" for one in self.with_partners)

    @property
    def needs_speakers(self) -> bool:
        """True where a fit needs the speaker of every utterance."""
        return any(one.normalise != "training" for one in self.with_partners)

    @property
    def samplers(self) -> tuple[SamplerSettings, ...]:
        """The chain of samplers; one at least."""
        return self.balance if isinstance(self.balance, tuple) else (self.balance,)

    @property
    def own_perturbations(self) -> tuple[str, ...]:
        """Perturbed waveforms that a fit without partners needs: those of ``augment``, and what samplers draw from."""
        drawn = [
            name
            for sampler in self.samplers
            for name in getattr(make_sampler(sampler.name, **sampler.options), "perturbations", ())
        ]
        return tuple(dict.fromkeys([*self.augment, *drawn]))

    @property
    def perturbations(self) -> tuple[str, ...]:
        """Perturbed waveforms that a fit needs, with those of partners."""
        return tuple(dict.fromkeys(name for one in self.with_partners for name in one.own_perturbations))

    @property
    def extractor(self) -> Extractor:
        """The extractor."""
        return self.features.make()

    @property
    def made_shape(self) -> Shape:
        """The shape of this extractor's features; of shipped ones the same object for the same settings."""
        if self.features.name in EXTRACTORS.shipped and self.shape.name in SHAPES.shipped:
            return _shipped_shape(self.features.model_dump_json(), self.shape.model_dump_json())
        return self.shape.make(self.extractor)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of the model's input."""
        return self.made_shape.size


@lru_cache(maxsize=32)
def _shipped_shape(features: str, shape: str) -> Shape:
    """Return the shape of settings in JSON. Shipped ones keep nothing of what they are given.

    A run asks for it some ten times, and to name 600 functionals takes a millisecond.
    """
    extractor = FeatureSettings.model_validate_json(features).make()
    return ShapeSettings.model_validate_json(shape).make(extractor)


class Partner(Section):
    """Another recipe, and how much it counts.

    Attributes:
        recipe: What is fitted beside.
        weight: Between 0 and 1.
    """

    recipe: Recipe
    weight: float = Field(gt=0, lt=1, allow_inf_nan=False)


Recipe.model_rebuild()
