"""The names of the emotions, and the language that selects among them."""

from __future__ import annotations

import re

from evenvoice.errors import EvenvoiceError, nearest

_ALIASES: dict[str, tuple[str, ...]] = {
    "angry": ("anger", "ang", "mad"),
    "happy": ("happiness", "hap", "joy", "joyful"),
    "sad": ("sadness", "sorrow"),
    "neutral": ("neu", "neutral state", "neutrality"),
    "fear": ("fearful", "fea", "afraid", "anxiety", "anxious", "scared"),
    "disgust": ("disgusted", "dis"),
    "surprise": ("surprised", "sur", "pleasant surprise", "pleasant surprised", "pleasantly surprised", "ps"),
    "boredom": ("bored", "bor"),
    "calm": ("calmness",),
    "excited": ("excitement", "exc"),
    "frustrated": ("frustration", "fru"),
    "contempt": ("contemptuous",),
    "amused": ("amusement",),
    "sleepy": ("sleepiness", "tired"),
    "interest": ("interested",),
    "pain": (),
    "pride": ("proud",),
    "relief": ("relieved",),
    "shame": ("ashamed",),
    "guilt": ("guilty",),
    "other": ("oth",),
    "unknown": ("xxx", "no agreement"),  # IEMOCAP's xxx: the raters had no majority
}

EMOTIONS: tuple[str, ...] = tuple(_ALIASES)

_CANONICAL = {word: emotion for emotion, aliases in _ALIASES.items() for word in (emotion, *aliases)}

_LABEL = re.compile(r"[a-z][a-z0-9_-]*")


def canonical(word: str) -> str | None:
    """Return the canonical name of an emotion, or ``None`` where nobody knows the word.

    Examples:
        >>> canonical("Sadness"), canonical("pleasant_surprise"), canonical("meh")
        ('sad', 'surprise', None)
    """
    return _CANONICAL.get(" ".join(re.split(r"[\s_-]+", word.strip().lower())))


def known_emotion(word: str, where: str, remedy: str) -> str:
    """Return the canonical name of an emotion that a user wrote.

    Args:
        word: The emotion as written.
        where: What the error's line begins with: the file, the line, the option.
        remedy: What the error's line ends with.

    Raises:
        EvenvoiceError: Nobody knows the word.

    Examples:
        >>> known_emotion("fearful", "labels.csv, line 2", "correct it")
        'fear'
    """
    found = canonical(word)
    if found is None:
        hint = nearest(word.strip().lower(), list(_CANONICAL))
        raise EvenvoiceError(f"{where}: {word!r} is no known emotion{hint}; known are {', '.join(EMOTIONS)}; {remedy}")
    return found


def parse_selection(selection: str) -> dict[str, tuple[str, ...]]:
    """Read a selection of emotions: which ones to keep, and which to merge or rename.

    Args:
        selection: Labels separated by commas. ``sad`` keeps an emotion, ``happy=happy+excited`` merges two,
            ``happy=excited`` renames one, and ``all`` alone keeps everything.

    Returns:
        The emotions that each label takes in, in the order of the selection; empty for ``all``.

    Raises:
        EvenvoiceError: An emotion nobody knows, an emotion in two labels, a label twice, an empty selection.

    Examples:
        >>> parse_selection("anger,happy=happy+excited,sad")
        {'angry': ('angry',), 'happy': ('happy', 'excited'), 'sad': ('sad',)}
        >>> parse_selection("all")
        {}
    """
    if selection.strip().lower() == "all":
        return {}
    labels: dict[str, tuple[str, ...]] = {}
    label_of: dict[str, str] = {}
    for part in selection.split(","):
        label, sources = _parse_label(part, selection)
        if label in labels:
            raise EvenvoiceError(f"emotions {selection!r}: label {label!r} twice; name it once")
        labels[label] = sources
        for emotion in sources:
            if emotion in label_of:
                both = f"{label_of[emotion]!r} and {label!r}" if label_of[emotion] != label else f"{label!r} twice"
                raise EvenvoiceError(f"emotions {selection!r}: {emotion!r} goes to {both}; name it once")
            label_of[emotion] = label
    return labels


def _parse_label(part: str, selection: str) -> tuple[str, tuple[str, ...]]:
    """Return the label of one part of a selection, and the emotions that it takes in."""
    name, equals, sources = part.partition("=")
    if not name.strip() or (equals and not sources.strip()):
        raise EvenvoiceError(
            f"emotions {selection!r}: an empty name; write for example angry,happy=happy+excited,sad or all"
        )
    where, remedy = f"emotions {selection!r}", "write one of them"
    if not equals:
        if name.strip().lower() == "all":
            raise EvenvoiceError(f"emotions {selection!r}: all stands alone; name the emotions, or write all")
        emotion = known_emotion(name, where, remedy)
        return emotion, (emotion,)
    label = canonical(name) or name.strip().lower()
    if not _LABEL.fullmatch(label):
        raise EvenvoiceError(
            f"emotions {selection!r}: {name.strip()!r} cannot be a label; use letters, digits, - and _"
        )
    return label, tuple(known_emotion(source, where, remedy) for source in sources.split("+"))
