"""``hotich cover-sheet``: separator sheets to print, one a book."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.screen import out
from pipeline.errors import StorageError
from pipeline.files import storage_errors
from pipeline.inbox.separator_sheet import SeparatorSheet, separator_sheets_pdf
from pipeline.ledger import load_ledger


def cover_sheet(
    folders: Annotated[
        list[Path], typer.Argument(help="Thư mục của từng quyển sổ, có ledger.toml.", metavar="THƯ_MỤC_SỔ…")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Tệp PDF để ghi.")] = Path(
        "to-phan-cach.pdf"
    ),
) -> None:
    """In tờ phân cách (mã QR và chữ) cho các quyển sổ: đặt trước trang đầu của mỗi quyển rồi quét."""
    sheets = [SeparatorSheet(folder.resolve().name, load_ledger(folder)) for folder in folders]
    if output.exists():
        raise StorageError(f"Tệp {output} đã có. Hãy chọn tên khác bằng --output.")
    data = separator_sheets_pdf(sheets)
    with storage_errors(output.parent):
        output.write_bytes(data)
    out().print(f"Đã ghi {len(sheets)} tờ phân cách vào {output}. In khổ A4, không thu nhỏ.", markup=False)
