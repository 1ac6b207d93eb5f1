"""The files of a report: written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.localtime import local_date
from pipeline.reports.content import ManagementReport
from pipeline.reports.document import document_of
from pipeline.reports.workbook import workbook_of

MAKERS: Mapping[str, Callable[[ManagementReport], bytes]] = {".xlsx": workbook_of, ".pdf": document_of}
"""By ending of the file's name."""


def file_name(report: ManagementReport) -> str:
    """The name of its files without an ending: the day on which it was counted."""
    return f"bao-cao-{local_date(report.at).isoformat()}"


def write_files(report: ManagementReport, out: Path) -> tuple[Path, ...]:
    """Write the report to the file ``out`` (.xlsx or .pdf), or both kinds into the folder ``out`` under the day's name;
    a file that is there is replaced. Raises ``StorageError``."""
    make = MAKERS.get(out.suffix.lower())
    if make is not None:
        return (_written(out, make(report)),)
    return tuple(
        _written(out / f"{file_name(report)}{ending}", make(report)) for ending, make in MAKERS.items()
    )


def _written(path: Path, content: bytes) -> Path:
    half = path.with_name(f".{path.name}.dang-ghi")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(content)
        half.replace(path)
    except OSError as error:
        with suppress(OSError):
            half.unlink()
        raise StorageError(
            f"Không ghi được {path}: {error.strerror}. Hãy kiểm tra ổ đĩa và quyền ghi rồi chạy lại."
        ) from None
    return path
