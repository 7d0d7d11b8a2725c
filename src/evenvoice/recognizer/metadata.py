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
from collections.abc import Iterator
from typing import Any

from evenvoice.errors import EvenvoiceError

Card = dict[str, Any]

KEY = "evenvoice"
FORMAT = 1
CARD_KEYS = (
    "format", "labels", "sample_rate", "recipe", "corpus", "measured", "versions", "made", "sha256", "intended_use",
)  # fmt: skip

INPUTS = ("waveform", "lengths")
OUTPUT = "probabilities"

# ModelProto.metadata_props, a list of StringStringEntryProto with a key and a value.
_METADATA = 14
_ENTRY_KEY, _ENTRY_VALUE = 1, 2

# Wire types: an integer of variable length, and a length with so many bytes after it. ModelProto has no others.
_INTEGER, _BYTES = 0, 2

# No sound card and no file format goes beyond; more would only make the resampler ask for memory.
_HIGHEST_RATE = 1_000_000

_ANOTHER = "name a file that evenvoice exported"
_DAMAGED = "damaged or cut off; export or download it again"


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
    for number, _, whole in _fields(memoryview(model), "the model"):
        if number != _METADATA:
            digest.update(whole)
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
        card = json.loads(text)
    # Brackets nested a thousand deep exhaust the stack.
    except (ValueError, RecursionError) as error:
        raise EvenvoiceError(f"{name}: its metadata is no JSON; {_DAMAGED}") from error
    if not isinstance(card, dict):
        raise EvenvoiceError(f"{name}: its metadata is {type(card).__name__}, not an object; {_DAMAGED}")
    _check_format(card, name)
    missing = [key for key in CARD_KEYS if key not in card]
    if missing:
        raise EvenvoiceError(f"{name}: its metadata lacks {', '.join(missing)}; {_ANOTHER}")
    _check_labels(card["labels"], name)
    check_measured(card["measured"], name)
    _check_kinds(card, name)
    rate = card["sample_rate"]
    if type(rate) is not int or not 0 < rate <= _HIGHEST_RATE:
        raise EvenvoiceError(f"{name}: sample_rate is {rate!r:.40}, expected Hz as a whole number; {_ANOTHER}")
    if card["sha256"] != model_sha256(model):
        raise EvenvoiceError(f"{name}: its weights are not those that were written (SHA-256 differs); {_DAMAGED}")
    return card


def _own_entry(model: bytes, name: str) -> bytes:
    """Return our metadata entry."""
    entries = [content for number, content, _ in _fields(memoryview(model), name) if number == _METADATA]
    for entry in entries:
        pair = {number: bytes(content) for number, content, _ in _fields(entry, name)}
        if pair.get(_ENTRY_KEY) == KEY.encode():
            return pair.get(_ENTRY_VALUE, b"")
    raise EvenvoiceError(f"{name}: an ONNX model without evenvoice's metadata; {_ANOTHER}")


def _check_format(card: Card, name: str) -> None:
    """Refuse what a later evenvoice wrote, and what is no format at all."""
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


def _check_kinds(card: Card, name: str) -> None:
    """What is only shown: an object where one is expected, and words where words are."""
    for key, kind in (
        ("recipe", dict),
        ("corpus", dict | None),
        ("versions", dict),
        ("made", str),
        ("intended_use", str),
    ):
        if not isinstance(card[key], kind):
            expected = "words" if kind is str else "an object"
            raise EvenvoiceError(f"{name}: {key} is {card[key]!r:.40}, expected {expected}; {_ANOTHER}")


def check_measured(measured: Any, name: str) -> None:
    """Raise unless ``measured`` is null or a list of entries that a model card can show.

    An entry is what one study measured of the same recipe on the same corpus under one protocol. It holds ``study``,
    ``protocol`` and ``promise`` (words), and ``ua`` and ``wa`` with ``estimate``, ``low`` and ``high``: fractions, the
    last two ``None`` where there is no interval; perhaps ``disjoint``, the columns of which no value is shared by
    training and test. More keys may be there. A LEAKY figure is none to advertise.

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
    if not isinstance(measured, list) or not measured:
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
        for key in ("ua", "wa"):
            if not _is_interval(entry.get(key)):
                raise EvenvoiceError(
                    f"{place}.{key} is {entry.get(key)!r:.60}, expected estimate, low and high from 0 to 1; {_ANOTHER}"
                )


def _is_interval(value: Any) -> bool:
    """True for an estimate between 0 and 1 with its interval (of a level), or without one."""
    if not isinstance(value, dict) or not {"estimate", "low", "high"} <= set(value):
        return False
    known = [value["estimate"], *(value[end] for end in ("low", "high", "level") if value.get(end) is not None)]
    return all(type(number) in (int, float) and 0 <= number <= 1 for number in known)


def _fields(message: memoryview, name: str) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Yield number, content and whole encoding of each field of a message."""
    position = 0
    while position < len(message):
        start = position
        tag, position = _integer(message, position, name)
        begin = position
        if tag & 7 == _BYTES:
            size, begin = _integer(message, position, name)
            position = begin + size
        elif tag & 7 == _INTEGER:
            _, position = _integer(message, position, name)
        else:
            raise EvenvoiceError(f"{name}: not an ONNX model, or {_DAMAGED}")
        if position > len(message):
            raise EvenvoiceError(f"{name}: not an ONNX model, or {_DAMAGED}")
        yield tag >> 3, message[begin:position], message[start:position]


def _integer(message: memoryview, position: int, name: str) -> tuple[int, int]:
    """Return an integer of variable length (seven bits a byte, the lowest first) and the position behind it."""
    value = 0
    for shift, byte in enumerate(message[position : position + 10]):
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value, position + shift + 1
    raise EvenvoiceError(f"{name}: not an ONNX model, or {_DAMAGED}")
