"""What people decided several times in a book is offered on its other entries, and tells nothing that is kept back."""

from __future__ import annotations

import pytest

from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, RegistryPart, Verdict
from pipeline.registry.tasks.model import NotYours
from tests.registry.offices import AN, BINH, BLIND, SINGLE, Clock, doubtful, person, taken
from tests.registry.pages import page

OFFICER, OTHER = "Vẽ Văn Mẫu", "Mẫu Thị Giả"


def decided_book(registry: Registry, book: int, *officers: str, field: str = "signer_name") -> None:
    """A page with one waiting entry, below those on which these officers were decided."""
    rows = [doubtful(field, row=row) for row in range(len(officers) + 1)]
    registry.save_page(book, page(*rows), "f1")
    for entry_id, officer in zip(registry.entries(book), officers, strict=False):
        registry.decide(entry_id, [Verdict(field, FieldStatus.READ, officer)], author="an")


def test_texts_decided_on_several_entries_come_by_how_often_they_stand(registry: Registry, book: int) -> None:
    decided_book(registry, book, OTHER, OTHER, OFFICER, OFFICER, OFFICER, "Một Lần")
    desk = registry.desk(SINGLE, now=Clock())
    task = taken(desk, AN)
    assert desk.book_values(AN, task.task_id, "signer_name") == (OFFICER, OTHER)
    assert desk.book_values(AN, task.task_id, "child_birth_place") == ()
    assert desk.book_values(AN, task.task_id, "no_such") == ()


def test_only_the_last_decision_on_an_entry_counts_and_only_of_entries_that_stand(
    registry: Registry, book: int
) -> None:
    decided_book(registry, book, OFFICER, OFFICER, OFFICER)
    first, second, *_ = registry.entries(book)
    desk = registry.desk(SINGLE, now=Clock())
    task = taken(desk, AN)
    registry.decide(first, [Verdict("signer_name", FieldStatus.BLANK)], author="an")
    assert desk.book_values(AN, task.task_id, "signer_name") == (OFFICER,)
    found = registry.entry(second)
    part = RegistryPart(book, found.ref.scan_sha256, found.ref.page_no, found.row)
    registry.withdraw(part, author="chi", reason="nhầm")
    assert desk.book_values(AN, task.task_id, "signer_name") == ()


def test_names_of_the_people_of_an_entry_are_never_among_them(registry: Registry, book: int) -> None:
    decided_book(registry, book, OFFICER, OFFICER, OFFICER, field="mother_name")
    desk = registry.desk(SINGLE, now=Clock())
    assert desk.book_values(AN, taken(desk, AN).task_id, "mother_name") == ()


def test_what_was_decided_of_the_field_itself_is_not_told_to_who_keys_it_blind(
    registry: Registry, book: int
) -> None:
    decided_book(registry, book, OFFICER, OFFICER)
    *_, own = registry.entries(book)
    desk = registry.desk(BLIND, now=Clock())
    task = taken(desk, AN)
    assert task.entry_id == own
    registry.decide(own, [Verdict("signer_name", FieldStatus.READ, OTHER)], author="an")
    registry.decide(registry.entries(book)[0], [Verdict("signer_name", FieldStatus.READ, OTHER)], author="an")
    assert desk.book_values(AN, task.task_id, "signer_name") == ()


def test_whoever_has_not_the_task_in_hand_is_told_nothing(registry: Registry, book: int) -> None:
    decided_book(registry, book, OFFICER, OFFICER)
    desk = registry.desk(SINGLE, now=Clock())
    task = taken(desk, AN)
    with pytest.raises(NotYours):
        desk.book_values(BINH, task.task_id, "signer_name")
    with pytest.raises(NotYours):
        desk.book_values(person(1, AN.role, frozenset({"99999"})), task.task_id, "signer_name")
