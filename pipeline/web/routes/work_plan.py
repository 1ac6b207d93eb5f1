"""The plan of the office: number of entries due by place and record. Only for supervisors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.staff_toml_edits import with_changed_row, with_row, without_row
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry.statistics.book_states import BookState
from pipeline.registry.tasks.model import NotYours
from pipeline.reports import WorkPlan
from pipeline.reports.plan import FIRST, LAST, TABLE, WorkPlanRow
from pipeline.web.context import RowId, Visit, VisitDep, exchange_parts
from pipeline.web.supervising.staff_file_desk import StaffFileDesk

NOT_HERE = "Máy chủ này không sửa kế hoạch trên trình duyệt. Người quản trị máy sửa tệp plan.toml."
MOST_ENTRIES = 100_000_000
WHOLE = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(?:[. ][0-9]{3}){1,3}")
"""Accepted forms of whole numbers: ``1200``, ``1.200``, ``1 200``."""

router = APIRouter(prefix="/plan")

Typed = Annotated[str, Field(max_length=40)]
Short = Annotated[str, Form(max_length=40)]
Seen = Annotated[str, Form(max_length=64)]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the plan; ``books`` and ``entries``: numbers in the registry that count towards it."""

    number: int
    row: WorkPlanRow
    place: str
    books: int
    entries: int


@router.get("")
def show_plan(visit: VisitDep, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    return _page(visit, done=done)


class PlanForm(BaseModel):
    """The inputs of a new row."""

    seen: str = Field(default="", max_length=64)
    place: Typed = ""
    record: Typed = ""
    first: Typed = ""
    last: Typed = ""
    entries: Typed = ""
    due: Typed = ""


@router.post("")
def add_row(visit: VisitDep, typed: Annotated[PlanForm, Form()]) -> Response:
    with visit.refusing(lambda refused: _page(visit, refused=refused, typed=typed), SettingsRefused):
        if typed.place not in _places(visit):
            raise SettingsRefused("Hãy chọn nơi đăng ký trong danh sách những nơi bạn được giao.")
        if typed.record not in visit.schemas.records:
            raise SettingsRefused("Hãy chọn loại sổ trong danh sách.")
        values = {
            "place": typed.place,
            "record": typed.record,
            "from": _whole(typed.first, "Năm mở sổ, từ", FIRST, LAST) if typed.first.strip() else None,
            "to": _whole(typed.last, "Năm mở sổ, đến", FIRST, LAST) if typed.last.strip() else None,
            **_target(typed.entries, typed.due),
        }
        row = {key: value for key, value in values.items() if value is not None}
        _change(visit, typed.seen, partial(with_row, table=TABLE, values=row), _added_line(visit, row))
    return RedirectResponse("/plan?done=added", status_code=303)


@router.post("/{number}")
def change_row(
    visit: VisitDep, number: RowId, seen: Seen = "", entries: Short = "", due: Short = ""
) -> Response:
    row = _row(visit, number)
    with visit.refusing(lambda refused: _page(visit, refused=refused), SettingsRefused):
        values = _target(entries, due)
        line = (
            f"{_row_title(visit, row)}: {row.entries} → {values['entries']} sự kiện, "
            f"hạn {_day(row.due)} → {_day(values['due'])}"
        )
        edit = partial(with_changed_row, table=TABLE, number=number, values=values)
        _change(visit, seen, edit, line)
    return RedirectResponse("/plan?done=changed", status_code=303)


@router.post("/{number}/remove")
def remove_row(visit: VisitDep, number: RowId, seen: Seen = "") -> Response:
    row = _row(visit, number)
    with visit.refusing(lambda refused: _page(visit, refused=refused), SettingsRefused):
        line = f"Bỏ {_row_title(visit, row)}: {row.entries} sự kiện, hạn {_day(row.due)}"
        _change(visit, seen, partial(without_row, table=TABLE, number=number), line)
    return RedirectResponse("/plan?done=removed", status_code=303)


def _desk(visit: Visit) -> StaffFileDesk[WorkPlan]:
    if visit.site.office.plan is None:
        raise SettingsRefused(NOT_HERE)
    return visit.site.office.plan


def _row(visit: Visit, number: int) -> WorkPlanRow:
    """Return a row of the plan in a place that the person may see; 404 for an unknown row."""
    rows = visit.site.office.plan.loaded().rows if visit.site.office.plan is not None else ()
    if number >= len(rows):
        raise HTTPException(404)
    if not visit.person.may_see(rows[number].place):
        raise NotYours("Kế hoạch này thuộc nơi khác. Hãy hỏi người phụ trách nơi ấy.")
    return rows[number]


def _change(visit: Visit, seen: str, edit: Callable[[str], str], line: str) -> None:
    person = visit.person
    _desk(visit).change(
        seen,
        edit,
        author=person.login,
        lines=[line],
        note=lambda number, digest: visit.registry.note_view(
            person, "plan-changed", f"plan:{number}", {"file": digest}
        ),
        apply=lambda plan: exchange_parts(visit.request, lambda site: replace(site, plan=plan)),
    )


def _target(entries: str, due: str) -> dict[str, Any]:
    """Return the target and the due date in a form; None: no due date."""
    count = _whole(entries, "Số sự kiện phải xong", 1, MOST_ENTRIES)
    if not due.strip():
        return {"entries": count, "due": None}
    try:
        return {"entries": count, "due": date.fromisoformat(due.strip())}
    except ValueError:
        raise SettingsRefused("Hạn: hãy ghi một ngày, như 31/12/2026, hoặc để trống.") from None


def _whole(text: str, label: str, least: int, most: int) -> int:
    if not WHOLE.fullmatch(text.strip()):
        raise SettingsRefused(f"{label}: hãy ghi một số nguyên từ {least} đến {most}.")
    number = int(re.sub("[. ]", "", text))
    if not least <= number <= most:
        raise SettingsRefused(f"{label}: hãy ghi một số nguyên từ {least} đến {most}.")
    return number


def _places(visit: Visit) -> dict[str, str]:
    """Return the names of the registration places that the person may see, by code."""
    return {
        place.code: place.name or place.code
        for place in visit.site.accounts.places()
        if visit.person.may_see(place.code)
    }


def _row_title(visit: Visit, row: WorkPlanRow) -> str:
    years = f", {row.years}" if row.years else ""
    return f"{row.place}, {visit.schemas.title_of(row.record)}{years}"


def _added_line(visit: Visit, values: Mapping[str, Any]) -> str:
    row = WorkPlanRow.model_validate(dict(values))
    return f"Thêm {_row_title(visit, row)}: {row.entries} sự kiện, hạn {_day(row.due)}"


def _day(day: date | None) -> str:
    return "không có" if day is None else f"{day:%d/%m/%Y}"


def _planned(
    number: int, row: WorkPlanRow, names: Mapping[str, str], states: Sequence[BookState]
) -> PlannedRow:
    matching = [
        state
        for state in states
        if (state.place_code, state.record) == (row.place, row.record)
        and state.year.isdigit()
        and row.from_ <= int(state.year) <= row.to
    ]
    name = names.get(row.place, row.place)
    return PlannedRow(number, row, name, len(matching), sum(state.entries for state in matching))


def _page(visit: Visit, *, done: str = "", refused: str = "", typed: PlanForm = PlanForm()) -> Response:
    person, desk = visit.person, visit.site.office.plan
    broken, seen, plan = "", "", visit.site.plan
    if desk is not None:
        try:
            seen, plan = desk.read().digest, desk.loaded()
        except SettingsRefused as error:
            broken = error.message
    names = _places(visit)
    states = visit.registry.statistics(person.places).book_states()
    return visit.page(
        "supervising/plan.html",
        rows=[
            _planned(number, row, names, states)
            for number, row in enumerate(plan.rows)
            if person.may_see(row.place)
        ],
        places=names,
        title_of=visit.schemas.title_of,
        records=tuple(visit.schemas.records),
        edits=desk is not None and not broken,
        history=desk.history() if desk is not None and person.places is None else (),
        seen=seen,
        broken=broken,
        done=done,
        refused=refused,
        typed=typed,
    )
