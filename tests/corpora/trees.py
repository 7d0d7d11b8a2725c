"""Small trees in the official layouts, with their known traps. Each writer returns nothing but what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from tests.corpora.iemocap_twin import write_iemocap_twin


def write_sound(
    file: Path, *, seconds: float = 0.5, rate: int = 8000, tone: float = 200.0, container: str | None = None
) -> Path:
    """Write a short tone; ``container`` may differ from what the suffix says."""
    file.parent.mkdir(parents=True, exist_ok=True)
    wave = 0.5 * np.sin(2 * np.pi * tone * np.arange(int(seconds * rate)) / rate)
    with file.open("wb") as out:
        soundfile.write(out, wave, rate, format=container or file.suffix[1:].upper(), subtype="PCM_16")
    return file


def write_all(folder: Path, names: str, suffix: str = ".wav") -> None:
    """Write a tone for each name, no two of them the same, and what macOS leaves beside it."""
    for number, name in enumerate(names.split()):
        file = write_sound(folder / f"{name}{suffix}", tone=200.0 + number)
        (file.parent / f"._{file.name}").write_bytes(b"\x00\x05\x16\x07")
        macos = folder / "__MACOSX" / file.relative_to(folder)
        macos.parent.mkdir(parents=True, exist_ok=True)
        macos.write_bytes(b"\x00\x05\x16\x07")


def emodb(folder: Path, suffix: str = ".wav") -> None:
    write_all(folder, "wav/03a01Fa wav/03a01Nc wav/08b10Wb wav/16a07Lb", suffix)
    (folder / "labsilb").mkdir()
    (folder / "labsilb/03a01Fa.labsilb").write_text("x", encoding="utf-8")


def ravdess(folder: Path, suffix: str = ".wav") -> None:
    names = "Actor_01/03-01-06-01-02-01-01 Actor_01/03-01-08-02-01-02-01 Actor_12/03-01-02-01-01-01-12"
    write_all(folder, names, suffix)
    # The copy on Kaggle holds everything a second time; the song has the same emotions and actors.
    write_all(folder / "audio_speech_actors_01-24", names, suffix)
    write_all(folder, "Actor_12/03-02-02-01-01-01-12", suffix)


def crema_d(folder: Path, suffix: str = ".wav") -> None:
    names = "1001_DFA_ANG_XX 1001_IEO_FEA_HI 1002_IEO_SAD_LO 1002_IEO_DIS_MD 1040_ITH_SAD_X 1091_WSI_NEU_XX"
    write_all(folder / "AudioWAV", names, suffix)
    (folder / "AudioMP3").mkdir()
    for name in names.split():
        (folder / "AudioMP3" / f"{name}.mp3").touch()
    (folder / "VideoDemographics.csv").write_text(
        "ActorID,Age,Sex,Race,Ethnicity\n1001,51,Male,Caucasian,Not Hispanic\n1002,21,Female,Caucasian,Not Hispanic\n"
        "1040,42,Male,Caucasian,Not Hispanic\n1091,29,Female,Caucasian,Not Hispanic\n",
        encoding="utf-8",
    )


def tess(folder: Path, suffix: str = ".wav") -> None:
    names = "OAF_neutral/OA_bite_neutral OAF_Pleasant_surprise/OAF_back_ps YAF_sad/YAF_back_sad YAF_fear/YAF_bite_fear"
    write_all(folder, names, suffix)
    write_all(folder / "TESS Toronto emotional speech set data", names, suffix)
    write_sound(folder / "YAF_angry/YAF_germ_angry.wav", container="AIFF")
    write_sound(folder / "OAF_angry/OAF_germ_angry.wav", rate=96000)


def savee(folder: Path, suffix: str = ".wav") -> None:
    write_all(folder / "AudioData", "DC/a01 DC/sa15 JE/su02 KL/n30", suffix)
    (folder / "AudioData/Info.txt").write_text("x", encoding="utf-8")


def nemo(folder: Path, suffix: str = ".wav") -> None:
    write_all(folder, "samples/WR0_surprised_12 samples/WR0_anger_12 samples/SB0_neutral_3", suffix)
    (folder / "data.tsv").write_text(
        "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage\n"
        'WR0_surprised_12.wav\tsurprised\t"Ucho\tucho\tWR0\tmale\t23\nSB0_neutral_3.wav\tneutral\tA\ta\tSB0\tfemale\t9\n',
        encoding="utf-8",
    )


def esd(folder: Path, suffix: str = ".wav") -> None:
    names = "0001/Angry/0001_000351 0001/Neutral/0001_000001 0011/Surprise/0011_001750"
    write_all(folder / "Emotion Speech Dataset", names, suffix)
    names = "0020/Sad/train/0020_001052 0020/Happy/evaluation/0020_000702 0020/Happy/test/0020_000703"
    write_all(folder, names, suffix)


def iemocap(folder: Path, suffix: str = ".wav") -> None:
    write_iemocap_twin(folder)
    write_sound(folder / f"IEMOCAP_full_release/Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000{suffix}")


TREES: dict[str, Callable[..., None]] = {
    "iemocap": iemocap,
    "emodb": emodb,
    "ravdess": ravdess,
    "crema-d": crema_d,
    "tess": tess,
    "savee": savee,
    "nemo": nemo,
    "esd": esd,
}
