"""Open the model file that a command names, which may lie at an address of the web."""

from __future__ import annotations

from evenvoice.leases import named, temporary_folder
from evenvoice.recognizer.addresses import fetch, is_address, refused
from evenvoice.recognizer.recognizer import Recognizer


def open_model(name: str, *, allow_download: bool = False) -> Recognizer:
    """Return the recognizer of a model file.

    Args:
        name: A path, ``hf:user/model``, or an address of http or https.
        allow_download: Whether an address is downloaded.

    Raises:
        EvenvoiceError: An address that may not be downloaded; what `Recognizer` raises.
        AudioError: The download failed.

    Examples:
        >>> open_model("https://example.org/a.onnx")
        Traceback (most recent call last):
        ...
        evenvoice.errors.EvenvoiceError: https://example.org/a.onnx: an address, and nothing is downloaded unasked; \
add --allow-download (allow_download=True), or name a file
    """
    if not is_address(name):
        return Recognizer(name)
    if not allow_download:
        raise refused(name)
    with temporary_folder() as folder:
        file = folder / "downloaded.onnx"
        with named(file, name):
            file.write_bytes(fetch(name))
            return Recognizer(file)
