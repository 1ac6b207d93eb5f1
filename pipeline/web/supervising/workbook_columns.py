"""Workbook columns set by an office (``[[export]]`` of ``office.toml``): shown, and edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.base.files import FileRefused, parse_toml
from pipeline.base.staff_toml_edits import with_changed_row, with_row, without_row
from pipeline.declarations.office.export_columns import LONGEST_COLUMN, ExportColumns
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.declarations.schema import ExportSpec, RecordSpec, Schemas
from pipeline.web.supervising.office_rules import REASON, RowEdit

TABLE = "export"
PLACE, NAME = "place-", "name-"
"""Prefixes of a field's inputs: its position in the workbook, its column name there."""

NO_PLACE = "“{label}”: thứ tự phải là số từ 1 đến 999; để trống thì cột không có trong tệp."
SAME_PLACE = "“{first}” và “{second}” cùng thứ tự {place}. Mỗi cột một số."
LONG_NAME = "“{label}”: tên cột dài quá {most} ký tự."


@dataclass(frozen=True, slots=True)
class WorkbookColumn:
    """A possible column of a field.

    Attributes:
        place: The position in the workbook, from 1; ``""``: left out.
        required: Whether every workbook must have it.
    """

    field: str
    label: str
    column: str
    place: str
    name: str
    required: bool


def changeable_workbook(declared: Schemas, record: RecordSpec) -> ExportSpec | None:
    """Return the workbook of a register if an office may set its columns: the only one, not known from a template."""
    workbooks = declared.exports_of(record.record)
    return workbooks[0] if len(workbooks) == 1 and workbooks[0].evidence != "seen" else None


def own_columns(text: str, export: str) -> tuple[int, ExportColumns] | None:
    """Return the row of ``office.toml`` about a workbook with its number, if any.

    Raises:
        SettingsRefused: The file has flaws.
    """
    try:
        rows = parse_toml(text).get(TABLE, ())
        numbered = [(number, ExportColumns.model_validate(row)) for number, row in enumerate(rows)]
    except (FileRefused, ValueError, TypeError):
        raise SettingsRefused("Thiết lập của cơ quan đang có chỗ sai. Hãy báo người quản trị máy.") from None
    return next((pair for pair in reversed(numbered) if pair[1].export == export), None)


def shown_columns(
    declared: Schemas, record: RecordSpec, spec: ExportSpec, own: ExportColumns | None
) -> tuple[WorkbookColumn, ...]:
    """Return the columns of a workbook as the file sets them, in order; omitted columns come last."""
    names = (
        own.columns
        if own
        else tuple(name for name in declared.columns(spec.export) if name not in spec.leading)
    )
    own_names = [own.names.get(name, name) if own else name for name in names]
    columns = []
    for field in record.fields:
        if not field.column:
            continue
        position = own_names.index(field.column) if field.column in own_names else None
        columns.append(
            WorkbookColumn(
                field.name,
                field.label,
                field.column,
                "" if position is None else str(position + 1),
                field.column if position is None else names[position],
                field.required,
            )
        )
    return tuple(sorted(columns, key=lambda field: int(field.place or 10_000)))


def edited_columns(text: str, form: Mapping[str, str], record: RecordSpec, spec: ExportSpec) -> RowEdit:
    """Return the text of the file with other columns of a workbook, or with the declared columns under ``remove``.

    The loader of the file checks the columns.

    Args:
        form: ``place-FIELD`` and ``name-FIELD`` of each field, ``reason``; or ``remove``.

    Raises:
        SettingsRefused: An input is invalid.
    """
    match = own_columns(text, spec.export)
    if form.get("remove", ""):
        if match is None:
            raise SettingsRefused("Cơ quan chưa đặt cột nào cho bảng này nên không có gì để bỏ.")
        return RowEdit(without_row(text, TABLE, match[0]), (f"Bảng {spec.export}: về các cột như khai báo",))
    reason = REASON.parse([form.get("reason", "")], {})
    chosen: dict[int, tuple[str, str, str]] = {}
    for field in record.fields:
        place = form.get(f"{PLACE}{field.name}", "").strip()
        if not field.column or not place:
            continue
        if not (place.isascii() and place.isdecimal() and len(place) <= 3 and int(place) > 0):
            raise SettingsRefused(NO_PLACE.format(label=field.label))
        name = form.get(f"{NAME}{field.name}", "").strip() or field.column
        if len(name) > LONGEST_COLUMN:
            raise SettingsRefused(LONG_NAME.format(label=field.label, most=LONGEST_COLUMN))
        if int(place) in chosen:
            other = chosen[int(place)][2]
            raise SettingsRefused(SAME_PLACE.format(first=other, second=field.label, place=int(place)))
        chosen[int(place)] = (name, field.column, field.label)
    ordered = [chosen[place] for place in sorted(chosen)]
    values: dict[str, Any] = {
        "columns": [name for name, _, _ in ordered],
        "names": {name: column for name, column, _ in ordered if name != column} or None,
        "reason": reason,
    }
    if match is None:
        row = {"export": spec.export, **{key: value for key, value in values.items() if value is not None}}
        changed = with_row(text, TABLE, row)
    else:
        changed = with_changed_row(text, TABLE, match[0], values)
    column_names = ", ".join(name for name, _, _ in ordered) or "không có cột nào"
    return RowEdit(changed, (f"Bảng {spec.export}, {len(ordered)} cột: {column_names}. Lý do: {reason}",))
