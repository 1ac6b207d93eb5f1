"""The store of scans as ``hotich audit verify --scans`` looks through it, and what it says."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.base.localtime import iso_time
from pipeline.cli.screen import track_work
from pipeline.registry import Registry
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.inbox.manifest import manifest_scans
from pipeline.scans.store_check import StoreReport, check_store, format_store_flaw, note_whole_check
from pipeline.scans.workspace import Workspace

MOST_NAMED = 50
"""Flaws that are named on the screen; JSON has them all."""


def known_scans(registry: Registry, workspace: Workspace) -> Mapping[str, str]:
    """Return how books and manifests of the intake name their scans, by SHA-256."""
    return {**manifest_scans(IntakeFolders(workspace.intake).all_manifests), **registry.stored_scans()}


def check_scans(registry: Registry, folder: Path) -> StoreReport:
    """Look through the whole store of a workspace, with a bar on a terminal, and note the outcome."""
    workspace = Workspace(folder)
    with track_work("Kiểm tra kho bản quét", "thư mục") as on_folder:
        report = check_store(workspace, known_scans(registry, workspace), on_folder=on_folder)
    note_whole_check(workspace, report, iso_time(time.time()))
    return report


def format_store_report(report: StoreReport) -> Iterator[str]:
    """Yield the lines that tell what a check of the store found."""
    yield f"Đã đọc lại {report.objects} bản quét trong kho ({report.size / 1e6:.1f} MB)."
    for flaw in report.flaws[:MOST_NAMED]:
        yield f"– {format_store_flaw(flaw)}"
    if len(report.flaws) > MOST_NAMED:
        yield f"… và {len(report.flaws) - MOST_NAMED} bản quét nữa."
    if report.strays:
        yield (
            f"Lưu ý: {len(report.strays)} tệp trong kho không thuộc sổ hay bản kê nào; không ai dùng đến chúng. "
            f"Thí dụ: {report.strays[0].sha256[:80]}."
        )
