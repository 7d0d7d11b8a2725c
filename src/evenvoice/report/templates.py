"""Pages from their templates: names of corpora, speakers and recipes are escaped, and no value may be missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


def fill_template(template: str, /, rooms: Sequence[str] = ("report",), **values: Any) -> str:
    """Return a page.

    Args:
        template: Of which file in ``templates``.
        rooms: Where to look for it, and for what it includes.
        values: What it asks for; `markupsafe.Markup` is not escaped.

    Raises:
        jinja2.UndefinedError: It asks for something else.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("evenvoice", room) for room in rooms]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)
