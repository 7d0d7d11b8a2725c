"""Features in a file: the same values, read when they are asked for, and gone with the store."""

from __future__ import annotations

import gc
import pickle
from pathlib import Path

import numpy as np
import pytest

from evenvoice.allocator import release
from evenvoice.errors import EvenvoiceError
from evenvoice.features import ShapeSettings, feature_digest
from evenvoice.features.extractor import FeatureSettings
from evenvoice.recipes import Needs, open_recipe
from evenvoice.training import Dataset, dataset, images, store
from evenvoice.training.images import gather
from evenvoice.training.normalise import Normaliser
from evenvoice.training.prepare import fit_normaliser, to_images, to_training_images
from evenvoice.training.store import FeatureStore, StoreWriter

RNG = np.random.default_rng(0)
RAGGED = [RNG.standard_normal((120, frames)).astype(np.float32) for frames in (9, 1, 30, 12)]
VECTORS = [RNG.standard_normal((7, 1)).astype(np.float32) for _ in range(700)]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store.tempfile, "tempdir", str(tmp_path))
    return tmp_path


def written(arrays: list[np.ndarray]) -> FeatureStore:
    with StoreWriter() as writer:
        for values in arrays:
            writer.append(values)
        return writer.store(len(arrays[0]) if arrays else 3)


@pytest.mark.parametrize("arrays", [RAGGED, VECTORS, []])
def test_a_store_in_a_file_is_the_store_in_memory(arrays: list[np.ndarray]) -> None:
    inside, outside = FeatureStore.of(arrays), written(arrays)
    assert len(inside) == len(outside) == len(arrays)
    for one, other, expected in zip(inside, outside, arrays, strict=True):
        assert np.array_equal(one, expected)
        assert np.array_equal(other, expected)
        assert not one.flags.writeable
        assert not other.flags.writeable
    for rows in (inside, outside):
        assert [values.tolist() for values in reversed(rows)] == [values.tolist() for values in reversed(arrays)]
        if arrays:
            assert np.array_equal(rows[-1], arrays[-1])
        with pytest.raises(IndexError):
            rows[-len(arrays) - 1]
    assert inside.digest() == outside.digest()
    assert inside.nbytes == outside.nbytes


def test_another_process_reads_it_by_path() -> None:
    outside = written(RAGGED)
    sent = pickle.dumps(outside)
    assert len(sent) < 1000
    there = pickle.loads(sent)
    assert np.array_equal(there[2], RAGGED[2])
    assert there.digest() == outside.digest()


def test_its_file_goes_with_the_store_that_wrote_it(temporary: Path) -> None:
    outside = written(RAGGED)
    there = pickle.loads(pickle.dumps(outside))
    del there
    gc.collect()
    assert len(list(temporary.iterdir())) == 1
    del outside
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_a_full_temporary_folder_is_one_line(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.tempfile, "tempdir", str(temporary / "missing"))
    with pytest.raises(EvenvoiceError, match=r"missing: features cannot be written .*TMPDIR"):
        written(RAGGED)
    with pytest.raises(EvenvoiceError, match=r"missing: a training part cannot be written .*TMPDIR"):
        gather([np.zeros((1, 1 << 17), np.float32)], 1 << 12, (1 << 17,))


@pytest.mark.parametrize("block", [1, 1 << 24])
def test_vectors_of_some_utterances_are_copied_in_order(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(store, "_BLOCK", block)
    positions = RNG.permutation(len(VECTORS))[:50]
    expected = np.stack(VECTORS)[positions]
    for one in (FeatureStore.of(VECTORS), written(VECTORS)):
        found = one.vectors(positions)
        assert np.array_equal(found, expected)
        found += 1  # its own
        assert np.array_equal(one.vectors(positions), expected)
        assert np.array_equal(one.vectors(), np.stack(VECTORS))


def test_digests_are_those_of_the_features_with_or_without_them() -> None:
    plain = FeatureStore.of(RAGGED)
    assert plain.without_arrays().digest() == plain.digest()
    assert FeatureStore.of(RAGGED[::-1]).digest() != plain.digest()
    with StoreWriter() as writer:
        for values in RAGGED:
            writer.append(values, feature_digest(values))
        assert writer.store(120).digest() == plain.digest()


def test_features_that_were_not_loaded_are_asked_for_in_vain() -> None:
    absent = FeatureStore.of(RAGGED).without_arrays()
    assert len(pickle.loads(pickle.dumps(absent))) == 4
    with pytest.raises(EvenvoiceError, match="without the features themselves"):
        absent[0]


# --- datasets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mean", "functionals", "channels"])
def test_a_dataset_in_files_gives_the_same_rows(name: str) -> None:
    shape = ShapeSettings(name=name).make(FeatureSettings().make())
    here = Dataset(list("abcd"), RAGGED)
    there = pickle.loads(
        pickle.dumps(kept := here.in_files([Needs(FeatureSettings(), (ShapeSettings(name=name),), ())]))
    )
    part = np.array([3, 0, 2])
    for one, other in zip(here.take(part).rows(shape), there.take(part).rows(shape), strict=True):
        assert np.array_equal(one, other)
    assert kept.store.digest() == here.store.digest()
    assert (there.nbytes == kept.store.nbytes) is (name == "channels")


@pytest.mark.parametrize("normalise", ["training", "speaker", "enrolled"])
@pytest.mark.parametrize("positions", [None, [5, 1, 4, 0, 7, 2]], ids=["all", "a part"])
def test_many_rows_are_normalised_from_their_file_in_blocks(
    normalise: str, positions: list[int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = open_recipe("functionals-svm", {"normalise": normalise})
    arrays = [RNG.standard_normal((120, frames)).astype(np.float32) for frames in (9, 3, 30, 12, 5, 8, 20, 11)]
    whole = Dataset(list("abcdefgh"), arrays, speakers=np.array(list("rrsssrst")))
    whole = whole.in_files([Needs(recipe.features, (recipe.shape,), ())])
    part = whole if positions is None else whole.take(np.array(positions))

    def prepared() -> tuple[np.ndarray, ...]:
        normaliser = fit_normaliser(recipe, part)
        measured = () if normaliser is None else (normaliser.mean, normaliser.scale)
        return *measured, to_images(recipe, part, normaliser), to_training_images(recipe, part, normaliser)

    expected = prepared()
    assert isinstance(part.rows(recipe.made_shape), np.ndarray)
    monkeypatch.setattr(dataset, "MOST_IN_MEMORY", 0)
    assert isinstance(part.rows(recipe.made_shape), store.Vectors)
    for one, other in zip(expected, prepared(), strict=True):
        np.testing.assert_array_equal(one, other)


# --- sums and images ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 2, 7, 130])
def test_normalising_vectors_at_once_is_normalising_them_one_by_one(rows: int) -> None:
    vectors = (RNG.standard_normal((700, rows, 1)) * 10 ** RNG.uniform(-3, 3, (1, rows, 1)) - 900).astype(np.float32)
    one_by_one = Normaliser.fit(list(vectors[:300]), list(vectors[300:]))
    at_once = Normaliser.fit(vectors[:300], vectors[300:])
    assert np.array_equal(one_by_one.mean, at_once.mean)
    assert np.array_equal(one_by_one.scale, at_once.scale)
    assert np.array_equal(np.stack(one_by_one.apply(list(vectors))), at_once.vectors(vectors))


def test_large_images_lie_in_a_file_without_a_name(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [RNG.standard_normal((5, 3, 4)).astype(np.float32) for _ in range(4)]
    expected = gather(iter(blocks), 20, (3, 4))
    monkeypatch.setattr(images, "MOST_IN_MEMORY", 100)
    mapped = gather(iter(blocks), 20, (3, 4))
    assert isinstance(mapped, np.memmap)
    assert list(temporary.iterdir()) == []
    assert np.array_equal(mapped, expected)
    release(mapped)
    release(expected)
    assert np.array_equal(mapped, expected)
