"""The reviewers' desk as the rest of the house sees it: functions of this room, each in a transaction of its own.

Every method is called for one person and raises errors of the ``RegistryError`` family with advice; ``NotYours`` where
the person may not do that.
"""

from __future__ import annotations

from collections.abc import Collection

from pipeline.registry.database.transactions import reading, writing
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.imports import TakenBackImport
from pipeline.registry.repositories.desk_context import DeskFacade
from pipeline.registry.repositories.permissions import require_text
from pipeline.registry.services.desk import (
    approving,
    assigned_books,
    assignment,
    book_pages,
    book_values,
    browsing,
    clear_values,
    column_keying,
    column_undo,
    columns,
    comments,
    correcting,
    data_entry,
    guidelines,
    importing,
    keying,
    known_values,
    offers,
    redrawing,
    reopening,
    rescan_tickets,
    setting_aside,
    shares,
    undo,
    visibility,
    withdrawing,
)
from pipeline.registry.services.desk.reopening import Reopened


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
    book_values = reading(book_values.book_values)
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

    request_rescan = writing(rescan_tickets.request_rescan)
    tickets = reading(rescan_tickets.tickets)
    open_ticket = reading(rescan_tickets.open_ticket)
    close_ticket = writing(rescan_tickets.close_ticket)
    page_of_ticket = reading(rescan_tickets.page_of_ticket)

    column_counts = reading(columns.column_counts)
    column = writing(assigned_books.take_column)
    key_column = writing(column_keying.key_column)
    undo_column = writing(column_undo.undo_column)
    hand_back_column = writing(column_keying.hand_back_column)

    entry = writing(reopening.settled_entry)
    entries_of_book = writing(browsing.entries_of_book)
    clear_book = reading(clear_values.clear_book)
    recall_clear = writing(clear_values.recall_clear)
    approval_view = reading(approving.approval_view)
    approve_book = writing(approving.approve_book)
    withdraw_approval = writing(approving.withdraw_approval)
    amendments_of_book = writing(approving.amendments_of_book)
    withdraw_amendment = writing(approving.withdraw_amendment)
    sign_amendment = writing(approving.sign_amendment)

    cover_of_book = reading(correcting.cover_of_book)
    correct_book = writing(correcting.correct_book)
    withdraw = writing(withdrawing.withdraw)
    reinstate = writing(withdrawing.reinstate)
    replace_page = writing(withdrawing.replace_page)
    withdrawal_preview = reading(withdrawing.withdrawal_preview)
    withdrawals = reading(withdrawing.withdrawals_for)
    pages_of_book = reading(withdrawing.pages_of_book)

    books_of = reading(book_pages.books_of)
    scanned_pages = reading(book_pages.scanned_pages)
    scanned_page = reading(book_pages.scanned_page)
    entries_on_page = reading(book_pages.entries_on_page)
    fields_to_add = reading(data_entry.fields_to_add)
    columns_to_add = reading(data_entry.columns_to_add)
    offers_for = reading(offers.offers_for)
    add_entries = writing(data_entry.add_entries)
    add_fields = writing(data_entry.add_fields)
    add_column = writing(data_entry.add_column)
    discard_entry = writing(data_entry.discard_entry)

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
