"""The default recipe; in a file of its own, for a command line that needs nothing else of a recipe."""

from __future__ import annotations

DEFAULT_RECIPE = "voice-linear"
"""What a user gets who names no recipe: the best on validation speakers of EmoDB and RAVDESS."""
