"""Models on the Hugging Face hub: ``hf:user/model`` is downloaded, and a model is uploaded with its card.

The hub is the one that huggingface_hub is set to (``HF_ENDPOINT``), with its cache, its login and its offline mode.

Source:
    https://huggingface.co/docs/huggingface_hub/guides/download and /upload.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from evenvoice.audio import one_line
from evenvoice.errors import EvenvoiceError, shown
from evenvoice.extras import need

PREFIX = "hf:"
_FILE = "model.onnx"
_NAME = re.compile(r"(?P<repo>\w[\w.-]*/\w[\w.-]*)(/(?P<file>[^@]+))?(@(?P<revision>.+))?")


class HubName(NamedTuple):
    """A file on the hub."""

    repo: str
    file: str
    revision: str | None


def is_hub_name(name: object) -> bool:
    """Return whether a model is named as one on the hub.

    Examples:
        >>> is_hub_name("hf:user/model"), is_hub_name("model.onnx")
        (True, False)
    """
    return isinstance(name, str | Path) and as_written(name).startswith(PREFIX)


def as_written(name: str | Path) -> str:
    """Return a name with the hub's slashes, also where it came as a path of Windows."""
    return name.as_posix() if isinstance(name, Path) else name


def hub_name(name: str | Path) -> HubName:
    """Read ``hf:USER/MODEL``, perhaps with ``/FILE.onnx`` and ``@REVISION``.

    Examples:
        >>> hub_name("hf:anna/voices@v2")
        HubName(repo='anna/voices', file='model.onnx', revision='v2')

    Raises:
        EvenvoiceError: It is no such name.
    """
    found = _NAME.fullmatch(as_written(name).removeprefix(PREFIX))
    if found is None:
        raise EvenvoiceError(f"{shown(as_written(name))}: no name on the hub; expected hf:USER/MODEL[/FILE][@REVISION]")
    return HubName(found["repo"], found["file"] or _FILE, found["revision"])


def download_model(name: str | Path, largest: int) -> Path:
    """Return the file of a model on the hub, from the hub's cache where it is there and unchanged.

    Args:
        name: See `hub_name`.
        largest: The most bytes that it may have; asked before anything is downloaded.

    Raises:
        EvenvoiceError: No such repository, revision or file, one that is too large, no answer and nothing in the cache.
    """
    repo, file, revision = hub_name(name)
    what = one_line(as_written(name))
    need("huggingface_hub", what)
    import huggingface_hub

    try:
        size = huggingface_hub.get_hf_file_metadata(huggingface_hub.hf_hub_url(repo, file, revision=revision)).size
        if size is not None and size > largest:
            raise EvenvoiceError(f"{what}: {file} has {size} bytes, not a model of evenvoice; name another")
        return Path(huggingface_hub.hf_hub_download(repo, file, revision=revision))
    except EvenvoiceError:
        raise
    except Exception as error:  # of the hub's library, of its client and of the network
        cached = huggingface_hub.try_to_load_from_cache(repo, file, revision=revision) if _no_answer(error) else None
        if isinstance(cached, str):
            return Path(cached)
        raise EvenvoiceError(f"{what}: {_in_words(error, file)}") from error


def push_model(
    model: bytes, card: str, repo: str, *, private: bool = False, token: str | None = None, message: str | None = None
) -> str:
    """Upload a model file and its card in one commit; make the repository where there is none.

    Args:
        model: The bytes of the model file, which becomes ``model.onnx``.
        card: The model card, which becomes ``README.md``.
        repo: ``user/model``.
        private: Whether a new repository is one.
        token: Who uploads; otherwise whom `hf auth login` or ``HF_TOKEN`` say.
        message: Of the commit.

    Returns:
        The address of the repository.

    Raises:
        EvenvoiceError: No name of a repository, not logged in, not allowed, or no answer.
    """
    repo, file, revision = hub_name(repo)
    if (file, revision) != (_FILE, None):
        raise EvenvoiceError(f"push: {shown(repo)} names a file or a revision; expected USER/MODEL")
    need("huggingface_hub", "push_to_hub")
    import huggingface_hub

    api = huggingface_hub.HfApi(library_name="evenvoice")
    try:
        made = api.create_repo(repo, private=private, exist_ok=True, token=token)
        files = ((_FILE, model), ("README.md", card.encode()))
        api.create_commit(
            repo,
            [huggingface_hub.CommitOperationAdd(path, content) for path, content in files],
            commit_message=message or "Upload a model of evenvoice",
            token=token,
        )
    except Exception as error:  # of the hub's library, of its client and of the network
        raise EvenvoiceError(f"push to {PREFIX}{repo}: {_in_words(error, file)}") from error
    return str(made)


def _no_answer(error: Exception) -> bool:
    """Return whether the hub was not reached at all, so that what is in the cache will do."""
    return getattr(error, "response", None) is None


def _in_words(error: Exception, file: str) -> str:
    """Return what went wrong, and what to do about it."""
    import huggingface_hub.errors as known

    status = getattr(getattr(error, "response", None), "status_code", None)
    reasons: tuple[tuple[type[Exception], str], ...] = (
        (known.GatedRepoError, "its authors give access on request; ask on its page, then `hf auth login`"),
        (known.RevisionNotFoundError, "no such revision; leave @REVISION out for the newest"),
        (known.RemoteEntryNotFoundError, f"no file {file} in it; name the file: hf:USER/MODEL/FILE.onnx"),
        (known.LocalTokenNotFoundError, "not logged in; run `hf auth login`, or set HF_TOKEN"),
    )
    for kind, words in reasons:
        if isinstance(error, kind):
            return words
    if status in (401, 403):
        return f"the hub refuses ({status}); run `hf auth login` with a token that may do this, and check the name"
    if isinstance(error, known.RepositoryNotFoundError):
        return "no such model, or a private one; check the name, or run `hf auth login`"
    if _no_answer(error):
        return f"the hub does not answer ({type(error).__name__}: {str(error)[:100]}); check the network, or try later"
    return f"the hub says {status} ({str(error)[:100]}); try later, or check the name"
