"""Draw whole pages: the printed form, the values of its entries, signatures, stamps and seals."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.model import Box, Ledger
from pipeline.base.text import synthetic_words as words
from pipeline.declarations.schema import Form, Slot
from pipeline.training.synthetic_pages.blank_contents import BlankContent, compose_blank, ditto_content
from pipeline.training.synthetic_pages.blank_writing import SheetWriter, write_content, write_words
from pipeline.training.synthetic_pages.cases import (
    SyntheticCase,
    label_mentions,
    parties,
    party_key,
    ticked_boxes,
)
from pipeline.training.synthetic_pages.clerk import Clerk
from pipeline.training.synthetic_pages.form_printing import column_edges, draw_tick, print_form
from pipeline.training.synthetic_pages.pasted_lines import InkCutout, paste_cutouts
from pipeline.training.synthetic_pages.pen_fonts import HandStyle
from pipeline.training.synthetic_pages.people import happens, pick
from pipeline.training.synthetic_pages.sheet import PaperSheet
from pipeline.training.synthetic_pages.spelled_values import SpelledWords
from pipeline.training.synthetic_pages.stamps import (
    LaidInk,
    boxed_stamp,
    draw_signature,
    name_stamp,
    round_seal,
)
from pipeline.values.kinds import SIGNER, TEXT


@dataclass(frozen=True)
class DrawnEntry:
    """A case as written on paper.

    Attributes:
        row: Row of the page, from 0.
        texts: Text by field; an empty text is a blank.
        ditto: The text repeated by a ditto mark, by field.
    """

    row: int
    texts: Mapping[str, str]
    ditto: Mapping[str, str]


@dataclass(frozen=True)
class FlatPage:
    """A drawn, flat page.

    Attributes:
        sheet: The paper with its ink.
        entries: The written entries.
    """

    sheet: PaperSheet
    entries: tuple[DrawnEntry, ...]


def draw_entry_page(
    rng: np.random.Generator,
    clerk: Clerk,
    hands: Sequence[HandStyle],
    cases: Sequence[SyntheticCase],
    sheet: PaperSheet,
    sealed: bool,
    cutouts: deque[InkCutout],
    spelled: SpelledWords | None = None,
    contents: np.random.Generator | None = None,
) -> FlatPage:
    """Draw the entries of a page on the printed form.

    Args:
        clerk: The clerk who fills in the form.
        hands: The writing hands; each entry takes one.
        cases: A case for each row; a single case on forms with a single entry.
        sheet: The empty form.
        sealed: Whether a round seal is on its edge.
        cutouts: Real ink for the blanks for places; used cutouts are removed.
        spelled: Words spelled by the hands' real strokes, if they write with strokes.
        contents: Decides what is written, so that copies say the same in other ink; by default ``rng``.
    """
    entries = []
    above: Mapping[str, str] = {}
    for row, facts in enumerate(cases):
        hand = pick(rng, hands)
        kept = clerk.office.options if clerk.office else None
        writer = SheetWriter(sheet, hand, rng, row, kept.overflow if kept else 0.0)
        if not hand.capitals:
            clerk = replace(clerk, habits=replace(clerk.habits, capitals=0.0))
        values = {
            slot.name: compose_blank(contents or rng, clerk, facts, slot)
            for slot in clerk.form.slots
            if not slot.signature
        }
        if spelled:
            values = {
                name: spelled.content(value, clerk.record, rng, facts.written)
                for name, value in values.items()
            }
        if clerk.form.table and row:
            values = {name: _maybe_ditto(rng, clerk, value, above) for name, value in values.items()}
        entry = _write_entry(writer, clerk, facts, values, cutouts)
        entries.append(entry)
        above = {**entry.texts, **entry.ditto}
        if clerk.form.table and not spelled:
            _unread_cells(writer, facts)
    _signatures(sheet, rng, hands)
    if sealed:
        where = sheet.y(float(rng.uniform(0.3, 0.6)))
        edge = sheet.size[0] + sheet.mm(float(rng.uniform(-3, 3)))
        seal = round_seal(sheet, f"ủy ban nhân dân xã {cases[0].home.name}", edge, where, rng)
        _note_seal(sheet, seal)
    return FlatPage(sheet, tuple(entries))


def _write_entry(
    writer: SheetWriter,
    clerk: Clerk,
    facts: SyntheticCase,
    values: Mapping[str, BlankContent],
    cutouts: deque[InkCutout],
) -> DrawnEntry:
    texts: dict[str, str] = {}
    for value in values.values():
        if real := paste_cutouts(writer, value, clerk.record, cutouts):
            texts.update(real)
        elif _is_officers(clerk, value.slot) and value.alternatives:
            texts.update(_officer_signs(writer, facts, value))
        elif (
            _is_notes(clerk, value.slot)
            and not clerk.options.typed
            and happens(writer.rng, clerk.options.stamped)
        ):
            texts.update(_stamped_note(writer, value.slot))
        else:
            texts.update(write_content(writer, value))
            _sign_across(writer, clerk, value)
    texts.update(_tick_boxes(writer, clerk, facts))
    ditto = {value.slot.name: value.ditto for value in values.values() if value.ditto}
    return DrawnEntry(writer.row, texts, ditto)


def _sign_across(writer: SheetWriter, clerk: Clerk, value: BlankContent) -> None:
    """Draw a signature across the signer's name if the office's officers sign so."""
    if value.slot.kind != SIGNER.name or not clerk.office or not value.alternatives:
        return
    name_boxes = [line.box for line in writer.sheet.inks if line.fields == value.slot.field_names]
    if not name_boxes or not happens(writer.rng, clerk.office.options.signed_across):
        return
    box, sheet, rng = max(name_boxes, key=lambda candidate: candidate.width), writer.sheet, writer.rng
    draw_signature(
        sheet,
        box.left + box.width * float(rng.uniform(0.3, 0.8)),
        (box.top + box.bottom) / 2 + sheet.mm(float(rng.uniform(-2, 3))),
        sheet.mm(float(rng.uniform(22, 34))),
        rng,
        writer.hand.ink,
    )


def _note_seal(sheet: PaperSheet, seal: LaidInk) -> None:
    """Record the visible box of a seal on the sheet."""
    height, width = seal.mask.shape
    right, bottom = min(seal.left + width, sheet.size[0]), min(seal.top + height, sheet.size[1])
    sheet.seals.append(Box(max(seal.left, 0), max(seal.top, 0), right, bottom))


def _maybe_ditto(
    rng: np.random.Generator, clerk: Clerk, value: BlankContent, above: Mapping[str, str]
) -> BlankContent:
    """Return the value or a ditto mark; only values that neighbours share are repeated by a mark."""
    name = value.slot.name
    spec = clerk.record.by_name.get(name)
    shared = spec is not None and (spec.value_kind.is_listed or spec.value_kind.is_place)
    if not shared or not above.get(name) or not happens(rng, clerk.options.ditto):
        return value
    return ditto_content(rng, value.slot, above[name])


def _is_officers(clerk: Clerk, slot: Slot) -> bool:
    names = slot.field_names
    if len(names) != 1 or slot.column is not None or not clerk.record.by_name[names[0]].value_kind.is_name:
        return False
    party = parties(clerk.record).get(party_key(names[0]))
    return party is not None and party.officer


def _is_notes(clerk: Clerk, slot: Slot) -> bool:
    return slot.area is not None and any(
        clerk.record.by_name[name].value_kind is TEXT for name in slot.field_names
    )


def _officer_signs(writer: SheetWriter, facts: SyntheticCase, value: BlankContent) -> Mapping[str, str]:
    """Draw the officer's signature with the written or stamped name below."""
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
    draw_signature(
        sheet,
        middle,
        base - sheet.mm(float(rng.uniform(8.5, 10.5))),
        sheet.mm(float(rng.uniform(22, 32))),
        rng,
        writer.hand.ink,
    )
    text = facts.people[party_key(slot.field_names[0])].name
    if happens(rng, 0.45):
        mark = name_stamp(sheet, text, middle, base - sheet.mm(1.5), rng)
        sheet.note(mark.mask, mark.left, mark.top, slot.field_names, writer.row, by_hand=False)
    else:
        text = value.alternatives[0][0][1]
        write_words(writer, slot, text, middle, base, centred=True)
    return dict.fromkeys(slot.field_names, text)


def _stamped_note(writer: SheetWriter, slot: Slot) -> Mapping[str, str]:
    """Draw the boxed red stamp in the notes column."""
    sheet, text = writer.sheet, words.LATE_REGISTRATION_STAMP
    u0, v0, u1, v1 = slot.area or (0.0, 0.0, 1.0, 1.0)
    v = v0 + (v1 - v0) * float(writer.rng.uniform(0.08, 0.4))
    mark = boxed_stamp(sheet, text, sheet.x((u0 + u1) / 2), sheet.y(v), writer.rng)
    sheet.note(mark.mask, mark.left, mark.top, slot.field_names, writer.row, by_hand=False)
    return dict.fromkeys(slot.field_names, text)


def _tick_boxes(writer: SheetWriter, clerk: Clerk, facts: SyntheticCase) -> Mapping[str, str]:
    """Tick the boxes that fit the case: at most one for each field."""
    texts = {}
    for name, box in ticked_boxes(writer.rng, clerk.form.boxes, clerk.record, facts).items():
        texts[name] = box.value if box else ""
        if box:
            mark = draw_tick(writer.sheet, box.box, writer.rng, writer.hand.ink)
            writer.sheet.note(mark.mask, mark.left, mark.top, (name,), writer.row, by_hand=False)
    return texts


def _signatures(sheet: PaperSheet, rng: np.random.Generator, hands: Sequence[HandStyle]) -> None:
    for slot in sheet.form.slots:
        if slot.signature and slot.area and happens(rng, 0.8):
            u0, v0, u1, v1 = slot.area
            tall = sheet.y(v1) - sheet.y(v0)
            y = sheet.y(v0) + min(tall / 2, sheet.mm(float(rng.uniform(10, 24))))
            width = min(sheet.mm(float(rng.uniform(24, 44))), 0.7 * (sheet.x(u1) - sheet.x(u0)))
            draw_signature(
                sheet,
                sheet.x((u0 + u1) / 2 + float(rng.normal(0, 0.02))),
                y,
                width,
                rng,
                pick(rng, hands).ink,
            )


def _unread_cells(writer: SheetWriter, facts: SyntheticCase) -> None:
    """Fill the columns without a field: an occupation, an address, a signature."""
    table, sheet, rng = writer.sheet.form.table, writer.sheet, writer.rng
    assert table is not None
    edges = column_edges(table)
    tall = sheet.frame.height * (table.bottom - table.top) / table.rows
    for number, column in enumerate(table.columns):
        if column.field or column.fields:
            continue
        middle = sheet.x((edges[number] + edges[number + 1]) / 2)
        y = sheet.y(table.top) + (writer.row + 0.5) * tall
        if label_mentions(column.heading, "chữ ký"):
            draw_signature(sheet, middle, y, 0.8 * sheet.frame.width * column.width, rng, writer.hand.ink)
            continue
        text = (
            pick(rng, words.OCCUPATIONS) if label_mentions(column.heading, "nghề nghiệp") else facts.home.name
        )
        write_content(writer, BlankContent(Slot("", "", {"": ""}, column=number), (((("", text),)),)))


def draw_cover_page(
    rng: np.random.Generator, form: Form, hand: HandStyle, ledger: Ledger, title: str, dpi: float
) -> FlatPage:
    """Draw the cover of the book; the printed words before each blank select the content from the ledger."""
    sheet = PaperSheet.blank(form, dpi)
    print_form(sheet)
    writer = SheetWriter(sheet, hand, rng)
    title = title.upper() if hand.capitals else title
    rest: list[str] = []
    asked, day = "", ""
    for row in form.lines:
        for cell in row.cells:
            asked = cell.label or asked
            day = _day_of(cell.label, ledger) or day
            if cell.from_ is None or cell.to is None:
                continue
            answered = cell.label or label_mentions(asked, "sổ đăng ký")
            text = _cover_text(asked, day, ledger, title) if answered else ""
            words_left = (text.split() if text else rest) or []
            room, rest = sheet.x(cell.to) - sheet.x(cell.from_) - sheet.mm(4), []
            line = write_words(
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
    return FlatPage(sheet, ())


def _day_of(label: str, ledger: Ledger) -> str:
    if label_mentions(label, "mở ngày", "mở sổ"):
        return ledger.opened_on
    return ledger.closed_on if label_mentions(label, "khóa ngày", "khóa sổ", "khoá ngày") else ""


def _cover_text(label: str, day: str, ledger: Ledger, title: str) -> str:
    parts = [*day.split("."), "", "", ""][:3]
    if label_mentions(label, "ngày"):
        return parts[0]
    if label_mentions(label, "tháng"):
        return parts[1]
    if label_mentions(label, "năm"):
        return parts[2]
    if label_mentions(label, "quyển", "quyển số"):
        return ledger.volume
    if label_mentions(label, "cơ quan đăng ký hộ tịch", "nơi đăng ký", "cơ quan"):
        return ledger.place
    return title if label_mentions(label, "sổ đăng ký") else ""
