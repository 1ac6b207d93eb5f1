"""Separator sheets: which book the pages after a sheet belong to, as the text of a QR code.

The code holds the folder of the book and what its ``ledger.toml`` says, so that a sheet printed elsewhere works too.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import LedgerError
from pipeline.inbox.quarantine import safe_name
from pipeline.ledger import ledger_from
from pipeline.model import Ledger

PREFIX = "HOTICH1 "
"""Codes of others (identity cards bear one) begin otherwise."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The book that a sheet names: ``folder`` below the folder of books, and its ledger."""

    folder: str
    ledger: Ledger


def text_of(sheet: Sheet) -> str:
    """What the code of a sheet says. Raises ``LedgerError`` for a folder whose name no sheet can carry."""
    if not _is_folder(sheet.folder):
        raise LedgerError(
            f"Tên thư mục sổ «{sheet.folder}» không in lên tờ phân cách được. "
            "Hãy chỉ dùng chữ, số và các dấu . - _ ( )."
        )
    ledger = {
        key: value for key, value in dataclasses.asdict(sheet.ledger).items() if value not in ("", None)
    }
    said = {"folder": sheet.folder, **ledger}
    return PREFIX + json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def sheet_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Those that are of separator sheets."""
    return tuple(code for code in codes if code.startswith(PREFIX))


def sheet_on(codes: Iterable[str]) -> Sheet | None:
    """The sheet that a page with those codes is; ``None`` for any other page. Raises ``LedgerError`` when a sheet says
    what no ledger can, or two books."""
    sheets = {_read(code) for code in sheet_codes(codes)}
    if len(sheets) > 1:
        raise LedgerError("Tờ phân cách nói hai quyển sổ khác nhau. Hãy gán sổ bằng tay.")
    return next(iter(sheets), None)


def _read(code: str) -> Sheet:
    try:
        said = json.loads(code.removeprefix(PREFIX))
        folder = said.pop("folder")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise LedgerError("Mã trên tờ phân cách không đọc được. Hãy in lại tờ phân cách.") from None
    if not isinstance(folder, str) or not _is_folder(folder):
        raise LedgerError("Tờ phân cách nêu tên thư mục không dùng được. Hãy in lại tờ phân cách.")
    return Sheet(folder, ledger_from(said, "tờ phân cách"))


def _is_folder(name: str) -> bool:
    return safe_name(name) == name and not name.startswith("-")
