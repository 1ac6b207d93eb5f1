"""``plan.toml``: how many entries the office is to finish, and by when. One file in the working folder.

.. code-block:: toml

    [[plan]]
    place = "93648"         # mã nơi đăng ký, như trong ledger.toml
    record = "birth"        # birth, marriage, death
    from = 2006             # năm mở sổ, từ
    to = 2015               # đến; bỏ cả hai: mọi năm
    entries = 12000         # số sự kiện phải xong
    due = 2026-12-31        # hạn, bỏ trống nếu không có
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import Declaration, Schemas, nearest_hint
from pipeline.registry.statistics.model import BookStatistics

TABLE = "plan"
FIRST, LAST = 1800, 2200


class WorkPlanRow(Declaration):
    """So many ``entries`` of a kind and a place, from books opened in those years (both ends included)."""

    place: str = Field(min_length=1)
    record: str
    from_: int = Field(default=FIRST, alias="from", ge=FIRST, le=LAST, strict=True)
    to: int = Field(default=LAST, ge=FIRST, le=LAST, strict=True)
    entries: int = Field(gt=0, strict=True)
    due: date | None = None

    def covers(self, book: BookStatistics) -> bool:
        """Return whether the entries of a book count for this row."""
        same = (self.place, self.record) == (book.place_code, book.record)
        return same and self.from_ <= book.opened_in <= self.to

    @property
    def years(self) -> str:
        """The years in words, ``""`` for all."""
        if (self.from_, self.to) == (FIRST, LAST):
            return ""
        if self.from_ == self.to:
            return str(self.from_)
        first = "" if self.from_ == FIRST else str(self.from_)
        last = "" if self.to == LAST else str(self.to)
        return f"{first}–{last}"


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What is planned; no two rows cover the same book."""

    rows: tuple[WorkPlanRow, ...] = ()

    def restricted_to(self, places: frozenset[str] | None) -> WorkPlan:
        """Return what is planned for these places (``None`` = all)."""
        return self if places is None else WorkPlan(tuple(row for row in self.rows if row.place in places))


def read_plan(path: Path, schemas: Schemas) -> WorkPlan:
    """Return the plan of a file; nothing is planned where there is none.

    Args:
        path: The file.
        schemas: The declarations.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return WorkPlan()
    file = StaffFile(path)
    for key in file.table:
        if key != TABLE:
            file.flaw(key, f"bảng lạ “{key}”.{nearest_hint(key, (TABLE,))}")
    rows = [(at, _checked(file, at, row, schemas)) for at, row in file.rows(TABLE)]
    whole = [(at, row) for at, row in rows if row is not None]
    for (_, first), (at, second) in combinations(whole, 2):
        if _overlap(first, second):
            file.flaw_of_row(TABLE, at, "", "trùng nơi, loại sự kiện và năm với một mục ở trên.")
    file.refuse_flaws()
    return WorkPlan(tuple(row for _, row in whole))


def _checked(file: StaffFile, at: int, row: Mapping[str, Any], schemas: Schemas) -> WorkPlanRow | None:
    try:
        checked = WorkPlanRow.model_validate(row)
    except ValidationError as error:
        for flaw in error.errors():
            key = str(flaw["loc"][0])
            file.flaw_of_row(TABLE, at, key, _complaint(key, flaw["type"]))
        return None
    if checked.record not in schemas.records and not schemas.may_mean_flawed(checked.record):
        names = ", ".join(schemas.records)
        file.flaw_of_row(TABLE, at, "record", f"không có loại sự kiện “{checked.record}”. Các loại: {names}.")
        return None
    if checked.from_ > checked.to:
        file.flaw_of_row(TABLE, at, "from", "“from” không được sau “to”.")
        return None
    return checked


def _overlap(first: WorkPlanRow, second: WorkPlanRow) -> bool:
    same = (first.place, first.record) == (second.place, second.record)
    return same and first.from_ <= second.to and second.from_ <= first.to


_ALLOWED = {
    "place": "phải là mã nơi đăng ký trong ngoặc kép",
    "entries": "phải là một số lớn hơn 0",
    "due": "phải là một ngày, như 2026-12-31",
}


def _complaint(key: str, flaw: str) -> str:
    names = dict.fromkeys(spec.alias or name for name, spec in WorkPlanRow.model_fields.items())
    if flaw == "extra_forbidden":
        return f"khóa lạ “{key}”.{nearest_hint(key, names)}"
    if flaw == "missing":
        return f"thiếu “{key}”."
    return f"“{key}” {_ALLOWED.get(key, f'phải là một năm từ {FIRST} đến {LAST}')}."
