"""The flat sheet of paper before scanning, and the ink on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.base.model import Box, Pixels
from pipeline.base.print_fonts import print_font
from pipeline.declarations.schema import Form
from pipeline.training.synthetic_pages.line_drawing import ink_box
from pipeline.training.synthetic_pages.line_patch import LinePatch

PRINT_INK = (30, 30, 33)


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A drawn line of a value.

    Attributes:
        fields: Fields that the ink belongs to.
        box: Box of the ink on the flat sheet, in pixels.
        mask: Ink that fills the box, 255 is full ink.
        by_hand: Whether it is handwriting, not printed, typed, stamped or a tick.
    """

    fields: tuple[str, ...]
    box: Box
    mask: Pixels
    struck: bool = False
    row: int = 0
    by_hand: bool = True


@dataclass(frozen=True, slots=True)
class Overflow:
    """The part of a line beyond the end of its blank.

    Attributes:
        fields: Fields that the ink belongs to.
        box: Box of that part's ink on the flat sheet, in pixels.
    """

    fields: tuple[str, ...]
    box: Box
    row: int = 0


@dataclass
class PaperSheet:
    """A page in progress, on pure white; only its own methods change it.

    Attributes:
        pixels: (height, width, 3) RGB.
        shift: Largest offset of the printed lines from the declared places, as a share of the frame's height.
        inks: The written lines.
        labels: Printed labels with the boxes of their ink.
        overflows: Writing beyond the ends of blanks.
        seals: Visible boxes of round seals.
        face: Typeface of the print, a key of ``PRINT_FACES``.
        rule_ink: Colour of frame, rules and leaders.
        double_frame: Whether a second, thicker frame surrounds the frame.
    """

    form: Form
    dpi: float
    pixels: Pixels
    shift: float = 0.0
    inks: list[DrawnLine] = field(default_factory=list)
    labels: list[tuple[str, Box]] = field(default_factory=list)
    overflows: list[Overflow] = field(default_factory=list)
    seals: list[Box] = field(default_factory=list)
    face: str = "serif"
    rule_ink: tuple[int, int, int] = PRINT_INK
    double_frame: bool = False

    @classmethod
    def blank(
        cls, form: Form, dpi: float, shift: float = 0.0, face: str = "serif",
        rule_ink: tuple[int, int, int] = PRINT_INK, double_frame: bool = False,
    ) -> PaperSheet:  # fmt: skip
        width, height = (round(side * dpi / 25.4) for side in form.paper_mm)
        paper = np.full((height, width, 3), 255, np.uint8)
        return cls(form, dpi, paper, shift, face=face, rule_ink=rule_ink, double_frame=double_frame)

    def copy(self) -> PaperSheet:
        """Return a sheet of its own with all that is on this one."""
        return replace(
            self,
            pixels=self.pixels.copy(),
            inks=list(self.inks),
            labels=list(self.labels),
            overflows=list(self.overflows),
            seals=list(self.seals),
        )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def frame(self) -> Box:
        width, height = self.size
        left, top, right, bottom = self.form.frame
        return Box(left * width, top * height, right * width, bottom * height)

    def mm(self, length: float) -> float:
        """Return a length in mm as pixels."""
        return length * self.dpi / 25.4

    def x(self, u: float) -> float:
        return self.frame.left + u * self.frame.width

    def y(self, v: float) -> float:
        moved = v + self.shift * float(np.sin(np.pi * v)) if 0 < v < 1 else v
        return self.frame.top + moved * self.frame.height

    def stain(
        self, mask: NDArray[np.uint8], left: int, top: int, ink: tuple[int, int, int], alpha: float = 1.0
    ) -> None:
        """Lay ink over the paper through a mask with its corner at (left, top); parts beyond the edge are cut."""
        height, width = self.pixels.shape[:2]
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + mask.shape[1], width), min(top + mask.shape[0], height)
        if x0 >= x1 or y0 >= y1:
            return
        part = mask[y0 - top : y1 - top, x0 - left : x1 - left, None].astype(np.float32) * (alpha / 255)
        paper = self.pixels[y0:y1, x0:x1].astype(np.float32)
        light = 1 - part * (1 - np.asarray(ink, np.float32) / 255)
        self.pixels[y0:y1, x0:x1] = (paper * light + 0.5).astype(np.uint8)

    def write(
        self, patch: LinePatch, x: float, y: float, ink: tuple[int, int, int], alpha: float,
        fields: tuple[str, ...], row: int = 0, struck: bool = False, by_hand: bool = True,
    ) -> Box | None:  # fmt: skip
        """Lay a line of writing with its baseline's start at (x, y) and record its ink."""
        corner = round(x - patch.origin[0]), round(y - patch.origin[1])
        self.stain(patch.mask, *corner, ink, alpha)
        return self.note(patch.mask, *corner, fields, row, struck, by_hand)

    def note(
        self, mask: Pixels, left: int, top: int, fields: tuple[str, ...], row: int = 0, struck: bool = False,
        by_hand: bool = True,
    ) -> Box | None:  # fmt: skip
        """Record ink laid through a mask as ink of the fields and return its box; ``None`` without ink."""
        bounds = ink_box(mask)
        if bounds is None:
            return None
        x0, y0, x1, y1 = bounds
        box = Box(left + x0, top + y0, left + x1, top + y1)
        self.inks.append(DrawnLine(fields, box, mask[y0:y1, x0:x1], struck=struck, row=row, by_hand=by_hand))
        return box

    def print_text(
        self, text: str, style: str, x: float, y: float, em: float, *,
        fit: float | None = None, centred: bool = False, ink: tuple[int, int, int] = PRINT_INK,
    ) -> Box:  # fmt: skip
        """Print text with its baseline's start (or middle) at (x, y) and return the box of its ink.

        ``fit`` is the required width in pixels.
        """
        patch = print_patch(text, style, em, fit, self.face)
        left = x - patch.advance / 2 if centred else x
        bounds = ink_box(patch.mask) or (0, 0, 0, 0)
        corner = round(left - patch.origin[0]), round(y - patch.origin[1])
        self.stain(patch.mask, *corner, ink, 0.96)
        return Box(corner[0] + bounds[0], corner[1] + bounds[1], corner[0] + bounds[2], corner[1] + bounds[3])


def print_patch(
    text: str, style: str, em: float, fit: float | None = None, family: str = "serif"
) -> LinePatch:
    """Return printed text as a mask; ``fit`` is the wanted width in pixels, as far as type can be narrowed."""
    face = print_font(style, max(6, round(em)), family)
    natural = face.getlength(text)
    pad = round(em)
    image = Image.new("L", (int(natural) + 2 * pad, int(2.4 * em)), 0)
    ImageDraw.Draw(image).text((pad, 1.6 * em), text, font=face, fill=255, anchor="ls")
    share = 1.0
    if fit is not None and natural:
        share = min(max(fit / natural, 0.82), 1.1)
        image = image.resize((round(image.width * share), image.height), Image.Resampling.BILINEAR)
    return LinePatch(np.asarray(image, np.uint8), (pad * share, 1.6 * em), natural * share)
