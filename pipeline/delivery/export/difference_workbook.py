"""The workbook of a reconciliation: a sheet for each kind of difference, with both values and the ink."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.worksheet import Worksheet

from pipeline.base.errors import StorageError
from pipeline.delivery.export.workbook import AS_TEXT

HEADER = (
    "Sổ", "Quyển", "Số", "Mã sự kiện", "Bản quét", "Trang", "Cột", "Tên cột", "Sổ dữ liệu", "Phần mềm dùng chung",
    "Dòng trong tệp", "Ghi chú", "Ảnh trên giấy",
)  # fmt: skip
WIDTHS = (16, 10, 10, 9, 20, 7, 20, 24, 32, 32, 9, 34, 60)
PICTURE_HEIGHT = 60
"""Height in points of a row with a picture."""

PICTURE_PIXELS = (420, 76)
"""Largest width and height of a picture in its cell, in pixels."""

SUMMARY = "Tóm tắt"


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A line of a sheet.

    Attributes:
        cells: The cells before the picture, in the order of ``HEADER``.
        picture: JPEG of the ink, with its width and height in pixels.
    """

    cells: Sequence[str]
    picture: tuple[bytes, int, int] | None = None


@dataclass
class DifferenceWorkbook:
    """A workbook in progress: rows go to disk as they are added; ``close`` writes the summary and the file."""

    path: Path
    _rows: dict[str, int] = field(default_factory=dict)
    _sheets: dict[str, Worksheet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._book = xlsxwriter.Workbook(str(self.path), AS_TEXT | {"constant_memory": True})
        self._text = self._book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self._bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._summary = self._book.add_worksheet(SUMMARY)

    def add(self, sheet: str, line: DifferenceLine) -> None:
        """Add a line to a sheet, by its name; a new sheet is made on demand."""
        page = self._sheets.get(sheet) or self._new(sheet)
        row = self._rows[sheet] = self._rows[sheet] + 1
        if line.picture is not None:
            page.set_row(row, PICTURE_HEIGHT)
        for at, cell in enumerate(line.cells):
            if cell:
                page.write_string(row, at, cell, self._text)
        if line.picture is not None:
            data, width, height = line.picture
            scale = min(1.0, PICTURE_PIXELS[0] / width, PICTURE_PIXELS[1] / height)
            options: Mapping[str, Any] = {
                "image_data": io.BytesIO(data),
                "x_scale": scale,
                "y_scale": scale,
                "object_position": 1,
            }
            page.insert_image(row, len(HEADER) - 1, f"{sheet}-{row}.jpg", options)

    def close(self, summary: Sequence[str]) -> None:
        """Write the summary and the file.

        Raises:
            StorageError: The disk refuses the write.
        """
        self._summary.set_column(0, 0, 120, self._text)
        for row, sentence in enumerate(summary):
            self._summary.write_string(row, 0, sentence, self._text)
        for page in self._sheets.values():
            page.freeze_panes(1, 0)
        try:
            self._book.close()
        except (OSError, XlsxWriterException) as error:
            raise StorageError(
                f"Không ghi được {self.path}: {error}. Hãy kiểm tra ổ đĩa rồi chạy lại."
            ) from None

    def _new(self, sheet: str) -> Worksheet:
        page = self._sheets[sheet] = self._book.add_worksheet(sheet)
        self._rows[sheet] = 0
        for at, width in enumerate(WIDTHS):
            page.set_column(at, at, width)
            page.write_string(0, at, HEADER[at], self._bold)
        return page
