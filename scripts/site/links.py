"""Links in Markdown: from where a file lies in the checkout to where its page is on the site.

Pages are read in a checkout, where a link says ``../ARCHITECTURE.md``, and on the site (``project/architecture.md``).
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Pages that lie beside docs/, and their names on the site.
BESIDE = {
    "ARCHITECTURE.md": "project/architecture.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "RELEASING.md": "project/releasing.md",
    "SECURITY.md": "project/security.md",
    "examples/plugin/README.md": "project/plugin.md",
}
# Folders and files that people link to, and the page that says what is in them.
_PAGES = {
    **BESIDE,
    "README.md": "index.md",
    "benchmarks": "project/benchmarks.md",
    "examples/plugin": "project/plugin.md",
}
_SOURCES = {page: source for source, page in BESIDE.items()} | {"project/benchmarks.md": "benchmarks/index.md"}
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


def on_site(markdown: str, page: str) -> str:
    """Return a page's Markdown with its links as the site has them.

    A link to a file of the checkout that is on no page becomes its text.

    Args:
        markdown: What the page says.
        page: Its name on the site, ``how-to/audit.md``.

    Examples:
        >>> on_site("[plan](../ARCHITECTURE.md#words), [tests](../tests)", "trust.md")
        '[plan](project/architecture.md#words), tests'
        >>> on_site("[trust](docs/trust.md)", "project/architecture.md")
        '[trust](../trust.md)'
    """
    source = _SOURCES.get(page, f"docs/{page}")

    def moved(match: re.Match[str]) -> str:
        mark, text, target = match.groups()
        path, hash_, anchor = target.partition("#")
        if not path or ":" in path:
            return match[0]
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        found = _page_of(wanted)
        if found is None:
            return text if (ROOT / wanted).exists() else match[0]
        return f"{mark}[{text}]({posixpath.relpath(found, posixpath.dirname(page) or '.')}{hash_}{anchor})"

    return _LINK.sub(moved, markdown)


def _page_of(path: str) -> str | None:
    """Return where on the site a path of the checkout is; ``None`` where it is not."""
    if path in _PAGES:
        return _PAGES[path]
    if not path.startswith("docs/"):
        return None
    inside = path.removeprefix("docs/")
    if (ROOT / path).is_dir():
        page = next(iter(sorted((ROOT / path).glob("*.md"))), None)
        return None if page is None else f"{inside}/{page.name}"
    return inside
