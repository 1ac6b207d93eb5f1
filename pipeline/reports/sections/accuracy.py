"""X"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.calibration.drift import FEWEST, NO_BOUND, recalibration_advice
from pipeline.charts import BarChart, BarSegment, ChartBar
from pipeline.evaluation.field_scores import upper_bound
from pipeline.localtime import local_date
from pipeline.registry.model.lots import Lot, LotVerdict
from pipeline.registry.model.statistics import SecondLook
from pipeline.reports.content import (
    WAYS,
    ReportCell,
    ReportFigure,
    ReportSection,
    ReportTable,
    bound,
    day,
    decimal,
    number,
    percent,
    share,
    words,
    wrong_of,
)
from pipeline.reports.data import NO_READER, ReportData, list_href

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


LOTS = "/lots"
VERDICTS = {
    None: "đang kiểm tra",
    LotVerdict.ACCEPTED: "nhận",
    LotVerdict.REJECTED: "trả lại",
    LotVerdict.CANCELLED: "đã bỏ",
}


def sampled(basis: ReportData) -> ReportSection:
    """Errors that sampling found, with what they do not exceed."""
    return ReportSection(
        "sampling",
        "Lấy mẫu",
        (wrong_entries(basis), wrong_fields(basis)),
        (),
        (lot_table(basis, basis.tallies.lots),),
        "Một việc là sai khi có ít nhất một ô sai. “Chắc không quá” là cận trên 95\u00a0%: của từng lô theo phân phối "
        "siêu bội, của các lô gộp lại theo Clopper–Pearson.",
    )


def wrong_entries(basis: ReportData) -> ReportFigure:
    checked = sum(one.findings.checked for one in basis.tallies.lots)
    wrong = sum(one.findings.wrong for one in basis.tallies.lots)
    return ReportFigure("Việc sai khi lấy mẫu", share(wrong, checked, LOTS), wrong_of(wrong, checked, "việc"))


def wrong_fields(basis: ReportData) -> ReportFigure:
    checked = sum(one.findings.fields_checked for one in basis.tallies.lots)
    wrong = sum(one.findings.fields_wrong for one in basis.tallies.lots)
    return ReportFigure("Ô sai khi lấy mẫu", share(wrong, checked, LOTS), wrong_of(wrong, checked, "ô"))


def lot_table(basis: ReportData, lots: Iterable[Lot]) -> ReportTable:
    """One row a lot, the last one first."""
    columns = (
        ("Lô", False),
        ("Nơi đăng ký", False),
        ("Sổ", False),
        ("Vòng", True),
        ("Việc trong lô", True),
        ("Lấy mẫu", True),
        ("Nhận khi sai không quá", True),
        ("Đã kiểm tra", True),
        ("Sai", True),
        (BOUND, True),
        ("Kết luận", False),
        ("Ngày lấy", False),
    )
    return ReportTable("lots", "Các lô", columns, tuple(_row(basis, one) for one in lots), href=LOTS)


def _row(basis: ReportData, one: Lot) -> tuple[ReportCell, ...]:
    return (
        words(f"Lô\u00a0{one.lot_id}", f"{LOTS}/{one.lot_id}"),
        words(basis.places.get(one.place_code, one.place_code)),
        words(", ".join(one.books)),
        number(one.turn),
        number(one.plan.lot),
        number(one.plan.sample),
        words("xem hết") if one.plan.is_whole else number(one.plan.acceptance),
        number(one.findings.checked),
        number(one.findings.wrong),
        percent(one.bound if one.findings.checked else None),
        words(VERDICTS[one.closing.verdict if one.closing else None]),
        day(local_date(one.drawn_at)),
    )


SORTS = (("Máy đọc đúng", "straight"), ("Máy đọc sai", "wrong"))


def readings(basis: ReportData) -> ReportSection:
    """Accuracy of the machine where people looked."""
    told = basis.tallies.readings
    rows = tuple(
        (
            words(basis.form_title(one.form)),
            words(_reader(one.reader)),
            words(
                basis.field_label(one.record, one.field),
                basis.during("misread", form=one.form, field=one.field),
            ),
            number(one.fields),
            number(one.right),
            share(one.right, one.fields),
            _least(one.right, one.fields),
        )
        for one in told
    )
    columns = (
        ("Mẫu sổ", False),
        ("Bộ đọc chữ viết tay", False),
        ("Ô", False),
        ("Ô người đã quyết", True),
        ("Máy đọc đúng", True),
        ("Tỉ lệ", True),
        ("Chắc không dưới", True),
    )
    bars = []
    for form in sorted({one.form for one in told}):
        mine = [one for one in told if one.form == form]
        right, fields = sum(one.right for one in mine), sum(one.fields for one in mine)
        name = basis.form_title(form)
        parts = (
            BarSegment(0, right, f"{name}: đúng {number(right).text} ô"),
            BarSegment(1, fields - right, f"{name}: sai {number(fields - right).text} ô"),
        )
        bars.append(ChartBar(name.split(" (", maxsplit=1)[0], parts))
    return ReportSection(
        "readings",
        "Máy đọc từng ô",
        (right_figure(basis),),
        (BarChart("Ô người đã quyết, theo mẫu sổ", SORTS, tuple(bars), "ô", "readings"),),
        (
            ReportTable(
                "readings", "Theo mẫu sổ, bộ đọc và ô", columns, rows, href=basis.during("misread"), shown=40
            ),
            *drift_tables(basis),
        ),
        "Chỉ tính những ô đã có người quyết định, là những ô máy không chắc; ô máy nhận thẳng được đo bằng lấy mẫu. "
        "“Chắc không dưới” là cận dưới 95\u00a0% (Clopper–Pearson).",
    )


def right_figure(basis: ReportData) -> ReportFigure:
    told = basis.tallies.readings
    right, fields = sum(one.right for one in told), sum(one.fields for one in told)
    note = f"{number(right).text} trong {number(fields).text} ô mà máy không chắc và người đã quyết"
    return ReportFigure("Máy đọc đúng ô khó", share(right, fields, basis.during("misread")), note)


def _least(right: int, fields: int) -> ReportCell:
    wrong_at_most = upper_bound(fields - right, fields)
    return percent(None if wrong_at_most is None else 1 - wrong_at_most)


def _reader(reader: str | None) -> str:
    return NO_READER.get(reader) or str(reader)


COLUMNS = (
    ("Sổ", False),
    ("Nơi đăng ký", False),
    ("Khác thường ở đâu", False),
    ("Ô viết tay đã vào không qua người xem", True),
)


def unlike(basis: ReportData) -> tuple[ReportFigure, ...]:
    """How many books are unusual; nothing where none is known to be, since few fields or no calibration say nothing."""
    books = [book for book in basis.tallies.books if book.unusual]
    if not books:
        return ()
    unseen = sum(book.unseen for book in books)
    note = f"{number(unseen).text} ô viết tay đã vào không qua người xem; xem phần Máy đọc từng ô"
    return (ReportFigure("Sổ có chữ viết lạ", number(len(books), list_href("unlike")), note),)


def drift_tables(basis: ReportData) -> tuple[ReportTable, ...]:
    """The table of those books, where there are any."""
    table = drift_table(basis)
    return (table,) if table.rows else ()


def drift_table(basis: ReportData) -> ReportTable:
    """Those books, those first of which most went in unseen."""
    books = sorted(
        (book for book in basis.tallies.books if book.unusual), key=lambda book: book.unseen, reverse=True
    )
    rows = tuple(
        (
            words(book.folder_name, list_href("waiting", book=book.book_id)),
            words(basis.places[book.place_code]),
            words(book.unusual),
            number(book.unseen),
        )
        for book in books
    )
    note = (
        "Chữ viết trong các sổ này không giống những sổ đã dùng để hiệu chuẩn. Với những ô viết tay đã vào sổ dữ liệu "
        f"không qua người xem, {NO_BOUND} {recalibration_advice('THƯ-MỤC-SỔ')}. Sổ có dưới {FEWEST} ô viết tay thì "
        "không nói được gì."
    )
    return ReportTable(
        "unlike", "Sổ có chữ viết lạ", COLUMNS, rows, note=note, href=list_href("unlike"), shown=15
    )
