"""Take the README's picture of the page: the real page with a real model and a real recording.

    python scripts/screenshot.py MODEL RECORDING docs/page.png

It needs the system's Chromium and the page (make page).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from evenvoice.serve.page import write_page


def main() -> None:
    """Write the page with the model, serve it, let it analyse the recording, and take the picture."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("recording", type=Path)
    arguments.add_argument("picture", type=Path)
    arguments.add_argument("--width", type=int, default=900)
    arguments.add_argument("--dark", action="store_true")
    chosen = arguments.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on this machine; install the package chromium")
    with tempfile.TemporaryDirectory() as folder:
        site = write_page(chosen.model, Path(folder) / "site").parent
        command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(site)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as host:
            try:
                assert host.stdout is not None
                port = host.stdout.readline().partition(" port ")[2].split()[0]
                take(chromium, f"http://127.0.0.1:{port}/", chosen)
            finally:
                host.kill()
    print(chosen.picture)


def take(chromium: str, url: str, chosen: argparse.Namespace) -> None:
    """Open the page, choose the recording, wait for the answer, and write the picture down to the model's card."""
    chosen.picture.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(
            viewport={"width": chosen.width, "height": 1000}, color_scheme="dark" if chosen.dark else "light"
        )
        page.goto(url)
        expect(page.locator("#status")).to_have_text("Ready.", timeout=60_000)
        page.set_input_files("#file", chosen.recording)
        expect(page.locator("#status")).to_contain_text("Nothing was sent.", timeout=60_000)
        page.wait_for_timeout(500)  # the bars move to their places
        page.screenshot(path=chosen.picture, full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
