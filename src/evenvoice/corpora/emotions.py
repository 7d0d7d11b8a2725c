"""The names of the emotions in the field, and the words that mean them."""

from __future__ import annotations

import re

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

WORDS: tuple[str, ...] = tuple(_CANONICAL)
"""Every word that `canonical` knows."""


def canonical(word: str) -> str | None:
    """Return the canonical name of an emotion, or ``None`` where the word is not in the list.

    Examples:
        >>> canonical("Sadness"), canonical("pleasant_surprise"), canonical("meh")
        ('sad', 'surprise', None)
    """
    return _CANONICAL.get(" ".join(re.split(r"[\s_-]+", word.strip().lower())))
