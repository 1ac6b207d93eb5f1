"""A book that looks unlike those the machine was calibrated on: what the screen says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.markup import escape

from pipeline.batch import BookReport
from pipeline.calibration import DriftAlarm, describe_drift
from pipeline.cli.screen import out


def drift_alarms(folders: Iterable[Path], reports: Iterable[BookReport]) -> dict[Path, DriftAlarm]:
    """The alarms of the books that are unusual, by folder; no two folders have one name."""
    alarms = {report.folder: report.drift for report in reports if report.drift is not None}
    return {folder: alarms[folder.name] for folder in folders if folder.name in alarms}


def show_drift(alarms: Mapping[Path, DriftAlarm], workspace: Path) -> None:
    """Say of each what is unusual, which values that puts in doubt, and what to do."""
    for folder, alarm in alarms.items():
        first, *others = describe_drift(alarm, folder, workspace)
        out().print(f"[bold red]CẢNH BÁO[/] {escape(folder.name)}: {escape(first)}")
        for sentence in others:
            out().print(f"  {sentence}", markup=False)
