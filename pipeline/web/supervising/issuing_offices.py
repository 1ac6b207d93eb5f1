"""Changes of the issuing offices (``print.toml``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.base.staff_toml_edits import with_changed_row, with_row
from pipeline.delivery.printing.offices import OFFICE, IssuingOffices
from pipeline.web.supervising.office_settings import SettingChange


def values_of_office(offices: IssuingOffices, number: int) -> dict[str, Any]:
    """Return the value of every key of an office (from 0), or of an empty form for a new office."""
    if number >= len(offices.offices):
        return {setting.name: setting.default for setting in OFFICE.settings} | {"places": frozenset()}
    office = offices.offices[number]
    return {**dict(office), "places": office.places or frozenset()}


def edited_offices(text: str, number: int, *, is_new: bool, changes: Sequence[SettingChange]) -> str:
    """Return the text of the file with the changes of an office; the rest, including comments, stays."""
    written = {
        change.setting.name: (sorted(change.value) or None)
        if isinstance(change.value, frozenset)
        else change.value
        for change in changes
    }
    if is_new:
        return with_row(
            text, OFFICE.name, {key: value for key, value in written.items() if value is not None}
        )
    return with_changed_row(text, OFFICE.name, number, written) if written else text


def effects_of_office(
    changes: Sequence[SettingChange], now: Mapping[str, Any], *, is_new: bool
) -> tuple[str, ...]:
    lines = [OFFICE.since]
    if not is_new and any(change.setting.name == "code" for change in changes):
        lines.append(f"Số trích lục chạy lại từ 1 theo mã mới; dãy số của mã {now['code']} dừng ở số cuối.")
    return tuple(lines)
