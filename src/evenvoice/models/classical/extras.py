"""Libraries that only some classifiers need."""

from __future__ import annotations

from evenvoice import extras


def need(model: str, library: str) -> None:
    """Raise unless a library is installed; it is imported when the model is fitted or used.

    Raises:
        MissingExtraError: With what to install.

    Examples:
        >>> need("hmm", "nosuchlibrary")
        Traceback (most recent call last):
        ...
        evenvoice.errors.MissingExtraError: model 'hmm': nosuchlibrary is not installed; pip install 'evenvoice[paper]'
    """
    extras.need(library, f"model {model!r}")
