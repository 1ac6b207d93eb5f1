"""Pages of acts in running text: printed words with handwriting between them, one or several acts a page, as scanned.

A book has one printing (face, size, leading, wording, margin, frame) and one hand. Blanks are as long as its printer
made them and grow with what is written, so that the print moves from page to page; values run over the ends of lines,
stand a little above or below their line, touch the print, and are inserted above it. None of this is taken from the
form that the pages are read with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.base.model import Box, Matrix, Pixels
from pipeline.base.print_fonts import print_font
from pipeline.declarations.schema import Schemas
from pipeline.training.synthetic_pages import SCANNER_LEVELS
from pipeline.training.synthetic_pages.line_drawing import draw_line
from pipeline.training.synthetic_pages.pen_fonts import HandStyle, draw_hand_style
from pipeline.training.synthetic_pages.people import (
    Commune,
    draw_commune,
    draw_person,
    geography_of_year,
    happens,
    pick,
)
from pipeline.training.synthetic_pages.scanning import ScannedPage, scan_sheet
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel

DPI = 200
MM = DPI / 25.4

PRINT_INK = (40, 38, 36)

Points = NDArray[np.float64]
Wording = tuple[str, ...]

WORDINGS: tuple[Wording, ...] = (
    (
        "Năm một ngàn chín trăm", "@year", "tháng", "@month", "ngày", "@day", "hồi", "@hour",
        "giờ, trước mặt chúng tôi là", "signer_name", "Ủy viên hộ tịch xã", "@commune", "có tên là", "registrar_name",
        "đến khai rằng đứa con tên là", "child_name", "phái", "child_sex", "sanh ngày", "child_born_on",
        "tại", "child_birth_place", "con của ông", "father_name", "và bà", "mother_name",
        "cư ngụ tại", "mother_residence_place",
        "Sau khi đọc lại cho các người đứng khai nghe và đồng ý, chúng tôi ký tên vào chứng thư này.",
    ),
    (
        "Năm một ngàn chín trăm", "@year", "ngày", "@day", "tháng", "@month", "hồi", "@hour",
        "giờ. Chúng tôi là", "signer_name", "Hộ lại làng", "@commune", "chứng cho tên", "registrar_name",
        "đến trình rằng: Tên họ ấu nhi là", "child_name", "con trai hay con gái:", "child_sex",
        "sinh ngày", "child_born_on", "sinh tại", "child_birth_place", "Cha tên là", "father_name",
        "Mẹ tên là", "mother_name", "Trú quán tại", "mother_residence_place",
        "Người khai và các người chứng có ký tên dưới đây cùng với chúng tôi sau khi nghe đọc lại.",
    ),
)  # fmt: skip
"""What is printed, and between it the names of fields; ``@``: what is written and no field of the form."""


@dataclass(frozen=True, slots=True)
class ActPrinting:
    """How the sheets of a book are printed, lengths in mm.

    Attributes:
        size: Height of the em of its letters.
        leading: From one line to the next.
        margin: Width of the margin with numbers and notes.
        paper: Width and height of the paper.
        blanks: Length of its blanks as a share of the usual one.
        framed: Whether a frame is printed around it.
        dotted: Whether its blanks have leader dots.
    """

    wording: int
    face: str
    size: float
    leading: float
    margin: float
    paper: tuple[float, float]
    blanks: float
    framed: bool
    dotted: bool

    @property
    def text(self) -> Wording:
        """What is printed and written in an act."""
        return WORDINGS[self.wording]


@dataclass(slots=True)
class DrawnAct:
    """An act on a page.

    Attributes:
        top: Where it begins, in pixels of the flat sheet.
        bottom: Where it ends.
        ink: By field the pixels (n, 2) of its ink.
        is_whole: Whether its beginning is on the page; False: it runs over from the page before.
    """

    top: float
    bottom: float = 0.0
    ink: dict[str, Points] = field(default_factory=dict)
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class DrawnActPage:
    """A page of acts.

    Attributes:
        scan: The page as delivered; its matrix leads from the flat sheet to it.
        acts: Its acts from top to bottom, with the end of an act from the page before.
        text: The place of the running text on the flat sheet, as a person would draw it.
        margin: The place of the margin.
        number: The place of the number of the first act.
        size: Width and height of the flat sheet.
    """

    scan: ScannedPage
    acts: tuple[DrawnAct, ...]
    text: Box
    margin: Box
    number: Box
    size: tuple[int, int]
    sheet: Pixels


def draw_printing(rng: np.random.Generator, acts: int) -> ActPrinting:
    """Draw how the sheets of a book are printed.

    Args:
        acts: Acts a page.
    """
    small = acts > 1
    return ActPrinting(
        wording=int(rng.integers(len(WORDINGS))),
        face=str(rng.choice(["serif", "sans", "free-serif"])),
        size=float(rng.uniform(3.3, 3.9) if small else rng.uniform(3.7, 4.6)),
        leading=float(rng.uniform(7.4, 8.2) if small else rng.uniform(10.0, 12.5)),
        margin=float(rng.uniform(34, 48)),
        paper=(250.0, 370.0) if small else (210.0, 297.0),
        blanks=float(rng.uniform(0.8, 1.1)),
        framed=happens(rng, 0.5),
        dotted=happens(rng, 0.6),
    )


def draw_book_hand(rng: np.random.Generator, printing: ActPrinting) -> HandStyle:
    """Draw the hand of a book, no larger than its lines are apart."""
    hand = draw_hand_style(rng)
    return replace(
        hand, size=min(hand.size, 0.62 * printing.leading), rise=0.0, spacing=min(hand.spacing, 1.1)
    )


def draw_act_page(
    printing: ActPrinting,
    hand: HandStyle,
    schemas: Schemas,
    acts: int,
    seed: Sequence[int],
    *,
    level: ScannerLevel,
    continued: bool,
) -> DrawnActPage:
    """Draw a page and scan it.

    Args:
        acts: How many acts begin on it.
        level: A name of ``SCANNER_LEVELS``.
        continued: Whether the end of an act from the page before stands above them.
    """
    rng = np.random.default_rng(list(seed))
    sheet = _Sheet(printing, hand, rng)
    home = draw_commune(rng, geography_of_year(schemas.places.gazetteer, 2000))
    drawn = []
    if continued:
        drawn.append(sheet.act(_values(rng, home), 0, from_part=0.62))
    drawn += [sheet.act(_values(rng, home), number) for number in range(1, acts + 1)]
    scan = scan_sheet(sheet.pixels, None, DPI, SCANNER_LEVELS[level], rng)
    place = sheet.text
    wide, high = sheet.size
    return DrawnActPage(
        scan,
        tuple(drawn),
        text=Box(place.left - 2 * MM, place.top - 4 * MM, place.right + 4 * MM, drawn[-1].bottom + 4 * MM),
        margin=Box(6 * MM, place.top + 18 * MM, place.left - 2 * MM, drawn[-1].bottom),
        number=Box(6 * MM, place.top - 4 * MM, place.left - 2 * MM, place.top + 12 * MM),
        size=(wide, high),
        sheet=sheet.pixels,
    )


def ink_on_scan(points: Points, matrix: Matrix) -> Points:
    """Return where pixels (n, 2) of the flat sheet lie on the page as delivered, or wherever a matrix leads."""
    return np.asarray(cv2.perspectiveTransform(points[None], matrix)[0], np.float64)


def _values(rng: np.random.Generator, home: Commune) -> dict[str, str]:
    """Return what is written in the blanks of an act."""
    father, mother = draw_person(rng, home, male=True), draw_person(rng, home, male=False)
    child = draw_person(rng, home, like=father)
    number = ("hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
    day = ("mồng một", "mồng năm", "mười hai", "mười lăm", "hai mươi", "hai mươi ba", "ba mươi")
    year = f"{pick(rng, ('năm', 'sáu'))} mươi {pick(rng, number[:8])}"
    born = f"{pick(rng, day)} tháng {pick(rng, number)} năm 19{rng.integers(30, 74)}"
    far = draw_commune(rng, home)
    return {
        "@year": year,
        "@month": pick(rng, number),
        "@day": pick(rng, day),
        "@hour": pick(rng, number),
        "@commune": home.name,
        "entry_number": str(rng.integers(1, 900)),
        "notes": pick(rng, ("", "", f"Kết hôn năm 19{rng.integers(60, 75)}")),
        "signer_name": draw_person(rng, home, male=True).name,
        "registrar_name": draw_person(rng, home).name,
        "child_name": child.name,
        "child_sex": "nam" if child.male else "nữ",
        "child_born_on": born,
        "child_birth_place": pick(rng, (home.full, home.short, f"nhà bảo sanh {far.full}")),
        "father_name": father.name + pick(rng, ("", "", ", 34 tuổi, làm ruộng")),
        "mother_name": mother.name + pick(rng, ("", "", ", 29 tuổi, buôn bán")),
        "mother_residence_place": pick(rng, (far.full, home.short)),
    }


class _Sheet:
    """A flat sheet on which acts are set and written from top to bottom."""

    def __init__(self, printing: ActPrinting, hand: HandStyle, rng: np.random.Generator) -> None:
        self.printing, self.hand, self.rng = printing, hand, rng
        wide, high = (round(side * MM) for side in printing.paper)
        self.size = (wide, high)
        self.pixels: Pixels = np.full((high, wide, 3), 250, np.uint8)
        self.font = print_font("regular", round(printing.size * MM), printing.face)
        self.text = Box(printing.margin * MM, 30 * MM, wide - 16 * MM, high - 14 * MM)
        self.y = self.text.top + 6 * MM
        self.x = self.text.left
        if printing.framed:
            edge = round(8 * MM)
            cv2.rectangle(self.pixels, (edge, round(18 * MM)), (wide - edge, high - edge), PRINT_INK, 3)

    def act(self, values: dict[str, str], number: int, from_part: float = 0.0) -> DrawnAct:
        """Set and write an act below the last one; ``from_part``: only the part behind that share of the text."""
        leading = self.printing.leading * MM
        act = DrawnAct(self.y - leading, is_whole=not from_part)
        self.x = self.text.left + (0 if from_part else 8 * MM)
        parts = self.printing.text
        first = self.y
        for part in parts[round(from_part * len(parts)) :]:
            if part in values:
                self._write(part, values[part], act)
            else:
                self._print(part)
        if number:
            self._margin(values, act, first)
        act.bottom = self.y + 0.6 * leading
        self.y += leading * float(self.rng.uniform(1.8, 2.6))
        return act

    def _margin(self, values: dict[str, str], act: DrawnAct, y: float) -> None:
        left = 11 * MM
        self._set("Số:", left, y)
        self._pen("entry_number", values["entry_number"], left + 9 * MM, y, act)
        for line, words in enumerate(_pairs(values["notes"])):
            self._pen("notes", words, left, y + (3 + line) * self.printing.leading * MM, act, scale=0.8)

    def _print(self, words: str) -> None:
        for word in words.split():
            width = self.font.getlength(word)
            if self.x + width > self.text.right:
                self._new_line()
            self._set(word, self.x, self.y)
            self.x += width + self.font.getlength(" ") * 1.15

    def _set(self, word: str, x: float, y: float) -> None:
        size = self.font.size
        wide, above, high = int(self.font.getlength(word) + size), int(1.3 * size), int(1.8 * size)
        small = Image.new("L", (wide, high), 0)
        left, top = int(x) - 4, int(y) - above
        ImageDraw.Draw(small).text((x - left, y - top), word, font=self.font, fill=235, anchor="ls")
        self._ink(np.asarray(small, np.uint8), left, top, PRINT_INK, 1.0)

    def _write(self, name: str, text: str, act: DrawnAct) -> None:
        """Write a value word by word; the blank goes on to its printed length."""
        least = len(text) * float(self.rng.uniform(0.8, 1.3)) * 1.6 * MM * self.printing.blanks
        self.x += float(self.rng.uniform(0.2, 1.6)) * MM
        run = 0.0
        for word in text.split():
            wide = draw_line(word, self.hand, DPI, self.rng).advance
            if self.x + wide > self.text.right + 3 * MM:
                self._new_line()
            self._dots(self.x, self.x + wide)
            above = 0.45 * self.printing.leading * MM if happens(self.rng, 0.01) else 0.0
            self._pen(name, word, self.x, self.y - above + float(self.rng.normal(0, 0.35)) * MM, act)
            self.x += wide + 1.2 * MM
            run += wide + 1.2 * MM
        rest = min(max(0.0, least - run), max(0.0, self.text.right - self.x))
        self._dots(self.x, self.x + rest)
        self.x += rest + float(self.rng.uniform(0.0, 1.2)) * MM

    def _dots(self, start: float, end: float) -> None:
        if self.printing.dotted:
            for x in np.arange(start, min(end, self.text.right), 1.5 * MM):
                cv2.circle(self.pixels, (round(x), round(self.y)), 1, PRINT_INK, -1)

    def _pen(self, name: str, text: str, x: float, y: float, act: DrawnAct, scale: float = 1.0) -> None:
        patch = draw_line(text, self.hand, DPI, self.rng, scale=scale)
        left, top = round(x - patch.origin[0]), round(y - patch.origin[1])
        points = self._ink(patch.mask, left, top, self.hand.ink, self.hand.alpha)
        if not name.startswith("@"):
            act.ink[name] = np.vstack([act.ink[name], points]) if name in act.ink else points

    def _ink(self, mask: Pixels, left: int, top: int, ink: tuple[int, int, int], alpha: float) -> Points:
        """Lay a mask on the sheet; return where it is dark."""
        high, wide = mask.shape
        x0, y0, x1, y1 = (
            max(0, left),
            max(0, top),
            min(self.size[0], left + wide),
            min(self.size[1], top + high),
        )
        if x0 >= x1 or y0 >= y1:
            return np.empty((0, 2))
        mask = mask[y0 - top : y1 - top, x0 - left : x1 - left]
        share = (mask[..., None] / 255.0) * alpha
        part = self.pixels[y0:y1, x0:x1]
        self.pixels[y0:y1, x0:x1] = (part * (1 - share) + np.array(ink) * share).astype(np.uint8)
        rows, columns = np.nonzero(mask > 90)
        return np.column_stack([columns + x0, rows + y0]).astype(np.float64)

    def _new_line(self) -> None:
        self.x = self.text.left
        self.y += self.printing.leading * MM


def _pairs(text: str) -> Iterator[str]:
    words = text.split()
    for at in range(0, len(words), 2):
        yield " ".join(words[at : at + 2])
