"""What a model file says about itself, and whether its bytes are the ones that were written.

An ``.onnx`` file is one protocol buffer, ``ModelProto``. Ours holds one metadata entry, under `KEY`: a JSON object with
the keys `CARD_KEYS`. The file is read and checked here before onnxruntime sees it, so a damaged one never gets there.

Source:
    ``onnx.proto`` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) for the numbers of the fields;
    https://protobuf.dev/programming-guides/encoding for the encoding.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from evenvoice.errors import EvenvoiceError
from evenvoice.recognizer import schema
from evenvoice.recognizer.operators import check_graph
from evenvoice.recognizer.wire import DAMAGED, FIXED, fields

Card = dict[str, Any]

KEY = "evenvoice"
FORMAT = 1
CARD_KEYS = (
    "format", "labels", "sample_rate", "recipe", "corpus", "measured", "versions", "made", "sha256", "intended_use",
)  # fmt: skip

INPUTS = ("waveform", "lengths")
OUTPUT = "probabilities"

# Of a model that can be adapted to a speaker: an input that may be left out, and an output.
SPEAKER, NORMALISED = "speaker", "normalised"

# ModelProto.metadata_props, a list of StringStringEntryProto with a key and a value.
_METADATA = 14
_ENTRY_KEY, _ENTRY_VALUE = 1, 2

# No sound card and no file format goes beyond; more would only make the resampler ask for memory.
_HIGHEST_RATE = 1_000_000

_ANOTHER = "name a file that evenvoice exported"


def model_sha256(model: bytes) -> str:
    """Return the SHA-256 of a serialised ``ModelProto`` without its metadata, as hexadecimal digits.

    It covers the graph and the weights. The metadata, in which it is kept, may change: two exports of the same weights
    share it, whatever the day.

    Raises:
        EvenvoiceError: The bytes are not fields of a protocol buffer.

    Examples:
        >>> graph, metadata = bytes([7 << 3 | 2, 1, 65]), bytes([14 << 3 | 2, 1, 66])
        >>> model_sha256(graph + metadata) == model_sha256(graph) == hashlib.sha256(graph).hexdigest()
        True
    """
    digest = hashlib.sha256()
    for field in fields(memoryview(model), "the model"):
        if field.number != _METADATA:
            digest.update(field.whole)
    return digest.hexdigest()


def read_card(model: bytes, name: str) -> Card:
    """Return the metadata of a model file, checked.

    Args:
        model: The bytes of the file.
        name: What error messages call it.

    Raises:
        EvenvoiceError: Not an ONNX file, one that evenvoice did not write, one of a newer format, or a damaged one.
    """
    text = _own_entry(model, name)
    try:
        card = json.loads(text, parse_constant=_no_number)
    # Brackets nested a thousand deep exhaust the stack.
    except (ValueError, RecursionError) as error:
        raise EvenvoiceError(f"{name}: its metadata is not JSON; {DAMAGED}") from error
    if not isinstance(card, dict):
        raise EvenvoiceError(f"{name}: its metadata is {type(card).__name__}, not an object; {DAMAGED}")
    _check_format(card, name)
    missing = [key for key in CARD_KEYS if key not in card]
    if missing:
        raise EvenvoiceError(f"{name}: its metadata lacks {', '.join(missing)}; {_ANOTHER}")
    _check_labels(card["labels"], name)
    check_measured(card["measured"], name)
    rate = card["sample_rate"]
    if type(rate) is not int or not 0 < rate <= _HIGHEST_RATE:
        raise EvenvoiceError(f"{name}: sample_rate is {rate!r:.40}, expected Hz as a whole number; {_ANOTHER}")
    try:
        schema.check(card)
    except EvenvoiceError as error:
        raise EvenvoiceError(f"{name}: {error}; {_ANOTHER}") from error
    if card["sha256"] != model_sha256(model):
        raise EvenvoiceError(f"{name}: its weights are not those that were written (SHA-256 differs); {DAMAGED}")
    check_graph(model, name)
    return card


def _no_number(word: str) -> None:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError(word)


def _own_entry(model: bytes, name: str) -> bytes:
    """Return our metadata entry."""
    found = list(fields(memoryview(model), name))
    if any(field.kind in FIXED for field in found):  # which ModelProto has not
        raise EvenvoiceError(f"{name}: not an ONNX model, or {DAMAGED}")
    entries = [field.content for field in found if field.number == _METADATA]
    for entry in entries:
        pair = {field.number: field.content for field in fields(entry, name)}
        if pair.get(_ENTRY_KEY) == memoryview(KEY.encode()):
            text = pair.get(_ENTRY_VALUE, memoryview(b""))
            if len(text) > schema.LARGEST:
                raise EvenvoiceError(f"{name}: {len(text):,} bytes of metadata, at most {schema.LARGEST:,}; {_ANOTHER}")
            return bytes(text)
    raise EvenvoiceError(f"{name}: an ONNX model without evenvoice's metadata; {_ANOTHER}")


def _check_format(card: Card, name: str) -> None:
    """Refuse what a later evenvoice wrote, and what is not a format at all."""
    found = card.get("format")
    if type(found) is not int or found < 1:
        raise EvenvoiceError(f"{name}: metadata of format {found!r:.40}, expected {FORMAT}; {_ANOTHER}")
    if found > FORMAT:
        raise EvenvoiceError(
            f"{name}: metadata of format {found}, and this evenvoice reads {FORMAT}; "
            "update it (pip install --upgrade evenvoice)"
        )


def _check_labels(labels: Any, name: str) -> None:
    """Labels end up on terminals and in tables: words that can be printed, each once."""
    words = labels if isinstance(labels, list) else []
    good = all(isinstance(word, str) and word and word.isprintable() for word in words)
    if len(words) < 2 or not good or len(set(words)) != len(words):
        raise EvenvoiceError(f"{name}: labels are {labels!r:.60}, expected two or more different words; {_ANOTHER}")
    if len(words) > schema.MOST_ENTRIES or max(map(len, words)) > schema.LONGEST_WORD:
        raise EvenvoiceError(
            f"{name}: {len(words)} labels of up to {max(map(len, words))} characters, at most {schema.MOST_ENTRIES} of "
            f"{schema.LONGEST_WORD}; {_ANOTHER}"
        )


def check_measured(measured: Any, name: str) -> None:
    """Raise unless ``measured`` is null or a list of entries that a model card can show.

    An entry is what one study measured of the same recipe on the same corpus under one protocol. It holds ``study``,
    ``protocol`` and ``promise`` (words), and ``ua`` and ``wa`` with ``estimate``, ``low`` and ``high``: fractions, the
    last two ``None`` where there is no interval; perhaps ``disjoint``, the columns of which no value is shared by
    training and test; perhaps ``compared``, a list of ``recipe``, ``difference`` (-1 to 1), ``p`` and ``words``; and
    perhaps ``conditions``, a list of ``name``, ``kind``, ``emotions``, ``utterances``, ``speakers``, ``ua`` and ``wa``:
    perturbed test recordings and other corpora. More keys may be there. A LEAKY figure is none to advertise.

    Args:
        measured: The value.
        name: What error messages call the file.

    Raises:
        EvenvoiceError: Another shape, or a LEAKY entry.

    Examples:
        >>> entry = {"study": "emodb", "protocol": "kfold", "promise": "stratified", "leaky": True, "ua": 0.9}
        >>> check_measured([entry], "model.onnx")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: model.onnx: measured[0] is LEAKY, and a model file does not advertise it; \
name a file that evenvoice exported
    """
    if measured is None:
        return
    if not isinstance(measured, list) or not 0 < len(measured) <= schema.MOST_ENTRIES:
        raise EvenvoiceError(f"{name}: measured is {measured!r:.40}, expected null or a list of entries; {_ANOTHER}")
    for number, entry in enumerate(measured):
        place = f"{name}: measured[{number}]"
        if not isinstance(entry, dict):
            raise EvenvoiceError(f"{place} is {entry!r:.40}, expected an object; {_ANOTHER}")
        if entry.get("leaky"):
            raise EvenvoiceError(f"{place} is LEAKY, and a model file does not advertise it; {_ANOTHER}")
        for key in ("study", "protocol", "promise"):
            word = entry.get(key)
            if not isinstance(word, str) or not word or not word.isprintable():
                raise EvenvoiceError(f"{place}.{key} is {word!r:.40}, expected words; {_ANOTHER}")
        disjoint = entry.get("disjoint", [])
        if not isinstance(disjoint, list) or not all(isinstance(column, str) for column in disjoint):
            raise EvenvoiceError(f"{place}.disjoint is {disjoint!r:.40}, expected a list of columns; {_ANOTHER}")
        compared = entry.get("compared", [])
        if not isinstance(compared, list) or len(compared) > schema.MOST_ENTRIES or not all(map(_compares, compared)):
            raise EvenvoiceError(
                f"{place}.compared is {compared!r:.60}, expected recipe, difference, p and words of each; {_ANOTHER}"
            )
        conditions = entry.get("conditions", [])
        few = isinstance(conditions, list) and len(conditions) <= schema.MOST_ENTRIES
        if not few or not all(map(_is_condition, conditions)):
            raise EvenvoiceError(
                f"{place}.conditions is {conditions!r:.60}, expected name, kind, emotions, utterances, speakers, ua "
                f"and wa of each; {_ANOTHER}"
            )
        for key in ("ua", "wa"):
            if not _is_interval(entry.get(key)):
                raise EvenvoiceError(
                    f"{place}.{key} is {entry.get(key)!r:.60}, expected estimate, low and high from 0 to 1; {_ANOTHER}"
                )


def _compares(value: Any) -> bool:
    """True for a comparison with another recipe."""
    if not isinstance(value, dict) or not all(isinstance(value.get(key), str) for key in ("recipe", "words")):
        return False
    p = value.get("p")
    known = isinstance(p, int | float) and not isinstance(p, bool) and 0 <= p <= 1
    return known and _is_interval(value.get("difference"), least=-1)


def _is_condition(value: Any) -> bool:
    """True for a measurement on perturbed test recordings or on another corpus."""
    if not isinstance(value, dict) or value.get("kind") not in ("perturbation", "corpus"):
        return False
    emotions, counts = value.get("emotions"), (value.get("utterances"), value.get("speakers") or 0)
    words = [value.get("name"), *(emotions if isinstance(emotions, list) else [None])]
    return (
        all(isinstance(word, str) and 0 < len(word) <= schema.LONGEST_WORD for word in words)
        and all(type(number) is int and number >= 0 for number in counts)
        and all(_is_interval(value.get(key)) for key in ("ua", "wa"))
    )


def _is_interval(value: Any, least: float = 0) -> bool:
    """True for an estimate up to 1 with its interval (of a level), or without one."""
    if not isinstance(value, dict) or not {"estimate", "low", "high"} <= set(value):
        return False
    known = [value["estimate"], *(value[end] for end in ("low", "high", "level") if value.get(end) is not None)]
    return all(type(number) in (int, float) and least <= number <= 1 for number in known)
