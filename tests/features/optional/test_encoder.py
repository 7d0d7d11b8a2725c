"""Encoders through transformers: tiny ones with random weights, made here; nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from evenvoice.audio import Clip
from evenvoice.errors import EvenvoiceError
from evenvoice.features import FeatureSettings, compute, extract
from evenvoice.recipes import Recipe
from evenvoice.testing import check_extractor

transformers = pytest.importorskip(
    "transformers", reason='transformers is not installed: pip install "evenvoice[encoders]"'
)

SIZES: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 20}
CONVOLUTIONS: dict[str, Any] = {
    "conv_dim": (8, 8, 8, 8, 8, 8, 8), "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2,
}  # fmt: skip
WHISPER: dict[str, Any] = {
    "d_model": 16, "encoder_layers": 2, "decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
    "encoder_ffn_dim": 20, "decoder_ffn_dim": 20, "vocab_size": 20, "num_mel_bins": 80, "pad_token_id": 0,
    "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1, "begin_suppress_tokens": None,
}  # fmt: skip
KINDS = ("wav2vec2", "hubert", "wavlm", "whisper")


def make(kind: str, folder: Path, seed: int = 0) -> Path:
    """An encoder with random weights, as a folder that transformers writes."""
    torch.manual_seed(seed)
    config = transformers.AutoConfig.for_model(kind, **(WHISPER if kind == "whisper" else SIZES | CONVOLUTIONS))
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    whisper = kind == "whisper"
    prepare = transformers.WhisperFeatureExtractor() if whisper else transformers.Wav2Vec2FeatureExtractor()
    prepare.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    with torch.random.fork_rng():
        return {kind: make(kind, tmp_path_factory.mktemp(kind)) for kind in KINDS}


def noise(seconds: float) -> np.ndarray:
    return (0.1 * np.random.default_rng(0).standard_normal(round(16000 * seconds))).astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_the_contract_of_an_extractor(kind: str, folders: dict[str, Path]) -> None:
    check_extractor(f"encoder:{folders[kind]}")


@pytest.mark.parametrize("kind", KINDS)
def test_its_features_are_the_hidden_states_that_transformers_gives(kind: str, folders: dict[str, Path]) -> None:
    wave = noise(1.0)
    prepare = transformers.AutoFeatureExtractor.from_pretrained(folders[kind])
    model = transformers.AutoModel.from_pretrained(folders[kind]).eval()
    given = prepare(wave, sampling_rate=16000, return_tensors="pt")
    with torch.inference_mode():
        states = (model.encoder if kind == "whisper" else model)(**given, output_hidden_states=True).hidden_states
    frames = 50 if kind == "whisper" else 49  # a frame every 20 ms; without padding, the last does not fit
    for layer, expected in ((None, torch.stack(states).mean(dim=0)), (0, states[0]), (-1, states[2])):
        found = compute(FeatureSettings(name=f"encoder:{folders[kind]}", layer=layer).make(), wave)
        np.testing.assert_allclose(found, expected[0, :frames].T.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["wav2vec2", "whisper"])
def test_long_recordings_are_encoded_in_pieces(kind: str, folders: dict[str, Path]) -> None:
    extractor = FeatureSettings(name=f"encoder:{folders[kind]}").make()
    wave = noise(31.0)
    together = compute(extractor, wave)
    pieces = [compute(extractor, wave[: 30 * 16000]), compute(extractor, wave[30 * 16000 :])]
    np.testing.assert_allclose(together, np.concatenate(pieces, axis=1), rtol=1e-4, atol=1e-5)
    assert together.shape[1] == extractor.frames(wave.size)


def test_other_weights_in_the_same_folder_are_not_read_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import soundfile

    monkeypatch.setenv("EVENVOICE_CACHE", str(tmp_path / "cache"))
    soundfile.write(tmp_path / "a.wav", noise(0.5), 16000)
    clips = [Clip(tmp_path / "a.wav")]
    with torch.random.fork_rng():
        first = FeatureSettings(name=f"encoder:{make('wav2vec2', tmp_path / 'model')}")
        before, again = extract(clips, first)[0], extract(clips, first)[0]
        make("wav2vec2", tmp_path / "model", seed=1)
    from evenvoice.features.extractor import _made

    _made.cache_clear()  # as in another process
    after = extract(clips, first)[0]
    np.testing.assert_array_equal(before, again)
    assert np.abs(np.subtract(before, after)).max() > 0.01


def test_a_recipe_takes_mean_and_deviation_of_its_frames(folders: dict[str, Path]) -> None:
    recipe = Recipe(name="mine", features=f"encoder:{folders['wavlm']}", model="svm")  # type: ignore[arg-type]
    assert recipe.features.name == "encoder"
    assert recipe.shape.options == {"kind": "spread"}
    assert recipe.input_shape == (1, 1, 32)


def test_what_cannot_be_an_encoder_is_one_line(tmp_path: Path, folders: dict[str, Path]) -> None:
    bert = transformers.AutoConfig.for_model("bert", **SIZES)
    bert.save_pretrained(tmp_path / "bert")
    for name, options, said in (
        ("encoder", {}, r"extractor 'encoder': which one\? write encoder:PATH_OR_HUB_NAME"),
        (f"encoder:{tmp_path / 'none'}", {}, r"none' cannot be loaded \(.*\); give a folder with config.json"),
        (f"encoder:{tmp_path / 'bert'}", {}, r"bert' is a bert; give an encoder of waveforms"),
        (f"encoder:{folders['wavlm']}", {"layer": 3}, r"layer is 3, and '.*' has 2; give one from 0 to 2"),
    ):
        with pytest.raises(EvenvoiceError, match=said) as error:
            FeatureSettings(name=name, **options).make()
        assert "\n" not in str(error.value)
