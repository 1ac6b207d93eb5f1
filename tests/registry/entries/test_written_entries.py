"""Both layers of the entries of a book in its order. No person in here is real."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.base.model import FIRST_TYPED_ROW, FieldReading, FieldStatus, Ledger, PageRef
from pipeline.delivery_rules import DeliveryPolicy
from pipeline.registry.amendments.model import Amendment, AmendmentKind, AmendmentOrder
from pipeline.registry.entries.model import BookLayers, StoredEntry
from tests.registry.pages import SCHEMAS

TABLE = Ledger(form="birth-table", place="Xã Thử Nghiệm", place_code="00000", volume="01/1980")
FIELD = "child_birth_place"


def line(row: int, text: str, amended: str = "") -> StoredEntry:
    order = AmendmentOrder("1/QĐ", "01.02.2020", "Luật Hộ tịch")
    noted = datetime(2020, 2, 1, tzinfo=UTC)
    amendment = Amendment(1, FIELD, AmendmentKind.CORRECTION, text, amended, order, "an", noted)
    return StoredEntry(
        entry_id=row + 1,
        book_id=1,
        ref=PageRef("a" * 64, 1),
        scan="scan.pdf",
        row=row,
        record="birth",
        readings=(FieldReading(FIELD, FieldStatus.READ, text, text, accepted=True),),
        findings=(),
        decisions={},
        values={FIELD: text},
        places={},
        amendments={FIELD: amendment} if amended else {},
    )


def layers() -> BookLayers:
    return BookLayers(TABLE, SCHEMAS, DeliveryPolicy())


def test_a_ditto_mark_stands_for_what_is_on_paper_above_it_whatever_was_amended_there() -> None:
    book = layers()
    first, second, third = (
        book.of(one)[FIELD] for one in (line(0, "Ấp Ba", "Ấp Bốn"), line(1, "nt"), line(2, "nt"))
    )
    assert first.delivered.value == "Ấp Bốn"
    assert [(one.delivered.value, one.waits) for one in (second, third)] == [("Ấp Ba", False)] * 2


def test_a_ditto_mark_in_a_typed_entry_waits_as_its_row_tells_no_place_on_the_page() -> None:
    book = layers()
    book.of(line(FIRST_TYPED_ROW, "Ấp Ba"))
    typed = book.of(line(FIRST_TYPED_ROW + 1, "nt"))[FIELD]
    assert (typed.waits, typed.proposals[0].value) == (True, "Ấp Ba")
