"""The system's Chromium for pictures, benchmarks and browser tests, cut off from outside."""

from __future__ import annotations

import os
import shutil

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return the path of the system's Chromium; ``WANGGE_CHROMIUM`` names another."""
    named = os.environ.get("WANGGE_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def needed_chromium() -> str:
    """Return the path of Chromium; end the program where there is none."""
    found = chromium()
    if found is None:
        raise SystemExit("no Chromium found: install chromium, or name one in WANGGE_CHROMIUM")
    return found
