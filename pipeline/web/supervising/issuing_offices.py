"""The offices in whose name papers are printed (``print.toml``), each key declared once for the page that edits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.base.staff_toml_edits import with_changed_row, with_row
from pipeline.delivery.printing.offices import CODE, LONGEST, TABLE, TEXTS, IssuingOffices
from pipeline.web.supervising.office_settings import SettingChange
from pipeline.web.supervising.setting_specs import SettingKind, SettingSpec, SettingTable

OFFICE = SettingTable(
    TABLE,
    "Cơ quan cấp trích lục",
    "how-to/print",
    (
        SettingSpec(
            "name",
            SettingKind.TEXT,
            "Tên cơ quan",
            "",
            "Ở đầu trích lục và biên bản bàn giao, ví dụ: Ủy ban nhân dân xã Bình An.",
            least=1,
            most=LONGEST,
        ),
        SettingSpec(
            "superior",
            SettingKind.TEXT,
            "Cơ quan cấp trên",
            "",
            "Dòng trên tên cơ quan, ví dụ: Thành phố Cần Thơ; để trống được.",
            most=LONGEST,
        ),
        SettingSpec(
            "place",
            SettingKind.TEXT,
            "Địa danh trước ngày tháng",
            "",
            "Ví dụ: Bình An.",
            least=1,
            most=LONGEST,
        ),
        SettingSpec(
            "signer",
            SettingKind.TEXT,
            "Người ký trích lục",
            "",
            "Điền sẵn khi cấp, mỗi lần cấp đổi được; để trống: mỗi lần tự ghi.",
            most=LONGEST,
        ),
        SettingSpec(
            "signer_title",
            SettingKind.TEXT,
            "Chức vụ người ký",
            "",
            "Ví dụ: Chủ tịch. Có người ký thì phải có chức vụ.",
            most=LONGEST,
        ),
        SettingSpec(
            "code",
            SettingKind.TEXT,
            "Mã cơ quan trong sổ cấp trích lục",
            "",
            "1 đến 20 chữ cái không dấu, chữ số, gạch nối, ví dụ: BA. Đặt một lần: đổi mã là mở một dãy số khác.",
            least=1,
            most=20,
            pattern=CODE.pattern,
        ),
        SettingSpec(
            "places",
            SettingKind.PLACES,
            "Nơi đăng ký của các sổ cơ quan giữ",
            frozenset[str](),
            "Không chọn nơi nào: mọi nơi chưa thuộc cơ quan khác. Sau sáp nhập thì chọn tất cả các xã cũ.",
        ),
    ),
    "Áp dụng cho mọi giấy in từ lúc lưu; trích lục đã cấp giữ nguyên.",
)


def values_of_office(offices: IssuingOffices, number: int) -> dict[str, Any]:
    """Return the value of every key of an office (from 0); those of an empty form where there is none yet."""
    if number >= len(offices.offices):
        return {spec.name: spec.default for spec in OFFICE.specs}
    office, places = offices.offices[number]
    return {**{name: getattr(office, name) for name in TEXTS}, "places": places or frozenset()}


def changes_of_office(
    form: Mapping[str, Sequence[str]], now: Mapping[str, Any], places: Mapping[str, str]
) -> tuple[SettingChange, ...]:
    """Return what a form changes.

    Args:
        form: The texts of the form, by key; a key that is not there has none.
        now: What holds now, by key.
        places: The names of the registration places that may be chosen, by code.

    Raises:
        SettingsRefused: A value is none of that key.
    """
    found = []
    for spec in OFFICE.specs:
        value, before = spec.parse(form.get(spec.name, ()), places), now[spec.name]
        if value != before:
            line = f"{spec.label}: {spec.words(before, places)} → {spec.words(value, places)}"
            found.append(SettingChange(spec, value, line))
    return tuple(found)


def edited_offices(text: str, number: int, *, is_new: bool, changes: Sequence[SettingChange]) -> str:
    """Return the text of the file with these changes of an office; the rest of it, with its comments, stays."""
    written = {
        one.spec.name: (sorted(one.value) or None) if isinstance(one.value, frozenset) else one.value
        for one in changes
    }
    if is_new:
        return with_row(text, TABLE, {key: value for key, value in written.items() if value is not None})
    return with_changed_row(text, TABLE, number, written) if written else text


def effects_of_office(
    changes: Sequence[SettingChange], now: Mapping[str, Any], *, is_new: bool
) -> tuple[str, ...]:
    """Return what a change does, in sentences."""
    told = [OFFICE.since]
    if not is_new and any(one.spec.name == "code" for one in changes):
        told.append(f"Số trích lục chạy lại từ 1 theo mã mới; dãy số của mã {now['code']} dừng ở số cuối.")
    return tuple(told)
