"""Real registers for which a form is designed: what a person sees on one of their pages, and what the columns hold.

The pages lie in a folder outside the project (``benchmarks.imaging.real_pages``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from benchmarks.imaging.real_pages import RealPage, ledger_pages
from pipeline.base.model import Pixels
from pipeline.declarations.schema import Form

YEARS = (1800, 1950)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a register as it was scanned.

    Attributes:
        pixels: (h, w, 3).
        parts: The known pages of the picture: a page, or both pages of an open book with the x at which each begins.
    """

    name: str
    pixels: Pixels
    parts: tuple[RealPage, ...]


@dataclass(frozen=True, slots=True)
class SeenTable:
    """The table of a page as a person sees it: shares of the picture's width and height.

    Attributes:
        side: Which of its pages, where each has a table.
        rules: The x of its upright rules where they cross the middle of the page, the sides of the frame among them.
        top: The y of the frame in the middle of the page.
        body: The y below the heading.
        bottom: The y at which the rules end.
    """

    picture: str
    side: str
    rules: tuple[float, ...]
    top: float
    body: float
    bottom: float


@dataclass(frozen=True, slots=True)
class RealRegister:
    """A register, the forms that are designed for it, and the fields of its columns.

    Attributes:
        source: Its name among the real pages.
        record: The record of which its entries are taken to be; its fields hold what the columns hold.
        fields: The field of each column; ``""``: a column that is not read.
        pages: The beginning of the names of the pictures of one printing.
        specimens: The names of the specimens of each form that is made.
        seen: The table on one of them.
        dpi: Pixels an inch of its scans.
        has_facing_tables: Whether an open book shows two tables; else one table runs over both pages.
    """

    source: str
    title: str
    record: str
    fields: tuple[str, ...]
    pages: str
    specimens: tuple[tuple[str, ...], ...]
    seen: tuple[SeenTable, ...]
    dpi: float
    has_facing_tables: bool = False

    def pictures_in(self, folder: Path) -> list[Picture]:
        """Return the register's pictures of a printing; both pages of an open book make a picture."""
        pages = [
            page
            for page in ledger_pages(folder)
            if page.source == self.source and page.name.startswith(self.pages)
        ]
        pictures = []
        for path, parts in groupby(pages, lambda page: page.path):
            both = tuple(parts)
            pixels = np.hstack([half.pixels for half in both])
            whole = (RealPage(self.source, path.stem, path, pixels, both[0].left, both[0].top),)
            pictures.append(Picture(path.stem, pixels, both if self.has_facing_tables else whole))
        return pictures

    def form(self, seen: SeenTable, aspect: float) -> Form:
        """Return the form as a person knows it who sees a page; ``aspect``: height of the page over its width."""
        wide, high = seen.rules[-1] - seen.rules[0], seen.bottom - seen.top
        widths = [(right - left) / wide for left, right in zip(seen.rules[:-1], seen.rules[1:], strict=True)]
        return Form.model_validate(
            {
                "id": f"{self.source}-that", "record": self.record, "title": self.title, "layout": "table",
                "evidence": "seen", "years": YEARS, "paper_mm": (210.0, 210.0 * aspect),
                "frame": (seen.rules[0], seen.top, seen.rules[-1], seen.bottom), "left": 0.0, "right": 1.0,
                "text_size": 3.5 / (210.0 * aspect * high),
                "table": {
                    "rows": 20, "top": (seen.body - seen.top) / high, "bottom": 1.0, "ruled": False,
                    "column": [
                        {"heading": name or "gáy", "width": width, "field": name or None}
                        for name, width in zip(self.fields, widths, strict=True)
                    ],
                },
            }
        )  # fmt: skip


REGISTERS = (
    RealRegister(
        "notary",
        "Sổ của công chứng viên, Paris",
        "birth",
        ("entry_number", "registered_on", "signer_title", "noted_number", "notes", "noted_decided_on",
         "noted_authority"),
        "DAFANCH96",
        (
            ("DAFANCH96_048MIC07650_L-0", "DAFANCH96_048MIC06494_L-0", "DAFANCH96_048MIC07645_L-1",
             "DAFANCH96_048MIC07663_L-1"),
            ("DAFANCH96_048MIC07693_L-0", "DAFANCH96_048MIC07644_L-1", "DAFANCH96_048MIC07667_L-0",
             "DAFANCH96_048MIC07672_L-1"),
        ),
        (
            SeenTable(
                "DAFANCH96_048MIC07650_L-0", "",
                (0.1512, 0.2065, 0.2575, 0.3570, 0.4565, 0.8276, 0.8637, 0.9406), 0.0923, 0.174, 0.964,
            ),
            SeenTable(
                "DAFANCH96_048MIC07693_L-0", "",
                (0.1662, 0.2224, 0.2742, 0.3740, 0.4738, 0.8503, 0.8871, 0.9651), 0.0889, 0.172, 0.964,
            ),
        ),
        200.0,
    ),
    RealRegister(
        "lyon",
        "Bảng tra mười năm, Lyon",
        "birth",
        ("child_name", "registered_on"),
        "page",
        (("page2_A",), ("page22_C",)),
        (
            SeenTable("page2_A", "right", (0.51, 0.803, 0.9225), 0.036, 0.088, 0.981),
            SeenTable("page22_C", "right", (0.5083, 0.7954, 0.9115), 0.0375, 0.093, 0.978),
        ),
        300.0,
        has_facing_tables=True,
    ),
    RealRegister(
        "divorce",
        "Sổ ly hôn, Paris",
        "birth",
        ("entry_number", "registered_on", "signer_title", "noted_decided_on", "noted_authority", "", "notes",
         "registrar_name"),
        "FRAN_0187",
        (("FRAN_0187_50722_L",),),
        (
            SeenTable(
                "FRAN_0187_50722_L",
                "",
                (0.1352, 0.1708, 0.2414, 0.3364, 0.4064, 0.5045, 0.5210, 0.8178, 0.8930),
                0.1218,
                0.1786,
                0.9485,
            ),
        ),
        300.0,
    ),
)  # fmt: skip
