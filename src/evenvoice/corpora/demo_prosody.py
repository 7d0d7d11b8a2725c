"""How the demo corpus speaks: ten voices, and what the literature says that each emotion does to a voice.

The sources: I. R. Murray and J. L. Arnott, "Toward the simulation of emotion in synthetic speech", J. Acoust. Soc. Am.
93 (1993), table 1 (in words: "pitch average very much higher"); F. Burkhardt and W. F. Sendlmeier, "Verification of
acoustical correlates of emotional speech using formant synthesis", ISCA Workshop on Speech and Emotion (2000); and the
numbers in M. Schröder, "Emotional speech synthesis: a review", Eurospeech (2001), table 1.

Full-blown emotions by rule are classified without a mistake. So that the task resembles a real one, each utterance
has a strength of its own, each speaker an expressiveness, and everything that a rule sets varies at random as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evenvoice.corpora.demo_sentences import SENTENCES


@dataclass(frozen=True)
class Rule:
    """What an emotion of full strength does to a neutral voice."""

    pitch: float = 1.0
    """Factor on the mean of the pitch."""
    span: float = 1.0
    """Factor on the range of the pitch, after ``pitch``."""
    rate: float = 1.0
    """Factor on the words per minute."""
    loudness: float = 0.0
    """dB."""
    pause: float = 0.0
    """Added between words, in units of 10 ms."""
    roughness: float = 0.0
    """eSpeak's irregularity of the voice; 7 is the most."""
    breath: float = 0.0
    """Breath noise, as a multiple of what eSpeak's own breathy voice (``f3``) has."""
    brilliance: float = 0.0
    """dB above 2 kHz."""
    lips: float = 1.0
    """Factor on the first and second formant."""
    fourth: float = 1.0
    """Factor on the fourth formant."""


RULES: dict[str, Rule] = {
    # Murray & Arnott 1993: rate slightly faster, pitch average very much higher, range much wider, intensity higher,
    # breathy chest tone, tense articulation. Schröder 2001 of Murray & Arnott 1995: range +9 semitones, +30 words per
    # minute, +6 dB, laryngealisation +78 %, F4 -175 Hz (of some 3500 Hz).
    "angry": Rule(
        pitch=1.35, span=1.9, rate=1.17, loudness=6.0, roughness=4.0, breath=0.5, brilliance=5.0, fourth=0.95
    ),
    # Burkhardt & Sendlmeier 2000: F0 mean +50 %, F0 range +100 %, tempo +30 %, voice modal or tense, spread lips
    # (F1 and F2 +10 %). Murray & Arnott 1993: intensity higher, breathy.
    "happy": Rule(pitch=1.5, span=2.0, rate=1.3, loudness=3.0, breath=0.3, brilliance=3.0, lips=1.1),
    # Murray & Arnott 1993: rate slightly slower, pitch average slightly lower, range slightly narrower, intensity
    # lower, slurring. Schröder 2001 of Cahn 1990 (from -10 to +10): F0 range -5, tempo -10, fluent pauses +5,
    # hesitation pauses +10, loudness -5, breathiness +10, brilliance -9.
    "sad": Rule(pitch=0.92, span=0.6, rate=0.82, loudness=-5.0, pause=3.0, breath=2.0, brilliance=-6.0),
    "neutral": Rule(),
}

# IEMOCAP's imbalance: of 4,490 utterances 38.0 % are neutral, 24.6 % angry, 24.1 % sad and 13.3 % happy.
COUNTS: dict[str, int] = {"angry": 120, "happy": 63, "sad": 115, "neutral": 182}


@dataclass(frozen=True)
class Voice:
    """One speaker: an eSpeak variant with a pitch and a tempo of its own."""

    speaker: str
    session: str
    gender: str
    variant: str
    pitch: tuple[float, float]
    """The range of a neutral utterance, in Hz."""
    rate: float
    """Words per minute."""
    tract: float
    """Factor on all formants: a shorter vocal tract has higher ones."""


VOICES: tuple[Voice, ...] = (
    Voice("f1", "1", "female", "f1", (150, 212), 176, 1.00),
    Voice("m1", "1", "male", "m1", (76, 112), 170, 1.00),
    Voice("f2", "2", "female", "f2", (142, 208), 184, 1.03),
    Voice("m2", "2", "male", "m2", (88, 118), 164, 1.02),
    Voice("f3", "3", "female", "f3", (136, 214), 170, 0.97),
    Voice("m3", "3", "male", "m3", (82, 124), 182, 1.04),
    Voice("f4", "4", "female", "f4", (148, 200), 166, 0.96),
    Voice("m4", "4", "male", "m4", (72, 108), 176, 0.97),
    Voice("f5", "5", "female", "f5", (160, 226), 178, 1.00),
    Voice("m5", "5", "male", "m6", (80, 120), 186, 1.00),
)


@dataclass(frozen=True)
class Recording:
    """One utterance to make: who says what, how eSpeak is to say it, and how it is recorded."""

    utterance: str
    emotion: str
    voice: Voice
    text: str
    speech: dict[str, Any]
    """What the child process is given."""
    gain: float
    """dB: the loudness of the emotion, the speaker and the session."""
    tilt: float
    """The session's channel: y[n] = x[n] + tilt · x[n-1], scaled to keep low frequencies."""
    noise: float
    """The session's noise floor, in dB of full scale."""
    silence: tuple[float, float]
    """Seconds before and after."""
    noise_seed: int


def recordings(seed: int) -> list[Recording]:
    """Return the whole corpus as a list to be spoken in this order; all that is random in it comes from ``seed``."""
    rng = np.random.default_rng(seed)
    speakers = {voice.speaker: _Speaker(rng) for voice in VOICES}
    sessions = {session: _Session(rng) for session in sorted({voice.session for voice in VOICES})}
    sentences = {emotion: _sentences(count, rng) for emotion, count in COUNTS.items()}
    dealt = [emotion for emotion, count in COUNTS.items() for _ in range(count)]
    # Dealt like cards: each speaker has each emotion as often as the others, give or take one.
    order = rng.permutation(len(VOICES))
    made = []
    for position, voice in enumerate(VOICES):
        place = int(np.flatnonzero(order == position)[0])
        for number, emotion in enumerate(dealt[place :: len(VOICES)], start=1):
            speaker, session = speakers[voice.speaker], sessions[voice.session]
            name = f"{voice.speaker}_{number:02d}_{emotion}"
            made.append(_recording(name, emotion, voice, speaker, session, sentences[emotion].pop(), rng))
    return made


def _sentences(count: int, rng: np.random.Generator) -> list[str]:
    """Return ``count`` sentences in random order, each as often as the others, give or take one."""
    rounds = -(-count // len(SENTENCES))
    return [SENTENCES[index] for _ in range(rounds) for index in rng.permutation(len(SENTENCES))][:count]


class _Speaker:
    """How much a speaker shows, and how loud the speaker is."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.expressiveness = rng.uniform(0.8, 1.2)
        self.loudness = rng.normal(0, 2)
        self.brilliance = rng.normal(0, 2)


class _Session:
    """The room and the microphone of one session."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.gain = rng.normal(0, 2)
        self.tilt = rng.uniform(-0.3, 0.3)
        self.noise = rng.uniform(-62, -48)


def _recording(
    name: str,
    emotion: str,
    voice: Voice,
    speaker: _Speaker,
    session: _Session,
    text: str,
    rng: np.random.Generator,
) -> Recording:
    """Draw one utterance: the rule at some strength, and the variation of a person who speaks."""
    rule = RULES[emotion]
    strength = speaker.expressiveness * rng.uniform(0.65, 1.3)

    def factor(value: float, spread: float) -> float:
        return float(value**strength * np.exp(rng.normal(0, spread)))

    def amount(value: float, spread: float) -> float:
        return float(value * strength + rng.normal(0, spread))

    neutral = sum(voice.pitch) / 2
    pitch = neutral * factor(rule.pitch, 0.07)
    half = pitch / neutral * (voice.pitch[1] - voice.pitch[0]) / 2 * factor(rule.span, 0.2)
    low, high = max(pitch - half, 50.0), pitch + half
    # eSpeak moves all formants with the pitch of the voice file: by (pitch - 82) / 82 / 4. A speaker's do not move.
    tract = voice.tract * factor(1.0, 0.015) * (1 + (voice.pitch[0] - 82) / 328) / (1 + (low - 82) / 328)
    formants = {str(number): tract for number in range(1, 9)}
    formants["1"] *= factor(rule.lips, 0.015)
    formants["2"] *= factor(rule.lips, 0.015)
    formants["4"] *= factor(rule.fourth, 0.015)
    breath = max(amount(rule.breath, 0.4) + 0.5, 0.0)
    bright = 10 ** ((amount(rule.brilliance, 1.5) + speaker.brilliance) / 20)
    noise_seed = int(rng.integers(1, 2**31))
    speech = {
        "seed": noise_seed,
        "text": text,
        "variant": voice.variant,
        "rate": round(voice.rate * factor(rule.rate, 0.06)),
        "word_gap": max(round(amount(rule.pause, 1.0)), 0),
        "pitch": [round(low), round(high)],
        "flutter": [5],
        "roughness": [min(max(round(2 + amount(rule.roughness, 1.0)), 0), 7)],
        "breath": [0, *(round(breath * level) for level in (2, 3, 3, 3, 3, 3, 2))],
        "tone": [600, 170, 1200, min(round(135 * bright**0.5), 255), 2000, min(round(110 * bright), 255)],
        "formants": {number: round(scale, 4) for number, scale in formants.items()},
    }
    return Recording(
        utterance=name,
        emotion=emotion,
        voice=voice,
        text=text,
        speech=speech,
        gain=round(amount(rule.loudness, 2.0) + speaker.loudness + session.gain, 2),
        tilt=round(session.tilt, 3),
        noise=round(session.noise, 1),
        silence=(round(rng.uniform(0.1, 0.3), 3), round(rng.uniform(0.1, 0.3), 3)),
        noise_seed=noise_seed,
    )
