"""Hatchling's hook: no wheel and no source distribution without the page of ``evenvoice serve``.

The page is built from ``web/`` by npm and is not in git. An editable install (`make`) needs none: the commands that
show the page say what to do where it is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = "src/evenvoice/serve/page/index.html"
WITHOUT = "EVENVOICE_WITHOUT_PAGE"
_SKIP = f"or set {WITHOUT}=1 to build without the page"


class PageHook(BuildHookInterface):
    """Builds the page where it is missing; stops the build where that fails."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make sure that the page is there before files are collected."""
        root = Path(self.root)
        if version == "editable" or (root / PAGE).is_file() or os.environ.get(WITHOUT) == "1":
            return
        npm = shutil.which("npm")
        if not (root / "web" / "package.json").is_file():
            self.app.abort(f"{PAGE} is missing, and so is web/, from which it is built; build from a checkout, {_SKIP}")
        if npm is None:
            self.app.abort(f"{PAGE} is missing, and so is npm, which builds it; install Node.js 20 or later, {_SKIP}")
        self.app.display_info("building the page of `evenvoice serve` with npm …")
        for arguments in (["ci"], ["run", "build"]):
            done = subprocess.run([str(npm), *arguments], cwd=root / "web", capture_output=True, text=True, check=False)
            if done.returncode:
                last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
                self.app.abort(f"npm {' '.join(arguments)} in web/ failed: {last}; run it to see more, {_SKIP}")
        if not (root / PAGE).is_file():
            self.app.abort(f"npm built no {PAGE}; see web/package.json, {_SKIP}")
