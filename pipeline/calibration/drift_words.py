"""A book that looks unlike those the machine was calibrated on: what is said of it, wherever it is said."""

from __future__ import annotations

from pathlib import Path

from pipeline.calibration.drift import DriftAlarm
from pipeline.text.numbers import with_comma

EVIDENCE = {"agreement": "các bộ đọc bất đồng với nhau khác thường", "support": "nhiều chữ lạ khác thường"}
NO_BOUND = "tỉ lệ sai cho phép không còn được bảo đảm cho các ô ấy."


def drift_told(alarm: DriftAlarm, folder: str | Path, workspace: Path | None = None) -> tuple[str, ...]:
    """What is unusual, which values that puts in doubt (if any went in unseen), what to do: a sentence each."""
    return (told(alarm), *in_doubt(alarm.unseen), to_do(folder, workspace))


def told(alarm: DriftAlarm) -> str:
    """What is unusual, as a sentence."""
    return f"chữ viết trong sổ không giống những sổ đã dùng để hiệu chuẩn: {unusual_in(alarm)}."


def unusual_in(alarm: DriftAlarm) -> str:
    """In what the book is unusual."""
    way = "kém chắc hơn" if alarm.lower else "chắc hơn"
    distance, allowed = (with_comma(f"{value:.2f}") for value in (alarm.distance, alarm.allowed))
    parts = (
        [f"máy đọc {way} thường lệ (lệch {distance}, cho phép {allowed})"]
        if alarm.distance > alarm.allowed
        else []
    )
    return "; ".join([*parts, *(EVIDENCE[name] for name in alarm.shifted)])


def in_doubt(unseen: int) -> tuple[str, ...]:
    """What holds no more of the values that went in unseen; nothing where none did."""
    if not unseen:
        return ()
    return (f"{unseen} ô viết tay của sổ này đã vào sổ dữ liệu không qua người xem; {NO_BOUND}",)


def to_do(folder: str | Path, workspace: Path | None = None) -> str:
    """What people should do about it, with the command for that folder."""
    where = f" --workspace {workspace}" if workspace else ""
    return (
        "Hãy chọn chừng 100 mục của sổ này, xem từng ô so với ảnh, ghi quyết định, "
        f"rồi chạy: hotich calibrate {folder}{where}"
    )
