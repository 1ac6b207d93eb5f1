"""What a task shows beside the fields to be keyed."""

from __future__ import annotations

from pathlib import Path

from pipeline.base.model import BY_ENTRY, Finding, Severity
from pipeline.registry import Registry
from pipeline.scans.workspace import Workspace
from pipeline.web.desk.task_view import task_view, visible_texts
from pipeline.web.pictures import PageSource, Pictures
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


def test_a_reviewer_sees_what_the_other_fields_of_the_entry_say(tmp_path: Path) -> None:
    details = {"because": "cùng họ với ô “Họ tên cha” (Phạm Văn Bình)", "alone": "Phan Văn An"}
    finding = Finding(BY_ENTRY, Severity.INFO, ("child_name",), details)
    with Registry.open(f"sqlite:///{tmp_path}/registry.db", SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 1)
        child = read("child_name", "Phạm Văn An", accepted=False)
        registry.save_page(book, page(entry(child, findings=(finding,))), "f1")
        task = taken(registry.desk(SINGLE), SUPERVISOR)
    view = task_view(task, PageSource(task.ref, None), SCHEMAS, Pictures(Workspace(tmp_path)))
    (shown,) = (field for field in view.fields if field.name == "child_name")
    assert [(known.code, known.details) for known in shown.findings if known.code == BY_ENTRY] == [
        (BY_ENTRY, ("cùng họ với ô “Họ tên cha” (Phạm Văn Bình)", "xem riêng ô này, máy đọc Phan Văn An"))
    ]
