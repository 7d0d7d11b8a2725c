"""Whether a folder's name is that of an emotion, in the languages of many corpora."""

from __future__ import annotations

import re
import unicodedata

from evenvoice.corpora.emotions import WORDS, canonical

# Nouns and adjectives for what `canonical` knows in English. They choose between folders, and rename nothing.
_OTHER_LANGUAGES = {
    "de": "wut wütend zorn zornig ärger ärgerlich verärgert freude freudig fröhlich glücklich trauer traurig "
    "traurigkeit angst ängstlich furcht ekel angeekelt überraschung überrascht langeweile gelangweilt ruhig verachtung",
    "fr": "colère fâché joie joyeux heureux tristesse triste peur apeuré dégoût dégoûté surpris ennui neutre calme",
    "es": "ira enojo enojado enfado alegría alegre felicidad feliz tristeza miedo asco sorpresa aburrimiento neutro",
    "it": "rabbia gioia felicità tristezza paura disgusto sorpresa noia neutrale disprezzo",
    "pt": "raiva alegria tristeza medo nojo surpresa tédio desprezo neutro",
    "nl": "boos boosheid blij blijdschap verdriet verdrietig angstig walging verrassing verveling neutraal",
    "pl": "złość gniew radość smutek strach wstręt zaskoczenie zdziwienie neutralny",
    "tr": "öfke kızgın mutlu mutluluk üzgün üzüntü korku iğrenme şaşkınlık nötr",
    "sv": "ilska vrede glädje glad ledsen rädsla rädd avsky förvåning",
    "ru": "гнев злость радость грусть печаль страх отвращение удивление нейтрально нейтральный",
    "zh": "生气 愤怒 高兴 快乐 开心 悲伤 伤心 难过 害怕 恐惧 厌恶 惊讶 惊喜 中性 平静",
    "ja": "怒り 喜び 悲しみ 恐怖 嫌悪 驚き 怒 喜 悲",
    "ko": "분노 기쁨 행복 슬픔 공포 혐오 놀람 중립",
}

_KNOWN = frozenset({*WORDS, *(word for words in _OTHER_LANGUAGES.values() for word in words.split())})
# Shorter words within a name are as likely a person's: Ang, Hap, Sur.
_SHORTEST = 4


def names_emotion(name: str) -> bool:
    """Return whether a name is that of an emotion, or has one among its words.

    Examples:
        >>> [names_emotion(name) for name in ("01_angry", "Ärger & Angst", "Traurigkeit", "Ang Lee")]
        [True, True, True, False]
    """
    plain = unicodedata.normalize("NFC", name).strip().lower()  # macOS writes ä as two characters
    words = re.split(r"[\W\d_]+", plain)
    return (
        canonical(name) is not None
        or plain in _KNOWN
        or any(word in _KNOWN and len(word) >= _SHORTEST for word in words)
    )
