"""The list for the keepers of the population data: identity numbers against their rules, dates missing or not full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.base.charts import BarChart, BarSegment, ChartBar
from pipeline.base.localtime import local_date
from pipeline.base.model import FieldStatus
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.registry import Registry
from pipeline.registry.statistics.countable_entries import Countable, CountableEntry
from pipeline.reports.columns import ReportColumn, table_of, texts
from pipeline.reports.content import ManagementReport, ReportFigure, ReportSection, count_cell
from pipeline.reports.statistics.counting import MOST_LISTED, CountingScope, ScopedBooks, asked_fields
from pipeline.reports.statistics.form_report import entry_columns, left_out, scope_words, state_figures
from pipeline.values.predicates import PREDICATES, Value, date_parts
from pipeline.values.predicates.predicate import BLANK, NOT_ON_FORM

NUMBERS, DATES = "Số định danh, số giấy tờ", "Ngày, tháng, năm"


@dataclass(frozen=True, slots=True)
class IdentityFlaw:
    """A value of an entry that cannot go to the population data as it stands.

    Attributes:
        label: The field.
        value: What stands there.
        flaw: What is wrong, in words.
    """

    entry: CountableEntry
    sort: str
    label: str
    value: str
    flaw: str


class IdentityRules:
    """Finds the flaws of entries of one record, by the traits of its fields and the rules of its numbers."""

    def __init__(self, schemas: Schemas, record: RecordSpec) -> None:
        self._findings, self._record = schemas.findings, record
        self._numbers = [spec for spec in record.fields if spec.value_kind.is_identity_number]
        names = {spec.name for spec in self._numbers}
        self._rules = [
            rule
            for rule in record.rules
            if rule.fields[0] in names and not PREDICATES[rule.predicate].in_context
        ]
        people = [person for person in record.people if person.event != "other"]
        dated = [
            (person.name, name) for person in people for name in (person.born_on, person.died_on) if name
        ]
        self._dates = [("", record.key_fields.registered_on), *dated]
        ruled = [name for rule in self._rules for name in rule.fields]
        self.field_names = (*names, *ruled, *(name for pair in self._dates for name in pair if name))

    def flaws_of(self, entry: CountableEntry) -> Iterator[IdentityFlaw]:
        """Yield the flaws of an entry."""
        for spec in self._numbers:
            if words := self._number_flaw(spec, entry):
                yield IdentityFlaw(entry, NUMBERS, spec.label, entry.values[spec.name] or "", words)
        for person, name in self._dates:
            value = entry.values[name]
            if len(date_parts(value or "")) == 3 or (person and not entry.values[person]):
                continue
            words = "chưa đủ ngày, tháng, năm" if value else "bỏ trống" if value == "" else "không có giá trị"
            yield IdentityFlaw(entry, DATES, self._record.by_name[name].label, value or "", words)

    def _number_flaw(self, spec: FieldSpec, entry: CountableEntry) -> str:
        """Return what is wrong with a number by the rules of its record, else by its kind."""
        value = entry.values[spec.name] or ""
        broken = [
            rule.code
            for rule in self._rules
            if rule.fields[0] == spec.name
            and PREDICATES[rule.predicate](
                *(_value(entry.values[name]) for name in rule.fields), **rule.limits
            )
            is False
        ]
        codes = broken or spec.value_kind.parse(value).problems
        return " ".join(self._findings[code].sentence for code in dict.fromkeys(codes))


def _value(value: str | None) -> Value:
    return NOT_ON_FORM if value is None else Value(value, value, FieldStatus.READ) if value else BLANK


def identity_report(
    registry: Registry,
    schemas: Schemas,
    found: ScopedBooks,
    scope: CountingScope,
    at: datetime,
) -> ManagementReport:
    """Return the list of identity data to be put right. It holds personal data: who takes it is to be recorded."""
    rules = {record: IdentityRules(schemas, schemas.record(record)) for record in dated_records(schemas)}
    fields = {record: asked_fields(schemas, record, one.field_names) for record, one in rules.items()}
    states: Counter[Countable] = Counter()
    flaws: list[IdentityFlaw] = []
    amounts: Counter[tuple[str, str]] = Counter()
    for entry in registry.countable_entries(found.books, fields, scope.period, signed=scope.signed):
        states[entry.state] += 1
        if entry.state in (Countable.COUNTED, Countable.UNDATED):
            of_entry = list(rules[entry.record].flaws_of(entry))
            amounts.update((entry.record, flaw.sort) for flaw in of_entry)
            flaws += of_entry[: MOST_LISTED - len(flaws)]
    total = sum(amounts.values())
    place: tuple[ReportColumn[IdentityFlaw], ...] = entry_columns(schemas, lambda row: row.entry)
    columns: tuple[ReportColumn[IdentityFlaw], ...] = (
        *place,
        texts("Trường", lambda row: row.label),
        texts("Đang ghi", lambda row: row.value),
        texts("Chưa đạt", lambda row: row.flaw),
    )
    note = f"Chỉ kê {MOST_LISTED} dòng đầu." if total > MOST_LISTED else ""
    section = ReportSection(
        "identity",
        "Chỗ phải xem lại",
        (*state_figures(states), ReportFigure("Chỗ phải xem lại", count_cell(total))),
        (_chart(schemas, amounts),),
        (table_of("flaws", "Danh sách", flaws, columns, note=note),),
        "Giá trị trên sổ giữ nguyên; sửa thì theo thủ tục cải chính, bổ sung. Mỗi lần lấy danh sách được ghi nhật ký.",
    )
    return ManagementReport(
        at=at,
        since=local_date(at),
        days=0,
        scope=scope_words(found, scope),
        sections=(section,),
        alerts=left_out(found),
        title="Danh sách đối chiếu với dữ liệu dân cư: số sai quy tắc, ngày chưa đủ",
        name="danh-sach-c06",
    )


def dated_records(schemas: Schemas) -> Sequence[str]:
    """Return the records whose entries have a day of registration."""
    return [name for name, spec in schemas.records.items() if spec.key_fields.registered_on]


def _chart(schemas: Schemas, amounts: Counter[tuple[str, str]]) -> BarChart:
    bars = tuple(
        ChartBar(
            schemas.title_of(record),
            tuple(
                BarSegment(at, amounts[record, sort], f"{sort}: {count_cell(amounts[record, sort]).text}")
                for at, sort in enumerate((NUMBERS, DATES))
            ),
        )
        for record in schemas.records
        if amounts[record, NUMBERS] or amounts[record, DATES]
    )
    return BarChart(
        "Chỗ phải xem lại theo loại sổ", ((NUMBERS, "wrong"), (DATES, "waiting")), bars, "chỗ", "flaws"
    )
