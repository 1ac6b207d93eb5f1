"""The visible part of a task for a person; whatever might reveal a value is withheld from a person who keys blind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, exists, select

from pipeline.base.model import NO_ENGINES, Box, FieldReading, Finding, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import BLIND_FIRST, BLIND_SECOND, BookPolicy
from pipeline.declarations.schema import Form
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place, stages
from pipeline.registry.comments.threads import threads_on
from pipeline.registry.database.audit import record
from pipeline.registry.desk_context import DeskContext, year_of_volume
from pipeline.registry.entries.current_readings import written_boxes
from pipeline.registry.entries.effective_values import effective_values_of
from pipeline.registry.entries.second_copies import copied_entry
from pipeline.registry.errors import NotThere
from pipeline.registry.guidelines import guided_fields
from pipeline.registry.tasks import leases
from pipeline.registry.tasks.cheapest_ways import ENOUGH
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Consensus, Verdict
from pipeline.registry.tasks.leases import KeyingMode
from pipeline.registry.tasks.likely_values import LikelyValues
from pipeline.registry.tasks.loading import LoadedTask, TaskRow, load_task, task_row
from pipeline.registry.tasks.model import DeskTask, FieldWork, PagePlace, ReturnReason
from pipeline.registry.tasks.rows import submission
from pipeline.registry.tasks.teaching import is_teaching
from pipeline.registry.tasks.way_choice import choose_ways, shown_first, shown_reading
from pipeline.registry.tasks.way_plans import heads_of


def show(context: DeskContext, task_id: int, person: Person) -> DeskTask:
    """Return a task as the person may see it; the audit records the view.

    Where a field is blind for them, no value, finding, number or answer is shown that might tell it; and that what was
    found about the whole has been seen is then asked afterwards, when it can be shown.
    """
    case, account_id = load_task(context, task_id), person.account_id
    case = choose_ways(context, case, person)
    keyable = case.keyable_by(account_id)
    copied = copied_entry(context.connection, case.row.entry_id)
    beside = None if copied is None else {"copy": copied.entry_id}
    record(context.connection, person.login, "task-shown", f"task:{task_id}", beside)
    policy = context.policy.of_book(case.row.folder_name)
    mine = case.withdrawn_by(account_id)
    shared = fields_of_shared_slots(context.declared.schemas.forms.get(case.row.form))
    shared |= fields_of_shared_ink(case.readings.values())
    values = LikelyValues(
        context.connection,
        context.declared,
        case.row.book_id,
        case.row.record,
        year=year_of_volume(case.row.volume),
        case_counts=policy.letter_case == "counts",
    )
    works = [
        _as_chosen(
            case,
            work_of(
                field,
                case.consensus[field],
                policy,
                shown_reading(case, field, case.readings.get(field)),
                case.decided(field),
                mine.get(field),
                is_shared=field in shared,
                likely=_likely_value(case, values, field),
            ),
        )
        for field in keyable
    ]
    blind = frozenset(work.field for work in works if work.blind)
    hidden = bool(blind)
    if hidden:
        few = _few_people(context, case)
        works = [replace(work, few=few) for work in works if work.field != WHOLE_ENTRY]
    row = case.row
    threads = [one for one in threads_on(context.connection, [task_id]) if one.is_open]
    readable = [one for one in threads if not hidden or one.is_of(person.login)]
    number = context.declared.number_field(row.record)
    number_hidden = hides_number(case.consensus.get(number or ""))
    return DeskTask(
        task_id=task_id,
        version=case.version,
        stage=case.stage,
        lease_until=row.lease_until or context.now,
        book_id=row.book_id,
        book=row.folder_name,
        volume=row.volume,
        place_code=row.place_code,
        record=row.record,
        form=row.form,
        entry_id=row.entry_id,
        entry_number="" if number_hidden else row.number_text,
        ref=case.ref,
        scan=row.name,
        row=row.row,
        fields=tuple(works),
        values={} if hidden else _effective_values(context, row),
        findings=_visible_findings(case, blind),
        question=row.question or ("" if hidden else row.answer or ""),
        returned=_return_reason(context, case, {work.field for work in works}, undone=bool(mine)),
        comments=tuple(readable),
        hidden_comments=len(threads) - len(readable),
        guided=guided_fields(context.connection, row.record, row.form),
        is_teaching=policy.teaching_first and is_teaching(context.connection, row.book_id, row.entry_id),
        copied=copied,
    )


def _return_reason(
    context: DeskContext, case: LoadedTask, fields: Collection[str], *, undone: bool
) -> ReturnReason | None:
    """Return why a task waits again for these fields after it was finished; None if it never was.

    Args:
        undone: Whether it waits because the person undid their own work.
    """
    finished = exists().where(submission.c.task_id == case.task_id, submission.c.stage == Stage.SETTLED)
    if not case.row.reopened and (undone or not context.connection.scalar(select(finished))):
        return None
    if any(row.mode == KeyingMode.LOT and row.field in fields for row in case.words):
        return ReturnReason.ASKED_AGAIN
    if any(set(across.finding.fields) & set(fields) for across in case.machine.cross_entry_findings):
        return ReturnReason.DOUBTED
    return ReturnReason.READ_OTHERWISE if case.row.reopened else ReturnReason.UNSURE


def _likely_value(case: LoadedTask, values: LikelyValues, field: str) -> str:
    """Return the likely value of the book; ``""`` where a planted text stands in its place."""
    if not case.row.entry_id or case.chosen.planted(field, Stage.REVIEW):
        return ""
    return values.of(case.row.entry_id, field, case.readings.get(field))


def _few_people(context: DeskContext, case: LoadedTask) -> int | None:
    """Return how many people there are for a book, where the program chooses and some ways need more."""
    if context.policy.of_book(case.row.folder_name).check != "chosen":
        return None
    heads = heads_of(context.connection, case.row.book_id)
    return heads if heads < ENOUGH else None


def _as_chosen(case: LoadedTask, work: FieldWork) -> FieldWork:
    """Return a field with what was chosen for it."""
    stage = case.consensus[work.field].stage
    return replace(
        work,
        first=shown_first(case, work.field, work.first),
        wrong=case.chosen.wrong(work.field),
        is_again=case.chosen.was_missed(work.field, stage),
        is_settled=case.is_asked_again(work.field),
    )


def _visible_findings(case: LoadedTask, blind: frozenset[str]) -> tuple[Finding, ...]:
    """Return the findings that tell nothing of a field that is keyed blind.

    The first person of some fields sees those about other fields alone; the second person of such a field sees none.
    """
    findings = (*case.machine.findings, *(one.finding for one in case.machine.cross_entry_findings))
    if blind and case.stage is not Stage.REVIEW:
        return ()
    return tuple(
        found for found in findings if not blind or (found.fields and blind.isdisjoint(found.fields))
    )


def _effective_values(context: DeskContext, row: TaskRow) -> dict[str, str | None]:
    """Return the effective values of the entry of a task; nothing for a page itself."""
    entry_id = row.entry_id
    if entry_id is None:
        return {}
    return dict(effective_values_of(context.connection, context.declared, {entry_id: row.record})[entry_id])


def page_of(context: DeskContext, person: Person, task_id: int, *, of_copy: bool = False) -> PagePlace:
    """Return the page of a task for a person who holds it or supervises its place.

    A lease that has run out will do until somebody else takes the task: its holder has seen the page.

    Args:
        of_copy: Return the page of the same entry in the second copy of the ledger.

    Raises:
        NotYours: The person may not see that place, or neither has the task in hand nor supervises.
        NotThere: There is no such page.
    """
    return _page_of(context, person, task_id, of_copy=of_copy)[0]


def ink_of(
    context: DeskContext, person: Person, task_id: int, box: Box, *, of_copy: bool = False
) -> tuple[PagePlace, bool]:
    """Return the page of a task, and whether the audit already records that the person sees the ink in ``box``.

    It does when they have the task in hand and the box lies among its fields.

    Args:
        box: The area on the rectified page.
        of_copy: As in ``page_of``.

    Raises:
        NotYours: The task belongs to another place, or the person neither has it in hand nor supervises.
        NotThere: As in ``page_of``.
    """
    place, entry_id = _page_of(context, person, task_id, of_copy=of_copy)
    is_noted = leases.has(context, task_id, person) and _lies_among(context.connection, entry_id, box)
    return place, is_noted


def _page_of(
    context: DeskContext, person: Person, task_id: int, *, of_copy: bool
) -> tuple[PagePlace, int | None]:
    """Return the page of a task and the id of its entry."""
    stages(person)
    row = task_row(context.connection, task_id)
    check_place(person, row.place_code)
    if person.role is not Role.SUPERVISOR and not leases.keeps(context.connection, task_id, person):
        raise leases.lease_lost()
    if of_copy:
        copied = copied_entry(context.connection, row.entry_id)
        if copied is None:
            raise NotThere("Sự kiện này không có trong bản lưu kép nào đã đọc.")
        return PagePlace(copied.book_id, copied.ref, copied.scan), copied.entry_id
    return PagePlace(row.book_id, PageRef(row.sha256, row.page_no), row.name), row.entry_id


def _lies_among(connection: Connection, entry_id: int | None, box: Box) -> bool:
    """Return whether a box lies within the area of the fields of an entry on its page, to the whole pixel."""
    if entry_id is None:
        return False
    boxes = [one for of_field in written_boxes(connection, entry_id).values() for one in of_field]
    return bool(boxes) and (
        min(one.left for one in boxes) - 1 <= box.left
        and min(one.top for one in boxes) - 1 <= box.top
        and box.right <= max(one.right for one in boxes) + 1
        and box.bottom <= max(one.bottom for one in boxes) + 1
    )


def work_of(
    field: str,
    one: Consensus,
    policy: BookPolicy,
    reading: FieldReading | None,
    decided: Verdict | None,
    mine: Verdict | None,
    *,
    is_shared: bool,
    likely: str = "",
) -> FieldWork:
    """Return a field as the person who keys its next value sees it.

    Args:
        one: The agreement on it so far.
        decided: What was decided of it before.
        mine: What this person keyed and took back.
        is_shared: Whether other fields are written into the same slot of the form.
        likely: The likely value of the book.
    """
    blind = is_blind(one)
    return FieldWork(
        field=field,
        way=one.way,
        blind=blind,
        box=reading.box if reading else None,
        lines=reading.lines if reading else (),
        reading=None if blind else reading,
        first=one.words[0].verdict if one.stage is Stage.CHECK and not blind else None,
        candidates=_candidates(one),
        mine=mine,
        decided=None if blind else decided,
        is_likely=reading is None or reading.confidence >= policy.prefill_from,
        likely="" if blind else likely,
        inked=reading is not None and has_own_ink(reading, is_shared=is_shared),
    )


def fields_of_shared_slots(form: Form | None) -> frozenset[str]:
    """Return the fields of a form that share a slot with other fields."""
    slots = form.slots if form is not None else ()
    return frozenset(name for slot in slots if len(slot.field_names) > 1 for name in slot.field_names)


def fields_of_shared_ink(readings: Collection[FieldReading]) -> frozenset[str]:
    """Return the fields of an entry that share their ink with other fields, wherever the form has their slots."""
    times = Counter(reading.lines for reading in readings if reading.lines)
    return frozenset(reading.field for reading in readings if times[reading.lines] > 1)


def has_own_ink(reading: FieldReading, *, is_shared: bool) -> bool:
    """Return whether the machine saw ink of this field on the page.

    Ink that it read is the field's. Ink that it did not read is the field's only if a line was cut out of it and the
    field shares it with no other. Ink without a line may be a neighbour's and does not count.
    """
    if not reading.inked or reading.engine in NO_ENGINES or not (reading.box or reading.lines):
        return False
    return bool(reading.text) or (bool(reading.lines) and not is_shared)


def is_blind(consensus: Consensus) -> bool:
    """Return whether the readings and keyed values of a field are withheld from the next person.

    A third one sees what the two said, and nothing else.
    """
    return consensus.way in (BLIND_FIRST if consensus.stage is Stage.REVIEW else BLIND_SECOND)


def keys_blind(case: LoadedTask, person: Person) -> bool:
    """Return whether a person is to key a field of a task blind."""
    return any(is_blind(case.consensus[field]) for field in case.keyable_by(person.account_id))


def hides_number(number: Consensus | None) -> bool:
    """Return whether the number of an entry must not be shown, as it is still to be keyed blind."""
    return number is not None and is_blind(number)


def _candidates(consensus: Consensus) -> tuple[Verdict, ...]:
    """Return the keyed values that differ, in alphabetical order."""
    if consensus.stage is not Stage.THIRD:
        return ()
    return tuple(
        sorted((word.verdict for word in consensus.words), key=lambda said: (said.status, said.text))
    )
