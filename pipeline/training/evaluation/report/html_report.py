"""The report as a folder: an HTML page and the pictures of the worst readings."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from pipeline.base.charts import error_curve_svg, reliability_svg
from pipeline.base.errors import StorageError
from pipeline.base.model import Pixels
from pipeline.base.text.numbers import (
    format_confidence,
    format_count,
    format_per_mille,
    format_percent,
    format_small_percent,
)
from pipeline.declarations.schema import Schemas
from pipeline.training.evaluation.evaluation import Evaluation
from pipeline.training.evaluation.report.page_content import (
    ErrorTolerance,
    EvaluationPage,
    Misreading,
    content_of,
)

PAGE = "bao-cao.html"
PICTURES = "anh"
MODE = 0o600
FOLDER_MODE = 0o700
JPEG_QUALITY = 88


@dataclass(frozen=True)
class EvaluationReport:
    """The content of a report.

    Attributes:
        books: Names of the books' folders.
        standard: The tolerated errors of the office.
        misreadings: The worst readings, with their ink.
        warnings: Sentences about the books, shown before the figures.
    """

    evaluation: Evaluation
    books: tuple[str, ...]
    standard: ErrorTolerance
    misreadings: tuple[Misreading, ...]
    made: datetime
    warnings: tuple[str, ...] = ()


def write_report(folder: Path, report: EvaluationReport, schemas: Schemas) -> Path:
    """Write the report into a folder that is new, empty, or holds an earlier report, which is replaced.

    Returns:
        The path of the start page.

    Raises:
        StorageError: The folder holds other files, or the disk refuses the write.
    """
    try:
        _make_room(folder)
        named = tuple(
            (misreading, tuple(_write_pictures(folder, number, misreading.pictures)))
            for number, misreading in enumerate(report.misreadings, start=1)
        )
        content = content_of(report.evaluation, report.books, report.standard, schemas, named)
        _write(folder / PAGE, _page(content, report).encode("utf-8"))
    except OSError as error:
        raise StorageError(
            f"Không ghi được báo cáo vào {folder}: {error.strerror or error}. Hãy chọn thư mục khác."
        ) from None
    return folder / PAGE


def _make_room(folder: Path) -> None:
    """Prepare a folder readable only by its owner, without an earlier report, and ignored by git."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / PAGE).is_file():
        raise StorageError(
            f"Thư mục {folder} đang chứa thứ khác. Hãy chọn cho báo cáo một thư mục mới hoặc còn trống."
        )
    folder.chmod(FOLDER_MODE)
    (folder / PICTURES).mkdir(mode=FOLDER_MODE, exist_ok=True)
    for old in (folder / PICTURES).glob("*.jpg"):
        old.unlink()
    (folder / PAGE).unlink(missing_ok=True)
    _write(folder / ".gitignore", b"# The report holds data of real people.\n*\n")


def _write_pictures(folder: Path, number: int, pictures: Iterable[Pixels]) -> Iterable[str]:
    for line, pixels in enumerate(pictures, start=1):
        name = f"{PICTURES}/{number:03}-{line}.jpg"
        held = BytesIO()
        Image.fromarray(pixels).save(held, "JPEG", quality=JPEG_QUALITY)
        _write(folder / name, held.getvalue())
        yield name


def _write(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
        file.write(data)


def _page(content: EvaluationPage, report: EvaluationReport) -> str:
    environment = Environment(
        loader=PackageLoader("pipeline.training.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"error_curve": error_curve_svg, "reliability": reliability_svg}
    environment.filters |= {
        "percent": format_percent, "fine": format_small_percent, "thousandth": format_per_mille,
        "count": format_count, "chance": format_confidence,
    }  # fmt: skip
    return environment.get_template("report.html.j2").render(
        content=content, made=report.made, warnings=report.warnings
    )
