"""Debian's Chromium without a window: the headless shell, which takes half as long as the whole browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAM = "chromium-headless-shell"


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None


@contextmanager
def headless_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which(PROGRAM), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
