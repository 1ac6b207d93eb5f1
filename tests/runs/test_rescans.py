"""A run that has read the answer to a rescan ticket lets it take the place of the old page."""

from __future__ import annotations

from pathlib import Path

from pipeline.declarations.office.review import ReviewPolicy
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import digitize_book
from tests.fake_pages import GOOD, draw
from tests.registry.offices import OPERATOR, SUPERVISOR, taken


def test_a_run_closes_the_ticket_that_a_scan_in_the_folder_answers(book: Path, context: RunContext) -> None:
    draw(book / "a.png", GOOD)
    digitize_book(book, context, workers=1)
    with context.open_registry() as registry:
        desk = registry.desk(ReviewPolicy(check="none", blind="none"))
        ticket = desk.request_rescan(SUPERVISOR, taken(desk, SUPERVISOR).task_id, "mờ")
        draw(book / f"phieu-{ticket.id}-a.png", GOOD, mark=7)
        digitize_book(book, context, workers=1)
        assert desk.tickets(OPERATOR) == ()
        (entry_id,) = registry.entries(1)
        assert registry.scan_names(1)[registry.entry(entry_id).ref.scan_sha256] == f"phieu-{ticket.id}-a.png"
