"""A map of a corpus: each utterance a point, near those whose features are alike; by emotion and by speaker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from evenvoice.corpora import Corpus
from evenvoice.errors import EvenvoiceError, nearest, shown
from evenvoice.recipes import Recipe, open_recipe
from evenvoice.report.style import FAINT, drawing, new_figure, series
from evenvoice.tables import count, per_cent
from evenvoice.training import load_dataset

METHODS = ("t-sne", "pca")
_NEIGHBOURS = 10
_COMPONENTS = 50  # of the PCA before t-SNE, as van der Maaten & Hinton do
_PERPLEXITY = 30.0
_NAMED = 12  # groups that get a legend


@dataclass(frozen=True)
class FeatureMap:
    """Where the utterances of a corpus lie.

    Attributes:
        corpus: Whose; without recordings that cannot be used.
        recipe: Whose features they are.
        method: ``t-sne`` or ``pca``.
        features: What was measured, standardised over the corpus, float64 ``[n, r]``.
        places: float64 ``[n, 2]``.
    """

    corpus: Corpus
    recipe: Recipe
    method: str
    features: npt.NDArray[np.float64]
    places: npt.NDArray[np.float64]

    def shared(self, column: str) -> tuple[float, float]:
        """Return which share of each utterance's ten nearest neighbours has its value, and of all others.

        Args:
            column: ``emotion`` or ``speaker``.
        """
        values = self.corpus.table[column].to_numpy(str)
        k = min(_NEIGHBOURS, len(values) - 1)
        near = NearestNeighbors(n_neighbors=k).fit(self.features).kneighbors(return_distance=False)
        of_all = [(np.sum(values == value) - 1) / (len(values) - 1) for value in values]
        return float(np.mean(values[near] == values[:, None])), float(np.mean(of_all))


def feature_map(
    corpus: Corpus,
    recipe: str | Recipe = "voice-linear",
    *,
    method: Literal["t-sne", "pca"] = "t-sne",
    seed: int = 0,
    jobs: int = 1,
    skip_bad: bool = False,
) -> FeatureMap:
    """Place each utterance of a corpus in the plane.

    Nothing is trained: the features of the recipe are standardised over the whole corpus. t-SNE keeps neighbours
    together; distances between groups and their sizes mean nothing. PCA is a projection, and its distances do.

    Args:
        corpus: Which corpus.
        recipe: Whose features, each utterance one vector (the shapes ``functionals`` and ``mean``).
        method: ``t-sne`` or ``pca``.
        seed: Of t-SNE.
        jobs: How many recordings to work on at once.
        skip_bad: Go on without unusable recordings.

    Raises:
        EvenvoiceError: A recipe whose features are frames, an unknown method, fewer than five utterances.

    Source:
        van der Maaten & Hinton 2008, "Visualizing data using t-SNE", JMLR 9.
    """
    if method not in METHODS:
        raise EvenvoiceError(f"map: method {shown(method)}{nearest(str(method), [*METHODS])}; use t-sne or pca")
    recipe = open_recipe(recipe)
    shape = recipe.shape.make(recipe.features.make())
    if not shape.one_frame:
        raise EvenvoiceError(
            f"map: recipe {recipe.name!r} gives frames (shape {recipe.shape.name}), and a map needs one vector an "
            "utterance; use voice-linear, or another recipe of shape functionals or mean"
        )
    corpus, dataset = load_dataset(corpus, recipe.features, [recipe.shape], jobs=jobs, skip_bad=skip_bad)
    if len(corpus) < 5:
        raise EvenvoiceError(f"map: corpus {corpus.name!r} has {len(corpus)} utterances; a map needs five at least")
    rows = np.asarray(dataset.rows(shape)[:], np.float64).reshape(len(corpus), -1)
    features = StandardScaler().fit_transform(rows)
    components = 2 if method == "pca" else min(_COMPONENTS, *features.shape)
    places = PCA(components, svd_solver="full").fit_transform(features)
    if method == "t-sne":
        perplexity = min(_PERPLEXITY, (len(corpus) - 1) / 3)
        places = TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(places)
    return FeatureMap(corpus, recipe, method, features, np.asarray(places, np.float64))


def map_figure(found: FeatureMap) -> Figure:
    """Draw a map twice: coloured by emotion, and by speaker where speakers are known."""
    corpus = found.corpus
    columns = ("emotion", "speaker") if corpus.has("speaker") else ("emotion",)
    about = [
        f"{corpus.name}, {count(len(corpus), 'utterance')} · {found.recipe.name}, {found.features.shape[1]:,} features",
        {"t-sne": "t-SNE: neighbours mean something, distances between groups do not",
         "pca": "the first two principal components"}[found.method],
    ]  # fmt: skip
    with drawing():
        figure, panels = new_figure("Features", about, height=3.9 * len(columns), rows=len(columns), width=5.8)
        for axes, column in zip(panels, columns, strict=True):
            near, of_all = found.shared(column)
            _scatter(axes, found, column)
            axes.set_title(
                f"by {column}: {per_cent(near)} % of the 10 nearest neighbours share it, {per_cent(of_all)} % of all",
                fontsize=8.5, color=FAINT, loc="left",
            )  # fmt: skip
            axes.set_xticks([])
            axes.set_yticks([])
            axes.spines[["left", "bottom"]].set_visible(False)
    return figure


def _scatter(axes: Axes, found: FeatureMap, column: str) -> None:
    """Draw the points of each group in one colour and with one marker."""
    values = found.corpus.table[column].to_numpy(str)
    groups = list(found.corpus.labels) if column == "emotion" else sorted(set(values))
    for number, group in enumerate(groups):
        those = found.places[values == group]
        style = series(number)
        axes.scatter(those[:, 0], those[:, 1], 16, color=style["color"], marker=style["marker"], alpha=0.75,
                     linewidths=0, label=group)  # fmt: skip
    if len(groups) <= _NAMED:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handletextpad=0.2)
