"""``[[export]]`` of ``office.toml``: the columns of a workbook as an office has seen them.

The columns of some workbooks are assumed, or are an office's own: an office names them as its specimen does, in the
order of its specimen, and leaves out what that does not have. The templates that were seen are the Ministry's and stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field

from pipeline.base.staff_toml import RowFlaw
from pipeline.declarations.schema import Declaration, ExportSpec, RecordSpec, Schemas, nearest_hint

LONGEST_COLUMN = 80
"""Letters of the name of a column."""

WORDING = "Cột do cơ quan đặt: {reason}"


class ExportColumns(Declaration):
    """The columns of a workbook in their order; ``names``: which declared column one holds that bears another name."""

    export: str
    columns: tuple[str, ...] = Field(min_length=1)
    names: Mapping[str, str] = Field(default_factory=dict)
    reason: str = Field(min_length=1)


def with_columns(schemas: Schemas, change: ExportColumns) -> Schemas:
    """Return the declarations with the columns that an office gives a workbook.

    Raises:
        RowFlaw: What is wrong, and the key that says it.
    """
    spec = _changeable(schemas, change)
    record = schemas.records[spec.record]
    ours = [change.names.get(name, name) for name in change.columns]
    _check_names(change)
    for name, column in zip(change.columns, ours, strict=True):
        if column not in record.by_column:
            near = nearest_hint(column, record.by_column)
            raise RowFlaw(
                "columns",
                f"loại sổ “{record.title}” không có cột “{column}”.{near} Cột mang tên khác thì ghi ở “names”.",
            )
        if name != column and name in record.by_column and name not in change.names:
            raise RowFlaw("names", f"“{name}” đã là tên của một cột khác.")
    doubled = [column for column in ours if ours.count(column) > 1]
    if doubled:
        raise RowFlaw("columns", f"cột “{doubled[0]}” có hai lần.")
    missing = [one.column for one in record.fields if one.column and one.required and one.column not in ours]
    if missing:
        raise RowFlaw("columns", f"thiếu cột bắt buộc “{missing[0]}”.")
    renamed = {column: name for name, column in zip(change.columns, ours, strict=True)}
    left = {one.column for one in record.fields} - set(ours)
    taken = [name for name in change.columns if name in left]
    if taken:
        raise RowFlaw("names", f"“{taken[0]}” còn là tên của một cột không có trong tệp này.")
    columns = spec.model_copy(
        update={
            "columns": change.columns,
            "evidence": "own",
            "note": WORDING.format(reason=change.reason),
        }
    )
    return replace(
        schemas,
        records={**schemas.records, record.record: _renamed(record, renamed)},
        exports={**schemas.exports, spec.export: columns},
    )


def _changeable(schemas: Schemas, change: ExportColumns) -> ExportSpec:
    spec = schemas.exports.get(change.export)
    if spec is None:
        hint = nearest_hint(change.export, schemas.exports)
        raise RowFlaw("export", f"không có mẫu xuất “{change.export}”.{hint}", unknown=change.export)
    if spec.evidence == "seen":
        raise RowFlaw("export", f"“{spec.export}” là mẫu của Bộ Tư pháp đã thấy, không đổi cột được.")
    if len(schemas.exports_of(spec.record)) > 1:
        raise RowFlaw("export", f"loại sổ của “{spec.export}” có nhiều mẫu xuất, không đổi cột được.")
    return spec


def _check_names(change: ExportColumns) -> None:
    for name in change.columns:
        if not name.strip() or len(name) > LONGEST_COLUMN or not name.isprintable():
            raise RowFlaw("columns", f"tên cột phải là chữ in được, dài nhất {LONGEST_COLUMN} ký tự.")
    unused = [name for name in change.names if name not in change.columns]
    if unused:
        raise RowFlaw("names", f"“{unused[0]}” không có trong “columns”.")


def _renamed(record: RecordSpec, names: Mapping[str, str]) -> RecordSpec:
    fields = (
        one.model_copy(update={"column": names.get(one.column, one.column)}) if one.column else one
        for one in record.fields
    )
    return RecordSpec.model_validate(
        {**{name: getattr(record, name) for name in type(record).model_fields}, "fields": tuple(fields)}
    )
