"""Acceptance sampling: lots are drawn, checked at the desk, and accepted or reopened."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.base.errors import RegistryError
from pipeline.declarations.office.lot_sampling import SamplingPolicy
from pipeline.declarations.office.review import BookPolicy, ReviewPolicy, Way
from pipeline.declarations.sampling import draw_sample
from pipeline.declarations.schema import FieldSpec
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place, require_text
from pipeline.registry.books.rows import book
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.audit.stored import ranges_of
from pipeline.registry.database.columns import first_row
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext, DeskFacade
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.errors import NotThere, RowTampered
from pipeline.registry.lots.sample_results import (
    character_errors,
    checkers_of,
    lot_of,
    lots_of,
    place_of_lot,
)
from pipeline.registry.lots.stored_lots import (
    CharacterErrors,
    Lot,
    LotRow,
    LotVerdict,
    Part,
    held_lots,
    lot,
    lot_closing,
    lot_entry,
    lot_witness,
    lots_before,
    settled_entries,
    witnesses,
)
from pipeline.registry.tasks.exclusions import release_exclusions
from pipeline.registry.tasks.keyed_values import lot_token
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.reopening import ModeByField, reopen_fields


def question(
    context: DeskContext, lot_id: int, entry_id: int, part: Part, fields: str, way_of: ModeByField
) -> None:
    """Reopen the ``critical`` fields of an entry, or ``all``; ``way_of`` gives how each is keyed again."""
    declared = context.declared.fields(place_of(context.connection, entry_id).record)
    wanted = [spec for spec in declared.values() if fields == "all" or spec.critical]
    made = reopen_fields(context, entry_id, wanted, way_of, lot_token(lot_id))
    questioned = {"lot_id": lot_id, "entry_id": entry_id, "task_id": made.task_id, "part": part}
    add(context.connection, lot_entry, [questioned | {"fields": list(made.fields)}])
    release_exclusions(context.connection, context.declared, context.now, made.task_id)


AT_ONCE = 40
"""Entries in a transaction, so that nobody waits long."""


class Lots(DeskFacade):
    """The lots of books.

    Args:
        now: Returns the time in UTC; by default that of the database.
    """

    def __init__(
        self,
        database: Database,
        declared: RecordSchema,
        review: ReviewPolicy,
        sampling: SamplingPolicy,
        now: Callable[[], datetime] | None,
    ) -> None:
        super().__init__(database, declared, review, now)
        self._sampling = sampling

    def draw(self, person: Person, book_ids: Collection[int], *, seed: str = "") -> Lot:
        """Draw a lot of the settled entries of these books, and hand its sample to people who have not seen them.

        Args:
            book_ids: The books, all of one place.
            seed: The seed of the random sample; by default a new one.

        Raises:
            RegistryError: The books have no settled entry, or nobody could check the sample.
        """
        _check_supervisor(person)
        wanted = sorted(set(book_ids))
        with self._writing() as context:
            hold(context.connection, Whole.LOTS)
            lot_id = self._drawn(context, person, wanted, seed or secrets.token_hex(8))
        return self.carry_on(person, lot_id)

    def carry_on(self, person: Person, lot_id: int) -> Lot:
        """Reopen the remaining entries of a sample or of a rejected lot.

        Each transaction reopens a few, so that the work can stop and continue anywhere.
        """
        _check_supervisor(person)
        while True:
            with self._writing() as context:
                hold(context.connection, Whole.LOTS)
                row, drawn = self._lot(context.connection, person, lot_id)
                part = _part(drawn)
                left = [] if part is None else _left(context.connection, row, part)
                if part is None or not left:
                    return drawn
                for entry_id in left[:AT_ONCE]:
                    question(context, lot_id, entry_id, part, row.fields, self._way_of(context, row, part))
                counted = {"entries": len(left[:AT_ONCE]), "part": part}
                record(context.connection, person.login, "lot-questioned", f"lot:{lot_id}", counted)

    def close(self, person: Person, lot_id: int) -> Lot:
        """Accept or reject a lot by its plan; all other entries of a rejected lot are reopened.

        Raises:
            RegistryError: The verdict is not decided yet.
        """
        _check_supervisor(person)
        with self._writing() as context:
            _, drawn = self._open(context.connection, person, lot_id)
            if not drawn.is_decided:
                left = drawn.plan.sample - drawn.findings.checked
                raise RegistryError(
                    f"Lô {lot_id} còn {left} sự kiện chưa kiểm tra xong nên chưa kết luận được."
                )
            self._end(context, person, drawn, drawn.verdict, "")
        return self.carry_on(person, lot_id)

    def cancel(self, person: Person, lot_id: int, reason: str) -> Lot:
        """End a lot without a verdict. Reopened fields stay open until people have keyed them again."""
        _check_supervisor(person)
        reason = require_text(reason, "lý do bỏ lô")
        with self._writing() as context:
            _, drawn = self._open(context.connection, person, lot_id)
            self._end(context, person, drawn, LotVerdict.CANCELLED, reason)
        return self.lot(person, lot_id)

    def lot(self, person: Person, lot_id: int) -> Lot:
        """Return one lot.

        Raises:
            NotYours: It belongs to another place.
            RowTampered: It, or its verdict, is not the program's own.
        """
        _check_supervisor(person)
        with self._reading() as context:
            return self._lot(context.connection, person, lot_id)[1]

    def character_errors(self, person: Person, lot_id: int) -> CharacterErrors:
        """Return the characters of the sample and the wrong ones.

        Raises:
            NotYours: It belongs to another place.
        """
        _check_supervisor(person)
        with self._reading() as context:
            self._lot(context.connection, person, lot_id)
            return character_errors(context.connection, lot_id)

    def lots(self, person: Person) -> tuple[Lot, ...]:
        """Return the lots of the places that this person may see, newest first."""
        _check_supervisor(person)
        with self._reading() as context:
            return lots_of(context.connection, person.places)

    def held(self, person: Person) -> tuple[int, ...]:
        """Return the numbers of the lots that are held back, since they or their verdicts are not the program's own."""
        _check_supervisor(person)
        with self._reading() as context:
            return tuple(sorted(held_lots(context.connection)))

    def _drawn(self, context: DeskContext, person: Person, book_ids: Sequence[int], seed: str) -> int:
        connection = context.connection
        place_code = _place_of(connection, person, book_ids)
        entries = settled_entries(connection, book_ids)
        if not entries:
            raise RegistryError("Các sổ này chưa có sự kiện nào xong nên chưa lấy mẫu được.")
        turn = lots_before(connection, book_ids) + 1
        plan = self._sampling.plan(len(entries), turn)
        made = {
            "place_code": place_code,
            "book_ids": list(book_ids),
            "preset": self._sampling.preset,
            "turn": turn,
            "entries": [list(run) for run in ranges_of(entries)],
            "size": len(entries),
            "sample": list(draw_sample(entries, plan.sample, seed)),
            "acceptance": plan.acceptance,
            "quality": asdict(plan.quality),
            "fields": self._sampling.fields,
            "seed": seed,
            "account_id": person.account_id,
            "login": person.login,
            "drawn_at": context.now,
        }
        (lot_id,) = add(connection, lot, [made])
        seen = witnesses(connection, book_ids)
        add(connection, lot_witness, [{"lot_id": lot_id, "account_id": one} for one in seen])
        if checkers_of(connection, lot_id, place_code) == 0:
            raise RegistryError(
                "Chưa lấy mẫu: không có ai kiểm tra được lô này, mọi người kiểm tra của nơi ấy đều đã xem sổ. "
                "Hãy mời một người chưa xem sổ rồi lấy mẫu."
            )
        detail = {"size": len(entries), "sample": plan.sample, "acceptance": plan.acceptance}
        record(connection, person.login, "lot-drawn", f"lot:{lot_id}", detail)
        return lot_id

    def _way_of(self, context: DeskContext, row: LotRow, part: Part) -> Callable[[FieldSpec], Way]:
        """Return the way of keying by field: blind for a sample, otherwise as the office has set."""
        if part is Part.SAMPLE:
            return lambda _: Way.BLIND
        name = context.connection.scalar(select(book.c.folder_name).where(book.c.id == row.book_ids[0]))
        of_book: BookPolicy = context.policy.of_book(name or "")
        return of_book.reopened_way

    def _open(self, connection: Connection, person: Person, lot_id: int) -> tuple[LotRow, Lot]:
        hold(connection, Whole.LOTS)
        row, drawn = self._lot(connection, person, lot_id)
        if drawn.closing is not None:
            raise RegistryError(f"Lô {lot_id} đã kết thúc rồi.")
        return row, drawn

    def _end(
        self, context: DeskContext, person: Person, drawn: Lot, verdict: LotVerdict, reason: str
    ) -> None:
        closing = {
            "lot_id": drawn.lot_id,
            "verdict": verdict,
            **asdict(drawn.findings),
            "bound": drawn.bound,
            "reason": reason,
            "account_id": person.account_id,
            "login": person.login,
            "closed_at": context.now,
        }
        add(context.connection, lot_closing, [closing])
        detail = {"checked": drawn.findings.checked, "wrong": drawn.findings.wrong}
        record(context.connection, person.login, f"lot-{verdict}", f"lot:{drawn.lot_id}", detail)

    def _lot(self, connection: Connection, person: Person, lot_id: int) -> tuple[LotRow, Lot]:
        if lot_id in held_lots(connection):
            raise RowTampered(lot.name, (lot_id,))
        row = first_row(connection, LotRow, select(lot).where(lot.c.id == lot_id))
        if row is None:
            raise NotThere(f"Không có lô số {lot_id}. Hãy tải lại danh sách lô.")
        check_place(person, place_of_lot(connection, row))
        return row, lot_of(connection, row)


def _part(drawn: Lot) -> Part | None:
    """Return the part of a lot that is to be reopened now."""
    if drawn.closing is None:
        return Part.SAMPLE
    return Part.REST if drawn.closing.verdict is LotVerdict.REJECTED else None


def _left(connection: Connection, row: LotRow, part: Part) -> list[int]:
    """Return the entries of a part that are not reopened yet."""
    done = set(connection.scalars(select(lot_entry.c.entry_id).where(lot_entry.c.lot_id == row.id)))
    if part is Part.SAMPLE:
        return [one for one in row.sample if one not in done]
    done |= set(row.sample)
    return [one for first, last in row.entries for one in range(first, last + 1) if one not in done]


def _place_of(connection: Connection, person: Person, book_ids: Sequence[int]) -> str:
    """Return the common place of these books.

    Raises:
        RegistryError: Books are missing, or they belong to several places.
    """
    codes = connection.scalars(select(book.c.place_code).where(book.c.id.in_(book_ids))).all()
    if not codes or len(codes) < len(book_ids):
        raise RegistryError("Không thấy sổ ấy trong sổ dữ liệu. Hãy tải lại danh sách sổ.")
    for code in set(codes):
        check_place(person, code)
    if len(set(codes)) > 1:
        raise RegistryError("Một lô chỉ gồm các sổ của một nơi đăng ký. Hãy tách thành nhiều lô.")
    return str(codes[0])


def _check_supervisor(person: Person) -> None:
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách lấy mẫu và kết luận lô.")
