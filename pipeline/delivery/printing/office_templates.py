"""The templates of extracts: those that come with the program, and the office's own in their place.

An office edits a copy and has it accepted: it is set with an invented entry first, as a draft and as an extract, and
everything that the shipped template prints of the entry's important fields must stand in it. What was accepted is
known by its SHA-256, so a file that is changed afterwards is not printed from until it is accepted too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.base.errors import PrintRefused, StorageError
from pipeline.base.files import FileRefused, make_folder, parse_json, read_regular_file, write_atomically
from pipeline.declarations.schema import RecordSpec
from pipeline.delivery.printing.contents import day_of, extract_rows
from pipeline.delivery.printing.pdf_text import text_of_pdf
from pipeline.delivery.printing.typesetting import PrintedPaper, shipped_template, typeset

ACCEPTED = "accepted.json"
MOST_BYTES = 256 << 10
DRAFT_MARK = "BẢN DỰ THẢO"
DRAFT_LETTERS = "BẢNDỰTHẢO"
GENERIC = "generic-extract.typ"
"""The template of records whose extract the law has given no form that the program knows."""

NO_TEMPLATE = (
    "Loại sổ này chưa có mẫu trích lục theo quy định: chỉ in được bản dự thảo theo mẫu chung, không cấp số. Muốn cấp "
    "thì người quản trị máy xem lại mẫu chung rồi nhận làm mẫu của cơ quan."
)
"""Why no extract is issued from the generic template."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template: its text, and whether it is the office's own, or the generic one of no particular record."""

    text: str
    is_own: bool
    is_generic: bool = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def template_name(record: str) -> str:
    """Return the name of the file of a record's template."""
    return f"{record}-extract.typ"


@dataclass(frozen=True, slots=True)
class OfficeTemplates:
    """The templates of an installation; ``folder``: where the office's own lie."""

    folder: Path

    def of(self, record: str) -> Template:
        """Return the template of a record's extract: the office's own where it has one, else the generic one at last.

        Raises:
            PrintRefused: The office's own was changed after it was accepted, or cannot be read.
        """
        name = template_name(record)
        path = self.folder / name
        if not path.exists() and not path.is_symlink():
            shipped = _shipped(record)
            if not shipped:
                return Template(shipped_template(GENERIC), is_own=False, is_generic=True)
            return Template(shipped, is_own=False)
        own = Template(_read(path), is_own=True)
        if self._accepted().get(name) != own.sha256:
            raise PrintRefused(
                f"Mẫu in {path.name} của cơ quan đã bị sửa từ lần nhận sau cùng. Người quản trị hãy xem lại rồi chạy "
                f"hotich print template accept {record} với tệp ấy."
            )
        return own

    def accept(self, record: RecordSpec, text: str) -> Template:
        """Take a template as the office's own from now on.

        Raises:
            PrintRefused: It cannot be set, or leaves out what an extract must say.
            StorageError: The disk refuses.
        """
        refuse_flaws(record, text)
        name, made = template_name(record.record), Template(text, is_own=True)
        accepted = {**self._accepted(), name: made.sha256}
        make_folder(self.folder)
        try:
            write_atomically(self.folder / ACCEPTED, json.dumps(accepted, indent=1) + "\n")
            write_atomically(self.folder / name, text)
        except OSError as error:
            raise StorageError(
                f"Không ghi được {self.folder}: {error.strerror}. Hãy kiểm tra ổ đĩa và quyền ghi."
            ) from None
        return made

    def drop(self, record: str) -> bool:
        """Print from the shipped template again; return whether the office had its own, which is kept as ``.old``."""
        path = self.folder / template_name(record)
        if not path.exists():
            return False
        path.replace(path.with_suffix(".typ.old"))
        return True

    def _accepted(self) -> Mapping[str, str]:
        try:
            found = parse_json(read_regular_file(self.folder / ACCEPTED, MOST_BYTES))
        except (OSError, FileRefused, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _shipped(record: str) -> str:
    """Return the template that comes with the program; ``""`` for a record without one."""
    try:
        return shipped_template(template_name(record))
    except FileNotFoundError:
        return ""


def _read(path: Path) -> str:
    try:
        return read_regular_file(path, MOST_BYTES).decode("utf-8")
    except FileRefused as error:
        raise PrintRefused(f"Mẫu in {path.name}: {error.message}.") from None
    except (OSError, ValueError):
        raise PrintRefused(f"Không đọc được mẫu in {path.name}: tệp phải là chữ UTF-8.") from None


def read_template(path: Path) -> str:
    """Return the text of a template that somebody wrote.

    Raises:
        PrintRefused: It is no text, is too large, or cannot be read.
    """
    return _read(path)


def refuse_flaws(record: RecordSpec, text: str) -> None:
    """Set a template with an invented entry and refuse it where an extract would not say what it must.

    Of a record whose extract comes without a template, that is every required field.

    Raises:
        PrintRefused: The message names what is missing.
    """
    at = datetime(2000, 1, 1, tzinfo=UTC)
    shipped = _shipped(record.record)
    by_field = {spec.name: f"Mau{number:03d}x" for number, spec in enumerate(record.fields)}
    final, draft = _sample(record, by_field, draft=False), _sample(record, by_field, draft=True)
    usual = text_of_pdf(typeset(PrintedPaper(shipped, final, at))).casefold() if shipped else ""
    made = text_of_pdf(typeset(PrintedPaper(text, final, at))).casefold()
    wanted = {
        f"“{spec.label}”": by_field[spec.name]
        for spec in record.fields
        if (spec.required and not shipped)
        or ((spec.required or spec.critical) and by_field[spec.name].casefold() in usual)
    }
    wanted |= {
        "số trích lục": final["number"],
        "tên cơ quan": final["office"]["name"],
        "ghi chú của sổ": final["notes"],
        "cải chính, bổ sung": final["amendments"][0]["text"],
        "người ký": final["signer"]["name"],
    }
    missing = [what for what, token in wanted.items() if str(token).casefold() not in made]
    if DRAFT_LETTERS.casefold() in made.replace(" ", ""):
        missing.append("không ghi “BẢN DỰ THẢO” lên bản chính thức")
    marked = text_of_pdf(typeset(PrintedPaper(text, draft, at))).casefold().replace(" ", "")
    if DRAFT_LETTERS.casefold() not in marked:
        missing.append(f"chữ “{DRAFT_MARK}” trên bản dự thảo")
    if missing:
        raise PrintRefused(f"Mẫu in chưa nhận được, thiếu: {', '.join(missing)}.")


def _sample(record: RecordSpec, by_field: Mapping[str, str], *, draft: bool) -> dict[str, Any]:
    return {
        "title": "Mẫu thử",
        "draft": draft,
        "office": {"name": "Coquanmauthu", "superior": "Captrenmauthu", "place": "Diadanhmau"},
        "number": "" if draft else "9301/2000",
        "symbol": f"TL{record.prefix}-BS",
        "day": None if draft else day_of(date(2000, 1, 1)),
        "values": dict(by_field),
        "rows": extract_rows(record, by_field),
        "notes": "Ghichumauthu",
        "amendments": [{"field": record.fields[0].name, "text": "Caichinhmauthu"}],
        "signer": {"name": "Nguoikymauthu", "title": "Chucvumauthu"},
    }
