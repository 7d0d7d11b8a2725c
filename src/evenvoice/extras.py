"""Libraries that come with an extra of evenvoice, and what to install where one is missing."""

from __future__ import annotations

import importlib.util

from evenvoice.errors import MissingExtraError

# The extra that brings a library, by the name under which the library is imported.
EXTRAS = {
    "espeakng_loader": "demo",
    **dict.fromkeys(("librosa", "hmmlearn", "numba"), "paper"),
    "av": "media",
    "sounddevice": "listen",
    **dict.fromkeys(("optuna", "sqlalchemy"), "tune"),
    **dict.fromkeys(("dask", "distributed", "cloudpickle"), "cluster"),
    "fsspec": "remote",
    "transformers": "encoders",
    **dict.fromkeys(("openpyxl", "pyarrow"), "tables"),
    "audformat": "audformat",
    "datasets": "datasets",
    "huggingface_hub": "hub",
    "tensorboardX": "tensorboard",
    "mlflow": "mlflow",
    **dict.fromkeys(("fastapi", "uvicorn", "starlette", "h11", "wsproto", "python_multipart"), "serve"),
    **dict.fromkeys(
        ("torch", "skorch", "sklearn", "imblearn", "scipy", "pandas", "matplotlib", "pydantic", "yaml", "jinja2",
         "markupsafe", "joblib", "pooch", "threadpoolctl", "tqdm", "onnx", "onnxscript", "onnx_ir"),
        "train",
    ),
}  # fmt: skip


def missing_extra(error: ModuleNotFoundError, what: str) -> MissingExtraError | None:
    """Return the error that says what to install, or ``None`` where the missing module is of no extra.

    Args:
        error: What the import raised.
        what: What needs the library: ``"this command"``.

    Examples:
        >>> str(missing_extra(ModuleNotFoundError(name="optuna.trial"), "tune"))
        'tune needs optuna, which is not installed; pip install "evenvoice[tune]"'
        >>> missing_extra(ModuleNotFoundError(name="numpi"), "tune") is None
        True
    """
    library = (error.name or "").partition(".")[0]
    if library not in EXTRAS:
        return None
    return MissingExtraError(f"{what} needs {library}, which is not installed; {_remedy(library)}")


def need(library: str, what: str) -> None:
    """Raise unless a library is installed; it is not imported.

    Args:
        library: The name under which it is imported.
        what: What needs it: ``"model 'hmm'"``.

    Raises:
        MissingExtraError: With what to install.

    Examples:
        >>> need("json", "this")
        >>> need("nosuchlibrary", "model 'mine'")
        Traceback (most recent call last):
        ...
        evenvoice.errors.MissingExtraError: model 'mine': nosuchlibrary is not installed; pip install nosuchlibrary
    """
    if importlib.util.find_spec(library) is None:
        raise MissingExtraError(f"{what}: {library} is not installed; {_remedy(library)}")


def _remedy(library: str) -> str:
    """What installs a library: its extra; where it comes with none (audb), its users install it themselves."""
    return f'pip install "evenvoice[{EXTRAS[library]}]"' if library in EXTRAS else f"pip install {library}"
