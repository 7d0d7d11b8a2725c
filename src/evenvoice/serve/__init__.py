"""A recognizer over HTTP, and as a page that runs it in the browser. Each name is imported when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenvoice.lazy import lazy_names

if TYPE_CHECKING:
    from evenvoice.serve.access import Access, read_keys
    from evenvoice.serve.app import create_app
    from evenvoice.serve.limits import Limits
    from evenvoice.serve.page import write_page
    from evenvoice.serve.run import serve_model
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "Access": "access",
            "Limits": "limits",
            "create_app": "app",
            "read_keys": "access",
            "serve_model": "run",
            "write_page": "page",
        },
    )

__all__ = ["Access", "Limits", "create_app", "read_keys", "serve_model", "write_page"]
