"""What a task shows beside the fields to be keyed."""

from __future__ import annotations

from pathlib import Path

from pipeline.registry import Registry
from pipeline.web.desk.task_view import visible_texts
from tests.registry.offices import SINGLE, SUPERVISOR, taken
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read


def test_values_beside_a_finding_are_the_words_of_a_list_and_not_its_codes(tmp_path: Path) -> None:
    with Registry.open(f"sqlite:///{tmp_path}/registry.db", SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 1)
        read_fields = (read("child_sex", "nữ", canonical="2"), read("child_name", "Thu Mot", accepted=False))
        registry.save_page(book, page(entry(*read_fields)), "f1")
        task = taken(registry.desk(SINGLE), SUPERVISOR)
    shown = visible_texts(task, SCHEMAS.record("birth"), SCHEMAS)
    assert (shown["child_sex"], shown["child_name"]) == ("Nữ", "Thu Mot")
