"""No reader of the registry forgets what is withdrawn: all are enumerated, by their code and by what they say."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.servers import postgresql
from pipeline import registry as room
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import CrossEntryFinding, Link, LinkVerdict, NotThere, Registry, RegistryPart, Verdict
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.desk import Desk
from pipeline.registry.publishing.model import PublishedEntry
from pipeline.registry.reconciliation.model import FoundDifference
from pipeline.registry.search.model import SearchCriteria, SearchReason
from pipeline.registry.statistics.countable_entries import RegistrationPeriod
from pipeline.registry.statistics.model import ListFilter
from pipeline.registry.tasks.rescans import answer_name
from tests.registry.offices import PLACE, SINGLE, SUPERVISOR, Clock
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, finding, page, read

ROOM = Path(room.__file__).parent
ANSWERING = "e" * 64
"""A scan that answers the ticket of the first page."""

TABLES = frozenset(
    {
        "book",
        "scan",
        "page",
        "page_run",
        "page_failure",
        "entry",
        "decision",
        "book_finding",
        "link",
        "ticket",
    }
    | {"difference"}
)
"""Tables whose rows may be of something that is withdrawn."""

GATES = frozenset(
    {"book_stands", "scan_stands", "page_stands", "failure_stands", "decision_stands", "entry_stands"}
    | {"_both_stand", "_stands", "stands"}
    | {"OPEN", "open_tasks", "_waiting_tasks", "_counted"}
)
"""Names by which a function leaves out what is withdrawn; the last ones go by the state of tasks or by another gate."""

GIVEN = "is asked for rows by their ids, which a gated reader gave or a person named"
WRITES = "writes, or compares what it is about to write; nobody is told"
KEPT = "must find what is withdrawn, as it is kept"
WORK = "counts the work that people or scanners did"

UNGATED = {
    "entries/added_readings.py:_boxes": GIVEN,
    "clear_values/clear_counts.py:books_decided_since": WORK,
    "clear_values/clear_counts.py:books_worked_on": WORK,
    "clear_values/clear_pages.py:take_back": WRITES,
    "tasks/assignment.py:_teaching_first": GIVEN,
    "entries/added_readings.py:added_readings": GIVEN,
    "sampled_values.py:_accepted_before": GIVEN,
    "statistics/sampling.py:_still_read": GIVEN,
    "entries/added_readings.py:redrawn_readings": GIVEN,
    "tampered_rows.py:_unlike_digests": KEPT,
    "tampered_rows.py:_findings": KEPT,
    "tampered_rows.py:unproven_entries": KEPT,
    "approvals/approvals.py:_lines": "takes the cover of a named book, and values through select_values",
    "books/stored_books.py:book_row": GIVEN,
    "entries/second_copies.py:copies_among": GIVEN,
    "books/stored_books.py:page_counts": GIVEN,
    "books/stored_books.py:folder_names": KEPT,
    "books/stored_books.py:stored_scans": KEPT,
    "checks/checks.py:save_checks": WRITES,
    "entries/current_readings.py:_corrected_covers": GIVEN,
    "entries/confirmed_values.py:confirm_alike": "locks the pages of a book; entries come through entry_ids",
    "entries/decisions.py:add_decisions": WRITES,
    "entries/machine_view.py:amendments_of_entries": GIVEN,
    "entries/machine_view.py:_cross_entry_findings_of": GIVEN,
    "entries/subjects.py:places_of_entries": GIVEN,
    "entries/machine_view.py:_findings_of": GIVEN,
    "entries/subjects.py:places_of_subjects": GIVEN,
    "entries/current_readings.py:_latest_readings": GIVEN,
    "entries/machine_view.py:decisions_at": GIVEN,
    "extracts/stored_extracts.py:issue_book": KEPT,
    "books/failures.py:forget_failures": WRITES,
    "books/failures.py:save_failure": WRITES,
    "books/failures.py:set_aside": GIVEN,
    "guidelines.py:visible_examples": "leaves out what is withdrawn by the acts themselves (covering)",
    "checks/links.py:decide_link": GIVEN,
    "checks/links.py:save_links": WRITES,
    "checks/proven_links.py:altered_links": GIVEN,
    "lots/stored_lots.py:witnesses": WORK,
    "accounts/permissions.py:check_place_of_book": KEPT,
    "tasks/keyed_values.py:has_decisions": GIVEN,
    "tasks/keyed_values.py:pages_at_work": GIVEN,
    "tasks/keyed_values.py:scan_names": GIVEN,
    "books/page_order.py:_order_by_name": KEPT,
    "withdrawals/page_wall.py:scan_page": KEPT,
    "withdrawals/page_wall.py:_turns": GIVEN,
    "withdrawals/page_wall.py:_repeated": GIVEN,
    "withdrawals/page_wall.py:_removed": KEPT,
    "withdrawals/withdrawing.py:_has_unread": KEPT,
    "books/page_order.py:moved_pages": "names places of pages that a gated reader gave",
    "books/pages.py:held_page": WRITES,
    "books/pages.py:_new_run": WRITES,
    "books/pages.py:_rectifications": GIVEN,
    "books/pages.py:ask_rescans": WRITES,
    "books/pages.py:is_known": GIVEN,
    "books/pages.py:last_readings": GIVEN,
    "books/pages.py:save_page": WRITES,
    "books/overview.py:forms_read_by": GIVEN,
    "search/following.py:_undeclared": GIVEN,
    "search/following.py:_books_of": WRITES,
    "search/following.py:_entries_at": WRITES,
    "entries/stored_entries.py:_hand_readers": GIVEN,
    "entries/stored_entries.py:past_readings": GIVEN,
    "tasks/stored_tasks.py:pages_to_scan_again": GIVEN,
    "extracts/extracts.py:_has_later_words": "of an entry that stands: what is withdrawn is told before",
    "accounts/stored_accounts.py:known_places": KEPT,
    "books/corrections.py:_follow": WRITES,
    "books/corrections.py:correct_book": WRITES,
    "assignments/assigned_books.py:reviewer_of_book": GIVEN,
    "assignments/assigned_books.py:unattended": "goes by the stage of tasks",
    "tasks/assignment.py:counts": "goes by the stage of tasks",
    "tasks/assignment.py:_waiting_tasks": "goes by the stage of tasks",
    "tasks/waiting_fields.py:_decisions_on_book": GIVEN,
    "tasks/waiting_fields.py:book_row": GIVEN,
    "tasks/way_plans.py:heads_of": GIVEN,
    "data_entry/adding.py:add_entries": WRITES,
    "imports/importing.py:asked_differences": GIVEN,
    "tasks/exclusions.py:seen_of": WORK,
    "tasks/keying.py:_owners": GIVEN,
    "tasks/reopening.py:reopen_fields": WRITES,
    "tasks/known_values.py:__init__": GIVEN,
    "tasks/rescans.py:_tickets": GIVEN,
    "assignments/shares.py:unassigned": "goes by the stage of tasks",
    "tasks/loading.py:task_rows": GIVEN,
    "withdrawals/supervision.py:withdrawals_for": KEPT,
    "lots/lots.py:_place_of": GIVEN,
    "lots/lots.py:_way_of": GIVEN,
    "lots/sample_results.py:_books": KEPT,
    "lots/sample_results.py:place_of_lot": KEPT,
    "reconciliation/reconciliations.py:_in_sight": GIVEN,
    "lots/sample_results.py:_settled": KEPT,
    "withdrawals/page_replacement.py:_close_tickets": WRITES,
    "withdrawals/page_replacement.py:_typed_again": WRITES,
    "reconciliation/reconciliations.py:_with_answer": GIVEN,
    "settled_flaws.py:_derive": WRITES,
    "search/following.py:_next_ids": KEPT,
    "search/following.py:compare": KEPT,
    "search/same_person.py:_marks": GIVEN,
    "statistics/book_counts.py:_by_scanner": WORK,
    "statistics/book_counts.py:scans_of_books": KEPT,
    "statistics/effort.py:hidden_checks": WORK,
    "withdrawals/withdrawing.py:_audit_subject": KEPT,
    "withdrawals/withdrawing.py:_entries_of": KEPT,
    "withdrawals/withdrawing.py:_failures_of": KEPT,
    "withdrawals/withdrawing.py:_pages_of": KEPT,
    "withdrawals/withdrawing.py:books_named": KEPT,
    "withdrawals/withdrawing.py:name_of": KEPT,
    "withdrawals/withdrawing.py:scans_named": KEPT,
}
"""Functions that select from one of the tables and leave nothing out, and why they may."""


def _ungated() -> Iterator[str]:
    for path in sorted(ROOM.rglob("*.py")):
        if path.relative_to(ROOM).parts[0] in ("database", "migrations"):
            continue
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef) and _selects(function) and not _is_gated(function):
                yield f"{path.relative_to(ROOM)}:{function.name}"


def _selects(function: ast.FunctionDef) -> bool:
    nodes = list(ast.walk(function))
    queries = any(isinstance(one, ast.Name) and one.id == "select" for one in nodes)
    return queries and any(
        isinstance(one, ast.Attribute)
        and one.attr == "c"
        and isinstance(one.value, ast.Name)
        and one.value.id in TABLES
        for one in nodes
    )


def _is_gated(function: ast.FunctionDef) -> bool:
    named = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
    named |= {one.attr for one in ast.walk(function) if isinstance(one, ast.Attribute)}
    return not GATES.isdisjoint(named)


def test_every_function_that_reads_leaves_out_what_is_withdrawn_or_says_why_not() -> None:
    assert set(_ungated()) == UNGATED.keys()


def fill(registry: Registry) -> int:
    """A book of which everything is read somewhere."""
    book = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
    first = entry(read("entry_number", "01/2010"), read("child_name", "Thử Một", accepted=False))
    second = entry(read("entry_number", "02/2010"), read("child_name", "Thử Hai"), row=1)
    registry.save_page(
        book, page(first, second, findings=[finding("PAGE-UNKNOWN"), finding("PAGE-FORM")]), "f1"
    )
    third = entry(read("entry_number", "03/2010"), read("child_name", "Thử Ba", accepted=False))
    registry.save_page(book, page(third, page_no=2), "f1")
    one, two, _ = registry.entries(book)
    registry.decide(one, [Verdict("child_name", FieldStatus.READ, "Thử Mốt")], author="an")
    registry.save_failure(book, SCAN, "scan.pdf", 3, "timeout", "quá giờ")
    registry.save_checks([CrossEntryFinding(book, 1, one, finding("K07", "child_name"))], ["K07"])
    kinds = ("person", "act")
    registry.save_links([Link(kind, one, "child", two, "child", 0.9, {}) for kind in kinds])
    registry.decide_link(1, LinkVerdict.CONFIRMED, author="an")
    difference = FoundDifference(
        "field",
        PLACE,
        book,
        one,
        "01/2010",
        "01/2010",
        2,
        0,
        "child_name",
        "name",
        "Thử Mốt",
        "Thử Khác",
        0.5,
    )
    registry.reconciliations().save("birth", "tệp.xlsx", "f" * 64, [difference], {}, author="an")
    order = AmendmentOrder("12/QĐ", "05.03.2020", "Điều 28")
    registry.amend(one, "notes", "Đã ghi", order, author="an")
    registry.note_package(book, {one: "01/2010"}, "d" * 64)
    registry.store_scan(book, ANSWERING, answer_name(1, "trang.pdf"), 1000, 1)
    registry.save_page(book, page(entry(read("entry_number", "04/2010")), scan=ANSWERING), "f1")
    return book


Reader = Callable[[Registry, Desk, Clock], object]

READERS: dict[str, Reader] = {
    "queue": lambda registry, *_: registry.queue(),
    "entries": lambda registry, *_: registry.entries(),
    "stored_entries": lambda registry, *_: list(registry.stored_entries(1)),
    "compared_entries": lambda registry, *_: list(registry.compared_entries(1)),
    "record_rows": lambda registry, *_: registry.record_rows("birth", [1]),
    "book_rows": lambda registry, *_: registry.book_rows("birth"),
    "book_progress": lambda registry, *_: dict(registry.book_progress()),
    "book.pages": lambda registry, *_: registry.book(1).pages,
    "book.scans": lambda registry, *_: dict(registry.book(1).scans),
    "book.failures": lambda registry, *_: registry.book(1).failures,
    "unfit_pages": lambda registry, *_: registry.unfit_pages(1),
    "read_failures": lambda registry, *_: registry.read_failures(),
    "likely_books": lambda registry, *_: registry.likely_books("", [SCAN]),
    "series_books": lambda registry, *_: registry.series_books(1),
    "numbers_of_year": lambda registry, *_: registry.numbers_of_year(1, 2010),
    "fingerprints": lambda registry, *_: registry.fingerprints(1),
    "cross_entry_findings": lambda registry, *_: registry.cross_entry_findings(),
    "links": lambda registry, *_: registry.links(rejected=True),
    "search": lambda registry, *_: [
        (hit.entry_id, hit.state, hit.linked)
        for hit in registry.search(
            SUPERVISOR, SearchCriteria(number="2"), SearchReason("check", "phép thử")
        ).hits
    ],
    "linked_entries": lambda registry, *_: [
        one.link_id
        for entry_id in registry.entries()
        for one in registry.linked_entries(SUPERVISOR, entry_id)
    ],
    "undecided_acts": lambda registry, *_: [
        one.act.entry_id for one in registry.undecided_acts(SUPERVISOR, 9)
    ],
    "publishing.books": lambda registry, *_: registry.publishing().books(None, 0, 9).books,
    "publishing.entries": lambda registry, *_: _published(registry),
    "series_columns": lambda registry, *_: sum(map(len, registry.series_columns())),
    "series_columns of a book": lambda registry, *_: sum(map(len, registry.series_columns([1]))),
    "book_columns": lambda registry, *_: len(registry.book_columns()),
    "people_columns": lambda registry, *_: len(registry.people_columns()),
    "act_columns": lambda registry, *_: sum(map(len, registry.act_columns())),
    "summary": lambda registry, *_: _figures(registry.summary()),
    "statistics.books": lambda registry, *_: registry.statistics(None).books().books,
    "statistics.book_states": lambda registry, *_: registry.statistics(None).book_states(),
    "statistics.pages_to_rescan": lambda registry, *_: registry.statistics(None).pages_to_rescan(),
    "statistics.communes": lambda registry, *_: registry.statistics(None).communes().books,
    "countable_books": lambda registry, *_: registry.countable_books(None, ["birth"]),
    "countable_entries": lambda registry, *_: list(
        registry.countable_entries(
            registry.countable_books(None, ["birth"]),
            {"birth": ["entry_number", "registered_on"]},
            RegistrationPeriod(),
        )
    ),
    "answered_tickets": lambda registry, *_: registry.answered_tickets(1),
    "book_with_scan": lambda registry, *_: registry.book_with_scan(SCAN, 99),
    "statistics.hours.pages": lambda registry, *_: sum(
        one.pages for one in registry.statistics(None).hours(9).hours
    ),
    "statistics.waiting": lambda registry, *_: registry.statistics(None).waiting(ListFilter()),
    "statistics.readings": lambda registry, *_: registry.statistics(None).all(9).readings,
    "statistics.misread": lambda registry, _, clock: registry.statistics(None).misread(
        clock.at - timedelta(days=1), ListFilter()
    ),
    "value_digest": lambda registry, *_: registry.value_digest(1)[1],
    "unsigned_amendments": lambda registry, *_: registry.unsigned_amendments(1),
    "listed_entries": lambda registry, *_: registry.listed_entries(1),
    "desk.entries_of_book": lambda _, desk, *__: desk.entries_of_book(SUPERVISOR, 1),
    "desk.amendments_of_book": lambda _, desk, *__: desk.amendments_of_book(SUPERVISOR, 1),
    "desk.counts": lambda _, desk, *__: desk.counts(SUPERVISOR),
    "desk.column_counts": lambda _, desk, *__: desk.column_counts(SUPERVISOR, 1),
    "desk.tickets": lambda _, desk, *__: desk.tickets(SUPERVISOR),
    "reconciliations.all_for": lambda registry, *_: registry.reconciliations().all_for(SUPERVISOR),
    "reconciliations.next_for": lambda registry, *_: registry.reconciliations().next_for(SUPERVISOR, 1),
    "reconciliations.listed": lambda registry, *_: registry.reconciliations().listed(None, 1, None),
}

ELSEWHERE = frozenset(
    {
        "ink_prints",
        "read_entries",
        "record_of",
        "entry",
        "effective_value",
        "past_readings",
        "resolve_places",
        "amendments",
        "known_book",
        "book_corrections",
        "correction_overview",
        "recorded_files",
    }
    | {
        "delivery_layers",
        "find_book",
        "folder_names",
        "stored_scans",
        "page_counts",
        "last_readings",
        "rectification",
        "rectifications",
        "set_aside",
    }
    | {"withdrawal_preview", "withdrawn_parts", "withdrawals", "withdrawn_deliveries", "refuse_withdrawn"}
    | {"book_approval", "ink_of_hit", "second_copy", "delivered_book", "ledger_copies", "waiting_copies"}
    | {"keyed_by", "pages_at_work", "has_decisions", "scan_names", "places_of_moved"}
    | {"undeclared_books", "forms_read_by", "columns_of"}
    | {"accepted_values", "sampled_fields", "sampled_values", "drawn_readings"}
    | {"clear_or_recalled", "clear_counts", "last_work", "books_worked_on", "books_decided_since"}
    | {"entry_to_print", "next_extract", "issued_before", "issued_extracts", "extract_file"}
    | {"altered_tables", "unproven_entries", "amendment_signers", "waiting_acts"}
    | {"late_books", "scanned_books", "books_in_custody", "custody_notes", "custody_note_of"}
    | {"filters_of", "save_filter", "delete_filter"}
    | {"noted_policies", "open_policy_changes", "policy_change_for"}
    | {"part_of_entry", "books_named", "scans_named", "may_change_decisions", "database_version"}
    | {
        "open",
        "close",
        "lock_book",
        "accounts",
        "audit",
        "desk",
        "lots",
        "statistics",
        "reconciliations",
        "publishing",
        "sign_ins",
    }
)
"""What of the registry is asked for one thing by its id, or is about what is kept; or is a façade of its own.

``delivery_layers`` is asked for one entry by its id; the entries above it, to which a ditto mark points, are those of
``entries``, which is tried.
"""


def _published(registry: Registry) -> tuple[PublishedEntry, ...]:
    """The entries of the first book as other systems read them; none where the book is not there for them."""
    try:
        return registry.publishing().entries(None, 1, "", 9, DeliveryPolicy(), ApprovalPolicy()).entries
    except NotThere:
        return ()


def _figures(summary: room.BookSummary) -> int:
    counted = (summary.books, summary.scans, *summary.pages.values(), summary.entries, summary.review)
    return sum((*counted, summary.page_tasks, *summary.failures.values(), *summary.reasons.values()))


def test_every_reader_of_the_registry_is_tried() -> None:
    writers = {
        *(
            "book_id",
            "store_scan",
            "save_page",
            "save_failure",
            "note_package",
            "decide",
            "settle_page",
            "amend",
            "confirm_alike",
            "confirm_delivery",
        ),
        *("withdraw_amendment", "save_checks", "save_links", "decide_link", "note_view", "settle_flaws"),
        "note_learning",
        *("issue_extract", "void_extract", "note_printed"),
        *("sign_amendment", "approve_book", "withdraw_approval"),
        *("withdraw", "reinstate", "replace_page", "add_book", "correct_book", "settle_ticket"),
        *("judge_link", "compare_search_index"),
        "draw_samples",
        *("note_policies", "ask_policy_change", "answer_policy_change"),
        *("save_clear_page", "take_back_unfounded", "take_back_book", "take_back_unclear", "plan_teaching"),
        *("note_stamps", "note_pairs"),
        *("describe_books", "make_custody_note", "sign_custody_note", "cancel_custody_note"),
    }
    named = {name for name in vars(Registry) if not name.startswith("_")}
    tried = {name.split(".")[0].split(" ")[0] for name in READERS}
    assert named - writers - ELSEWHERE == tried - ELSEWHERE - {
        "statistics",
        "desk",
        "reconciliations",
        "publishing",
    }


@dataclass(frozen=True)
class Told:
    """What a reader says of a book that stands, that is withdrawn, and that is back."""

    before: object
    withdrawn: object
    again: object


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """What all readers say of the same book, on each kind of database."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path_factory.mktemp("filled") / "registry.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            cluster: postgresql.Cluster = request.getfixturevalue("postgresql_cluster")
            url = cluster.url(stack.enter_context(cluster.empty_database()))
        registry, clock = stack.enter_context(Registry.open(url, SCHEMAS)), Clock()
        book, desk = fill(registry), registry.desk(SINGLE, now=clock)

        def asked() -> dict[str, object]:
            return {name: reader(registry, desk, clock) for name, reader in READERS.items()}

        before = asked()
        number = registry.withdraw(RegistryPart(book), author="chi", reason="sổ ghi nhầm")
        withdrawn = asked()
        registry.reinstate(number, author="chi", reason="sổ đúng")
        again = asked()
    return {name: Told(before[name], withdrawn[name], again[name]) for name in READERS}


@pytest.mark.parametrize("name", READERS)
def test_a_reader_tells_nothing_of_a_withdrawn_book_and_all_again_when_it_is_back(
    told: dict[str, Told], name: str
) -> None:
    assert told[name].before
    assert not told[name].withdrawn
    assert _plain(told[name].again) == _plain(told[name].before)


def _plain(said: object) -> object:
    """What a reader says, without what changes with every look: versions and moments."""
    if (
        isinstance(said, tuple | list)
        and said
        and hasattr(said[0], "task_id")
        and hasattr(said[0], "version")
    ):
        return [(one.task_id, one.fields, one.reasons, one.reopened) for one in said]
    return said


def test_readings_of_a_withdrawn_page_are_not_learned_from(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thử")), hand_reader="tay"), "f1")
    assert registry.read_entries(book, "tay")
    registry.decide(1, [Verdict("child_name", FieldStatus.READ, "Thử")], author="an")
    registry.withdraw(RegistryPart(book, SCAN, 1), author="chi", reason="nhầm")
    assert registry.read_entries(book, "tay") == ()
