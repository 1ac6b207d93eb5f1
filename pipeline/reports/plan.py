"""``plan.toml``: number of entries that the office is to finish, with due dates. One file in the working folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipeline.base.staff_tables import Wanted, checked_rows, note_unknown_tables
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import Declaration, Schemas
from pipeline.registry.statistics.model import BookStatistics

TABLE = "plan"
FIRST, LAST = 1800, 2200


Year = Annotated[int, Field(ge=FIRST, le=LAST, strict=True), Wanted(f"phải là một năm từ {FIRST} đến {LAST}")]


class WorkPlanRow(Declaration):
    """A target of ``entries`` by record and place, from books opened in these years (both ends included)."""

    place: Annotated[str, Wanted("phải là mã nơi đăng ký trong ngoặc kép")] = Field(
        min_length=1, description="mã nơi đăng ký, như trong `ledger.toml`"
    )
    record: str = Field(description="loại sổ: `birth`, `marriage`, `death`…")
    from_: Year = Field(default=FIRST, alias="from", description="năm mở sổ, từ")
    to: Year = Field(default=LAST, description="đến; bỏ cả hai: mọi năm")
    entries: int = Field(gt=0, strict=True, description="số sự kiện phải xong")
    due: Annotated[date | None, Wanted("phải là một ngày, như 2026-12-31")] = Field(
        default=None, description="hạn, bỏ trống nếu không có"
    )

    def covers(self, book: BookStatistics) -> bool:
        """Return whether the entries of a book count towards this row."""
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
    """The plan of the office; no two rows cover the same book."""

    rows: tuple[WorkPlanRow, ...] = ()

    def restricted_to(self, places: frozenset[str] | None) -> WorkPlan:
        """Return the plan of these places (``None`` = all)."""
        return self if places is None else WorkPlan(tuple(row for row in self.rows if row.place in places))


def read_plan(path: Path, schemas: Schemas) -> WorkPlan:
    """Return the plan in a file, empty for a missing file.

    Raises:
        SchemaError: The file has flaws; the message names each with its line.
    """
    if not path.exists():
        return WorkPlan()
    file = StaffFile(path)
    note_unknown_tables(file, (TABLE,))
    rows = checked_rows(file, TABLE, WorkPlanRow)
    valid = [(number, row) for number, row in rows if _fits(file, number, row, schemas)]
    for (_, first), (number, second) in combinations(valid, 2):
        if _overlap(first, second):
            file.flaw_of_row(TABLE, number, "", "trùng nơi, loại sự kiện và năm với một mục ở trên.")
    file.refuse_flaws()
    return WorkPlan(tuple(row for _, row in valid))


def _fits(file: StaffFile, number: int, row: WorkPlanRow, schemas: Schemas) -> bool:
    """Return whether a row has a known record and ordered years; flaws are noted."""
    if row.record not in schemas.records and not schemas.may_mean_flawed(row.record):
        names = ", ".join(schemas.records)
        file.flaw_of_row(TABLE, number, "record", f"không có loại sự kiện “{row.record}”. Các loại: {names}.")
        return False
    if row.from_ > row.to:
        file.flaw_of_row(TABLE, number, "from", "“from” không được sau “to”.")
        return False
    return True


def _overlap(first: WorkPlanRow, second: WorkPlanRow) -> bool:
    same = (first.place, first.record) == (second.place, second.record)
    return same and first.from_ <= second.to and second.from_ <= first.to
