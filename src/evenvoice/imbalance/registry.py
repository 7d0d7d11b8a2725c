"""The samplers, losses and decisions by name, as a recipe writes them; open to other packages."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, get_type_hints

from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.imbalance.decisions.base import Decision
from evenvoice.imbalance.sampler import Sampler
from evenvoice.options import not_a_number
from evenvoice.outside import calling
from evenvoice.registry import Registry

_SAMPLERS = "evenvoice.imbalance.samplers."
_LOSSES = "evenvoice.imbalance.losses."
_DECISIONS = "evenvoice.imbalance.decisions."


def _check_sampler(name: str, found: Any) -> None:
    """Raise an `EvenvoiceError` unless a class has a ``plan`` that takes what samplers are given."""
    plan = getattr(found, "plan", None)
    if not inspect.isclass(found) or not callable(plan):
        raise EvenvoiceError(
            f"sampler {name!r}: no class with a method plan(X, y, groups=None, seed=0); check yours with "
            "evenvoice.testing.check_sampler"
        )
    takes = inspect.signature(plan).parameters
    lacking = [argument for argument in ("groups", "seed") if argument not in takes]
    if lacking and not any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values()):
        raise EvenvoiceError(
            f"sampler {name!r}: plan takes no {lacking[0]}; expected plan(X, y, groups=None, seed=0); "
            "check it with evenvoice.testing.check_sampler"
        )


def _check_loss(name: str, found: Any) -> None:
    """Raise an `EvenvoiceError` unless losses can be made of it, and called."""
    if not callable(found) or (inspect.isclass(found) and not any("__call__" in vars(kind) for kind in found.__mro__)):
        raise EvenvoiceError(
            f"loss {name!r}: a {type(found).__name__}; expected a class whose objects are called as loss(logits, "
            "targets, epoch), such as one derived from evenvoice.imbalance.BaseLoss; check yours with "
            "evenvoice.testing.check_loss"
        )


def _check_decision(name: str, found: Any) -> None:
    """Raise an `EvenvoiceError` unless a class has what every decision has."""
    for wanted in ("needs_validation", "fit"):
        if not inspect.isclass(found) or not hasattr(found, wanted):
            what = f"has no {wanted}" if inspect.isclass(found) else f"a {type(found).__name__}, and no class"
            raise EvenvoiceError(
                f"decision {name!r}: {what}; see evenvoice.imbalance.Decision, and check yours with "
                "evenvoice.testing.check_decision"
            )


SAMPLERS = Registry(
    "sampler",
    {
        "none": f"{_SAMPLERS}plain:NoBalancing",
        "class-weights": f"{_SAMPLERS}plain:ClassWeights",
        "smote": f"{_SAMPLERS}smote:SMOTE",
        "random-over": f"{_SAMPLERS}random_over:RandomOverSampler",
        "borderline-smote-1": f"{_SAMPLERS}interpolating:BorderlineSMOTE1",
        "borderline-smote-2": f"{_SAMPLERS}interpolating:BorderlineSMOTE2",
        "svm-smote": f"{_SAMPLERS}interpolating:SVMSMOTE",
        "kmeans-smote": f"{_SAMPLERS}interpolating:KMeansSMOTE",
        "adasyn": f"{_SAMPLERS}adasyn:ADASYN",
        "random-under": f"{_SAMPLERS}random_under:RandomUnderSampler",
        "tomek": f"{_SAMPLERS}cleaning:TomekLinks",
        "enn": f"{_SAMPLERS}cleaning:EditedNearestNeighbours",
        "repeated-enn": f"{_SAMPLERS}cleaning:RepeatedEditedNearestNeighbours",
        "all-knn": f"{_SAMPLERS}cleaning:AllKNN",
        "nearmiss-1": f"{_SAMPLERS}nearmiss:NearMiss1",
        "nearmiss-2": f"{_SAMPLERS}nearmiss:NearMiss2",
        "nearmiss-3": f"{_SAMPLERS}nearmiss:NearMiss3",
        "neighbourhood-cleaning": f"{_SAMPLERS}cleaning:NeighbourhoodCleaningRule",
        "one-sided": f"{_SAMPLERS}cleaning:OneSidedSelection",
        "condensed": f"{_SAMPLERS}cleaning:CondensedNearestNeighbour",
        "instance-hardness": f"{_SAMPLERS}instance_hardness:InstanceHardnessThreshold",
        "cluster-centroids": f"{_SAMPLERS}cluster_centroids:ClusterCentroids",
        "smote-tomek": f"{_SAMPLERS}combined:SMOTETomek",
        "smote-enn": f"{_SAMPLERS}combined:SMOTEENN",
        "db-us": f"{_SAMPLERS}density:DensityUnderSampler",
        "db-hs": f"{_SAMPLERS}density:DensityHybridSampler",
        "density-peak-under": f"{_SAMPLERS}density_peaks:DensityPeakUnderSampler",
        "uncertainty-under": f"{_SAMPLERS}uncertainty:UncertaintyUnderSampler",
        "annealing-under": f"{_SAMPLERS}annealing:AnnealingUnderSampler",
        "dbig-us": f"{_SAMPLERS}dbig:DBIGUnderSampler",
        "genetic-ratio": f"{_SAMPLERS}genetic:GeneticRatio",
        "cdsmote": f"{_SAMPLERS}cdsmote:CDSMOTE",
        "ir-smote": f"{_SAMPLERS}ir_smote:IRSMOTE",
        "kalman-smote": f"{_SAMPLERS}kalman_smote:KalmanSMOTE",
        "rb-ccr": f"{_SAMPLERS}rb_ccr:RBCCR",
        "deepsmote": f"{_SAMPLERS}deepsmote:DeepSMOTE",
        "three-player-gan": f"{_SAMPLERS}three_player:ThreePlayerGAN",
        "spec-augment": f"{_SAMPLERS}spec_augment:SpecAugment",
        "eos": f"{_SAMPLERS}eos:EOS",
        "mixup": f"{_SAMPLERS}mixup:Mixup",
        "waveform-over": f"{_SAMPLERS}waveform_over:WaveformOverSampler",
        "redrawn": f"{_SAMPLERS}redrawn:Redrawn",
    },
    _check_sampler,
)
"""Name → sampler class; other packages add theirs in the entry point group ``evenvoice.samplers``."""

LOSSES = Registry(
    "loss",
    {
        "cross-entropy": f"{_LOSSES}cross_entropy:CrossEntropy",
        "label-smoothing": f"{_LOSSES}cross_entropy:LabelSmoothing",
        "weighted": f"{_LOSSES}weighted:WeightedCrossEntropy",
        "effective-number": f"{_LOSSES}weighted:EffectiveNumber",
        "focal": f"{_LOSSES}focal:Focal",
        "ldam": f"{_LOSSES}ldam:LDAM",
        "logit-adjusted": f"{_LOSSES}logit_adjusted:LogitAdjusted",
        "balanced-softmax": f"{_LOSSES}logit_adjusted:BalancedSoftmax",
    },
    _check_loss,
    plural="losses",
)
"""Name → loss class; other packages add theirs in the entry point group ``evenvoice.losses``."""


DECISIONS = Registry(
    "decision",
    {
        "none": f"{_DECISIONS}calibrating:NoDecision",
        "temperature": f"{_DECISIONS}calibrating:Temperature",
        "logit-adjustment": f"{_DECISIONS}prior:LogitAdjustment",
        "prior-shift": f"{_DECISIONS}prior:PriorShift",
        "thresholds": f"{_DECISIONS}thresholds:Thresholds",
    },
    _check_decision,
)
"""Name → decision class; other packages add theirs in the entry point group ``evenvoice.decisions``."""


def make_sampler(name: str | Sampler, **options: Any) -> Sampler:
    """Return the sampler of a name, with its options.

    Args:
        name: A key of ``SAMPLERS``, ``package.module:Class``, or a sampler, which is returned as it is.
        **options: Arguments of that sampler's class, but for ``random_state``: the seed is the run's.

    Raises:
        EvenvoiceError: The name or an option is unknown, or an option has an impossible value.

    Examples:
        >>> make_sampler("smote", k_neighbors=3).k_neighbors
        3
    """
    if "random_state" in options:
        raise EvenvoiceError("sampler: random_state is not an option of a recipe; the seed is the run's")
    if not isinstance(name, str) and callable(getattr(name, "plan", None)) and not inspect.isclass(name):
        if options:
            raise EvenvoiceError(f"sampler {type(name).__name__}: it is made already; give it its options then")
        return name
    SAMPLERS.check_known(name)
    made: Sampler = make("sampler", str(name), SAMPLERS[str(name)], options, hidden=("random_state",))
    return made


def make_loss(name: str, class_counts: Sequence[float], n_epochs: int = 1, **options: Any) -> Any:
    """Return the loss of a name, for a training set: ``loss(logits [b, k], targets [b] or [b, k], epoch) -> scalar``.

    Args:
        name: A key of ``LOSSES``, or ``package.module:Class``.
        class_counts: Rows of each class, in the order of the logits; [k].
        n_epochs: How many epochs the training lasts.
        **options: Further arguments of that loss's class.

    Raises:
        EvenvoiceError: The name or an option is unknown, or a value is impossible.

    Examples:
        >>> make_loss("cross-entropy", (30, 10), smoothing=0.1).smoothing
        0.1
    """
    LOSSES.check_known(name)
    given = {"class_counts": class_counts, "n_epochs": n_epochs}
    return make("loss", name, LOSSES[name], given | options, hidden=("class_counts", "n_epochs"))


def make_decision(name: str, **options: Any) -> Decision:
    """Return the decision of a name, with its options.

    Args:
        name: A key of ``DECISIONS``, or ``package.module:Class``.
        **options: Arguments of that decision's class.

    Raises:
        EvenvoiceError: The name or an option is unknown, or a value is impossible.

    Examples:
        >>> make_decision("logit-adjustment", tau="fit")
        LogitAdjustment(tau='fit')
    """
    DECISIONS.check_known(name)
    made: Decision = make("decision", name, DECISIONS[name], options)
    return made


def make(kind: str, name: str, cls: Any, options: dict[str, Any], *, hidden: tuple[str, ...] = ()) -> Any:
    """Return an object of a registered class, with its options.

    Args:
        kind: What it is, for the message.
        name: As it was asked for, for the message.
        cls: The class.
        options: Arguments of the class.
        hidden: Arguments that are not options.

    Raises:
        EvenvoiceError: An option is unknown, or has an impossible value.
    """
    takes = inspect.signature(cls).parameters
    allowed = [
        option
        for option, parameter in takes.items()
        if option not in hidden and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    ]
    unknown = [option for option in options if option not in allowed and option not in hidden]
    if unknown and not any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values()):
        may = f"it takes {', '.join(allowed)}" if allowed else "it takes no options"
        listed = ", ".join(f"{shown(option)}{nearest(option, allowed)}" for option in unknown)
        raise EvenvoiceError(f"{kind} {name!r}: unknown option {listed}; {may}")
    hints = _hints(cls)
    for option, value in options.items():
        if option in hints and (wrong := not_a_number(hints[option], value)):
            raise EvenvoiceError(f"{kind} {shown(name)}: {option} is {shown(value)}; give {wrong}")
    lacking = [option for option in allowed if option not in options and takes[option].default is takes[option].empty]
    if lacking:
        raise EvenvoiceError(
            f"{kind} {shown(name)}: needs the option {lacking[0]!r}; give it a value, or a default in the constructor"
        )
    with calling(kind, cls, name):
        try:
            return cls(**options)
        except EvenvoiceError:
            raise
        except (TypeError, ValueError) as error:
            raise EvenvoiceError(f"{kind} {shown(name)}: cannot be made with {shown(options)} ({error})") from error


def _hints(cls: Any) -> dict[str, Any]:
    """Return the types of a class' arguments; none where those of a class from outside cannot be found."""
    try:
        return get_type_hints(cls.__init__)
    except (NameError, TypeError, AttributeError):
        return {}
