"""Books whose scans are fake pages, and settings under which they are read."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pipeline.run_context import RunContext
from pipeline.runs.book_run import BookReport
from pipeline.settings import Settings
from tests.fake_pages import fake_engines, fake_page

LEDGER = 'form = "birth-2006"\nplace = "UBND xã Thử"\nplace_code = "1"\nvolume = "01/2010"\n'


WITHOUT_READERS = """
from multiprocessing import forkserver
forkserver.set_forkserver_preload = lambda _names: None
"""
"""Begins a program whose pages are fake: the process that its workers are forked from loads no networks."""


def make_book(folder: Path, ledger: str = LEDGER) -> Path:
    """A book without scans."""
    folder.mkdir(parents=True)
    (folder / "ledger.toml").write_text(ledger, encoding="utf-8")
    return folder


def failed(report: BookReport) -> list[tuple[str, str, int | None]]:
    """Code, scan and page of what could not be read."""
    return [(failure.code, failure.scan, failure.page_no) for failure in report.failures]


class FakeSettings(Settings):
    """Settings whose run context reads fake pages."""

    def run_context(self, workspace: Path | None = None) -> RunContext:
        context = super().run_context(workspace)
        return dataclasses.replace(context, make_engines=fake_engines, read_page=fake_page)
