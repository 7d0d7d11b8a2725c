"""A recipe as a scikit-learn classifier: ``fit``, ``predict_proba``, ``GridSearchCV``, ``cross_val_predict``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_feature_names, check_is_fitted

from evenvoice.errors import EvenvoiceError
from evenvoice.recipes import DEFAULT_RECIPE, Recipe, open_recipe
from evenvoice.recognizer import Recognizer
from evenvoice.training.classifier_fits import clipped, dataset_of, fit_features, fit_waveforms, rows_of_images
from evenvoice.training.export import export
from evenvoice.training.inputs import as_groups, as_images, as_labels, as_waveforms, kind_of, sampler_settings
from evenvoice.training.settling import warn_of_unsettled


class SpeechEmotionClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A recipe as a scikit-learn classifier: recordings or features in, emotions out.

    The normaliser and the samplers are fitted in ``fit``, so in cross-validation they see the training part of each
    fold and nothing else; give ``groups=speakers`` to the splitter to test on unseen speakers.

    Args:
        recipe: A recipe's name, the path of its YAML file, or a `Recipe`.
        shape: ``mean``, ``array``, ``channels``, ``sequence``, ``functionals``, or ``package.module:Class``; the
            recipe's own if ``None``, as for everything below.
        normalise: ``training``; of waveforms also ``enrolled``, or ``speaker`` (which needs ``groups`` at prediction).
        balance: A sampler's name (``smote``), a sampler (``SMOTE(k_neighbors=2)``), or a list of them, one after the
            other.
        epochs: Passes over the training part.
        batch_size: Rows of a batch.
        learning_rate: Of Adam.
        settings: Anything else of the recipe, nested: ``{"model": {"options": {"dropout": 0.3}}}``.
        device: ``cpu`` or ``cuda``.
        random_state: Of weights, shuffling, dropout and samplers: an int, a ``RandomState``, or ``None``.

    Attributes:
        classes_: Labels, sorted.
        n_features_in_: Columns of the feature matrix; only where it was fitted on one.
        feature_names_in_: Their names; only where it was fitted on a data frame.
        model_: The `TrainedModel`; not there after `load`.
        recognizer_: The `Recognizer` of the model file, after `load`.

    Raises:
        EvenvoiceError: In `fit`: a recipe or setting that is unknown or impossible, X and y of different lengths, or a
            recording that cannot be used.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> X = rng.standard_normal((24, 40)).astype(np.float32)
        >>> y = np.array(["sad", "angry"] * 12)
        >>> X[y == "sad"] += 1
        >>> classifier = SpeechEmotionClassifier(epochs=5).fit(X, y)
        >>> classifier.predict_proba(X).shape
        (24, 2)
    """

    def __init__(
        self,
        recipe: str | Path | Recipe = DEFAULT_RECIPE,
        *,
        shape: str | None = None,
        normalise: str | None = None,
        balance: Any = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        settings: Mapping[str, Any] | None = None,
        device: str = "cpu",
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.recipe = recipe
        self.shape = shape
        self.normalise = normalise
        self.balance = balance
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.settings = settings
        self.device = device
        self.random_state = random_state

    def fit(self, X: Any, y: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Self:
        """Fit on recordings or features.

        Args:
            X: A sequence of float waveforms ``[n]`` at the recipe's sample rate, of any lengths; a sequence of paths; a
                feature matrix ``[n, d]``; or features ``[n, c, h, w]``. Features are normalised: a matrix per column,
                images per channel and row over frames (shapes ``mean`` and ``functionals``: per cell).
            y: Labels ``[n]``: words or integers.
            groups: Speakers ``[n]``, for samplers and normalisers that work by speaker. A recipe that wants a
                validation part cuts it from ``X``: whole speakers where they are known, else utterances by chance.

        Raises:
            EvenvoiceError: X or y cannot be used, one class only, a class too small to balance, too few speakers to cut
                a validation part off.

        Warns:
            ConvergenceWarning: The network took too few steps for the running statistics of batch normalisation.
        """
        for name in ("recognizer_", "n_features_in_", "feature_names_in_"):
            if hasattr(self, name):
                delattr(self, name)
        recipe = self._recipe()
        kind = kind_of(X)
        images, columns = (None, None) if kind == "waveforms" else as_images(X, kind)
        n = len(X) if images is None else len(images)
        classes, emotions, names = as_labels(y, n)
        speakers = as_groups(groups, n)
        if len(names) < 2:
            raise EvenvoiceError(f"y holds one class only ({', '.join(names)}); a classifier needs two at least")
        seed = int(check_random_state(self.random_state).randint(2**31)) if self._draws() else int(self.random_state)  # type: ignore[arg-type]
        if images is None:
            self.model_ = fit_waveforms(recipe, X, emotions, speakers, names, seed, self.device)
        else:
            self.model_ = fit_features(recipe, images, kind == "matrix", emotions, speakers, names, seed, self.device)
            if columns is not None:
                self.n_features_in_ = columns
                _check_feature_names(self, X, reset=True)
        self.classes_, self._kind = classes, kind
        warn_of_unsettled(self.model_)
        return self

    def predict_proba(self, X: Any, groups: npt.ArrayLike | None = None) -> npt.NDArray[np.float32]:
        """Return probabilities, float32 ``[n, classes]``, in the order of ``classes_``."""
        check_is_fitted(self, "classes_")
        kind = kind_of(X)
        if kind != self._kind:
            raise EvenvoiceError(f"fitted on {_WORDS[self._kind]}, asked about {_WORDS[kind]}; give it the former")
        if hasattr(self, "recognizer_"):
            return np.asarray(self.recognizer_.probabilities(as_waveforms(X, self.recognizer_.sample_rate)), np.float32)
        if kind == "waveforms":
            recipe = self.model_.recipe
            return self.model_.probabilities(dataset_of(recipe, X, None, as_groups(groups, len(X))))
        if hasattr(self, "n_features_in_"):
            try:  # columns in another order would be other features
                _check_feature_names(self, X, reset=False)
            except ValueError as error:
                raise EvenvoiceError(f"X: {' '.join(str(error).split())}") from error
        images, _ = as_images(X, kind, getattr(self, "n_features_in_", None))
        assert self.model_.normaliser is not None
        rows = self.model_.normaliser.apply(rows_of_images(self.model_.recipe, images, kind == "matrix"))
        return self.model_.image_probabilities(clipped(self.model_.recipe, np.stack(rows).reshape(images.shape)))

    def predict(self, X: Any, groups: npt.ArrayLike | None = None) -> npt.NDArray[Any]:
        """Return the most probable class of each utterance ``[n]``."""
        probabilities = self.predict_proba(X, groups)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def score(self, X: Any, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> float:
        """Return the share of right answers (accuracy, WA), from 0 to 1.

        Args:
            X: As in `fit`.
            y: Labels ``[n]``.
            sample_weight: Weights ``[n]``.

        Raises:
            EvenvoiceError: X or y cannot be used.
        """
        answers = self.predict(X)
        as_labels(y, len(answers))
        return float(accuracy_score(y, answers, sample_weight=sample_weight))

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
        if self._kind != "waveforms":
            raise EvenvoiceError(
                "fitted on features: a model file goes from waveform to probabilities; fit on waveforms"
            )
        return export(self.model_, Path(path), corpus=None)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Return a classifier that predicts with a model file; ``fit`` fits its recipe anew.

        ``classes_`` are the file's labels, which are words: a classifier fitted on numbers comes back with ``"0"``, ….
        A model file takes one waveform at a time, so ``groups`` change nothing.

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
        classifier._kind = "waveforms"
        return classifier

    def _recipe(self) -> Recipe:
        """The recipe with what the arguments change."""
        training = {name: getattr(self, name) for name in ("epochs", "batch_size", "learning_rate")}
        changes: dict[str, Any] = {"training": {name: value for name, value in training.items() if value is not None}}
        for name in ("shape", "normalise"):
            if getattr(self, name):
                changes[name] = getattr(self, name)
        if self.balance is not None:
            changes["balance"] = sampler_settings(self.balance)
        return open_recipe(open_recipe(self.recipe, changes), self.settings)

    def _draws(self) -> bool:
        """Whether the seed is drawn: an integer is used as it is."""
        return not isinstance(self.random_state, int | np.integer)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = False
        tags.input_tags.string = True
        return tags


_WORDS = {"waveforms": "waveforms", "matrix": "a feature matrix", "images": "features [n, c, h, w]"}
