"""Forms of statistics: figures counted by hand, and every entry in one cell of each split or told as not known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import EntryResult
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.errors import NotThere
from pipeline.registry.statistics.countable_entries import RegistrationPeriod
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.reports.content import ManagementReport
from pipeline.reports.output_files import write_files
from pipeline.reports.statistics.asked import asked_report
from pipeline.reports.statistics.conditions import UNKNOWN, RecordConditions
from pipeline.reports.statistics.counting import CountingScope, lines_of
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCHEMAS, blank, entry, page, read

AT = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
ASKER = Person(0, "an", "An", Role.SUPERVISOR, None)
ORDER = AmendmentOrder("12/QĐ-UBND", "05.03.2026", "Luật Hộ tịch 2014, Điều 28", "UBND xã Thử Nghiệm")
YEAR = RegistrationPeriod(date(2010, 1, 1), date(2010, 12, 31))
CAI_KHE, AN_HOA = ("31117", "Phường Cái Khế"), ("31120", "Phường An Hòa")

Fields = dict[str, str | None]


def born(number: int, **changed: str | None) -> Fields:
    """A birth of a Kinh boy, registered in time in the year of his birth."""
    return {
        "entry_number": f"{number:02d}/2010", "registered_on": "05.03.2010", "registration_type": "1",
        "child_name": "Thử", "child_sex": "1", "child_ethnicity": "Kinh", "child_born_on": "01.02.2010",
    } | changed  # fmt: skip


BIRTHS = (
    born(1),
    born(2, child_sex="2", child_ethnicity="Khơ Me"),
    born(3, registration_type="4", child_born_on="2007", child_id_number="12345"),
    born(4, registration_type="4", child_born_on="2005"),  # four or five years old
    born(5, registration_type="2", child_born_on="01.02.1980"),
    born(6, registration_type="3"),  # registered abroad: neither new nor again
    born(7, registration_type=None),  # the sheet has no boxes
    born(8, child_ethnicity="Trung Hoa", child_sex=""),
    born(9, registered_on="05.03.2011"),
    born(10, registered_on="2010", registration_type="1", child_born_on="2010"),
    born(11, registered_on=None),
    born(12, child_sex="1"),  # becomes a girl by an amendment
    born(13),  # is withdrawn
    born(14),  # is altered behind the program's back
    born(15),  # has an amendment without its second signature
)


def died(number: int, **changed: str | None) -> Fields:
    return {
        "entry_number": f"{number:02d}/2010", "registered_on": "05.03.2010", "registration_type": "1",
        "deceased_name": "Thử", "deceased_born_on": "1930", "deceased_died_on": "03.03.2010", "deceased_age_group": "",
    } | changed  # fmt: skip


DEATHS = (
    died(1),
    died(2, deceased_born_on="01.03.2010"),
    died(3, deceased_born_on="", deceased_age_group="2"),
    died(4, deceased_born_on="2009"),  # nought or one year old
    died(5, deceased_born_on="01.03.2010", deceased_age_group="2"),  # box and dates deny each other
)


def written(fields: Fields, row: int, *, opened: bool = False) -> EntryResult:
    """An entry with accepted values; None: the sheet has no place for it."""
    readings = [
        blank(name) if value == "" else read(name, value)
        for name, value in fields.items()
        if value is not None
    ]
    doubt = [read("notes", "mờ", accepted=False)] if opened else [blank("notes")]
    return entry(*readings, *doubt, row=row)


def filled(registry: Registry, form: str, place: tuple[str, str], *entries: EntryResult) -> int:
    ledger = replace(LEDGER, form=form, place_code=place[0], place=place[1])
    scan = f"{form} {place[0]}".encode().hex().ljust(64, "0")[:64]
    book_id = registry.book_id(ledger, f"{form}.{place[0]}")
    registry.store_scan(book_id, scan, "scan.pdf", 1000, 1)
    registry.save_page(book_id, page(*entries, scan=scan, form=form), "f1")
    return book_id


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Births of one unit, one of another, and deaths."""
    url = f"sqlite:///{tmp_path_factory.mktemp('counted')}/registry.db"
    with Registry.open(url, SCHEMAS) as opened:
        births = [written(fields, row) for row, fields in enumerate(BIRTHS)]
        book_id = filled(opened, "birth-2016", CAI_KHE, *births, written(born(16), 15, opened=True))
        filled(opened, "birth-2016", ("916", "Quận Ninh Kiều"), written(born(1), 0))
        filled(opened, "death-2016", CAI_KHE, *(written(fields, row) for row, fields in enumerate(DEATHS)))
        ids = {opened.entry(one).row: one for one in opened.entries(book_id)}
        amended = opened.amend(ids[11], "child_sex", "Nữ", ORDER, author="an")
        opened.amend(ids[14], "child_sex", "Nữ", ORDER, author="an")
        opened.sign_amendment(ids[11], amended, author="binh")
        scan = opened.entry(ids[12]).ref.scan_sha256
        opened.withdraw(RegistryPart(book_id, scan, 1, 12), author="an", reason="ghi hai lần")
        outsider = Outsider(url)
        outsider.execute(f"UPDATE birth_record SET child_sex = '2' WHERE entry_id = {ids[13]}")  # noqa: S608
        outsider.close()
        yield opened


def asked(registry: Registry, name: str, **changed: object) -> ManagementReport:
    scope = replace(CountingScope(YEAR), **changed)  # type: ignore[arg-type]
    return asked_report(registry, SCHEMAS, name, scope, ASKER, AT)[0]


def by_column(report: ManagementReport) -> dict[str, int | None]:
    """The numbers of a form by its own columns, then by title where the form has none."""
    rows = report.sections[0].tables[0].rows
    return {str(row[0].value or row[1].text): row[2].value for row in rows}  # type: ignore[misc]


def test_the_figures_are_those_that_one_counts_by_hand(registry: Registry) -> None:
    """Births of Cái Khế and one of the district; 2011 is outside the year, the withdrawn one is not there."""
    report = asked(registry, "13a")
    assert [figure.cell.value for figure in report.sections[0].figures] == [16, 1, 2, 1]
    numbers = by_column(report)
    # new: 1, 2, 3, 4, 8, 10, 12, and the district's
    assert {key: numbers[key] for key in map(str, range(1, 11))} == {
        "1": 8, "2": 6, "3": 1, "4": 5, "5": 2, "6": 6, "7": 2, "8": 6, "9": 7, "10": 1,
    }  # fmt: skip
    assert numbers["Khai sinh: không rõ"] == 1
    assert numbers["Khai sinh: không thuộc dòng nào ở trên"] == 1
    assert {key: numbers[key] for key in map(str, range(11, 18))} == {
        "11": 5, "12": 1, "13": 1, "14": 1, "15": 5, "16": 0, "17": 0,
    }  # fmt: skip
    assert [numbers[key] for key in ("18", "19", "20", "21", "22")] == [0, None, None, None, 0]
    unclear = report.sections[-1].tables[0].rows
    assert len(unclear) == 7  # 4: age; 7: type; 8: ethnicity, sex; 11: day; deaths 4, 5: age


def test_one_unit_has_its_own_books_and_is_told_which_may_be_its_too(registry: Registry) -> None:
    report = asked(registry, "13a", unit="31120")
    assert by_column(report)["1"] == 7
    assert "1 quyển của nơi bị chia" in report.alerts[0]
    assert "Phường Cái Khế" in report.scope or "31120" in report.scope
    with pytest.raises(NotThere, match="99999"):
        asked(registry, "13a", unit="99999")
    assert asked(registry, "13a", places=["916"]).sections[0].figures[0].cell.value == 1


def test_the_list_of_identity_data_says_what_stands_where_and_the_audit_who_took_it(
    registry: Registry, tmp_path: Path
) -> None:
    report = asked(registry, "c06")
    rows = [[cell.text for cell in row] for row in report.sections[0].tables[0].rows]
    number = next(row for row in rows if "12345" in row)
    assert number[:5] == ["birth-2016.31117", "03/2010", "scan.pdf", "1", "Số định danh cá nhân của trẻ"]
    dates = {(row[0], row[1], row[4], row[5]) for row in rows}
    assert ("birth-2016.31117", "03/2010", "Ngày sinh", "2007") in dates
    assert ("birth-2016.31117", "10/2010", "Ngày đăng ký", "2010") in dates
    assert ("death-2016.31117", "03/2010", "Ngày sinh của người chết", "–") in dates
    assert ("birth-2016.31117", "01/2010") not in {(row[0], row[1]) for row in rows}
    (event,) = registry.audit().recent(1)
    assert (event.actor, event.action) == ("an", "identity-list-taken")
    assert {path.suffix for path in write_files(report, tmp_path)} == {".xlsx", ".pdf"}


def test_periods_know_what_a_partial_date_can_mean() -> None:
    half = RegistrationPeriod(date(2010, 3, 1), date(2010, 6, 30))
    told = {"05.03.2010": True, "03.2010": True, "2010": None, "2011": False, "07.2010": False, "": None}
    assert {day: half.holds(day) for day in told} == told
    assert RegistrationPeriod().holds(None)


texts = st.sampled_from(
    [None, "", "1", "2", "3", "4", "5", "Kinh", "Thái", "Trung Hoa", "chữ lạ", "2008", "05.03.2010", "1999"]
)


@pytest.mark.parametrize("name", sorted(SCHEMAS.statistics))
@given(data=st.data())
def test_the_cells_of_a_split_and_what_is_not_known_add_up(name: str, data: st.DataObject) -> None:
    for block in SCHEMAS.statistics[name].blocks:
        conditions = RecordConditions(SCHEMAS, block.record)
        values = {field: data.draw(texts) for field in block.field_names}
        lines = list(lines_of(block, conditions, values))
        assert lines[0] == ()
        (group,) = [line[0] for line in lines if len(line) == 1]
        splits = [line[1] for line in lines if len(line) == 3]
        counted = (
            [at for at, one in enumerate(block.groups[group].splits) if one.counted] if group >= 0 else []
        )
        assert splits == counted
        nothing = dict.fromkeys(block.field_names)
        asks = [line for line in lines_of(block, conditions, nothing) if len(line) > 1]
        assert all(line[-1] == UNKNOWN for line in asks)
