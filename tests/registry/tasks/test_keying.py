"""From the first word on a field to the value in force."""

from __future__ import annotations

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import WHOLE_ENTRY, Registry, StaleTask, Verdict
from pipeline.registry.tasks.model import KeyOutcome, NotYours
from tests.registry.offices import (
    AN,
    BINH,
    BLIND,
    CHECKED,
    CHI,
    SINGLE,
    Clock,
    doubtful,
    in_force,
    keyed,
    said,
    taken,
)
from tests.registry.pages import blank, entry, finding, page


def authors(registry: Registry, field: str) -> str:
    (entry_id,) = registry.entries()
    return registry.entry(entry_id).decisions[field].author


def test_one_word_settles_a_field_that_nobody_checks(registry: Registry, book: int, clock: Clock) -> None:
    registry.save_page(book, page(doubtful("notes")), "f1")
    outcome = keyed(registry.desk(SINGLE, now=clock), AN, said("notes"))
    assert (outcome.stage, outcome.settled, outcome.waiting) == (Stage.SETTLED, ("notes",), ())
    assert in_force(registry, "notes") == "Thử Một"
    (entry_id,) = registry.entries()
    decision = registry.entry(entry_id).decisions["notes"]
    assert (decision.author, decision.decided_at) == ("nguoi-1", clock.at)
    assert registry.queue() == ()


def test_a_checked_field_counts_when_somebody_else_has_seen_it(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    assert keyed(desk, AN, said("notes")).stage is Stage.CHECK
    assert in_force(registry, "notes") is None
    task = taken(desk, BINH)
    (work,) = task.fields
    assert (work.blind, work.first) == (False, said("notes"))
    assert keyed(desk, BINH, said("notes"), task=task).settled == ("notes",)
    assert (in_force(registry, "notes"), authors(registry, "notes")) == ("Thử Một", "nguoi-1, nguoi-2")


def test_a_checker_who_corrects_decides_alone_and_both_words_stay(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    keyed(desk, AN, said("notes"))
    keyed(desk, BINH, said("notes", "Thử Hai"))
    assert (in_force(registry, "notes"), authors(registry, "notes")) == ("Thử Hai", "nguoi-2")
    (entry_id,) = registry.entries()
    assert len(registry.entry(entry_id).decisions["notes"].keyings) == 2


def test_two_who_say_the_same_unseen_settle_a_blind_field(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    keyed(desk, AN, said("child_name", "Thử  Một"))
    outcome = keyed(desk, BINH, said("child_name"))
    assert (outcome.stage, outcome.settled) == (Stage.SETTLED, ("child_name",))
    assert authors(registry, "child_name") == "nguoi-1, nguoi-2"


def test_two_who_differ_leave_a_blind_field_to_a_third(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    keyed(desk, AN, said("child_name", "Thử Hai"))
    assert keyed(desk, BINH, said("child_name", "Thử Ba")).stage is Stage.THIRD
    assert desk.next_task(AN) is None
    assert desk.next_task(BINH) is None
    assert in_force(registry, "child_name") is None
    task = taken(desk, CHI)
    (work,) = task.fields
    assert work.candidates == (said("child_name", "Thử Ba"), said("child_name", "Thử Hai"))
    assert work.first is None
    keyed(desk, CHI, said("child_name", "Thử Bốn"), task=task)
    assert (in_force(registry, "child_name"), authors(registry, "child_name")) == ("Thử Bốn", "nguoi-3")


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("child_name", "BÙI Thử", "Bùi  thử"),
        ("child_born_on", "12-1-2008", "12/01/2008"),
        ("entry_number", "1", "01"),
        ("entry_number", "03", "03/2010"),
        ("entry_number", "03/2010", "3"),
        ("child_birth_place", "ấp 3,xã Thử", "Ấp 3, xã Thử"),
    ],
)
def test_two_who_spell_one_value_otherwise_agree_and_the_second_spelling_is_kept(
    registry: Registry, book: int, clock: Clock, field: str, one: str, other: str
) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful(field)), "f1")
    keyed(desk, AN, said(field, one))
    assert keyed(desk, BINH, said(field, other)).settled == (field,)
    (entry_id,) = registry.entries()
    assert registry.entry(entry_id).decisions[field].text == other
    assert authors(registry, field) == "nguoi-1, nguoi-2"


def test_a_number_of_another_year_than_the_books_is_another_number(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("entry_number")), "f1")
    keyed(desk, AN, said("entry_number", "03"))
    assert keyed(desk, BINH, said("entry_number", "03/2011")).stage is Stage.THIRD


def test_where_an_office_has_capitals_count_a_third_person_decides(
    registry: Registry, book: int, clock: Clock
) -> None:
    policy = ReviewPolicy(check="all", blind="all", letter_case="counts")
    desk = registry.desk(policy, now=clock)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    keyed(desk, AN, said("child_name", "BÙI Thử"))
    assert keyed(desk, BINH, said("child_name", "Bùi Thử")).stage is Stage.THIRD


def test_what_an_office_sets_later_settles_nothing_that_waits(
    registry: Registry, book: int, clock: Clock
) -> None:
    strict = ReviewPolicy(check="all", blind="all", letter_case="counts")
    registry.save_page(book, page(doubtful("child_name")), "f1")
    keyed(registry.desk(strict, now=clock), AN, said("child_name", "BÙI Thử"))
    keyed(registry.desk(strict, now=clock), BINH, said("child_name", "Bùi Thử"))
    task = taken(registry.desk(BLIND, now=clock), CHI)
    assert (task.stage, [work.field for work in task.fields]) == (Stage.THIRD, ["child_name"])


def test_nobody_checks_their_own_word(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    keyed(desk, AN, said("notes"))
    assert desk.next_task(AN) is None
    assert desk.column(AN, book, "notes", Stage.CHECK) is None


def test_two_who_keyed_different_fields_check_one_another(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes", "signer_title")), "f1")
    first = taken(desk, AN)
    assert keyed(desk, AN, said("notes"), task=first).waiting == ("signer_title",)
    desk.hand_back(AN, first.task_id)
    assert keyed(desk, BINH, said("signer_title")).stage is Stage.CHECK
    assert [work.field for work in taken(desk, AN).fields] == ["signer_title"]
    assert desk.next_task(BINH) is None


def test_words_may_cover_a_part_of_the_fields_and_the_task_is_kept(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes", "signer_title")), "f1")
    task = taken(desk, AN)
    outcome = keyed(desk, AN, said("notes"), task=task)
    assert (outcome.stage, outcome.waiting) == (Stage.REVIEW, ("signer_title",))
    (held,) = desk.held(AN)
    assert (held.version, [work.field for work in held.fields]) == (outcome.version, ["signer_title"])
    assert keyed(desk, AN, said("signer_title"), task=held).waiting == ()
    assert desk.held(AN) == ()


def test_a_task_that_changed_since_it_was_shown_takes_no_words(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    task = taken(desk, AN)
    registry.save_page(book, page(doubtful("notes", "signer_title")), "f2")
    with pytest.raises(StaleTask):
        keyed(desk, AN, said("notes"), task=task)
    again = desk.task(AN, task.task_id)
    assert [work.field for work in again.fields] == ["notes", "signer_title"]
    assert keyed(desk, AN, said("notes"), said("signer_title"), task=again).stage is Stage.CHECK


def test_a_submission_that_comes_twice_counts_once(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(SINGLE, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    task = taken(desk, AN)

    def send(text: str) -> KeyOutcome:
        return desk.key(AN, task.task_id, task.version, [said("notes", text)], token="một")

    assert send("Thử Một") == send("Thử Một")
    with pytest.raises(RegistryError, match="đã dùng"):  # nobody is told that these words were taken
        send("Thử Hai")
    assert in_force(registry, "notes") == "Thử Một"
    with pytest.raises(RegistryError, match="đã dùng"):
        desk.key(BINH, task.task_id, task.version, [said("notes")], token="một")
    with pytest.raises(RegistryError, match="thiếu mã"):
        desk.key(AN, task.task_id, task.version, [said("notes")], token="")


@pytest.mark.parametrize(
    "words",
    [
        [],
        [said("notes"), said("notes")],
        [said("signer_title")],
        [said("notes"), said("child_nickname")],
        [said("notes", "  ")],
        [said("notes", "chữ", FieldStatus.BLANK)],
        [Verdict("notes", FieldStatus.UNREADABLE)],
    ],
)
def test_words_that_cannot_stand_are_refused_whole(
    registry: Registry, book: int, clock: Clock, words: list[Verdict]
) -> None:
    desk = registry.desk(SINGLE, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    task = taken(desk, AN)
    with pytest.raises(RegistryError):
        keyed(desk, AN, *words, task=task)
    assert in_force(registry, "notes") is None
    assert desk.task(AN, task.task_id).version == task.version


@pytest.mark.parametrize(("status", "value"), [(FieldStatus.BLANK, ""), (FieldStatus.ILLEGIBLE, None)])
def test_what_cannot_be_read_or_is_not_there_is_a_word_too(
    registry: Registry, book: int, clock: Clock, status: FieldStatus, value: str | None
) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("child_name")), "f1")
    keyed(desk, AN, said("child_name", "", status))
    assert keyed(desk, BINH, said("child_name", "", status)).stage is Stage.SETTLED
    assert in_force(registry, "child_name") == value


def test_findings_that_name_no_field_are_seen_twice_where_all_is_checked(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(entry(blank("notes"), findings=[finding("K06")])), "f1")
    seen = said(WHOLE_ENTRY, "")
    assert keyed(desk, AN, seen).stage is Stage.CHECK
    task = taken(desk, BINH)
    assert [found.code for found in task.findings] == ["K06"]
    assert keyed(desk, BINH, seen, task=task).stage is Stage.SETTLED


def test_a_page_itself_is_a_task(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(SINGLE, now=clock)
    registry.save_page(book, page(findings=[finding("PAGE-UNKNOWN")], page_no=3), "f1")
    task = taken(desk, AN)
    assert (task.entry_id, task.ref.page_no, [found.code for found in task.findings]) == (
        None, 3, ["PAGE-UNKNOWN"],
    )  # fmt: skip
    assert keyed(desk, AN, said(WHOLE_ENTRY, ""), task=task).stage is Stage.SETTLED
    assert registry.queue() == ()


def test_the_office_chooses_the_way_of_each_field(registry: Registry, book: int, clock: Clock) -> None:
    policy = ReviewPolicy(check="none", blind="critical", blind_fields=frozenset({"notes"}))
    desk = registry.desk(policy, now=clock)
    registry.save_page(book, page(doubtful("notes", "child_name", "signer_title")), "f1")
    outcome = keyed(desk, AN, said("notes"), said("child_name"), said("signer_title"))
    assert (outcome.stage, outcome.settled) == (Stage.CHECK, ("signer_title",))


def test_a_field_is_settled_in_the_way_in_which_it_was_begun(
    registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(doubtful("child_name")), "f1")
    keyed(registry.desk(BLIND, now=clock), AN, said("child_name", "Thử Hai"))
    desk = registry.desk(SINGLE, now=clock)
    assert keyed(desk, BINH, said("child_name", "Thử Ba")).stage is Stage.THIRD


def test_a_decision_from_elsewhere_ends_the_words_before_it(
    registry: Registry, book: int, clock: Clock
) -> None:
    desk = registry.desk(BLIND, now=clock)
    registry.save_page(book, page(doubtful("child_name", "notes")), "f1")
    keyed(desk, AN, said("child_name", "Thử Hai"), said("notes"))
    (entry_id,) = registry.entries()
    registry.decide(entry_id, [said("child_name", "Thử Ba")], author="dung")
    assert [work.field for work in taken(desk, BINH).fields] == ["notes"]
    assert in_force(registry, "child_name") == "Thử Ba"


def test_only_who_has_the_task_in_hand_says_something(registry: Registry, book: int, clock: Clock) -> None:
    desk = registry.desk(CHECKED, now=clock)
    registry.save_page(book, page(doubtful("notes")), "f1")
    task = taken(desk, AN)
    for act in (
        lambda: keyed(desk, BINH, said("notes"), task=task),
        lambda: desk.task(BINH, task.task_id),
        lambda: desk.skip(BINH, task.task_id, "khó"),
        lambda: desk.ask(BINH, task.task_id, "gì đây?"),
        lambda: desk.request_rescan(BINH, task.task_id, "mờ"),
    ):
        with pytest.raises(NotYours):
            act()
    desk.hand_back(BINH, task.task_id)
    assert desk.task(AN, task.task_id).version == task.version
