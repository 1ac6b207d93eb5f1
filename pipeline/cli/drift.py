"""A book that looks unlike those the machine was calibrated on: what is said of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.markup import escape

from pipeline.batch.checking import book_drift
from pipeline.calibration import DriftAlarm
from pipeline.cli.screen import out
from pipeline.errors import LedgerError, SchemaError
from pipeline.workbench import Workbench

EVIDENCE = {"agreement": "các bộ đọc bất đồng với nhau khác thường", "support": "nhiều chữ lạ khác thường"}


def drift_alarms(folders: Iterable[Path], bench: Workbench) -> dict[Path, tuple[DriftAlarm, int]]:
    """The books that are unusual, each with the number of its handwritten values that went in without a person. A book
    whose ledger cannot be used has been told of before."""
    found = {}
    for folder in folders:
        try:
            alarm, accepted = book_drift(folder, bench)
        except (LedgerError, SchemaError):
            continue
        if alarm is not None:
            found[folder] = alarm, accepted
    return found


def show_drift(alarms: dict[Path, tuple[DriftAlarm, int]], bench: Workbench) -> None:
    """Say of each what is unusual, which values that puts in doubt, and what to do."""
    for folder, (alarm, accepted) in alarms.items():
        screen = out()
        screen.print(f"[bold red]CẢNH BÁO[/] {escape(folder.name)}: {escape(told(alarm))}")
        if accepted:
            screen.print(
                f"  {accepted} ô viết tay của sổ này đã vào sổ dữ liệu không qua người xem; "
                "tỉ lệ sai cho phép không còn được bảo đảm cho các ô ấy.",
                markup=False,
            )
        screen.print(
            "  Hãy chọn chừng 100 mục của sổ này, xem từng ô so với ảnh, ghi quyết định, "
            f"rồi chạy: hotich calibrate {folder} --workspace {bench.workspace}",
            markup=False,
        )


def told(alarm: DriftAlarm) -> str:
    """What is unusual, as a sentence."""
    way = "kém chắc hơn" if alarm.lower else "chắc hơn"
    distance, allowed = (f"{value:.2f}".replace(".", ",") for value in (alarm.distance, alarm.allowed))
    parts = (
        [f"máy đọc {way} thường lệ (lệch {distance}, cho phép {allowed})"]
        if alarm.distance > alarm.allowed
        else []
    )
    parts += [EVIDENCE[name] for name in alarm.shifted]
    return f"chữ viết trong sổ không giống những sổ đã dùng để hiệu chuẩn: {'; '.join(parts)}."
