"""Latin pens that no network has learnt from, given the Vietnamese letters they lack: joined hands for calibration.

The pens with Vietnamese letters that calibration may draw with do not join, and networks err more, and more surely, on
hands that do. The marks are strokes as wide as the pen's own, made as
``pipeline.training.synthetic_lines.tone_marks`` makes them; one habit a font, so that a letter looks the same
everywhere.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from benchmarks.handwriting.training_pens import like_a_ball_pen
from pipeline.base.errors import SetupError
from pipeline.base.files import write_atomically
from pipeline.base.text.tones import DOT, HORN, split_marks
from pipeline.training.synthetic_lines.fonts import VIETNAMESE_LETTERS, load_face, measure_font
from pipeline.training.synthetic_lines.tone_marks import Curve, GlyphBox, ToneMarkStyle, mark_curves
from pipeline.training.synthetic_lines.writers import nominal_x_height
from pipeline.training.synthetic_pages.pen_fonts import PenFont

LATIN_CALIBRATION_PENS = ("beth-ellen", "molle", "solitreo")
"""Families of calibration, as ``scripts/training-fonts.sh FOLDER calibration`` fetches them; held out of all training
(``pipeline.training.synthetic_lines.fonts.HELD_OUT_LATIN``)."""

CORNERS = 12
"""Of the round end of a stroke."""

INWARD = 0.12
"""How far inside the bowl's edge a horn begins, in heights of x: the next letter of a joined hand stands close."""

NAMES = (1, 3, 4, 6, 16)
"""What an open font that was changed may not keep: its family, its own mark, its full and its PostScript name."""

SCALE = 200
"""Pixels of the em that letters are measured at."""


def calibration_pens(folder: Path | None, kept: Path) -> tuple[PenFont, ...]:
    """The pens of calibration under ``folder`` with all Vietnamese letters, drawn into ``kept``; none without a folder.
    Raises ``SetupError`` when the folder lacks one."""
    return tuple(_marked(name, folder, kept) for name in LATIN_CALIBRATION_PENS) if folder else ()


def _marked(name: str, folder: Path, kept: Path) -> PenFont:
    files = sorted((folder / name).glob("*.ttf"))
    if len(files) != 1:
        raise SetupError(
            f"Cần đúng một phông chữ trong {folder / name}. Hãy chạy: scripts/training-fonts.sh {folder} calibration"
        )
    drawn = io.BytesIO()
    with_marks(files[0], name).save(drawn)
    mark = hashlib.sha256(drawn.getvalue()).hexdigest()[:12]
    target = kept / mark / name / files[0].name  # what is read of another drawing is not taken for this one's
    if not target.exists():
        write_atomically(target, drawn.getvalue())
    return like_a_ball_pen(measure_font(target))


def with_marks(file: Path, name: str) -> TTFont:
    """The font in ``file`` with every Vietnamese letter, under another name: an open font changed may not keep its own.
    Letters it holds are left as they are. Raises ``SetupError`` for a font without TrueType outlines."""
    font = TTFont(file, recalcTimestamp=False)
    if "glyf" not in font:
        raise SetupError(f"Phông chữ không có nét TrueType (bảng glyf): {file}")
    pen, em = measure_font(file), font["head"].unitsPerEm
    known, glyphs = font.getBestCmap(), font.getGlyphSet()
    rng = np.random.default_rng(crc32(name.encode()))
    habits = replace(
        ToneMarkStyle.draw(rng), unsteady=0.04, rise=0.14, shift=0.1, joined=0.0, size=rng.uniform(0.75, 1.1)
    )
    order = font.getGlyphOrder()
    for letter in sorted(VIETNAMESE_LETTERS - set(map(chr, known))):
        plain, marks = split_marks(letter)
        shape = known[ord("ı")] if plain == "i" and marks != DOT and ord("ı") in known else known[ord(plain)]
        bounds = font["glyf"][shape]
        right = bounds.xMax
        if HORN in marks:
            right = (_right_of_bowl(file, plain) - INWARD * nominal_x_height(pen)) * em
        place = GlyphBox(bounds.xMin, right, -bounds.yMax, 0.0, nominal_x_height(pen) * em)
        drawing = TTGlyphPen(glyphs)
        outline = DecomposingRecordingPen(glyphs)
        glyphs[shape].draw(outline)
        outline.replay(drawing)
        for curve in mark_curves(plain, marks, place, habits, rng):
            for contour in _stroked(curve * (1, -1), pen.stroke * em / 2):
                _polygon(contour, drawing)
        glyph, added = drawing.glyph(), f"marked{ord(letter):04X}"
        order = [*order, added]
        font["glyf"].glyphs[added] = glyph
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][added] = (font["hmtx"][shape][0], glyph.xMin)
        for table in font["cmap"].tables:
            if table.isUnicode() and table.format in (4, 12):
                table.cmap[ord(letter)] = added
    font.setGlyphOrder(order)
    font["glyf"].glyphOrder = order
    called = f"Marked Pen {LATIN_CALIBRATION_PENS.index(name) + 1 if name in LATIN_CALIBRATION_PENS else 0}"
    for record in font["name"].names:
        if record.nameID in NAMES:
            font["name"].setName(called, record.nameID, record.platformID, record.platEncID, record.langID)
    return font


def _right_of_bowl(file: Path, letter: str) -> float:
    """Where a letter ends to the right at half its height, in em: the stroke that leads on to the next letter lies
    above or below."""
    mask = load_face(file, SCALE).getmask(letter, mode="L", anchor="ls")
    ink = np.asarray(mask, np.uint8).reshape(mask.size[::-1])
    left, *_ = load_face(file, SCALE).getbbox(letter, anchor="ls")
    rows = ink[int(0.4 * len(ink)) : int(0.6 * len(ink))]
    return float(left + np.flatnonzero((rows > 127).any(axis=0)).max()) / SCALE


def _stroked(curve: Curve, radius: float) -> Iterator[Curve]:
    """The corners of closed shapes, points (n, 2), that cover a pen's way along the curve: a round end at each point, a
    bar between two."""
    turn = -np.arange(CORNERS) * 2 * np.pi / CORNERS
    ring = radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for point in curve:
        yield point + ring
    for start, end in pairwise(curve):
        along = end - start
        length = float(np.hypot(*along))
        if length > 0:
            side = radius / length * np.array([-along[1], along[0]])
            yield np.array([start + side, end + side, end - side, start - side])


def _polygon(corners: Curve, drawing: TTGlyphPen) -> None:
    first, *others = [tuple(map(float, corner)) for corner in corners]
    drawing.moveTo(first)
    for corner in others:
        drawing.lineTo(corner)
    drawing.closePath()
