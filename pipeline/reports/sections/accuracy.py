"""Accuracy of the values.

The section shows the errors found by second looks and samples, the readings of decided fields, and books whose
handwriting differs from that of the calibration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.localtime import local_date
from pipeline.recognition.calibration.drift import FEWEST, NO_BOUND, recalibration_advice
from pipeline.registry.lots.stored_lots import Lot, LotVerdict
from pipeline.registry.statistics.model import BookStatistics, PersonStatistics, ReadingStatistics, SecondLook
from pipeline.reports.columns import (
    ReportColumn,
    bounds,
    counts,
    days,
    decimals,
    percents,
    shares,
    table_of,
    texts,
)
from pipeline.reports.content import (
    WAYS,
    ReportCell,
    ReportFigure,
    ReportSection,
    ReportTable,
    count_cell,
    errors_sentence,
    share_cell,
    text_cell,
)
from pipeline.reports.data import ReportData, book_columns, grouped, list_href
from pipeline.training.evaluation.field_scores import upper_bound

BOUND = "Chắc không quá"


@dataclass(frozen=True, slots=True)
class _LookGroup:
    """Second looks that are counted together, under two names."""

    first: ReportCell
    second: ReportCell
    looks: Sequence[SecondLook]

    @property
    def fields(self) -> int:
        return sum(look.fields for look in self.looks)

    @property
    def overturned(self) -> int:
        return sum(look.overturned for look in self.looks)

    @property
    def agreed(self) -> int:
        return self.fields - sum(look.differing for look in self.looks)


def _look_columns(second: str) -> tuple[ReportColumn[_LookGroup], ...]:
    return (
        ReportColumn("Loại sự kiện", lambda row: row.first, is_number=False),
        ReportColumn(second, lambda row: row.second, is_number=False),
        counts("Ô được xem lần hai", lambda row: row.fields),
        counts("Kết quả nhập lần 1 bị sửa", lambda row: row.overturned),
        shares("Tỉ lệ", lambda row: row.overturned, lambda row: row.fields),
        bounds(BOUND, lambda row: row.overturned, lambda row: row.fields),
        counts("Chỉ khác cách viết", lambda row: sum(look.of_form for look in row.looks)),
        shares("Hai người giống nhau", lambda row: row.agreed, lambda row: row.fields),
    )


def quality(data: ReportData) -> ReportSection:
    """Return the first keyed texts that second looks overturned, with the upper bound of their share."""
    looks = data.tallies.second
    by_kind = [
        _LookGroup(
            text_cell(data.record_title(record), data.during("overturned", record=record)),
            text_cell(WAYS.get(way, way)),
            [look for look in looks if (look.record, look.way) == (record, way)],
        )
        for record, way in sorted({(look.record, look.way) for look in looks})
    ]
    by_field = [
        _LookGroup(
            text_cell(data.record_title(record)),
            text_cell(data.field_label(record, field), data.during("overturned", record=record, field=field)),
            [look for look in looks if (look.record, look.field) == (record, field)],
        )
        for record, field in sorted({(look.record, look.field) for look in looks})
    ]
    by_field.sort(key=lambda group: -group.overturned / group.fields)
    href = data.during("overturned")
    total = _LookGroup(text_cell("Tất cả"), text_cell(""), looks)
    tables = [
        table_of("second", "Theo loại sự kiện", by_kind, _look_columns("Cách"), total=total, href=href),
        table_of("second-fields", "Theo ô", by_field, _look_columns("Ô"), href=href, shown=15),
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


def people_table(data: ReportData, named: Callable[[str], str] = str) -> ReportTable:
    """Return a row for each person, by login, without ranking.

    Args:
        named: Returns the name of a person by login.
    """
    columns: tuple[ReportColumn[PersonStatistics], ...] = (
        texts("Người", lambda person: named(person.login)),
        counts("Ô đã gõ", lambda person: person.words),
        decimals("Giây mỗi ô", lambda person: person.seconds / person.words if person.words else None),
        counts("Kết quả nhập lần 1 được xem lại", lambda person: person.first),
        counts("Bị sửa", lambda person: person.overturned),
        shares("Tỉ lệ", lambda person: person.overturned, lambda person: person.first),
        bounds(BOUND, lambda person: person.overturned, lambda person: person.first),
    )
    note = (
        "Xếp theo tên, không xếp hạng: người nhận sổ khó sai nhiều hơn. Giây mỗi ô tính cả thời gian tìm trang; ô gõ "
        "theo cột và ô gõ từng sự kiện cộng chung."
    )
    people, href = data.tallies.people or (), data.during("people")
    return table_of("people", "Từng người", people, columns, note=note, href=href, shown=200)


LOTS = "/lots"
VERDICTS = {
    None: "đang kiểm tra",
    LotVerdict.ACCEPTED: "nhận",
    LotVerdict.REJECTED: "trả lại",
    LotVerdict.CANCELLED: "đã bỏ",
}


def sampled(data: ReportData) -> ReportSection:
    """Return the errors found by sampling, with their upper bounds."""
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
    """Return a row for each lot, the last lot first."""
    columns: tuple[ReportColumn[Lot], ...] = (
        texts("Lô", lambda lot: f"Lô\u00a0{lot.lot_id}", lambda lot: f"{LOTS}/{lot.lot_id}"),
        texts("Nơi đăng ký", lambda lot: data.places.get(lot.place_code, lot.place_code)),
        texts("Sổ", lambda lot: ", ".join(lot.books)),
        counts("Vòng", lambda lot: lot.turn),
        counts("Sự kiện trong lô", lambda lot: lot.plan.lot),
        counts("Lấy mẫu", lambda lot: lot.plan.sample),
        ReportColumn(
            "Nhận khi sai không quá",
            lambda lot: text_cell("xem hết") if lot.plan.is_whole else count_cell(lot.plan.acceptance),
        ),
        counts("Đã kiểm tra", lambda lot: lot.findings.checked),
        counts("Sai", lambda lot: lot.findings.wrong),
        percents(BOUND, lambda lot: lot.bound if lot.findings.checked else None),
        texts("Kết luận", lambda lot: VERDICTS[lot.closing.verdict if lot.closing else None]),
        days("Ngày lấy", lambda lot: local_date(lot.drawn_at)),
    )
    return table_of("lots", "Các lô", lots, columns, href=LOTS)


SORTS = (("Máy đọc đúng", "straight"), ("Máy đọc sai", "wrong"))


@dataclass(frozen=True, slots=True)
class ReadingGroup:
    """Readings of decided fields that are counted together."""

    readings: Sequence[ReadingStatistics]

    @property
    def fields(self) -> int:
        return sum(reading.fields for reading in self.readings)

    @property
    def right(self) -> int:
        return sum(reading.right for reading in self.readings)


DECIDED_COLUMNS: tuple[ReportColumn[ReadingGroup], ...] = (
    counts("Ô người đã quyết", lambda row: row.fields),
    counts("Máy đọc đúng", lambda row: row.right),
    shares("Tỉ lệ", lambda row: row.right, lambda row: row.fields),
)


def readings(data: ReportData) -> ReportSection:
    """Return the accuracy of the machine on fields seen by people."""
    decided = data.tallies.readings
    by_field = grouped(decided, lambda reading: (reading.form, reading.record, reading.field))
    columns: tuple[ReportColumn[ReadingGroup], ...] = (
        texts("Mẫu sổ", lambda row: data.form_title(row.readings[0].form)),
        texts(
            "Ô",
            lambda row: data.field_label(row.readings[0].record, row.readings[0].field),
            lambda row: data.during("misread", form=row.readings[0].form, field=row.readings[0].field),
        ),
        *DECIDED_COLUMNS,
        percents("Chắc không dưới", _least),
    )
    bars = []
    for form, of_form in sorted(grouped(decided, lambda reading: reading.form).items()):
        group, name = ReadingGroup(of_form), data.form_title(form)
        right, wrong = group.right, group.fields - group.right
        parts = (
            BarSegment(0, right, f"{name}: đúng {count_cell(right).text} ô"),
            BarSegment(1, wrong, f"{name}: sai {count_cell(wrong).text} ô"),
        )
        bars.append(ChartBar(name.split(" (", maxsplit=1)[0], parts))
    rows, href = map(ReadingGroup, by_field.values()), data.during("misread")
    unusual = drift_table(data)
    return ReportSection(
        "readings",
        "Máy đọc từng ô",
        (right_figure(data),),
        (BarChart("Ô người đã quyết, theo mẫu sổ", SORTS, tuple(bars), "ô", "readings"),),
        (
            table_of("readings", "Theo mẫu sổ và ô", rows, columns, href=href, shown=40),
            *((unusual,) if unusual.rows else ()),
        ),
        "Chỉ tính những ô đã có người quyết định, là những ô máy không chắc; ô hệ thống tự động chấp "
        "nhận được đo bằng lấy mẫu. "
        "“Chắc không dưới” là cận dưới 95\u00a0% (Clopper–Pearson).",
    )


def right_figure(data: ReportData) -> ReportFigure:
    decided = ReadingGroup(data.tallies.readings)
    right, fields = decided.right, decided.fields
    note = f"{count_cell(right).text} trong {count_cell(fields).text} ô mà máy không chắc và người đã quyết"
    return ReportFigure("Máy đọc đúng ô khó", share_cell(right, fields, data.during("misread")), note)


def _least(group: ReadingGroup) -> float | None:
    wrong_at_most = upper_bound(group.fields - group.right, group.fields)
    return None if wrong_at_most is None else 1 - wrong_at_most


def unlike(data: ReportData) -> tuple[ReportFigure, ...]:
    """Return the number of unusual books; nothing where none is known (few fields prove nothing)."""
    books = [book for book in data.tallies.books if book.unusual]
    if not books:
        return ()
    unseen = sum(book.unseen for book in books)
    note = f"{count_cell(unseen).text} ô viết tay đã vào không qua người xem; xem phần Máy đọc từng ô"
    return (ReportFigure("Sổ có chữ viết lạ", count_cell(len(books), list_href("unlike")), note),)


def drift_table(data: ReportData) -> ReportTable:
    """Return the unusual books, those with most unseen values first."""
    books = sorted(
        (book for book in data.tallies.books if book.unusual), key=lambda book: book.unseen, reverse=True
    )
    columns: tuple[ReportColumn[BookStatistics], ...] = (
        *book_columns(data),
        texts("Khác thường ở đâu", lambda book: book.unusual),
        counts("Ô viết tay đã vào không qua người xem", lambda book: book.unseen),
    )
    note = (
        "Chữ viết trong các sổ này không giống những sổ đã dùng để hiệu chuẩn. Với những ô viết tay đã vào sổ dữ liệu "
        f"không qua người xem, {NO_BOUND} {recalibration_advice('THƯ-MỤC-SỔ')}. Sổ có dưới {FEWEST} ô viết tay thì "
        "không nói được gì."
    )
    href = list_href("unlike")
    return table_of("unlike", "Sổ có chữ viết lạ", books, columns, note=note, href=href, shown=15)
