"""The reviewers' desk as the rest of the house sees it: functions of this room, each in a transaction of its own.

Every method is called for one person and raises errors of the ``RegistryError`` family with advice; ``NotYours`` where
the person may not do that.
"""

from __future__ import annotations

from collections.abc import Collection

from pipeline.registry import guidelines
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import require_text
from pipeline.registry.approvals import approvals
from pipeline.registry.assignments import assigned_books, shares
from pipeline.registry.books import browsing, corrections
from pipeline.registry.clear_values import clear_counts
from pipeline.registry.comments import comments
from pipeline.registry.data_entry import adding
from pipeline.registry.database.transactions import reading, writing
from pipeline.registry.desk_context import DeskFacade
from pipeline.registry.imports import importing
from pipeline.registry.imports.model import TakenBackImport
from pipeline.registry.tasks import (
    assignment,
    column_keying,
    columns,
    keying,
    known_values,
    redrawing,
    reopening,
    rescans,
    setting_aside,
    undo,
    visibility,
)
from pipeline.registry.tasks.reopening import Reopened
from pipeline.registry.withdrawals import page_wall, supervision


class Desk(DeskFacade):
    """The reviewers' desk: it hands out tasks and takes keyed values back."""

    next_task = writing(assignment.next_task)
    held = writing(assignment.held_tasks)
    held_work = reading(assignment.held_work)
    task = writing(assignment.held_task)
    keep_task = writing(assignment.keep_task)
    hand_back = writing(assignment.hand_back)
    counts = reading(assignment.counts)
    own_work = reading(assigned_books.own_work)
    assign_book = writing(assigned_books.assign_book)
    end_assignment = writing(assigned_books.end_assignment)
    assignments = reading(assigned_books.assignments)
    assignable = reading(assigned_books.assignable)
    unattended = reading(assigned_books.unattended)

    assign_share = writing(shares.assign_share)
    end_share = writing(shares.end_share)
    teams = reading(shares.teams)
    set_team_member = writing(shares.set_team_member)
    unassigned = reading(shares.unassigned)

    page_of = reading(visibility.page_of)
    ink_of = reading(visibility.ink_of)

    known_entry = reading(known_values.known_entry)
    book_values = reading(known_values.book_values)
    key = writing(keying.key)
    region_to_read = writing(redrawing.region_to_read)
    redraw_region = writing(redrawing.redraw_region)
    undo = writing(undo.undo)

    skip = writing(setting_aside.skip)
    ask = writing(setting_aside.ask)
    answer = writing(setting_aside.answer)

    comments_of_task = writing(comments.comments_of_task)
    comment = writing(comments.comment)
    answer_comment = writing(comments.answer_comment)
    close_comment = writing(comments.close_comment)
    open_comments = writing(comments.open_comments)
    count_open_comments = reading(comments.count_open_comments)

    guideline_versions = reading(guidelines.versions)
    guidelines_beside = reading(guidelines.guidelines_beside)
    guideline_list = reading(guidelines.guideline_list)
    guideline_example = writing(guidelines.guideline_example)
    write_guideline = writing(guidelines.write_guideline)
    add_example = writing(guidelines.add_example)

    request_rescan = writing(rescans.request_rescan)
    tickets = reading(rescans.tickets)
    open_ticket = reading(rescans.open_ticket)
    close_ticket = writing(rescans.close_ticket)
    page_of_ticket = reading(rescans.page_of_ticket)

    column_counts = reading(columns.column_counts)
    column = writing(assigned_books.take_column)
    key_column = writing(column_keying.key_column)
    undo_column = writing(column_keying.undo_column)
    hand_back_column = writing(column_keying.hand_back_column)

    entry = writing(reopening.settled_entry)
    entries_of_book = writing(browsing.entries_of_book)
    clear_book = reading(clear_counts.clear_book)
    recall_clear = writing(clear_counts.recall_clear)
    approval_view = reading(approvals.approval_view)
    approve_book = writing(approvals.approve_supervised_book)
    withdraw_approval = writing(approvals.withdraw_supervised_approval)
    amendments_of_book = writing(approvals.amendments_of_book)
    amend = writing(approvals.amend_supervised_entry)
    withdraw_amendment = writing(approvals.withdraw_amendment)
    sign_amendment = writing(approvals.sign_supervised_amendment)

    cover_of_book = reading(corrections.cover_of_book)
    correct_book = writing(corrections.correct_supervised_book)
    withdraw = writing(supervision.withdraw)
    reinstate = writing(supervision.reinstate)
    replace_page = writing(supervision.replace_page)
    withdrawal_preview = reading(supervision.withdrawal_preview)
    withdrawals = reading(supervision.withdrawals_for)
    pages_of_book = reading(supervision.pages_of_book)

    wall = writing(page_wall.wall)
    scan_page = reading(page_wall.scan_page)
    check_makes_anew = reading(page_wall.check_makes_anew)
    remove_pages = writing(page_wall.remove_pages)
    put_back_page = writing(page_wall.put_back)
    move_pages = writing(page_wall.move_pages)
    order_pages_by_number = writing(page_wall.order_by_number)
    take_places = writing(page_wall.take_places)

    books_of = reading(browsing.books_of)
    scanned_pages = reading(browsing.scanned_pages)
    copies_of_ledger = reading(browsing.copies_of_ledger)
    scanned_page = reading(browsing.scanned_page)
    entries_on_page = reading(browsing.entries_on_page)
    fields_to_add = reading(adding.fields_to_add)
    columns_to_add = reading(adding.columns_to_add)
    offers_for = reading(known_values.offers_for)
    add_entries = writing(adding.add_entries)
    add_fields = writing(adding.add_fields)
    add_column = writing(adding.add_column)
    discard_entry = writing(adding.discard_entry)

    imports_for = reading(importing.imports_for)
    keyed_fields = reading(importing.keyed_fields)
    asked_differences = reading(importing.asked_differences)
    begin_import = writing(importing.begin_import)
    import_values = writing(importing.import_values)

    def take_back_import(self, person: Person, import_id: int, reason: str) -> TakenBackImport:
        """Take back all values of an import on which nobody has built, a few tasks in a transaction.

        Raises:
            NotYours: The person is no supervisor of all its places.
            NotThere: There is no such import, or it was taken back.
        """
        with self._reading() as context:
            importing.check_takes_back(context, person, import_id)
        require_text(reason, "lý do")
        fields, after = 0, 0
        kept: list[int] = []
        while True:
            with self._writing() as context:
                after, taken, left = importing.take_back_some(context, person, import_id, after)
                fields, kept = fields + taken, [*kept, *left]
                done = TakenBackImport(fields, tuple(kept))
                if not after:
                    importing.end_import(context, person, import_id, reason, done)
                    return done

    def reopen(self, person: Person, entry_id: int, fields: Collection[str], reason: str) -> Reopened:
        """Have fields of a settled entry read from the paper once more, by somebody else.

        What people decided stays effective meanwhile. Most of the audit is looked through before others must wait.

        Raises:
            NotYours: The person may not open the entry again.
        """
        with self._reading() as context:
            seen = reopening.seen_so_far(context, person, entry_id)
        with self._writing() as context:
            return reopening.reopen(context, person, entry_id, fields, reason, seen)
