"""Speech emotion recognition on small, imbalanced corpora, with results that can be believed."""

__version__ = "0.1.0"
