"""Damaged inputs by number: the same number is the same input in every run. `scripts/fuzz.py` makes thousands.

(But for the serial number of an Ogg stream and the time in a WAV of floats, which libsndfile draws itself.)
"""

from __future__ import annotations

import functools
import io
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evenvoice.errors import EvenvoiceError
from tests.serve import malformed
from tests.spreadsheets import damaged_parquet, damaged_workbook

Generator = np.random.Generator


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Attributes:
        name: Of the kind.
        suffix: Of its files; they may say something else by their content.
        make: A damaged input, drawn from a generator.
        use: What evenvoice does with a file of it.
        errors: What it may raise.
    """

    name: str
    suffix: str
    make: Callable[[Generator], bytes]
    use: Callable[[Path], object]
    errors: tuple[type[Exception], ...] = (EvenvoiceError,)

    def case(self, number: int) -> bytes:
        """Return the input of this number."""
        return self.make(np.random.default_rng([zlib.crc32(self.name.encode()), number]))


def damaged(content: bytes, random: Generator, pieces: tuple[bytes, ...] = ()) -> bytes:
    """Damage bytes once to three times: cut, change, leave out, repeat, extremes over a field, pieces put in."""
    for _ in range(random.integers(1, 4)):
        content = content or b"0"
        if pieces and random.random() < 0.5:
            place = int(random.integers(len(content) + 1))
            piece = pieces[random.integers(len(pieces))]
            content = content[:place] + piece + content[place + int(random.integers(0, 2)) * len(piece) :]
        else:
            content = malformed.DAMAGES[random.integers(len(malformed.DAMAGES))](content, random)
    return content


# --- recordings


# The others are refused by their first bytes.
_READ = ("WAV", "WAVEX", "W64", "RF64", "FLAC", "OGG", "MP3", "AIFF", "AU", "CAF", "NIST", "VOC", "SVX", "IRCAM")


@functools.cache
def _sounds() -> list[bytes]:
    """A second of a voice in each container and coding that libsndfile or PyAV writes."""
    from tests.audio.sounds import encoded, mp3, voice

    read = [kind for kind in malformed.KINDS if kind[0] in _READ]
    found = [encoded(voice(1.0), format=container, subtype=subtype) for container, subtype in read]
    found += [mp3(1.0), mp3(1.0, announced=False), encoded(np.stack([voice(1.0)] * 2, 1), format="WAV")]
    try:
        import av
    except ImportError:
        return found
    for container, codec in (("mp4", "aac"), ("webm", "libopus"), ("mov", "aac"), ("adts", "aac"), ("matroska", "flac"),
                             ("asf", "wmav2"), ("avi", "pcm_s16le"), ("wv", "wavpack"), ("ac3", "ac3")):  # fmt: skip
        file = io.BytesIO()
        with av.open(file, "w", format=container, options={"fflags": "+bitexact"}) as out:
            stream = out.add_stream(codec, rate=48000, layout="mono", bit_rate=64_000)
            samples = np.resize(voice(1.0), (1, 48000)).astype(np.float32)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate = 48000
            frame.pts = 0
            for part in (frame, None):
                for packet in stream.encode(part):
                    out.mux(packet)
        found.append(file.getvalue())
    return found


def _sound(random: Generator) -> bytes:
    sounds = _sounds()
    return damaged(sounds[random.integers(len(sounds))], random)


def _decode(file: Path) -> None:
    from evenvoice.audio import Clip, decode, duration, load, open_blocks

    load(file)
    duration(Clip(file))
    decode(io.BytesIO(file.read_bytes()), start=0.1, end=0.5)
    with open_blocks(file) as (_, blocks):
        for _ in blocks:
            pass


# --- model files


@functools.cache
def _models() -> list[bytes]:
    from evenvoice.recognizer.ready import ready_model
    from tests.recognizer import tiny

    return [tiny.model_file(), tiny.model_file(tiny.graph()), ready_model().read_bytes()]


# What is put into a value of the metadata, or of an attribute.
_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, 2**31, 1e308, "", "a" * 5000, "\ud800", "\x1b[2J", "‮", "=1+1", "<script>",
    "javascript:alert(1)", [], {}, [[]], [None], ["a"] * 500, {"a": {"b": {"c": []}}},
)  # fmt: skip


def _model(random: Generator) -> bytes:
    """A model file whose bytes, metadata or graph are damaged; of a damaged graph, the hash is right."""
    content = _models()[random.integers(len(_models()))]
    how = random.random()
    if how < 0.25:
        return damaged(content, random)
    import onnx

    model = onnx.load_from_string(content)
    entry = next(entry for entry in model.metadata_props if "evenvoice" in entry.key)
    card = json.loads(entry.value)
    if how < 0.55:
        _damage_values(card, random)
    else:
        del model.metadata_props[:]
        body = model.SerializeToString()
        if how < 0.7:
            body = damaged(body, random)
        else:
            for _ in range(random.integers(1, 4)):
                _damage_graph(model.graph, random)
            body = model.SerializeToString()
        from evenvoice.recognizer.metadata import model_sha256

        try:
            card["sha256"] = model_sha256(body)
        except EvenvoiceError:
            return body
        added = onnx.ModelProto()
        added.metadata_props.add(key=entry.key, value=json.dumps(card))
        return body + added.SerializeToString()
    entry.value = json.dumps(card)
    return bytes(model.SerializeToString())


def _damage_values(card: Any, random: Generator) -> None:
    """Replace, leave out or add values, at any depth."""
    at = card
    while isinstance(at, dict) and at:
        key = list(at)[random.integers(len(at))]
        if isinstance(at[key], dict) and at[key] and random.random() < 0.7:
            at = at[key]
            continue
        draw = random.random()
        if draw < 0.2:
            del at[key]
        elif draw < 0.3:
            at["x" * int(random.integers(1, 300))] = at[key]
        else:
            at[key] = _VALUES[random.integers(len(_VALUES))]
        return


def _damage_graph(graph: Any, random: Generator) -> None:
    """Change a number of an attribute or a weight, an operator, an input, or leave out a node."""
    from evenvoice.recognizer.operators import OPERATORS

    node = graph.node[random.integers(len(graph.node))]
    draw = random.random()
    if draw < 0.25 and node.attribute:
        attribute = node.attribute[random.integers(len(node.attribute))]
        number = (-1, 0, 1, 3, 1000, 2**20, 2**31, 2**40, 2**62)[random.integers(9)]
        if attribute.ints:
            attribute.ints[random.integers(len(attribute.ints))] = number
        else:
            attribute.i = number
    elif draw < 0.5 and graph.initializer:
        weights = [tensor for tensor in graph.initializer if tensor.data_type == 7] or list(graph.initializer)
        tensor = weights[random.integers(len(weights))]
        if tensor.data_type == 7 and len(tensor.raw_data) >= 8:
            number = (-(2**40), -1, 0, 2, 1000, 10**6, 10**9, 2**40, 2**62)[random.integers(9)]
            tensor.raw_data = np.int64(number).tobytes() + tensor.raw_data[8:]
        elif tensor.dims:
            tensor.dims[random.integers(len(tensor.dims))] = int(random.integers(0, 2**40))
    elif draw < 0.7:
        node.op_type = sorted(OPERATORS)[random.integers(len(OPERATORS))]
    elif draw < 0.85 and node.input:
        names = [name for other in graph.node for name in (*other.input, *other.output)]
        node.input[random.integers(len(node.input))] = names[random.integers(len(names))]
    else:
        graph.node.remove(node)


def _recognize(file: Path) -> None:
    from evenvoice.recognizer import Recognizer
    from evenvoice.recognizer.model_card import model_card
    from tests.recognizer.tiny import steady

    recognizer = Recognizer(file)
    model_card(recognizer.card)
    recognizer(steady(0.1, recognizer.sample_rate // 2))


# --- recipes and tables

_YAML = (
    b"\0", b"'", b'"', b": ", b"- ", b"{", b"}", b"[", b"]", b"&a ", b"*a", b"!!int ", b"!x ", b"\t", b"|\n", b">-\n",
    b"010", b"1:30", b".nan", b"-.inf", b"1e999", b"-1", b"2147483648", b"true", b"null", b"~", b"\xff", b"\n\n", b"#",
    b"extends: 2dcnn\n", b"extends: recipe.yaml\n", b"search: {training.epochs: [1, 2]}\n", b"balance: [smote, ros]\n",
    b"model: {name: svm}\n", b"loss: {name: focal}\n", b"features: {name: voice}\n", b"\xe2\x80\xae", b"a" * 3000,
    b"%YAML 1.1\n", b"---\n", b"...\n", b"? ", b"<<: *a\n", b"os:system",
)  # fmt: skip


@functools.cache
def _recipes() -> list[bytes]:
    import evenvoice.recipes

    shipped = Path(evenvoice.recipes.__file__).parent / "shipped"
    return [path.read_bytes() for path in sorted(shipped.glob("*.yaml"))]


def _recipe(random: Generator) -> bytes:
    recipes = _recipes()
    content = recipes[random.integers(len(recipes))]
    if random.random() < 0.4:  # a value instead of another
        lines = content.splitlines(keepends=True)
        row = int(random.integers(len(lines)))
        name, colon, _ = lines[row].partition(b":")
        lines[row] = name + (colon or b":") + b" " + _YAML[random.integers(len(_YAML))] + b"\n"
        content = b"".join(lines)
        if random.random() < 0.7:
            return content
    return damaged(content, random, _YAML)


def _open_recipe(file: Path) -> None:
    from evenvoice.recipes import open_recipe

    recipe = open_recipe(file)
    assert recipe.input_shape
    assert recipe.samplers is not None


_TABLE = (
    'file,emotion,speaker,start,end,Käse\n"a.wav",sad,1,0.1,0.2,x\nb.wav,wut,2,"0:00:00.1",,y\n'
    "a.wav,sad,1,0.2,0.3,\nb.wav,happy,02,,,'z\n"
)
_CSV = (
    b"\0", b'"', b",", b";", b"\t", b"\n", b"\r", b"\xff", b"\xef\xbb\xbf", b"nan", b"-1", b"1e999", b"\xed\xa0\x80",
    b"../" * 50, b"a" * 400, b"file", b"emotion", b"0 days", b"::", b"\x1b[31m", b"=1+1", b"\xe2\x80\xae", b"," * 3000,
    b'"' * 7, b"a.wav,sad\n" * 50, b"file,emotion\n", b"version https://git-lfs.github.com/spec/v1\n", b"NaT", b"1,5",
)  # fmt: skip


def _table(random: Generator) -> bytes:
    encoding = ("utf-8", "utf-16", "cp1252", "utf-8-sig")[random.integers(4)]
    text = _TABLE if random.random() < 0.8 else _TABLE.replace(",", ";")
    return damaged(text.encode(encoding), random, _CSV)


def _open_table(file: Path) -> None:
    from evenvoice.corpora import open_corpus
    from evenvoice.corpora.summary import summarise
    from tests.corpora.trees import write_sound

    for name in "ab":
        if not (file.parent / f"{name}.wav").exists():
            write_sound(file.parent / f"{name}.wav")
    corpus = open_corpus(str(file), emotions="all")
    assert summarise(corpus)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("sounds", ".wav", _sound, _decode),
        Kind("models", ".onnx", _model, _recognize),
        Kind("recipes", ".yaml", _recipe, _open_recipe),
        Kind("tables", ".csv", _table, _open_table),
        Kind("spreadsheets", ".xlsx", damaged_workbook(damaged), _open_table),
        Kind("parquet", ".parquet", damaged_parquet(damaged), _open_table),
    )
}
