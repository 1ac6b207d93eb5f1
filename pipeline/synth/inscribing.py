"""Writing values into the blanks of a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.schema import Piece, Slot
from pipeline.synth.cells import in_cell
from pipeline.synth.printing import text_em, wrapped
from pipeline.synth.sheet import PRINT_INK, print_patch
from pipeline.synth.stamps import stroke_path
from pipeline.synth.strokes import measure
from pipeline.synth.values import Wording, Written
from pipeline.synth.writer import NARROWEST, NO_SLOT, Writer, put, text_of

OVERRUN = 0.05
"""Share of handwritten values that run over the end of their blank without being narrowed."""

SMALLER = 0.72
"""How much smaller a clerk writes between two lines."""


def inscribe(writer: Writer, value: Written) -> Mapping[str, str]:
    """Write a value into its blank. Returns field → text as it now stands on the paper ("" = blank)."""
    slot = value.slot
    if slot.printed:
        return _printed(writer, value)
    if value.parts is not None:
        return _in_parts(writer, value)
    if not value.alternatives:
        return dict.fromkeys(slot.field_names, "")
    if slot.column is not None:
        wording = in_cell(writer, value)
    elif slot.area is not None:
        wording = _in_area(writer, value)
    else:
        wording = _on_lines(writer, value)
    return {name: _said(wording, role) for role, name in slot.roles.items()}


def _said(wording: Wording, role: str) -> str:
    return "".join(text for of, text in wording if of == role)


def _printed(writer: Writer, value: Written) -> Mapping[str, str]:
    sheet, piece, text = writer.sheet, value.slot.pieces[0], text_of(value.alternatives[0])
    em = text_em(sheet, "regular")
    patch = print_patch(text, "regular", em)
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


def put_text(
    writer: Writer,
    slot: Slot | None,
    text: str,
    x: float,
    y: float,
    *,
    room: float = 0.0,
    centred: bool = False,
) -> str:
    """Write one line at (x, y); with ``room`` only as many words as fit into it. Returns what was written."""
    words = text.split(" ")
    while room and len(words) > 1 and measure(" ".join(words), writer.hand, writer.sheet.dpi) > room:
        words.pop()
    line_text = " ".join(words)
    wide = measure(line_text, writer.hand, writer.sheet.dpi)
    squeeze = min(1.0, max(NARROWEST, room / max(wide, 1.0))) if room else 1.0
    if line_text:
        put(writer, slot or NO_SLOT, line_text, x - wide / 2 if centred else x, y, squeeze=squeeze)
    return line_text


def _in_parts(writer: Writer, value: Written) -> Mapping[str, str]:
    """Day, month, year (or hour, minute), each about the middle of its own blank."""
    sheet, hand, rng = writer.sheet, writer.hand, writer.rng
    texts = [value.parts[piece.part] for piece in value.slot.pieces if value.parts and piece.part]
    for piece in value.slot.pieces:
        text = (value.parts or {}).get(piece.part, "")
        if not text:
            continue
        room = sheet.x(piece.u1) - sheet.x(piece.u0)
        wide = measure(text, hand, sheet.dpi)
        start = sheet.x(piece.u0) + max(0.0, (room - wide)) * float(rng.uniform(0.15, 0.6))
        put(
            writer,
            value.slot,
            text,
            start,
            sheet.y(piece.v),
            squeeze=min(1.0, max(NARROWEST, room / max(wide, 1.0))),
        )
    timed = any(piece.part in ("hour", "minute") for piece in value.slot.pieces)
    return {name: (":" if timed else "/").join(texts) for name in value.slot.field_names}


def _on_lines(writer: Writer, value: Written) -> Wording:
    """On the leaders: over several lines between words, narrowed where it must be; a struck value comes first."""
    sheet, slot, rng = writer.sheet, value.slot, writer.rng
    pieces = list(slot.pieces)
    start = sheet.mm(float(rng.uniform(0.6, 4.0)))
    scale, lift = 1.0, 0.0
    if value.struck:
        end = _struck(writer, value, pieces[0], start)
        if value.inserted and _fits_above(
            writer, value, sheet.x(pieces[0].u1) - sheet.x(pieces[0].u0) - start
        ):
            pieces = pieces[:1]
            scale, lift = SMALLER, sheet.mm(float(rng.uniform(0.65, 0.9)) * writer.hand.size)
        elif len(pieces) > 1:
            pieces, start = pieces[1:], sheet.mm(float(rng.uniform(1, 8)))
        elif end + measure(text_of(value.alternatives[-1]), writer.hand, sheet.dpi) * NARROWEST < sheet.x(
            pieces[0].u1
        ):
            start = end - sheet.x(pieces[0].u0) + sheet.mm(2.5)
        else:
            scale, lift = SMALLER, sheet.mm(0.8 * writer.hand.size)
            start += sheet.mm(3)
    loose = 1.14 if not writer.hand.typed and rng.random() < OVERRUN else 1.03
    wording, lines = _fitted(writer, value.alternatives, pieces, start, scale, loose)
    for number, (piece, text) in enumerate(zip(pieces, lines, strict=False)):
        if not text:
            continue
        left = sheet.x(piece.u0) + (start if number == 0 else sheet.mm(float(rng.uniform(0.5, 3.0))))
        room = sheet.x(piece.u1) - left
        wide = measure(text, writer.hand, sheet.dpi, scale)
        gaps = _gaps(writer, value.spread, text, room - wide)
        squeeze = 1.0 if wide <= room * loose else max(NARROWEST, room / wide)
        put(writer, slot, text, left, sheet.y(piece.v) - lift, scale=scale, squeeze=squeeze, gaps=gaps)
    return wording


def _fits_above(writer: Writer, value: Written, room: float) -> bool:
    """Whether the value has room between the lines, above what is struck."""
    wide = measure(text_of(value.alternatives[-1]), writer.hand, writer.sheet.dpi, SMALLER)
    return NARROWEST * wide < room


def _fitted(
    writer: Writer, alternatives: Sequence[Wording], pieces: Sequence[Piece], start: float, scale: float,
    loose: float,
) -> tuple[Wording, list[str]]:  # fmt: skip
    """The longest alternative whose lines fit their blanks, and those lines; else the shortest, narrowed.
    ``loose`` > 1.1: the last line may run over the end of its blank."""
    rooms = [writer.sheet.x(piece.u1) - writer.sheet.x(piece.u0) for piece in pieces]
    rooms[0] -= start
    for squeeze in (1.0, 0.88, NARROWEST) if loose < 1.1 else (1 / loose, 0.8):
        for wording in alternatives:
            lines = _broken(writer, text_of(wording), [room / squeeze for room in rooms], scale)
            if lines is not None:
                return wording, lines
    wording = alternatives[-1]
    words = text_of(wording).split(" ")
    cut = [] if len(pieces) == 1 else words[: len(words) * len(pieces[:1]) // len(pieces)]
    lines = [" ".join(words)] if len(pieces) == 1 else [" ".join(cut), " ".join(words[len(cut) :])]
    return wording, lines


def _broken(writer: Writer, text: str, rooms: Sequence[float], scale: float) -> list[str] | None:
    """The text cut between words so that each line fits its room; None when it does not."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        while measure(longer, writer.hand, writer.sheet.dpi, scale) > rooms[len(lines) - 1]:
            if len(lines) == len(rooms):
                return None
            lines.append("")
            longer = word
        lines[-1] = longer
    return lines


def _gaps(writer: Writer, spread: str, text: str, room: float) -> tuple[float, ...]:
    """Pixels to add after each character when letters are written apart along the leader."""
    if not spread or room < writer.sheet.mm(3):
        return ()
    if spread == "groups":
        gap = min(writer.sheet.mm(4), room / max(1, len(text) // 3 + 1))
        return tuple(gap if number % 3 == 2 else 0.0 for number in range(len(text)))
    gap = min(writer.sheet.mm(float(writer.rng.uniform(1.5, 4.5))), room / max(1, len(text)))
    return tuple(gap * float(writer.rng.uniform(0.7, 1.2)) for _ in text)


def _struck(writer: Writer, value: Written, piece: Piece, start: float) -> float:
    """Write the wrong value and strike it out. Returns the x of its end."""
    sheet, rng = writer.sheet, writer.rng
    left, y = sheet.x(piece.u0) + start, sheet.y(piece.v)
    room = sheet.x(piece.u1) - left
    wide = measure(value.struck, writer.hand, sheet.dpi)
    squeeze = min(1.0, max(NARROWEST, room / max(1.0, wide)))
    box = put(writer, value.slot, value.struck, left, y, squeeze=squeeze, struck=True)
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


def _in_area(writer: Writer, value: Written) -> Wording:
    """A note: lines from the top of its rectangle down."""
    u0, v0, u1, v1 = value.slot.area or (0.0, 0.0, 1.0, 1.0)
    sheet, wording = writer.sheet, value.alternatives[0]
    scale = 0.92
    width = sheet.x(u1) - sheet.x(u0) - sheet.mm(3)
    lines = wrapped(text_of(wording), width, lambda text: measure(text, writer.hand, sheet.dpi, scale))
    pitch = sheet.mm(writer.hand.size * 1.35)
    y = sheet.y(v0) + pitch * float(writer.rng.uniform(1.1, 3.0))
    for number, text in enumerate(lines):
        if y + number * pitch < sheet.y(v1):
            squeeze = min(1.0, width / max(1.0, measure(text, writer.hand, sheet.dpi, scale)))
            left = sheet.x(u0) + sheet.mm(float(writer.rng.uniform(0.8, 2.2)))
            put(writer, value.slot, text, left, y + number * pitch, scale=scale, squeeze=squeeze)
    return wording
