"""The pilot report: right figures, few fields never by themselves, nothing that names a book, a place or a person."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.model import Ledger, Severity
from pipeline.registry import Registry, Verdict
from pipeline.registry.sampled_values import NewSample
from pipeline.registry.statistics.pilot import PilotCounts, PilotField
from pipeline.reports.pilot import LEAST, OTHERS, OWN_FORM, PilotRefused, pilot_report
from pipeline.reports.pilot_files import pilot_document, pilot_json, write_pilot
from tests.delivery.export.pdfs import text_of
from tests.registry.offices import said
from tests.registry.pages import SCHEMAS, entry, finding, page, read
from tests.reports.counts import AT

MARK = "Zzyx"
"""Stands in every text of the registry and in no word of the report."""

OFFICE = replace(SCHEMAS, forms={**SCHEMAS.forms, f"mau-{MARK}": SCHEMAS.form("birth-2006")})
"""The declarations with a form that the office designed and named itself."""

ENTRIES = 12


@pytest.fixture
def marked(sqlite_url: str) -> Registry:
    """A book that is full of marked texts: of 12 entries one field was accepted and checked, and one decided."""
    registry = Registry.open(sqlite_url, OFFICE)
    ledger = Ledger(form="birth-2006", place=f"Xã {MARK}", place_code=f"{MARK}1", volume="01/2010")
    book = registry.book_id(ledger, f"KS.{MARK}.01")
    registry.store_scan(book, "a" * 64, f"{MARK}.tif", 1000, ENTRIES)
    for number in range(1, ENTRIES + 1):
        readings = (
            read("child_name", f"Nguyễn {MARK}"),
            read("registrar_name", f"Trần {MARK}", accepted=False),
            read("notes", f"Ghi chú {MARK}", accepted=False),
        )
        found = finding("READ-HAND", "notes", severity=Severity.REVIEW)
        one = page(
            entry(*readings, findings=[replace(found, details={"said": MARK})]),
            page_no=number,
            form=f"mau-{MARK}" if number < 3 else "birth-2006",
            hand_reader=f"hand-{MARK}",
        )
        registry.save_page(book, one, f"{MARK}-{number}")
    new = [
        NewSample(one, True, f"basis-{MARK}", 1.0, 0.001)
        for one in registry.accepted_values(book, "")
        if one.field == "child_name"
    ]
    assert registry.draw_samples(book, new) == ENTRIES
    for number, entry_id in enumerate(registry.entries(book)):
        words: list[Verdict] = [
            said("child_name", f"Nguyễn {MARK}" if number else f"Lê {MARK}"),
            said("registrar_name", f"Trần {MARK}"),
            said("notes", f"Khác {MARK}"),
        ]
        registry.decide(entry_id, words, author=f"login-{MARK}", reason=f"lý do {MARK}")
    return registry


def test_nothing_that_names_a_person_a_place_or_a_book_is_in_either_file(
    marked: Registry, tmp_path: Path
) -> None:
    with marked:
        counts = marked.statistics(None).pilot([1])
        assert counts.sampled[0].basis.endswith(MARK)
        report = pilot_report(counts, OFFICE)
    pdf, told = write_pilot(report, tmp_path, AT)
    for text in (text_of(pdf), told.read_text(encoding="utf-8"), pdf.read_bytes().decode("latin-1")):
        assert MARK.casefold() not in text.casefold()
        assert "a" * 64 not in text
    assert "Kết quả thử hotich" in text_of(pdf)
    assert OWN_FORM in text_of(pdf)
    values = json.loads(told.read_text(encoding="utf-8"))
    assert values["counts"] == {"books": 1, "pages": 12, "entries": 12, "finished": 12}
    assert values["fields"] == {
        "name": "",
        "fields": 36,
        "accepted_first": 12,
        "accepted_now": 0,
        "decided": 36,
        "right_first": 23,
        "right_now": 23,
    }
    assert values["wrong_among_accepted"][0]["checked"] == 12
    assert values["wrong_among_accepted"][0]["wrong"] == 1
    assert pdf.read_bytes().count(b"/Type /Page\n") + pdf.read_bytes().count(b"/Type/Page/") <= 1


def test_other_places_count_nothing(marked: Registry) -> None:
    with marked:
        counts = marked.statistics(frozenset({"99999"})).pilot([1])
    assert (counts.books, counts.entries, counts.fields, counts.sampled) == (0, 0, (), ())
    with pytest.raises(PilotRefused, match="ít nhất 5 sự kiện"):
        pilot_report(counts, SCHEMAS)


def field(name: str, fields: int, decided: int, form: str = "birth-2006") -> PilotField:
    return PilotField("birth", form, name, fields, 0, 0, decided, decided, decided)


def counts(*fields: PilotField) -> PilotCounts:
    return PilotCounts(1, 9, 9, 9, fields, (60.0,) * 30, (), (), 0, 0)


def test_few_fields_are_told_together_and_never_by_themselves() -> None:
    few, small = field("child_sex", LEAST - 1, 0), field("notes", 40, LEAST - 1)
    many, more = field("child_name", 100, 50), field("birth_place", 80, 40)
    found = pilot_report(counts(few, small, many, more), SCHEMAS).kinds
    assert all(not one.is_few for one in found)
    assert [one.name for one in found][-1] == OTHERS
    assert sum(one.fields for one in found) == 100 + 80 + 40 + LEAST - 1
    alone = pilot_report(counts(field("child_name", 100, 50), few), SCHEMAS).kinds
    assert [(one.name, one.fields) for one in alone] == [(OTHERS, 104)]


def test_minutes_of_the_first_entries_and_of_the_later_ones() -> None:
    some = replace(counts(field("child_name", 100, 50)), seconds=(300.0,) * 20 + (60.0,) * 10)
    report = pilot_report(some, SCHEMAS)
    assert (report.minutes_first, report.minutes_later) == (5.0, 1.0)
    too_few = pilot_report(replace(some, seconds=(300.0,) * 23), SCHEMAS)
    assert (too_few.minutes_later, too_few.timed_later) == (None, 0)
    assert pilot_json(report) == pilot_json(pilot_report(some, SCHEMAS))
    assert pilot_document(report, AT) == pilot_document(report, AT)
