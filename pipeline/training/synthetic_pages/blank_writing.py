"""Write values into the blanks of a sheet: on lines, in parts, in areas and in cells of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.base.model import Box
from pipeline.declarations.schema import Piece, Slot
from pipeline.training.synthetic_pages.blank_contents import BlankContent, Wording
from pipeline.training.synthetic_pages.form_printing import column_edges, text_em, wrap_text
from pipeline.training.synthetic_pages.line_drawing import draw_line, text_width
from pipeline.training.synthetic_pages.office import LINE_BREAK
from pipeline.training.synthetic_pages.pen_fonts import HandStyle
from pipeline.training.synthetic_pages.sheet import PRINT_INK, Overflow, PaperSheet, print_patch
from pipeline.training.synthetic_pages.stamps import stroke_path

NO_SLOT = Slot("", "", {})
"""Slot of writing without a field."""

NARROWEST = 0.74
"""Narrowest width of letters before the text runs over the end of its blank."""


@dataclass(frozen=True, slots=True)
class SheetWriter:
    """A hand that writes on a sheet.

    Attributes:
        row: Row of the sheet (0 on forms of one entry).
        overflow: Share of sufficiently long values that run on beyond their blank.
    """

    sheet: PaperSheet
    hand: HandStyle
    rng: np.random.Generator
    row: int = 0
    overflow: float = 0.0


def wording_text(wording: Wording) -> str:
    """Return the text of a wording."""
    return "".join(text for _, text in wording)


LONGEST_OVERFLOW_MM = 30.0
"""Largest overflow beyond a blank."""

SHORTEST_OVERFLOW_MM = 3.0
"""Least length of writing beyond a blank that counts as an overflow."""

WIDER = 1.12
"""Largest widening by a clerk with space beyond the blank."""

WIDEST_GAP_MM = 2.6
"""Largest gap between two digits of such a clerk."""

SAME_LINE = 0.012
"""Labels this near to a baseline, as a share of the frame's height, are on its line."""


def write_line(
    writer: SheetWriter, slot: Slot, text: str, x: float, y: float, *,
    scale: float = 1.0, squeeze: float = 1.0, gaps: tuple[float, ...] = (), struck: bool = False,
) -> Box | None:  # fmt: skip
    """Write a line with its baseline's start at (x, y) in pixels and return the box of its ink.

    Args:
        slot: The blank of the fields that the ink belongs to.
        x: Start of the baseline.
        y: Height of the baseline; the hand's rise is added.
        scale: Size relative to the hand's size.
        squeeze: Width relative to the natural width.
        gaps: Pixels added after each character.
    """
    sheet, hand = writer.sheet, writer.hand
    scale *= 1.0 if hand.typed else float(writer.rng.uniform(0.95, 1.04))
    patch = draw_line(text, hand, sheet.dpi, writer.rng, scale=scale, squeeze=squeeze, gaps=gaps)
    lift = sheet.mm(hand.rise + float(writer.rng.normal(0, 0.22 * (0.4 if hand.typed else 1.0))))
    fields, by_hand = slot.field_names, not hand.typed
    return sheet.write(patch, x, y - lift, hand.ink, hand.alpha, fields, writer.row, struck, by_hand)


OVERRUN = 0.05
"""Share of handwritten values that run over the end of their blank without being narrowed."""

SMALLER = 0.72
"""Relative size of writing between two lines."""


def write_content(writer: SheetWriter, value: BlankContent) -> Mapping[str, str]:
    """Write a value into its blank and return the written text by field; an empty text is a blank."""
    slot = value.slot
    if slot.printed:
        return _print_value(writer, value)
    if value.parts is not None:
        return _write_parts(writer, value)
    if not value.alternatives:
        return dict.fromkeys(slot.field_names, "")
    if slot.column is not None:
        wording = _write_in_cell(writer, value)
    elif slot.area is not None:
        wording = _write_in_area(writer, value)
    else:
        wording = _write_on_lines(writer, value)
    return {name: _role_text(wording, role) for role, name in slot.roles.items()}


def _role_text(wording: Wording, role: str) -> str:
    return "".join(text for of, text in wording if of == role)


def _print_value(writer: SheetWriter, value: BlankContent) -> Mapping[str, str]:
    sheet, piece, text = writer.sheet, value.slot.pieces[0], wording_text(value.alternatives[0])
    em = text_em(sheet, "regular")
    patch = print_patch(text, "regular", em, None, sheet.face)
    sheet.write(
        patch,
        sheet.x(piece.u0) + 0.15 * em,
        sheet.y(piece.v),
        PRINT_INK,
        0.96,
        value.slot.field_names,
        writer.row,
        by_hand=False,
    )
    return dict.fromkeys(value.slot.field_names, text)


def write_words(
    writer: SheetWriter,
    slot: Slot | None,
    text: str,
    x: float,
    y: float,
    *,
    room: float = 0.0,
    centred: bool = False,
) -> str:
    """Write a line at (x, y), limited to the words that fit into ``room`` pixels, and return its text."""
    words = text.split(" ")
    while room and len(words) > 1 and text_width(" ".join(words), writer.hand, writer.sheet.dpi) > room:
        words.pop()
    line_text = " ".join(words)
    wide = text_width(line_text, writer.hand, writer.sheet.dpi)
    squeeze = min(1.0, max(NARROWEST, room / max(wide, 1.0))) if room else 1.0
    if line_text:
        write_line(writer, slot or NO_SLOT, line_text, x - wide / 2 if centred else x, y, squeeze=squeeze)
    return line_text


def _write_parts(writer: SheetWriter, value: BlankContent) -> Mapping[str, str]:
    """Write day, month and year (or hour and minute), each in the middle of its own blank."""
    sheet, hand, rng = writer.sheet, writer.hand, writer.rng
    texts = [value.parts[piece.part] for piece in value.slot.pieces if value.parts and piece.part]
    for piece in value.slot.pieces:
        text = (value.parts or {}).get(piece.part, "")
        if not text:
            continue
        room = sheet.x(piece.u1) - sheet.x(piece.u0)
        wide = text_width(text, hand, sheet.dpi)
        start = sheet.x(piece.u0) + max(0.0, (room - wide)) * float(rng.uniform(0.15, 0.6))
        write_line(
            writer,
            value.slot,
            text,
            start,
            sheet.y(piece.v),
            squeeze=min(1.0, max(NARROWEST, room / max(wide, 1.0))),
        )
    timed = any(piece.part in ("hour", "minute") for piece in value.slot.pieces)
    return {name: (":" if timed else "/").join(texts) for name in value.slot.field_names}


def _write_on_lines(writer: SheetWriter, value: BlankContent) -> Wording:
    """Write on the leaders, broken between words and narrowed if necessary; a struck value comes first."""
    sheet, slot, rng = writer.sheet, value.slot, writer.rng
    pieces = list(slot.pieces)
    start = sheet.mm(float(rng.uniform(0.6, 4.0)))
    scale, lift = 1.0, 0.0
    if value.struck:
        end = _write_struck(writer, value, pieces[0], start)
        if value.inserted and _fits_above(
            writer, value, sheet.x(pieces[0].u1) - sheet.x(pieces[0].u0) - start
        ):
            pieces = pieces[:1]
            scale, lift = SMALLER, sheet.mm(float(rng.uniform(0.65, 0.9)) * writer.hand.size)
        elif len(pieces) > 1:
            pieces, start = pieces[1:], sheet.mm(float(rng.uniform(1, 8)))
        elif end + text_width(
            wording_text(value.alternatives[-1]), writer.hand, sheet.dpi
        ) * NARROWEST < sheet.x(pieces[0].u1):
            start = end - sheet.x(pieces[0].u0) + sheet.mm(2.5)
        else:
            scale, lift = SMALLER, sheet.mm(0.8 * writer.hand.size)
            start += sheet.mm(3)
    if writer.overflow and not value.struck and rng.random() < writer.overflow:
        overflowing = _write_overflowing(writer, value, pieces, start)
        if overflowing is not None:
            return overflowing
    loose = 1.14 if not writer.hand.typed and rng.random() < OVERRUN else 1.03
    wording, lines = _fit_lines(writer, value.alternatives, pieces, start, scale, loose)
    for number, (piece, text) in enumerate(zip(pieces, lines, strict=False)):
        if not text:
            continue
        left = sheet.x(piece.u0) + (start if number == 0 else sheet.mm(float(rng.uniform(0.5, 3.0))))
        room = sheet.x(piece.u1) - left
        wide = text_width(text, writer.hand, sheet.dpi, scale)
        gaps = _gaps(writer, value.spread, text, room - wide)
        squeeze = 1.0 if wide <= room * loose else max(NARROWEST, room / wide)
        write_line(writer, slot, text, left, sheet.y(piece.v) - lift, scale=scale, squeeze=squeeze, gaps=gaps)
    return wording


def _write_overflowing(
    writer: SheetWriter, value: BlankContent, pieces: Sequence[Piece], start: float
) -> Wording | None:
    """Write a value with a line that runs on beyond its blank; if no line is long enough, only return ``None``."""
    sheet, rng, slot = writer.sheet, writer.rng, value.slot
    beyond = [_room_beyond(sheet, piece) for piece in pieces]
    chosen = [number for number, room in enumerate(beyond) if room >= sheet.mm(SHORTEST_OVERFLOW_MM + 3)]
    if not chosen:
        return None
    over = chosen[int(rng.integers(len(chosen)))]
    extra = beyond[over] * float(rng.uniform(0.5, 1.0))
    rooms = [sheet.x(piece.u1) - sheet.x(piece.u0) for piece in pieces]
    rooms[0] -= start
    for stretch in (1.0, WIDER):
        allowed = [(room + (extra if number == over else 0.0)) / stretch for number, room in enumerate(rooms)]
        for wording in value.alternatives:
            lines = _break_lines(writer, wording_text(wording), allowed, 1.0)
            if lines is None or over >= len(lines):
                continue
            wide = text_width(lines[over], writer.hand, sheet.dpi) * stretch
            least = rooms[over] + sheet.mm(SHORTEST_OVERFLOW_MM)
            gap = (least - wide) / max(1, len(lines[over]) - 1)
            spaced = lines[over].replace("/", "").replace("-", "").isdigit() and gap <= sheet.mm(
                WIDEST_GAP_MM
            )
            if wide < least and not spaced:
                continue
            gaps = (gap,) * len(lines[over]) if wide < least else ()
            for number, (piece, text) in enumerate(zip(pieces, lines, strict=False)):
                left = sheet.x(piece.u0) + (start if number == 0 else sheet.mm(float(rng.uniform(0.5, 3.0))))
                if not text:
                    continue
                box = write_line(
                    writer, slot, text, left, sheet.y(piece.v), squeeze=stretch if number == over else 1.0,
                    gaps=gaps if number == over else (),
                )  # fmt: skip
                end = sheet.x(piece.u1)
                if box is not None and number == over and box.right > end + sheet.mm(1):
                    part = Box(max(box.left, end), box.top, box.right, box.bottom)
                    sheet.overflows.append(Overflow(slot.field_names, part, writer.row))
            return wording
    return None


def _room_beyond(sheet: PaperSheet, piece: Piece) -> float:
    """Return the pixels available beyond the end of a blank: over the next label, or into the notes.

    Other blanks, and labels beyond the form's vertical rule, are kept free.
    """
    form = sheet.form
    beside = [
        label for label in form.labels if abs(label.v - piece.v) < SAME_LINE and label.u0 > piece.u1 - 0.01
    ]
    rule = min((u for u in form.rules if u > piece.u1), default=1.0)
    limit = 1.0
    if beside:
        label = min(beside, key=lambda other: other.u0)
        limit = label.u1 if label.u0 < rule else label.u0
    return min(sheet.x(limit) - sheet.mm(1.0) - sheet.x(piece.u1), sheet.mm(LONGEST_OVERFLOW_MM))


def _fits_above(writer: SheetWriter, value: BlankContent, room: float) -> bool:
    """Return whether the value fits between the lines, above the struck text."""
    wide = text_width(wording_text(value.alternatives[-1]), writer.hand, writer.sheet.dpi, SMALLER)
    return NARROWEST * wide < room


def _fit_lines(
    writer: SheetWriter, alternatives: Sequence[Wording], pieces: Sequence[Piece], start: float, scale: float,
    loose: float,
) -> tuple[Wording, list[str]]:  # fmt: skip
    """Return the longest alternative whose lines fit their blanks, with its lines; else the shortest, narrowed.

    With ``loose`` above 1.1 the last line may run over the end of its blank.
    """
    rooms = [writer.sheet.x(piece.u1) - writer.sheet.x(piece.u0) for piece in pieces]
    rooms[0] -= start
    for squeeze in (1.0, 0.88, NARROWEST) if loose < 1.1 else (1 / loose, 0.8):
        for wording in alternatives:
            lines = _break_lines(writer, wording_text(wording), [room / squeeze for room in rooms], scale)
            if lines is not None:
                return wording, lines
    wording = alternatives[-1]
    words = wording_text(wording).split()
    cut = [] if len(pieces) == 1 else words[: len(words) * len(pieces[:1]) // len(pieces)]
    lines = [" ".join(words)] if len(pieces) == 1 else [" ".join(cut), " ".join(words[len(cut) :])]
    return wording, lines


def _break_lines(writer: SheetWriter, text: str, rooms: Sequence[float], scale: float) -> list[str] | None:
    """Return the text broken between words into lines that fit their room, or ``None``."""
    lines = [""]
    for word in text.replace(LINE_BREAK, f" {LINE_BREAK} ").split():
        if word == LINE_BREAK:
            if len(lines) == len(rooms):
                continue
            lines.append("")
            continue
        longer = f"{lines[-1]} {word}".strip()
        while text_width(longer, writer.hand, writer.sheet.dpi, scale) > rooms[len(lines) - 1]:
            if len(lines) == len(rooms):
                return None
            lines.append("")
            longer = word
        lines[-1] = longer
    return lines


def _gaps(writer: SheetWriter, spread: str, text: str, room: float) -> tuple[float, ...]:
    """Return the pixels to add after each character for characters spaced along the leader."""
    if not spread or room < writer.sheet.mm(3):
        return ()
    if spread == "groups":
        gap = min(writer.sheet.mm(4), room / max(1, len(text) // 3 + 1))
        return tuple(gap if number % 3 == 2 else 0.0 for number in range(len(text)))
    gap = min(writer.sheet.mm(float(writer.rng.uniform(1.5, 4.5))), room / max(1, len(text)))
    return tuple(gap * float(writer.rng.uniform(0.7, 1.2)) for _ in text)


def _write_struck(writer: SheetWriter, value: BlankContent, piece: Piece, start: float) -> float:
    """Write the wrong value, strike it out and return the x of its end."""
    sheet, rng = writer.sheet, writer.rng
    left, y = sheet.x(piece.u0) + start, sheet.y(piece.v)
    room = sheet.x(piece.u1) - left
    wide = text_width(value.struck, writer.hand, sheet.dpi)
    squeeze = min(1.0, max(NARROWEST, room / max(1.0, wide)))
    box = write_line(writer, value.slot, value.struck, left, y, squeeze=squeeze, struck=True)
    if box is None:
        return left
    for _ in range(int(rng.integers(1, 3))):
        middle = box.top + box.height * float(rng.uniform(0.45, 0.65))
        ends = [
            (box.left - sheet.mm(1), middle),
            ((box.left + box.right) / 2, middle),
            (box.right + sheet.mm(1), middle),
        ]
        points = np.array(ends) + rng.normal(0, sheet.mm(0.4), (3, 2))
        stroke_path(sheet, points, writer.hand.ink, writer.hand.alpha, 0.45)
    return box.right


def _write_in_area(writer: SheetWriter, value: BlankContent) -> Wording:
    """Write a note: lines from the top of its rectangle down."""
    u0, v0, u1, v1 = value.slot.area or (0.0, 0.0, 1.0, 1.0)
    sheet, wording = writer.sheet, value.alternatives[0]
    scale = 0.92
    width = sheet.x(u1) - sheet.x(u0) - sheet.mm(3)
    lines = wrap_text(
        wording_text(wording), width, lambda text: text_width(text, writer.hand, sheet.dpi, scale)
    )
    pitch = sheet.mm(writer.hand.size * 1.35)
    y = sheet.y(v0) + pitch * float(writer.rng.uniform(1.1, 3.0))
    y = _clear_of_overflows(sheet, y, pitch, len(lines))
    for line, text in enumerate(lines):
        if y + line * pitch < sheet.y(v1):
            squeeze = min(1.0, width / max(1.0, text_width(text, writer.hand, sheet.dpi, scale)))
            left = sheet.x(u0) + sheet.mm(float(writer.rng.uniform(0.8, 2.2)))
            write_line(writer, value.slot, text, left, y + line * pitch, scale=scale, squeeze=squeeze)
    return wording


def _clear_of_overflows(sheet: PaperSheet, y: float, pitch: float, lines: int) -> float:
    """Return the first baseline from y on at which a note is clear of overflows into its column."""
    left = sheet.x(max(sheet.form.rules, default=0.0))
    taken = [over.box for over in sheet.overflows if over.box.right > left]
    while any(box.bottom > y - pitch and box.top < y + (lines - 1) * pitch + 0.4 * pitch for box in taken):
        y += pitch / 2
    return y


CELL_SCALES = (0.85, 0.75, 0.65, 0.56, 0.48, 0.41)
"""Sizes of writing to try in a cell, relative to the hand's size."""


def _write_in_cell(writer: SheetWriter, value: BlankContent) -> Wording:
    """Write into a cell of a table: with as many lines as needed, smaller until it fits."""
    sheet, table = writer.sheet, writer.sheet.form.table
    assert table is not None
    assert value.slot.column is not None
    edges = column_edges(table)
    left, right = sheet.x(edges[value.slot.column]), sheet.x(edges[value.slot.column + 1])
    tall = sheet.frame.height * (table.bottom - table.top) / table.rows
    top = sheet.y(table.top) + writer.row * tall
    width = right - left - sheet.mm(1.6)
    for scale in CELL_SCALES:
        pitch = sheet.mm(writer.hand.size * scale * 1.15)
        for wording in value.alternatives:
            lines = _cell_wrapped(writer, wording_text(wording), width, scale)
            fits = all(text_width(text, writer.hand, sheet.dpi, scale) * 0.8 <= width for text in lines)
            if scale == CELL_SCALES[-1] or (fits and len(lines) * pitch <= tall * 0.9):
                return _cell_lines(writer, value, wording, lines, (left, top, width, tall), scale, pitch)
    return value.alternatives[-1]


def _cell_wrapped(writer: SheetWriter, text: str, width: float, scale: float) -> list[str]:
    """Return the lines of a cell, broken between words; a date that is too wide is also broken after separators."""

    def wide(piece: str) -> float:
        return text_width(piece, writer.hand, writer.sheet.dpi, scale) * 0.9

    lines = wrap_text(text, width, wide)
    if len(lines) > 1 or wide(text) <= width or not any(letter.isdigit() for letter in text):
        return lines
    pieces = [piece for piece in re.split(r"(?<=[/.-])", text) if piece]
    joined = [pieces[0]]
    for piece in pieces[1:]:
        if wide(joined[-1] + piece) <= width:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _cell_lines(
    writer: SheetWriter, value: BlankContent, wording: Wording, lines: Sequence[str],
    cell: tuple[float, float, float, float], scale: float, pitch: float,
) -> Wording:  # fmt: skip
    left, top, width, tall = cell
    table = writer.sheet.form.table
    spare = max(0.0, tall - pitch * len(lines)) if table is not None and table.ruled else 0.0
    y = top + 0.78 * pitch + spare * float(writer.rng.uniform(0.1, 0.55))
    for number, text in enumerate(lines):
        wide = text_width(text, writer.hand, writer.sheet.dpi, scale)
        squeeze = min(1.0, max(0.6, width / max(1.0, wide)))
        x = left + writer.sheet.mm(0.8) + max(0.0, width - wide) * float(writer.rng.uniform(0.0, 0.35))
        write_line(writer, value.slot, text, x, y + number * pitch, scale=scale, squeeze=squeeze)
    return wording
