"""The scikit-learn face of a recipe: ``fit``, ``predict_proba``, ``GridSearchCV``, ``cross_val_predict``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import ValidationError
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from evenvoice.audio import check_waveform
from evenvoice.errors import EvenvoiceError
from evenvoice.features import extract_waveforms
from evenvoice.protocols import Fold, cut_validation, open_protocol
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.recognizer import Recognizer
from evenvoice.training.dataset import Dataset
from evenvoice.training.export import export
from evenvoice.training.fitting import TrainedModel, Watched, fit, fit_images, make_plan
from evenvoice.training.normalise import Normaliser

Waveforms = Sequence[npt.NDArray[np.float32]]
Features = npt.NDArray[np.float32]


class SpeechEmotionClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A recipe as a scikit-learn classifier: waveforms or features in, emotions out.

    The normaliser and the balancer are fitted in ``fit``, so in cross-validation they see the training part of each
    fold and nothing else; give ``groups=speakers`` to the splitter to test on unseen speakers.

    Args:
        recipe: A recipe's name, the path of its YAML file, or a `Recipe`.
        form: ``mean``, ``array`` or ``channels``; the recipe's own if ``None``, as for everything below.
        normalise: ``training`` or ``speaker`` (which needs ``groups`` at prediction as well).
        balancer: ``none``, ``class-weights`` or ``smote``.
        epochs: Passes over the training part.
        batch_size: Rows of a batch.
        learning_rate: Of Adam.
        settings: Anything else of the recipe, nested: ``{"model": {"options": {"dropout": 0.3}}}``.
        device: ``cpu`` or ``cuda``.
        random_state: Of weights, shuffling, dropout and balancer.

    Attributes:
        classes_: Emotions, sorted.
        model_: The `TrainedModel`; not there after `load`.
        recognizer_: The `Recognizer` of the model file, after `load`.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> X = rng.standard_normal((24, 1, 16, 8)).astype(np.float32)
        >>> y = np.array(["sad", "angry"] * 12)
        >>> X[y == "sad"] += 1
        >>> classifier = SpeechEmotionClassifier(epochs=5, random_state=0).fit(X, y)
        >>> classifier.predict_proba(X).shape
        (24, 2)
    """

    def __init__(
        self,
        recipe: str | Path | Recipe = "smote-2dcnn",
        *,
        form: str | None = None,
        normalise: str | None = None,
        balancer: str | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        settings: Mapping[str, Any] | None = None,
        device: str = "cpu",
        random_state: int = 0,
    ) -> None:
        self.recipe = recipe
        self.form = form
        self.normalise = normalise
        self.balancer = balancer
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.settings = settings
        self.device = device
        self.random_state = random_state

    def fit(self, X: Waveforms | Features, y: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Self:
        """Fit on waveforms or features.

        Args:
            X: A sequence of float waveforms ``[n]`` at the recipe's sample rate, of any lengths; or features, float32
                ``[n, c, h, w]``, which are normalised per coefficient (form ``mean``: per cell; else per channel and
                row, over frames).
            y: Emotions ``[n]``.
            groups: Speakers ``[n]``, for balancers and normalisers that work by speaker. A recipe that wants a
                validation part cuts it from ``X``: whole speakers where they are known, else utterances by chance.

        Raises:
            EvenvoiceError: Shapes that do not go together, one class only, a class too small to balance, too few
                speakers to cut a validation part off.
        """
        if hasattr(self, "recognizer_"):
            del self.recognizer_
        recipe = self._recipe()
        labels = np.asarray(y)
        if len(labels) != len(X):
            raise EvenvoiceError(f"X has {len(X)} utterances and y {len(labels)} emotions; they go together")
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        names = tuple(str(label) for label in self.classes_)
        emotions = np.array(names)[numbers]
        speakers = None if groups is None else np.asarray(groups).astype(str)
        features = _as_features(X)
        self._heard_waveforms = features is None
        if features is None:
            examples = _hear(recipe, X, emotions, speakers)
            train, watched = _cut(recipe, emotions, speakers, self.random_state)
            validation = examples.take(watched) if len(watched) else None
            self.model_ = fit(
                recipe, examples.take(train), validation, self.random_state, labels=names, device=self.device
            )
        else:
            self.model_ = _fit_features(recipe, features, emotions, speakers, names, self.random_state, self.device)
        return self

    def predict_proba(self, X: Waveforms | Features, groups: npt.ArrayLike | None = None) -> npt.NDArray[np.float32]:
        """Return probabilities, float32 ``[n, classes]``, in the order of ``classes_``."""
        check_is_fitted(self, "classes_")
        features = _as_features(X)
        if (features is None) != self._heard_waveforms:
            fitted, given = ("waveforms", "features") if self._heard_waveforms else ("features", "waveforms")
            raise EvenvoiceError(f"fitted on {fitted}, asked about {given}; give it {fitted}")
        if hasattr(self, "recognizer_"):
            return np.asarray(self.recognizer_.probabilities(_checked(X)), np.float32)
        speakers = None if groups is None else np.asarray(groups).astype(str)
        if features is None:
            return self.model_.probabilities(_hear(self.model_.recipe, X, None, speakers))
        assert self.model_.normaliser is not None
        rows = self.model_.normaliser.apply(_rows(self.model_.recipe, features))
        return self.model_.image_probabilities(np.stack(rows).reshape(features.shape))

    def predict(self, X: Waveforms | Features, groups: npt.ArrayLike | None = None) -> npt.NDArray[Any]:
        """Return the most probable emotion of each utterance ``[n]``."""
        probabilities = self.predict_proba(X, groups)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def save(self, path: Path | str) -> Path:
        """Write the model file, which `load` and `Recognizer` read. Only for a classifier fitted on waveforms.

        Raises:
            EvenvoiceError: Fitted on features, or loaded from a file itself; or as in `export`.
        """
        check_is_fitted(self, "classes_")
        if hasattr(self, "recognizer_"):
            raise EvenvoiceError(
                f"{path}: not written, for this classifier was loaded from a model file; copy that one"
            )
        if not self._heard_waveforms:
            raise EvenvoiceError(
                "fitted on features: a model file goes from waveform to probabilities; fit on waveforms"
            )
        return export(self.model_, Path(path), corpus=None)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Return a classifier that predicts with a model file; ``fit`` fits its recipe anew.

        ``classes_`` are the file's labels, which are words: a classifier fitted on numbers comes back with ``"0"``, ….
        A model file hears one waveform at a time, so ``groups`` change nothing.

        Args:
            path: What `save`, `export` or ``evenvoice train`` wrote.

        Raises:
            EvenvoiceError: As in `Recognizer`, or the file's recipe is none that this evenvoice knows.

        Examples:
            ``SpeechEmotionClassifier.load("model.onnx").predict(waveforms)``, waveforms at
            ``recipe.extractor.sample_rate``.
        """
        recognizer = Recognizer(path)
        try:
            recipe = Recipe.model_validate(recognizer.card["recipe"])
        except ValidationError as error:
            known = error.errors()[0]
            raise EvenvoiceError(
                f"{path}: its recipe's {'.'.join(map(str, known['loc'])) or 'metadata'} is not understood "
                f"({known['msg']}); predict with evenvoice.Recognizer, or export the model again"
            ) from error
        classifier = cls(recipe)
        classifier.recognizer_ = recognizer
        classifier.classes_ = np.array(recognizer.labels)
        classifier._heard_waveforms = True
        return classifier

    def _recipe(self) -> Recipe:
        """The recipe with what the arguments change."""
        training = {name: getattr(self, name) for name in ("epochs", "batch_size", "learning_rate")}
        changes: dict[str, Any] = {
            "training": {name: value for name, value in training.items() if value is not None},
            **({"shape": {"name": self.form}} if self.form else {}),
            **({"balance": self.balancer} if self.balancer else {}),
            **({"normalise": self.normalise} if self.normalise else {}),
        }
        return open_recipe(open_recipe(self.recipe, changes), self.settings)


def _as_features(X: Waveforms | Features) -> Features | None:
    """An array [n, c, h, w] as it is, ``None`` for waveforms; an error for arrays of another rank."""
    if not isinstance(X, np.ndarray) or X.dtype == object or X.ndim == 2:
        return None
    if X.ndim != 4:
        raise EvenvoiceError(
            f"X has shape {X.shape}; expected waveforms (a sequence of 1-d arrays) or features [n, c, h, w]"
        )
    return X


def _hear(recipe: Recipe, X: Waveforms | Features, emotions: Any, speakers: npt.NDArray[np.str_] | None) -> Dataset:
    """Run the front end over waveforms."""
    features = extract_waveforms(_checked(X), recipe.features)
    return Dataset([str(number) for number in range(len(features))], features, emotions, speakers)


def _checked(X: Waveforms | Features) -> list[npt.NDArray[np.float32]]:
    """Waveforms as float32 [n] each; an error names the first that cannot be used."""
    return [check_waveform(waveform, f"X[{number}]") for number, waveform in enumerate(X)]


def _rows(recipe: Recipe, X: Features) -> list[npt.NDArray[np.float32]]:
    """Features as what gets normalised: cells for ``mean``, else one row a channel and coefficient, over frames."""
    frames = 1 if recipe.made_shape.one_frame else X.shape[3]
    return list(np.ascontiguousarray(X, np.float32).reshape(len(X), -1, frames))


def _cut(
    recipe: Recipe, emotions: npt.NDArray[np.str_], speakers: npt.NDArray[np.str_] | None, seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Row positions to learn from, and those of the validation part; none where the recipe wants none."""
    nothing = np.array([], np.int64)
    everything = Fold(0, np.arange(len(emotions)), nothing, nothing)
    share = recipe.training.validation_share
    if not share:
        return everything.train, nothing
    table = pd.DataFrame({"emotion": emotions, "speaker": speakers})
    fold = cut_validation(everything, table, share, seed, open_protocol("random") if speakers is None else None)
    return fold.train, fold.validation


def _fit_features(
    recipe: Recipe,
    X: Features,
    emotions: npt.NDArray[np.str_],
    speakers: npt.NDArray[np.str_] | None,
    labels: tuple[str, ...],
    seed: int,
    device: str,
) -> TrainedModel:
    """`fit` for features that were made elsewhere."""
    if recipe.normalise == "speaker":
        raise EvenvoiceError(
            "normalise: speaker works on waveforms; normalise the features yourself, or give waveforms"
        )
    if recipe.shape.name == "sequence":
        raise EvenvoiceError("form sequence marks each utterance's own frames, which features do not; give waveforms")
    if len(labels) < 2:
        raise EvenvoiceError(f"y holds one emotion only ({', '.join(labels)}); a classifier needs two at least")
    train, validation = _cut(recipe, emotions, speakers, seed)
    rows = _rows(recipe, X)
    normaliser = Normaliser.fit([rows[row] for row in train])
    images = np.stack(normaliser.apply(rows)).reshape(X.shape)
    plan = make_plan(recipe, images[train], emotions[train], None if speakers is None else speakers[train], seed)
    ids = np.arange(len(X)).astype(str)
    learnt = tuple(ids[train])
    saw = {"normaliser": learnt, "balancer": learnt, "network": learnt, "selection": (), "calibration": ()}
    watched = Watched(images[validation], emotions[validation], ids[validation].tolist()) if len(validation) else None
    return fit_images(
        recipe, images[train], emotions[train], plan, np.arange(len(plan)), watched, normaliser, seed,
        labels=labels, fitted_on=saw, device=device,
    )  # fmt: skip
