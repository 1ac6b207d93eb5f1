"""A book of written pages on which people decided: real scans in the store, real rows in the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pipeline.base.files import sha256_of_file
from pipeline.base.model import Box, FieldReading, FieldStatus, Ledger, Pixels, Writing
from pipeline.digitize.engines import default_engines
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.registry import Registry, Verdict
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.decided_lines import DecidedLine
from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER
from tests.registry.pages import LEDGER, SCHEMAS, entry, finding, page

SIZE = (1240, 1754)
FONT = "mynerve/Mynerve_400Regular.ttf"


@dataclass(frozen=True)
class Written:
    """A field: the text on its lines, the machine's reading, the keyed value (``None``: nobody keyed a value)."""

    name: str
    lines: tuple[str, ...]
    decided: str | None
    read: str = "x"
    canonical: str = ""
    status: FieldStatus = FieldStatus.READ
    writing: Writing = Writing.HAND
    finding: str = ""


@dataclass
class DecidedBook:
    """Pages of an entry each in a workspace of their own."""

    folder: Path
    pages: int = 0
    context: RunContext = field(init=False)

    def __post_init__(self) -> None:
        workspace = Workspace(self.folder / "workspace")
        workspace.root.mkdir(parents=True)
        self.context = RunContext(workspace.root, workspace.registry_url, SCHEMAS)

    def add(
        self, *fields: Written, author: str = "an", book: str = "book-1", reader: str = ""
    ) -> tuple[int, int]:
        """Store a page, save its readings and decide. Returns book and entry."""
        self.pages += 1
        sheet, readings = drawn(fields, self.pages)
        path = self.folder / f"page-{self.pages}.png"
        Image.fromarray(sheet).save(path, dpi=(150, 150))
        digest = sha256_of_file(path)
        Workspace(self.context.workspace).store(path, digest)
        with self.context.open_registry() as registry:
            book_id = registry.book_id(LEDGER if book == "book-1" else other_ledger(book), book)
            registry.store_scan(book_id, digest, path.name, path.stat().st_size, 1)
            found = [finding(one.finding, one.name) for one in fields if one.finding]
            result = page(entry(*readings, findings=found), scan=digest, size=SIZE, hand_reader=reader)
            registry.save_page(book_id, result, "print")
            entry_id = registry.entries(book_id)[-1]
            decide(registry, entry_id, fields, author)
        return book_id, entry_id


def other_ledger(book: str) -> Ledger:
    return replace(LEDGER, volume=f"{len(book):02d}/2011")


def decide(registry: Registry, entry_id: int, fields: Sequence[Written], author: str) -> None:
    verdicts = [Verdict(one.name, FieldStatus.READ, one.decided) for one in fields if one.decided is not None]
    registry.decide(entry_id, verdicts, author=author)


def drawn(fields: Sequence[Written], mark: int) -> tuple[Pixels, list[FieldReading]]:
    """Return a sheet with the lines of these fields below each other, and its readings."""
    sheet = Image.new("RGB", SIZE, (245, 243, 238))
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(PEN_FOLDER / FONT), 34)
    draw.point((mark, 1), fill=(0, 0, 0))
    top, readings = 120, []
    for one in fields:
        boxes = []
        for text in one.lines:
            draw.text((200, top), text, font=font, fill=(40, 40, 90))
            left, upper, right, lower = draw.textbbox((200, top), text, font=font)
            boxes.append(Box(left - 4.0, upper - 4.0, right + 4.0, lower + 4.0))
            top += 76
        readings.append(
            FieldReading(
                one.name,
                one.status,
                one.read,
                one.canonical,
                0.5,
                one.writing,
                "hand",
                box=boxes[0] if boxes else None,
                lines=tuple(boxes),
            )
        )
    return np.asarray(sheet), readings


@cache
def shipped_hand() -> HandwritingReader:
    hand = default_engines().hand
    assert isinstance(hand, HandwritingReader)
    return hand


def texts_of(lines: Sequence[DecidedLine]) -> Mapping[str, list[str]]:
    """The texts of decided lines by field."""
    texts: dict[str, list[str]] = {}
    for line in lines:
        texts.setdefault(line.field, []).append(line.text)
    return texts
