"""What second looks found, and how often people agree; of persons only where a supervisor asked for it."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.registry.tallies import SecondLook
from pipeline.reports.basis import ReportData
from pipeline.reports.content import ReportCell, ReportFigure, ReportSection, ReportTable
from pipeline.reports.wording import WAYS, bound, decimal, number, share, words, wrong_of

BOUND = "Chắc không quá"


def quality(basis: ReportData) -> ReportSection:
    """First words that second looks overturned, with what their share does not exceed."""
    looks = basis.tallies.second
    kinds = sorted({(one.record, one.way) for one in looks})
    columns = (
        ("Ô được xem lần hai", True),
        ("Lời đầu bị sửa", True),
        ("Tỉ lệ", True),
        (BOUND, True),
        ("Hai người giống nhau", True),
    )
    by_kind = tuple(
        (
            words(basis.record_title(record), basis.during("overturned", record=record)),
            words(WAYS.get(way, way)),
            *_cells(one for one in looks if (one.record, one.way) == (record, way)),
        )
        for record, way in kinds
    )
    fields = sorted({(one.record, one.field) for one in looks})
    by_field = [
        (record, field, tuple(one for one in looks if (one.record, one.field) == (record, field)))
        for record, field in fields
    ]
    by_field.sort(
        key=lambda item: -sum(one.overturned for one in item[2]) / sum(one.fields for one in item[2])
    )
    field_rows = tuple(
        (
            words(basis.record_title(record)),
            words(basis.field_label(record, field), basis.during("overturned", record=record, field=field)),
            *_cells(mine),
        )
        for record, field, mine in by_field
    )
    total = (words("Tất cả"), words(""), *_cells(looks))
    tables = [
        ReportTable(
            "second",
            "Theo loại việc",
            (("Loại việc", False), ("Cách", False), *columns),
            by_kind,
            total,
            href=basis.during("overturned"),
        ),
        ReportTable(
            "second-fields",
            "Theo ô",
            (("Loại việc", False), ("Ô", False), *columns),
            field_rows,
            href=basis.during("overturned"),
            shown=15,
        ),
    ]
    if basis.tallies.people is not None:
        tables.append(people_table(basis))
    return ReportSection(
        "quality",
        "Sai tìm thấy khi có người thứ hai",
        (overturned(basis), agreement(basis)),
        (),
        tuple(tables),
        f"“{BOUND}” là cận trên 95\u00a0% (Clopper–Pearson). Lời đầu bị sửa là sai của lần gõ thứ nhất; nó không còn "
        "trong sổ dữ liệu. Hai người giống nhau mà cùng sai thì bảng này không thấy.",
    )


def overturned(basis: ReportData) -> ReportFigure:
    looks = basis.tallies.second
    fields, wrong = sum(one.fields for one in looks), sum(one.overturned for one in looks)
    note = wrong_of(wrong, fields, "ô")
    return ReportFigure(
        "Lời đầu bị người thứ hai sửa", share(wrong, fields, basis.during("overturned")), note
    )


def agreement(basis: ReportData) -> ReportFigure:
    looks = basis.tallies.second
    fields, differing = sum(one.fields for one in looks), sum(one.differing for one in looks)
    note = f"{number(fields - differing).text} trong {number(fields).text} ô được hai người xem"
    return ReportFigure(
        "Hai người giống nhau", share(fields - differing, fields, basis.during("overturned")), note
    )


def people_table(basis: ReportData) -> ReportTable:
    """One row a person, by login. It ranks nobody."""
    columns = (
        ("Tên đăng nhập", False),
        ("Ô đã gõ", True),
        ("Giây mỗi ô", True),
        ("Lời đầu được xem lại", True),
        ("Bị sửa", True),
        ("Tỉ lệ", True),
        (BOUND, True),
    )
    rows = tuple(
        (
            words(one.login),
            number(one.words),
            decimal(one.seconds / one.words if one.words else None),
            number(one.first),
            number(one.overturned),
            share(one.overturned, one.first),
            bound(one.overturned, one.first),
        )
        for one in basis.tallies.people or ()
    )
    note = (
        "Xếp theo tên, không xếp hạng: người nhận sổ khó sai nhiều hơn. Giây mỗi ô tính cả thời gian tìm trang; ô gõ "
        "theo cột và ô gõ từng việc cộng chung."
    )
    return ReportTable(
        "people", "Từng người", columns, rows, note=note, href=basis.during("people"), shown=200
    )


def _cells(looks: Iterable[SecondLook]) -> tuple[ReportCell, ...]:
    looks = tuple(looks)
    fields, wrong = sum(one.fields for one in looks), sum(one.overturned for one in looks)
    differing = sum(one.differing for one in looks)
    return (
        number(fields),
        number(wrong),
        share(wrong, fields),
        bound(wrong, fields),
        share(fields - differing, fields),
    )
