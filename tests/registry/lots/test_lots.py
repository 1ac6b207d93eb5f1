"""Whole lots through the real desk, on both kinds of database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.lot_sampling import SamplingPolicy
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.errors import RowTampered
from pipeline.registry.lots.lots import Lots
from pipeline.registry.lots.stored_lots import LotVerdict
from pipeline.registry.tasks.model import DeskTask, NotYours
from tests.registry.offices import PLACE, Clock, keyed, said
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, blank, entry, page, read

pytestmark = pytest.mark.usefixtures("cheap_hashes")

ENTRIES = 12
SAMPLING = SamplingPolicy(acceptable=5.0, rejectable=35.0, producer_risk=30.0, consumer_risk=30.0)
POLICY = ReviewPolicy(check="none", blind="none")


def name_of(page_no: int) -> str:
    return f"Thử {page_no}"


on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""Tests of what does not hang on the kind of database."""


@pytest.fixture
def people(registry: Registry, clock: Clock) -> dict[str, Person]:
    """One reviewer, three checkers and a supervisor."""
    accounts = registry.accounts(clock)
    roles = {
        "ra": Role.REVIEWER,
        "kim": Role.CHECKER,
        "lan": Role.CHECKER,
        "mai": Role.CHECKER,
        "phu": Role.SUPERVISOR,
    }
    for login, role in roles.items():
        accounts.create(login, f"Người {login}", role, [PLACE])
    return {
        account.person.login: account.person for account in accounts.list() if account.person.login in roles
    }


@pytest.fixture
def desk(registry: Registry, book: int, clock: Clock, people: dict[str, Person]) -> Desk:
    """A book of which the machine accepted all entries but two, which ``ra`` has keyed."""
    for page_no in range(1, ENTRIES + 1):
        text = read("child_name", name_of(page_no), accepted=page_no > 2)
        registry.save_page(book, page(entry(text, read("notes", "x")), page_no=page_no), "f1")
    desk = registry.desk(POLICY, now=clock)
    for page_no in (1, 2):
        keyed(desk, people["ra"], said("child_name", name_of(page_no)))
    return desk


def lots_of(registry: Registry, clock: Clock, preset: str = "statistical") -> Lots:
    return registry.lots(POLICY, SAMPLING.model_copy(update={"preset": preset}), now=clock)


def check(desk: Desk, who: Person, wrong: Sequence[int] = ()) -> list[DeskTask]:
    """The person keys what waits for them at the check; on the pages of ``wrong`` something else than stands."""
    done = []
    while (task := desk.next_task(who, stage=Stage.CHECK)) is not None:
        page_no = task.ref.page_no
        keyed(desk, who, said("child_name", "Khác" if page_no in wrong else name_of(page_no)), task=task)
        done.append(task)
    return done


def test_a_good_lot_is_drawn_checked_blind_by_who_has_not_seen_it_and_accepted(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock)
    lot = lots.draw(people["phu"], [book], seed="1")
    assert (lot.plan.lot, lot.questioned, lot.left, lot.turn) == (ENTRIES, lot.plan.sample, 0, 1)
    assert 0 < lot.plan.sample < ENTRIES
    assert desk.next_task(people["ra"]) is None
    done = check(desk, people["kim"])
    assert len(done) == lot.plan.sample
    assert all(
        work.blind and work.reading is None and work.first is None for task in done for work in task.fields
    )
    assert all(task.values == {} for task in done)
    found = lots.lot(people["phu"], lot.lot_id)
    assert (found.findings.checked, found.findings.wrong, found.is_decided) == (lot.plan.sample, 0, True)
    closed = lots.close(people["phu"], lot.lot_id)
    assert closed.closing is not None
    assert (closed.closing.verdict, closed.reopened) == (LotVerdict.ACCEPTED, 0)
    assert 0 < closed.closing.bound < 1
    assert registry.summary().review == 0
    assert registry.audit().verify().flaws == ()


def test_a_verdict_behind_the_programs_back_is_no_verdict(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person], outsider: Outsider
) -> None:
    lots = lots_of(registry, clock)
    lot_id = lots.draw(people["phu"], [book], seed="1").lot_id
    outsider.execute(
        "INSERT INTO lot_closing (id, lot_id, verdict, checked, wrong, fields_checked, fields_wrong, bound, reason, "  # noqa: S608
        "account_id, login, closed_at) "
        f"VALUES (9, {lot_id}, 'accepted', 9, 0, 9, 0, 0.01, '', 1, 'phu', '2026-01-02 03:04:05')"
    )
    for act in (lots.lot, lots.close, lots.character_errors):
        with pytest.raises(RowTampered):
            act(people["phu"], lot_id)
    assert (lots.lots(people["phu"]), lots.held(people["phu"])) == ((), (lot_id,))
    assert registry.statistics(None, now=clock).all(30).lots == ()


def test_a_forged_lot_of_any_form_is_held_alone(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person], outsider: Outsider
) -> None:
    lots = lots_of(registry, clock)
    lot = lots.draw(people["phu"], [book], seed="1")
    outsider.execute(
        "INSERT INTO lot (id, place_code, book_ids, preset, turn, entries, size, sample, acceptance, quality, fields, "
        "seed, account_id, login, drawn_at) "
        "VALUES (9, '00000', '5', 'x', 1, '{}', 1, 'null', 0, '[1]', '', '', 1, 'phu', '2026-01-02 03:04:05')"
    )
    assert (lots.lots(people["phu"]), lots.held(people["phu"])) == ((lot,), (9,))
    statistics = registry.statistics(None, now=clock)
    assert statistics.all(30).lots == (lot,)
    assert statistics.communes().samples
    assert lots.cancel(people["phu"], lot.lot_id, "lấy nhầm").closing is not None
    assert lots.draw(people["phu"], [book], seed="2").turn == 1
    registry.correct_book(
        book, replace(LEDGER, closed_on="30.12.2010"), "KS.2010.02", author="phu", reason="bìa ghi khác"
    )
    registry.withdrawal_preview(registry.part_of_entry(1))


def test_a_bad_lot_is_rejected_and_all_of_it_waits_again_with_nothing_lost(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock)
    lot = lots.draw(people["phu"], [book], seed="1")
    bad = range(1, ENTRIES + 1)
    check(desk, people["kim"], wrong=bad)
    assert lots.lot(people["phu"], lot.lot_id).findings.wrong == 0
    third = 0
    while (task := desk.next_task(people["lan"], stage=Stage.THIRD)) is not None:
        assert {one.text for one in task.fields[0].candidates} == {"Khác", name_of(task.ref.page_no)}
        keyed(desk, people["lan"], said("child_name", "Khác"), task=task)
        third += 1
    assert third == lot.plan.sample
    closed = lots.close(people["phu"], lot.lot_id)
    assert closed.closing is not None
    assert (closed.closing.verdict, closed.closing.findings.wrong) == (LotVerdict.REJECTED, lot.plan.sample)
    assert (closed.reopened, closed.left) == (ENTRIES - lot.plan.sample, 0)
    assert registry.summary().review == ENTRIES - lot.plan.sample
    values = [registry.effective_value(one, "child_name") for one in registry.entries(book)]
    assert values.count("Khác") == lot.plan.sample
    assert all(registry.past_readings(one) for one in registry.entries(book))
    check(desk, people["mai"])
    assert registry.summary().review == 0
    again = [registry.effective_value(one, "child_name") for one in registry.entries(book)]
    assert [value for value in again if value != "Khác"] == [
        name_of(number) for number, value in enumerate(again, start=1) if value != "Khác"
    ]
    assert registry.audit().verify().flaws == ()


@on_sqlite
def test_another_spelling_of_the_same_value_is_not_wrong(
    registry: Registry, book: int, clock: Clock, people: dict[str, Person]
) -> None:
    registry.save_page(book, page(entry(read("child_born_on", "1/2/2010", canonical="01.02.2010"))), "f1")
    desk = registry.desk(POLICY, now=clock)
    lots = registry.lots(POLICY, SamplingPolicy(preset="two-rounds"), now=clock)
    lot = lots.draw(people["phu"], [book])
    keyed(desk, people["kim"], said("child_born_on", "01-02-2010"))
    assert desk.next_task(people["lan"]) is None
    assert lots.lot(people["phu"], lot.lot_id).findings.fields_wrong == 0
    assert lots.lot(people["phu"], lot.lot_id).findings.fields_checked == 1


def test_capitals_are_no_error_and_the_value_in_force_keeps_its_spelling(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock)
    lot = lots.draw(people["phu"], [book], seed="1")
    while (task := desk.next_task(people["kim"], stage=Stage.CHECK)) is not None:
        keyed(desk, people["kim"], said("child_name", name_of(task.ref.page_no).upper()), task=task)
    found = lots.lot(people["phu"], lot.lot_id)
    assert (found.findings.fields_checked, found.findings.fields_wrong) == (lot.plan.sample, 0)
    values = [registry.effective_value(entry_id, "child_name") for entry_id in registry.entries()]
    assert values == [name_of(page_no) for page_no in range(1, ENTRIES + 1)]


def test_two_rounds_look_at_all_and_then_at_a_part_with_other_people(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock, "two-rounds")
    first = lots.draw(people["phu"], [book])
    assert (first.plan.sample, first.plan.is_whole, first.checkers) == (ENTRIES, True, 4)
    check(desk, people["kim"], wrong=[5])
    keyed(desk, people["lan"], said("child_name", "Khác"))
    closed = lots.close(people["phu"], first.lot_id)
    assert closed.closing is not None
    assert (closed.closing.verdict, closed.closing.findings.wrong) == (LotVerdict.ACCEPTED, 1)
    second = lots.draw(people["phu"], [book])
    assert (second.turn, second.plan.sample, second.checkers) == (2, 4, 2)
    assert desk.next_task(people["kim"], stage=Stage.CHECK) is None
    assert desk.next_task(people["mai"], stage=Stage.CHECK) is not None


def test_who_was_only_shown_an_entry_has_seen_the_lot_too(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    registry.save_page(book, page(entry(read("child_name", "?", accepted=False)), page_no=13), "f1")
    task = desk.next_task(people["kim"])
    assert task is not None
    desk.hand_back(people["kim"], task.task_id)
    registry.note_view(people["mai"], "package-taken", f"book:{book}")
    lot = lots_of(registry, clock).draw(people["phu"], [book])
    assert lot.plan.lot == ENTRIES
    assert desk.next_task(people["kim"], stage=Stage.CHECK) is None
    assert desk.next_task(people["mai"], stage=Stage.CHECK) is None
    assert desk.column(people["kim"], book, "child_name", Stage.CHECK) is None
    assert desk.column(people["lan"], book, "child_name", Stage.CHECK) is not None


def test_no_lot_is_drawn_that_nobody_could_check(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    shown = registry.entries(book)[-1]
    for login in ("kim", "lan", "mai", "phu"):
        registry.note_view(people[login], "entry-shown", f"entry:{shown}")
    lots = lots_of(registry, clock)
    with pytest.raises(RegistryError, match="không có ai kiểm tra được"):
        lots.draw(people["phu"], [book])
    assert lots.lots(people["phu"]) == ()
    assert registry.queue() == ()


@on_sqlite
def test_a_word_that_is_taken_back_takes_its_finding_with_it(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock)
    lot = lots.draw(people["phu"], [book], seed="1")
    check(desk, people["kim"])
    desk.undo(people["kim"])
    assert lots.lot(people["phu"], lot.lot_id).findings.checked == lot.plan.sample - 1
    with pytest.raises(RegistryError, match="chưa kết luận được"):
        lots.close(people["phu"], lot.lot_id)


def test_sampling_does_not_count_as_work_of_people_nor_against_straight_through(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock, "two-rounds")
    lots.draw(people["phu"], [book])
    check(desk, people["kim"])
    told = registry.statistics(None, now=clock).all(30, people=True)
    assert (told.books[0].straight, told.books[0].waiting) == (ENTRIES - 2, 0)
    assert told.second == ()
    assert [(one.login, one.words) for one in told.people or ()] == [("kim", ENTRIES), ("ra", 2)]


@on_sqlite
def test_a_cancelled_lot_ends_without_a_verdict_and_does_not_count_as_a_round(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock)
    lot = lots.cancel(people["phu"], lots.draw(people["phu"], [book]).lot_id, "nhầm sổ")
    assert lot.closing is not None
    assert (lot.closing.verdict, lot.closing.reason) == (LotVerdict.CANCELLED, "nhầm sổ")
    with pytest.raises(RegistryError, match="đã kết thúc"):
        lots.close(people["phu"], lot.lot_id)
    assert [one.lot_id for one in lots.lots(people["phu"])] == [lot.lot_id]
    with pytest.raises(RegistryError, match="Hãy ghi một câu ngắn"):
        lots.cancel(people["phu"], lot.lot_id, " ")


@on_sqlite
def test_only_a_supervisor_of_the_place_draws_and_sees_lots(
    registry: Registry, book: int, desk: Desk, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock)
    stranger = Person(99, "xa", "Người Xa", Role.SUPERVISOR, frozenset({"99999"}))
    for who in (people["kim"], stranger):
        with pytest.raises(NotYours):
            lots.draw(who, [book])
    lot = lots.draw(people["phu"], [book])
    with pytest.raises(NotYours):
        lots.lot(stranger, lot.lot_id)
    assert lots.lots(stranger) == ()


@on_sqlite
def test_a_lot_needs_settled_entries_of_one_place(
    registry: Registry, book: int, clock: Clock, people: dict[str, Person]
) -> None:
    lots = lots_of(registry, clock)
    with pytest.raises(RegistryError, match="chưa có sự kiện nào xong"):
        lots.draw(people["phu"], [book])
    with pytest.raises(RegistryError, match="Không thấy sổ"):
        lots.draw(people["phu"], [book, 999])
    chief = Person(50, "tong", "Người Tổng", Role.SUPERVISOR, None)
    other = registry.book_id(replace(LEDGER, place_code="00002"), "KS.2010.02")
    with pytest.raises(RegistryError, match="một nơi đăng ký"):
        lots.draw(chief, [book, other])


@on_sqlite
def test_blank_fields_are_asked_too_and_unknown_ones_are_not(
    registry: Registry, book: int, clock: Clock, people: dict[str, Person]
) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thử 1"), blank("child_sex"))), "f1")
    registry.lots(POLICY, SamplingPolicy(preset="two-rounds"), now=clock).draw(people["phu"], [book])
    desk = registry.desk(POLICY, now=clock)
    task = desk.next_task(people["kim"])
    assert task is not None
    assert {work.field for work in task.fields} == {"child_name", "child_sex"}
    keyed(
        desk, people["kim"], said("child_name", "Thử 1"), said("child_sex", "", FieldStatus.BLANK), task=task
    )
    assert registry.summary().review == 0
