"""A trained model in use: waveform in, probabilities out. No torch, scikit-learn, scipy or pandas.

What only commands need (`predict`'s files, the microphone) is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.lazy import lazy_names
from evenvoice.recognizer import metadata
from evenvoice.recognizer.audio_like import check_rate
from evenvoice.recognizer.hub import is_hub_name
from evenvoice.recognizer.live import Entry, Live
from evenvoice.recognizer.metadata import Card
from evenvoice.recognizer.model_card import model_card
from evenvoice.recognizer.profile import SpeakerProfile
from evenvoice.recognizer.ready import introduction, ready_model
from evenvoice.recognizer.recognizer import Recognizer
from evenvoice.recognizer.running import HALF_LIFE
from evenvoice.recognizer.windows import LONGEST as LONGEST_WINDOW

if TYPE_CHECKING:
    from evenvoice.recognizer.inputs import Raw, each_input, find_inputs
    from evenvoice.recognizer.many import NOBODY, adapted_by_folder, folders_of, predict_all
    from evenvoice.recognizer.meter import show_meter
    from evenvoice.recognizer.microphone import microphones, open_microphone
    from evenvoice.recognizer.open import open_model
    from evenvoice.recognizer.out_file import OutFile
    from evenvoice.recognizer.output import CsvWriter, JsonWriter, TextWriter, csv_columns, scores_as_text
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "CsvWriter": "output",
            "JsonWriter": "output",
            "NOBODY": "many",
            "OutFile": "out_file",
            "Raw": "inputs",
            "TextWriter": "output",
            "adapted_by_folder": "many",
            "csv_columns": "output",
            "each_input": "inputs",
            "find_inputs": "inputs",
            "folders_of": "many",
            "microphones": "microphone",
            "open_microphone": "microphone",
            "open_model": "open",
            "predict_all": "many",
            "scores_as_text": "output",
            "show_meter": "meter",
        },
    )

__all__ = [
    "HALF_LIFE",
    "LONGEST_WINDOW",
    "NOBODY",
    "Card",
    "CsvWriter",
    "Entry",
    "JsonWriter",
    "Live",
    "OutFile",
    "Raw",
    "Recognizer",
    "SpeakerProfile",
    "TextWriter",
    "adapted_by_folder",
    "check_rate",
    "csv_columns",
    "each_input",
    "find_inputs",
    "folders_of",
    "introduction",
    "is_hub_name",
    "metadata",
    "microphones",
    "model_card",
    "open_microphone",
    "open_model",
    "predict_all",
    "ready_model",
    "scores_as_text",
    "show_meter",
]
