"""Whole pages: the printed form, the values of its entries, and what else lies on a real page."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.model import Ledger
from pipeline.schema import Form, Slot
from pipeline.synth.cases import Case, parties, party_key, said
from pipeline.synth.cuttings import Cutting, glued
from pipeline.synth.inscribing import inscribe, put_text
from pipeline.synth.pens import Hand
from pipeline.synth.people import chance, pick
from pipeline.synth.printing import column_edges, print_form, tick
from pipeline.synth.sheet import Sheet
from pipeline.synth.stamps import boxed_stamp, name_stamp, round_seal, signature
from pipeline.synth.texts import Clerk
from pipeline.synth.ticks import ticked
from pipeline.synth.values import Written, dittoed, written
from pipeline.synth.writer import Writer
from pipeline.text import synthetic_words as words


@dataclass(frozen=True)
class Entry:
    """One case as it stands on paper: ``texts`` field → text ("" = blank); ``ditto`` what marks stand for."""

    row: int
    texts: Mapping[str, str]
    ditto: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """A drawn, flat page and what stands on it."""

    sheet: Sheet
    entries: tuple[Entry, ...]


def entry_page(
    rng: np.random.Generator,
    clerk: Clerk,
    hands: Sequence[Hand],
    cases: Sequence[Case],
    sheet: Sheet,
    sealed: bool,
    cuttings: deque[Cutting],
) -> Page:
    """The page on that blank sheet, with one entry a row of it (one in all on forms of one entry). ``cuttings`` are
    used up in the blanks for places."""
    print_form(sheet)
    entries = []
    above: Mapping[str, str] = {}
    for row, facts in enumerate(cases):
        hand = pick(rng, hands)
        writer = Writer(sheet, hand, rng, row)
        if not hand.capitals:
            clerk = replace(clerk, habits=replace(clerk.habits, capitals=0.0))
        values = {
            slot.name: written(rng, clerk, facts, slot) for slot in clerk.form.slots if not slot.signature
        }
        if clerk.form.table and row:
            values = {name: _maybe_ditto(rng, clerk, value, above) for name, value in values.items()}
        entry = _entered(writer, clerk, facts, values, cuttings)
        entries.append(entry)
        above = {**entry.texts, **entry.ditto}
        if clerk.form.table:
            _unread_cells(writer, facts)
    _signatures(sheet, rng, hands)
    if sealed:
        where = sheet.y(float(rng.uniform(0.3, 0.6)))
        edge = sheet.size[0] + sheet.mm(float(rng.uniform(-3, 3)))
        round_seal(sheet, f"ủy ban nhân dân xã {cases[0].home.name}", edge, where, rng)
    return Page(sheet, tuple(entries))


def _entered(
    writer: Writer, clerk: Clerk, facts: Case, values: Mapping[str, Written], cuttings: deque[Cutting]
) -> Entry:
    texts: dict[str, str] = {}
    for value in values.values():
        if real := glued(writer, value, clerk.record, cuttings):
            texts.update(real)
        elif _is_officers(clerk, value.slot) and value.alternatives:
            texts.update(_officer_signs(writer, facts, value))
        elif (
            _is_notes(clerk, value.slot)
            and not clerk.options.typed
            and chance(writer.rng, clerk.options.stamped)
        ):
            texts.update(_stamped_note(writer, value.slot))
        else:
            texts.update(inscribe(writer, value))
    texts.update(_tick_boxes(writer, clerk, facts))
    ditto = {value.slot.name: value.ditto for value in values.values() if value.ditto}
    return Entry(writer.row, texts, ditto)


def _maybe_ditto(rng: np.random.Generator, clerk: Clerk, value: Written, above: Mapping[str, str]) -> Written:
    """Marks for "as above" stand only for values that neighbours really share, and under something."""
    name = value.slot.name
    shared = name in clerk.record.by_name and clerk.record.by_name[name].kind in ("choice", "place")
    if not shared or not above.get(name) or not chance(rng, clerk.options.ditto):
        return value
    return dittoed(rng, value.slot, above[name])


def _is_officers(clerk: Clerk, slot: Slot) -> bool:
    names = slot.field_names
    if len(names) != 1 or slot.column is not None or clerk.record.by_name[names[0]].kind != "name":
        return False
    party = parties(clerk.record).get(party_key(names[0]))
    return party is not None and party.officer


def _is_notes(clerk: Clerk, slot: Slot) -> bool:
    return slot.area is not None and any(
        clerk.record.by_name[name].kind == "text" for name in slot.field_names
    )


def _officer_signs(writer: Writer, facts: Case, value: Written) -> Mapping[str, str]:
    """The officer's signature and under it the name, written or stamped."""
    sheet, rng, slot = writer.sheet, writer.rng, value.slot
    if slot.area:
        u0, v0, u1, v1 = slot.area
        middle, base = (
            (sheet.x(u0) + sheet.x(u1)) / 2,
            sheet.y(v0) + min(0.6 * (sheet.y(v1) - sheet.y(v0)), sheet.mm(34)),
        )
    else:
        middle = (sheet.x(slot.pieces[0].u0) + sheet.x(slot.pieces[0].u1)) / 2
        base = sheet.y(slot.pieces[0].v)
    signature(
        sheet,
        middle,
        base - sheet.mm(float(rng.uniform(8.5, 10.5))),
        sheet.mm(float(rng.uniform(22, 32))),
        rng,
        writer.hand.ink,
    )
    text = facts.people[party_key(slot.field_names[0])].name
    if chance(rng, 0.45):
        mark = name_stamp(sheet, text, middle, base - sheet.mm(1.5), rng)
        sheet.note(mark.mask, mark.left, mark.top, slot.field_names, writer.row, by_hand=False)
    else:
        text = value.alternatives[0][0][1]
        put_text(writer, slot, text, middle, base, centred=True)
    return dict.fromkeys(slot.field_names, text)


def _stamped_note(writer: Writer, slot: Slot) -> Mapping[str, str]:
    """The boxed red stamp in the notes column."""
    sheet, text = writer.sheet, words.LATE_REGISTRATION_STAMP
    u0, v0, u1, v1 = slot.area or (0.0, 0.0, 1.0, 1.0)
    v = v0 + (v1 - v0) * float(writer.rng.uniform(0.08, 0.4))
    mark = boxed_stamp(sheet, text, sheet.x((u0 + u1) / 2), sheet.y(v), writer.rng)
    sheet.note(mark.mask, mark.left, mark.top, slot.field_names, writer.row, by_hand=False)
    return dict.fromkeys(slot.field_names, text)


def _tick_boxes(writer: Writer, clerk: Clerk, facts: Case) -> Mapping[str, str]:
    """Tick the boxes that agree with the case: at most one a field."""
    texts = {}
    for name, box in ticked(writer.rng, clerk.form.boxes, clerk.record, facts).items():
        texts[name] = box.value if box else ""
        if box:
            mark = tick(writer.sheet, box.box, writer.rng, writer.hand.ink)
            writer.sheet.note(mark.mask, mark.left, mark.top, (name,), writer.row, by_hand=False)
    return texts


def _signatures(sheet: Sheet, rng: np.random.Generator, hands: Sequence[Hand]) -> None:
    for slot in sheet.form.slots:
        if slot.signature and slot.area and chance(rng, 0.8):
            u0, v0, u1, v1 = slot.area
            tall = sheet.y(v1) - sheet.y(v0)
            y = sheet.y(v0) + min(tall / 2, sheet.mm(float(rng.uniform(10, 24))))
            width = min(sheet.mm(float(rng.uniform(24, 44))), 0.7 * (sheet.x(u1) - sheet.x(u0)))
            signature(
                sheet,
                sheet.x((u0 + u1) / 2 + float(rng.normal(0, 0.02))),
                y,
                width,
                rng,
                pick(rng, hands).ink,
            )


def _unread_cells(writer: Writer, facts: Case) -> None:
    """Columns that no field reads still hold writing: an occupation, an address, a signature."""
    table, sheet, rng = writer.sheet.form.table, writer.sheet, writer.rng
    assert table is not None
    edges = column_edges(table)
    tall = sheet.frame.height * (table.bottom - table.top) / table.rows
    for number, column in enumerate(table.columns):
        if column.field or column.fields:
            continue
        middle = sheet.x((edges[number] + edges[number + 1]) / 2)
        y = sheet.y(table.top) + (writer.row + 0.5) * tall
        if said(column.heading, "chữ ký"):
            signature(sheet, middle, y, 0.8 * sheet.frame.width * column.width, rng, writer.hand.ink)
            continue
        text = pick(rng, words.OCCUPATIONS) if said(column.heading, "nghề nghiệp") else facts.home.name
        inscribe(writer, Written(Slot("", "", {"": ""}, column=number), (((("", text),)),)))


def cover_page(
    rng: np.random.Generator, form: Form, hand: Hand, ledger: Ledger, title: str, dpi: float
) -> Page:
    """The book's cover: its blanks are filled from the ledger by the printed words before them."""
    sheet = Sheet.blank(form, dpi)
    print_form(sheet)
    writer = Writer(sheet, hand, rng)
    title = title.upper() if hand.capitals else title
    rest: list[str] = []
    asked, day = "", ""
    for row in form.lines:
        for cell in row.cells:
            asked = cell.label or asked
            day = _day_of(cell.label, ledger) or day
            if cell.from_ is None or cell.to is None:
                continue
            answered = cell.label or said(asked, "sổ đăng ký")
            text = _cover_text(asked, day, ledger, title) if answered else ""
            words_left = (text.split() if text else rest) or []
            room, rest = sheet.x(cell.to) - sheet.x(cell.from_) - sheet.mm(4), []
            line = put_text(
                writer,
                None,
                " ".join(words_left),
                sheet.x(cell.from_) + sheet.mm(2),
                sheet.y(row.at),
                room=room,
            )
            rest = words_left[len(line.split()) :]
    office = ledger.place.split(",")[0].replace("UBND", "ủy ban nhân dân")
    round_seal(sheet, office, sheet.x(0.72), sheet.y(0.66), rng, 0.7)
    return Page(sheet, ())


def _day_of(label: str, ledger: Ledger) -> str:
    if said(label, "mở ngày", "mở sổ"):
        return ledger.opened_on
    return ledger.closed_on if said(label, "khóa ngày", "khóa sổ", "khoá ngày") else ""


def _cover_text(label: str, day: str, ledger: Ledger, title: str) -> str:
    parts = [*day.split("."), "", "", ""][:3]
    if said(label, "ngày"):
        return parts[0]
    if said(label, "tháng"):
        return parts[1]
    if said(label, "năm"):
        return parts[2]
    if said(label, "quyển", "quyển số"):
        return ledger.volume
    if said(label, "cơ quan đăng ký hộ tịch", "nơi đăng ký", "cơ quan"):
        return ledger.place
    return title if said(label, "sổ đăng ký") else ""
