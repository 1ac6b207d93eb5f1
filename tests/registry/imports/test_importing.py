"""Values of a workbook at the desk, on both kinds of database: what they count for, and that they are taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.stages import Stage
from pipeline.declarations.review_policy import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.errors import NotThere
from pipeline.registry.imports.model import ImportMode, WorkbookFile
from pipeline.registry.tasks.model import NotYours
from tests.delivery.reconcile.files import birth, write
from tests.delivery.workbook_import.books import AN, BINH, ELSEWHERE, brought, desk_of, waiting_book
from tests.registry.offices import BLIND, CHECKED, SINGLE, keyed, said, taken

FIELD = "mother_name"


def value(registry: Registry, entry_id: int) -> str | None:
    return registry.entry(entry_id).values[FIELD]


def test_decided_values_count_at_once_and_no_longer_when_the_import_is_taken_back(
    registry: Registry, tmp_path: Path
) -> None:
    ids = registry.entries(waiting_book(registry))
    file = write(tmp_path / "t.xlsx", [birth(number) for number in (1, 2, 3)])
    report = brought(registry, file, ImportMode.DECIDED)
    assert [value(registry, one) for one in ids] == [birth(number)["meHoTen"] for number in (1, 2, 3)]
    assert brought(registry, file, ImportMode.DECIDED).import_id == 0, "the same file twice changes nothing"
    desk = desk_of(registry)
    (told,) = desk.imports_for(AN)
    assert (told.entries, told.fields, told.in_force) == (3, report.fields, report.fields)
    done = desk.take_back_import(AN, told.import_id, "nhầm tệp")
    assert (done.fields, done.kept) == (report.fields, ())
    assert [value(registry, one) for one in ids] == [None] * 3
    with pytest.raises(NotThere, match="đã được rút lại"):
        desk.take_back_import(AN, told.import_id, "nhầm tệp")
    assert desk.imports_for(AN)[0].taken_back_by == AN.login
    assert {"import-begun", "import-taken-back", "keyed"} <= {
        one.action for one in registry.audit().recent(90)
    }
    assert registry.audit().verify().flaws == ()


@pytest.mark.parametrize("policy", [SINGLE, CHECKED, BLIND])
def test_a_value_to_be_checked_settles_nothing_until_somebody_else_has_looked(
    registry: Registry, tmp_path: Path, policy: ReviewPolicy
) -> None:
    (entry_id,) = registry.entries(waiting_book(registry, 1))
    brought(registry, write(tmp_path / "t.xlsx", [birth(1)]))
    assert value(registry, entry_id) is None
    desk = desk_of(registry, policy)
    assert desk.next_task(AN) is None, "who brought it does not check it"
    task = taken(desk, BINH)
    assert task.stage is Stage.CHECK
    outcome = keyed(desk, BINH, said(FIELD, birth(1)["meHoTen"]), task=task)
    assert outcome.settled == (FIELD,)
    assert value(registry, entry_id) == birth(1)["meHoTen"]


def test_what_somebody_has_built_on_stays_when_the_import_is_taken_back(
    registry: Registry, tmp_path: Path
) -> None:
    first, second = registry.entries(waiting_book(registry, 2))
    report = brought(registry, write(tmp_path / "t.xlsx", [birth(1), birth(2)]))
    desk = desk_of(registry)
    keyed(desk, BINH, said(FIELD, "Trần Thị Khác"))
    done = desk.take_back_import(AN, report.import_id, "nhầm tệp")
    assert done.kept == (first,)
    assert value(registry, first) == "Trần Thị Khác"
    assert desk.keyed_fields(AN, registry.entry(second).book_id).get(second) is None


def test_what_is_in_somebodys_hands_is_left_alone(registry: Registry, tmp_path: Path) -> None:
    waiting_book(registry, 1)
    task = taken(desk_of(registry), BINH)
    report = brought(registry, write(tmp_path / "t.xlsx", [birth(1)]), ImportMode.DECIDED)
    assert report.taken is not None
    assert (report.taken.busy, report.taken.fields) == (1, 0)
    keyed(desk_of(registry), BINH, said(FIELD, "Trần Thị Khác"), task=task)


def test_only_a_supervisor_of_the_place_brings_and_takes_back(registry: Registry, tmp_path: Path) -> None:
    (entry_id,) = registry.entries(waiting_book(registry, 1))
    report = brought(registry, write(tmp_path / "t.xlsx", [birth(1)]))
    desk = desk_of(registry)
    file = WorkbookFile("t.xlsx", "0" * 64)
    with pytest.raises(NotYours, match="Chỉ người phụ trách"):
        desk.begin_import(BINH, "birth", file, ImportMode.DECIDED)
    with pytest.raises(NotYours, match="do người khác bắt đầu"):
        desk.import_values(ELSEWHERE, report.import_id, {})
    other = desk.begin_import(ELSEWHERE, "birth", file, ImportMode.DECIDED)
    with pytest.raises(NotYours):
        desk.import_values(ELSEWHERE, other, {entry_id: [said(FIELD)]})
    with pytest.raises(NotYours):
        desk.take_back_import(ELSEWHERE, report.import_id, "không phải của tôi")
    assert [one.import_id for one in desk.imports_for(ELSEWHERE)] == [other]
    assert desk.keyed_fields(AN, registry.entry(entry_id).book_id)[entry_id]
