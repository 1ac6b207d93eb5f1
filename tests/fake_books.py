"""Books whose scans are fake pages, and settings under which they are read."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pipeline.batch import BookReport
from pipeline.settings import Settings
from pipeline.workbench import Workbench
from tests.fake_pages import fake_engines, fake_page

LEDGER = 'form = "birth-2006"\nplace = "UBND xã Thử"\nplace_code = "1"\nvolume = "01/2010"\n'


def make_book(folder: Path, ledger: str = LEDGER) -> Path:
    """A book without scans."""
    folder.mkdir(parents=True)
    (folder / "ledger.toml").write_text(ledger, encoding="utf-8")
    return folder


def failed(report: BookReport) -> list[tuple[str, str, int | None]]:
    """Code, scan and page of what could not be read."""
    return [(failure.code, failure.scan, failure.page_no) for failure in report.failures]


class FakeSettings(Settings):
    """Settings whose workbench reads fake pages."""

    def workbench(self, workspace: Path | None = None) -> Workbench:
        bench = super().workbench(workspace)
        return dataclasses.replace(bench, make_engines=fake_engines, read_page=fake_page)
