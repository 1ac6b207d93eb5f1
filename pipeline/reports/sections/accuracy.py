"""How right the values are.

The section shows what second looks and samples found, what the machine had read of decided fields, and books
whose handwriting is unlike that which was calibrated on.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.localtime import local_date
from pipeline.recognition.calibration.drift import FEWEST, NO_BOUND, recalibration_advice
from pipeline.registry.lots.stored_lots import Lot, LotVerdict
from pipeline.registry.statistics.model import SecondLook
from pipeline.reports.content import (
    WAYS,
    ReportCell,
    ReportFigure,
    ReportSection,
    ReportTable,
    bound_cell,
    count_cell,
    day_cell,
    decimal_cell,
    errors_sentence,
    percent_cell,
    share_cell,
    text_cell,
)
from pipeline.reports.data import ReportData, list_href
from pipeline.training.evaluation.field_scores import upper_bound

BOUND = "Chắc không quá"


def quality(data: ReportData) -> ReportSection:
    """First words that second looks overturned, with what their share does not exceed."""
    looks = data.tallies.second
    kinds = sorted({(look.record, look.way) for look in looks})
    columns = (
        ("Ô được xem lần hai", True),
        ("Kết quả nhập lần 1 bị sửa", True),
        ("Tỉ lệ", True),
        (BOUND, True),
        ("Chỉ khác cách viết", True),
        ("Hai người giống nhau", True),
    )
    by_kind = tuple(
        (
            text_cell(data.record_title(record), data.during("overturned", record=record)),
            text_cell(WAYS.get(way, way)),
            *_cells(look for look in looks if (look.record, look.way) == (record, way)),
        )
        for record, way in kinds
    )
    fields = sorted({(look.record, look.field) for look in looks})
    by_field = [
        (record, field, tuple(look for look in looks if (look.record, look.field) == (record, field)))
        for record, field in fields
    ]
    by_field.sort(
        key=lambda item: -sum(look.overturned for look in item[2]) / sum(look.fields for look in item[2])
    )
    field_rows = tuple(
        (
            text_cell(data.record_title(record)),
            text_cell(data.field_label(record, field), data.during("overturned", record=record, field=field)),
            *_cells(mine),
        )
        for record, field, mine in by_field
    )
    total = (text_cell("Tất cả"), text_cell(""), *_cells(looks))
    tables = [
        ReportTable(
            "second",
            "Theo loại sự kiện",
            (("Loại sự kiện", False), ("Cách", False), *columns),
            by_kind,
            total,
            href=data.during("overturned"),
        ),
        ReportTable(
            "second-fields",
            "Theo ô",
            (("Loại sự kiện", False), ("Ô", False), *columns),
            field_rows,
            href=data.during("overturned"),
            shown=15,
        ),
    ]
    if data.tallies.people is not None:
        tables.append(people_table(data))
    return ReportSection(
        "quality",
        "Sai tìm thấy khi có người thứ hai",
        (overturned(data), agreement(data)),
        (),
        tuple(tables),
        f"“{BOUND}” là cận trên 95\u00a0% (Clopper–Pearson). Kết quả nhập lần 1 bị sửa là sai của lần "
        "gõ thứ nhất; nó không còn "
        "trong sổ dữ liệu. Chỉ khác cách viết (chữ hoa, dấu câu, số 0 đầu, vị trí dấu thanh) không phải là sai, không "
        "tính vào tỉ lệ. Hai người giống nhau mà cùng sai thì bảng này không thấy.",
    )


def overturned(data: ReportData) -> ReportFigure:
    looks = data.tallies.second
    fields, wrong = sum(look.fields for look in looks), sum(look.overturned for look in looks)
    note = errors_sentence(wrong, fields, "ô")
    return ReportFigure(
        "Kết quả nhập lần 1 bị người thứ hai sửa", share_cell(wrong, fields, data.during("overturned")), note
    )


def agreement(data: ReportData) -> ReportFigure:
    looks = data.tallies.second
    fields, differing = sum(look.fields for look in looks), sum(look.differing for look in looks)
    note = f"{count_cell(fields - differing).text} trong {count_cell(fields).text} ô được hai người xem"
    return ReportFigure(
        "Hai người giống nhau", share_cell(fields - differing, fields, data.during("overturned")), note
    )


def people_table(data: ReportData) -> ReportTable:
    """One row a person, by login. It ranks nobody."""
    columns = (
        ("Tên đăng nhập", False),
        ("Ô đã gõ", True),
        ("Giây mỗi ô", True),
        ("Kết quả nhập lần 1 được xem lại", True),
        ("Bị sửa", True),
        ("Tỉ lệ", True),
        (BOUND, True),
    )
    rows = tuple(
        (
            text_cell(person.login),
            count_cell(person.words),
            decimal_cell(person.seconds / person.words if person.words else None),
            count_cell(person.first),
            count_cell(person.overturned),
            share_cell(person.overturned, person.first),
            bound_cell(person.overturned, person.first),
        )
        for person in data.tallies.people or ()
    )
    note = (
        "Xếp theo tên, không xếp hạng: người nhận sổ khó sai nhiều hơn. Giây mỗi ô tính cả thời gian tìm trang; ô gõ "
        "theo cột và ô gõ từng sự kiện cộng chung."
    )
    return ReportTable(
        "people", "Từng người", columns, rows, note=note, href=data.during("people"), shown=200
    )


def _cells(looks: Iterable[SecondLook]) -> tuple[ReportCell, ...]:
    looks = tuple(looks)
    fields, wrong = sum(look.fields for look in looks), sum(look.overturned for look in looks)
    differing = sum(look.differing for look in looks)
    return (
        count_cell(fields),
        count_cell(wrong),
        share_cell(wrong, fields),
        bound_cell(wrong, fields),
        count_cell(sum(look.of_form for look in looks)),
        share_cell(fields - differing, fields),
    )


LOTS = "/lots"
VERDICTS = {
    None: "đang kiểm tra",
    LotVerdict.ACCEPTED: "nhận",
    LotVerdict.REJECTED: "trả lại",
    LotVerdict.CANCELLED: "đã bỏ",
}


def sampled(data: ReportData) -> ReportSection:
    """Errors that sampling found, with what they do not exceed."""
    return ReportSection(
        "sampling",
        "Lấy mẫu",
        (wrong_entries(data), wrong_fields(data)),
        (),
        (lot_table(data, data.tallies.lots),),
        "Một sự kiện là sai khi có ít nhất một ô sai. “Chắc không quá” là cận trên 95\u00a0%: của "
        "từng lô theo phân phối "
        "siêu bội, của các lô gộp lại theo Clopper–Pearson.",
    )


def wrong_entries(data: ReportData) -> ReportFigure:
    checked = sum(lot.findings.checked for lot in data.tallies.lots)
    wrong = sum(lot.findings.wrong for lot in data.tallies.lots)
    return ReportFigure(
        "Sự kiện sai khi lấy mẫu",
        share_cell(wrong, checked, LOTS),
        errors_sentence(wrong, checked, "sự kiện"),
    )


def wrong_fields(data: ReportData) -> ReportFigure:
    checked = sum(lot.findings.fields_checked for lot in data.tallies.lots)
    wrong = sum(lot.findings.fields_wrong for lot in data.tallies.lots)
    return ReportFigure(
        "Ô sai khi lấy mẫu", share_cell(wrong, checked, LOTS), errors_sentence(wrong, checked, "ô")
    )


def lot_table(data: ReportData, lots: Iterable[Lot]) -> ReportTable:
    """One row a lot, the last one first."""
    columns = (
        ("Lô", False),
        ("Nơi đăng ký", False),
        ("Sổ", False),
        ("Vòng", True),
        ("Sự kiện trong lô", True),
        ("Lấy mẫu", True),
        ("Nhận khi sai không quá", True),
        ("Đã kiểm tra", True),
        ("Sai", True),
        (BOUND, True),
        ("Kết luận", False),
        ("Ngày lấy", False),
    )
    return ReportTable("lots", "Các lô", columns, tuple(_row(data, lot) for lot in lots), href=LOTS)


def _row(data: ReportData, lot: Lot) -> tuple[ReportCell, ...]:
    return (
        text_cell(f"Lô\u00a0{lot.lot_id}", f"{LOTS}/{lot.lot_id}"),
        text_cell(data.places.get(lot.place_code, lot.place_code)),
        text_cell(", ".join(lot.books)),
        count_cell(lot.turn),
        count_cell(lot.plan.lot),
        count_cell(lot.plan.sample),
        text_cell("xem hết") if lot.plan.is_whole else count_cell(lot.plan.acceptance),
        count_cell(lot.findings.checked),
        count_cell(lot.findings.wrong),
        percent_cell(lot.bound if lot.findings.checked else None),
        text_cell(VERDICTS[lot.closing.verdict if lot.closing else None]),
        day_cell(local_date(lot.drawn_at)),
    )


SORTS = (("Máy đọc đúng", "straight"), ("Máy đọc sai", "wrong"))


def readings(data: ReportData) -> ReportSection:
    """Accuracy of the machine where people looked."""
    told = data.tallies.readings
    kinds = list(dict.fromkeys((tally.form, tally.record, tally.field) for tally in told))
    rows = tuple(_of_field(data, *kind) for kind in kinds)
    columns = (
        ("Mẫu sổ", False),
        ("Ô", False),
        ("Ô người đã quyết", True),
        ("Máy đọc đúng", True),
        ("Tỉ lệ", True),
        ("Chắc không dưới", True),
    )
    bars = []
    for form in sorted({tally.form for tally in told}):
        mine = [tally for tally in told if tally.form == form]
        right, fields = sum(tally.right for tally in mine), sum(tally.fields for tally in mine)
        name = data.form_title(form)
        parts = (
            BarSegment(0, right, f"{name}: đúng {count_cell(right).text} ô"),
            BarSegment(1, fields - right, f"{name}: sai {count_cell(fields - right).text} ô"),
        )
        bars.append(ChartBar(name.split(" (", maxsplit=1)[0], parts))
    return ReportSection(
        "readings",
        "Máy đọc từng ô",
        (right_figure(data),),
        (BarChart("Ô người đã quyết, theo mẫu sổ", SORTS, tuple(bars), "ô", "readings"),),
        (
            ReportTable("readings", "Theo mẫu sổ và ô", columns, rows, href=data.during("misread"), shown=40),
            *drift_tables(data),
        ),
        "Chỉ tính những ô đã có người quyết định, là những ô máy không chắc; ô hệ thống tự động chấp "
        "nhận được đo bằng lấy mẫu. "
        "“Chắc không dưới” là cận dưới 95\u00a0% (Clopper–Pearson).",
    )


def _of_field(data: ReportData, form: str, record: str, field: str) -> tuple[ReportCell, ...]:
    """Return the row of a field of a form, all readers together."""
    mine = [
        one for one in data.tallies.readings if (one.form, one.record, one.field) == (form, record, field)
    ]
    fields, right = sum(one.fields for one in mine), sum(one.right for one in mine)
    return (
        text_cell(data.form_title(form)),
        text_cell(data.field_label(record, field), data.during("misread", form=form, field=field)),
        count_cell(fields),
        count_cell(right),
        share_cell(right, fields),
        _least(right, fields),
    )


def right_figure(data: ReportData) -> ReportFigure:
    told = data.tallies.readings
    right, fields = sum(tally.right for tally in told), sum(tally.fields for tally in told)
    note = f"{count_cell(right).text} trong {count_cell(fields).text} ô mà máy không chắc và người đã quyết"
    return ReportFigure("Máy đọc đúng ô khó", share_cell(right, fields, data.during("misread")), note)


def _least(right: int, fields: int) -> ReportCell:
    wrong_at_most = upper_bound(fields - right, fields)
    return percent_cell(None if wrong_at_most is None else 1 - wrong_at_most)


COLUMNS = (
    ("Sổ", False),
    ("Nơi đăng ký", False),
    ("Khác thường ở đâu", False),
    ("Ô viết tay đã vào không qua người xem", True),
)


def unlike(data: ReportData) -> tuple[ReportFigure, ...]:
    """How many books are unusual; nothing where none is known to be, since few fields or no calibration say nothing."""
    books = [book for book in data.tallies.books if book.unusual]
    if not books:
        return ()
    unseen = sum(book.unseen for book in books)
    note = f"{count_cell(unseen).text} ô viết tay đã vào không qua người xem; xem phần Máy đọc từng ô"
    return (ReportFigure("Sổ có chữ viết lạ", count_cell(len(books), list_href("unlike")), note),)


def drift_tables(data: ReportData) -> tuple[ReportTable, ...]:
    """The table of those books, where there are any."""
    table = drift_table(data)
    return (table,) if table.rows else ()


def drift_table(data: ReportData) -> ReportTable:
    """Those books, those first of which most went in unseen."""
    books = sorted(
        (book for book in data.tallies.books if book.unusual), key=lambda book: book.unseen, reverse=True
    )
    rows = tuple(
        (
            text_cell(book.folder_name, list_href("waiting", book=book.book_id)),
            text_cell(data.places[book.place_code]),
            text_cell(book.unusual),
            count_cell(book.unseen),
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
