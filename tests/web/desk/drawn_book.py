"""A small book drawn for the desk: pages with ink whose places are known, read by nobody but told here. No person in it
is real."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.base.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    Severity,
    Writing,
)
from tests.registry.pages import SCHEMAS, page
from tests.web.desk.office import Office

SIZE = (900, 700)
FONT = "/usr/share/fonts/truetype/liberation/LiberationSerif-Italic.ttf"
PRINT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
FAMILIES, MIDDLES, GIVEN = (
    ("Nguyễn", "Trần", "Lê", "Phạm"),
    ("Thị", "Văn"),
    ("Thử", "Nghiệm", "Mẫu", "Giả", "Vẽ"),
)
LABELS = {spec.name: spec.label for spec in SCHEMAS.record("birth").fields}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of an entry: what stands on paper (``""``: nothing), what was read (None: the same), other readings,
    and the field before it in whose blank it is written (``""``: it has its own)."""

    field: str
    ink: str
    read: str | None = None
    others: tuple[str, ...] = ()
    accepted: bool = False
    status: FieldStatus = FieldStatus.READ
    confidence: float = 0.5
    blank_of: str = ""

    @property
    def text(self) -> str:
        return self.ink if self.read is None else self.read


@dataclass(frozen=True, slots=True)
class DrawnBook:
    """``lines``: of each page, in their order; ``scans``: where they are stored."""

    book_id: int
    scans: tuple[Path, ...]
    lines: tuple[tuple[Line, ...], ...]

    def ink(self, page_no: int) -> Mapping[str, str]:
        """What stands on a page, by field."""
        return {line.field: line.ink for line in self.lines[page_no - 1]}


def usual_lines(number: int) -> tuple[Line, ...]:
    """An entry with three doubtful fields: a name with other readings, a sex that was read rightly, a place."""
    family, given = FAMILIES[number % 4], GIVEN[number % 5]
    sex = ("nam", "nữ")[number % 2]
    name = f"{family} {MIDDLES[number % 2]} {given}"
    return (
        Line("entry_number", f"{number}/2010", accepted=True),
        Line("child_name", name, name.replace("ử", "ư"), (name, f"{name}n")),
        Line("child_sex", sex),
        Line("child_birth_place", "Xã Thử Nghiệm"),
        Line("mother_name", f"{FAMILIES[(number + 1) % 4]} Thị Mẫu", accepted=True),
    )


def draw_book(
    office: Office,
    pages: Sequence[Sequence[Line]],
    findings: Mapping[int, Sequence[Finding]] = {},
    run: str = "f1",
    volume: str = "01/2010",
) -> DrawnBook:
    """Draw, store and save the pages of a book of the office; ``findings`` by page number; another ``run`` reads the
    same pages anew."""
    registry, folder = office.registry, f"KS.2010.{office.place}"
    if volume != office.ledger.volume:
        folder += f".{volume[:2]}"
    book_id = registry.book_id(replace(office.ledger, volume=volume), folder)
    scans: list[Path] = []
    for page_no, lines in enumerate(pages, 1):
        picture, boxes = _drawn(lines, folder, page_no)
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / f"{folder}-{page_no:03}.png"
            picture.save(path, compress_level=1)
            stored = office.workspace.store(path)
            registry.store_scan(book_id, stored.sha256, path.name, path.stat().st_size, 1)
        doubts = [Finding("READ-HAND", Severity.REVIEW, (line.field,)) for line in lines if not line.accepted]
        ink = {line.field: line.ink for line in lines}
        readings = tuple(
            _reading(line, boxes[line.field], has_line=bool(line.text or ink[line.blank_of or line.field]))
            for line in lines
        )
        entry = EntryResult(0, readings, (*doubts, *findings.get(page_no, ())))
        registry.save_page(book_id, page(entry, scan=stored.sha256, size=SIZE, matrix=np.eye(3)), run)
        scans.append(stored.path)
    return DrawnBook(book_id, tuple(scans), tuple(map(tuple, pages)))


def usual_book(office: Office, pages: int) -> DrawnBook:
    """So many pages of entries with three doubtful fields."""
    return draw_book(office, [usual_lines(n) for n in range(1, pages + 1)])


NAME = Line("child_name", "Trần Thị Thử", read="Trần Thị Thư", others=("Trần Thị Thử",))
"""A doubtful name, read wrongly, the right one among its other readings."""


def one_line_book(office: Office, pages: int = 1) -> DrawnBook:
    """So many pages of entries whose name alone is doubtful, and was read wrongly."""
    return draw_book(office, [(NAME, Line("child_sex", "nữ", accepted=True))] * pages)


def decided(office: Office, book: DrawnBook, page_no: int = 1) -> dict[str, tuple[FieldStatus, str]]:
    """What was decided of the entry on a page, by field."""
    entry_id = office.registry.entries(book.book_id)[page_no - 1]
    decisions = office.registry.entry(entry_id).decisions
    return {field: (decision.status, decision.text) for field, decision in decisions.items()}


def decision(office: Office, book: DrawnBook, page_no: int = 1) -> tuple[str, str] | None:
    """Text and authors of what was decided of the name on a page."""
    entry_id = office.registry.entries(book.book_id)[page_no - 1]
    found = office.registry.entry(entry_id).decisions.get("child_name")
    return None if found is None else (found.text, found.author)


def _reading(line: Line, box: Box, *, has_line: bool) -> FieldReading:
    if not line.ink and not line.text and line.status is FieldStatus.READ:
        return FieldReading(line.field, FieldStatus.BLANK, confidence=1.0, box=box, accepted=line.accepted)
    texts = (line.text, *line.others)
    return FieldReading(
        line.field,
        line.status,
        line.text if line.status is FieldStatus.READ else "",
        line.text if line.status is FieldStatus.READ else "",
        line.confidence,
        Writing.HAND,
        "drawn",
        box=box,
        lines=(box,) if has_line else (),
        accepted=line.accepted,
        hypotheses=tuple(Hypothesis(text, 0.5 / (n + 1)) for n, text in enumerate(texts))
        if line.others
        else (),
    )


def _drawn(lines: Sequence[Line], folder: str, page_no: int) -> tuple[Image.Image, Mapping[str, Box]]:
    picture = Image.new("RGB", SIZE, (247, 243, 232))
    draw = ImageDraw.Draw(picture)
    hand, print_ = ImageFont.truetype(FONT, 44), ImageFont.truetype(PRINT, 20)
    draw.rectangle((30, 60, SIZE[0] - 30, SIZE[1] - 30), outline=(60, 60, 60), width=3)
    draw.text((200, 15), f"SỔ THỬ NGHIỆM {folder}  trang {page_no}", font=print_, fill=(60, 60, 60))
    boxes: dict[str, Box] = {}
    for number, line in enumerate(lines):
        if line.blank_of:
            boxes[line.field] = boxes[line.blank_of]
            continue
        top = 90 + 95 * number
        draw.text((50, top + 18), LABELS[line.field], font=print_, fill=(60, 60, 60))
        draw.line((350, top + 62, 850, top + 62), fill=(120, 120, 120), width=1)
        draw.text((360, top), line.ink, font=hand, fill=(30, 40, 120))
        boxes[line.field] = Box(345, top - 6, 855, top + 70)
    return picture, boxes
