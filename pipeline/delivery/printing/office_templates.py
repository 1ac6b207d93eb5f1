"""The templates of extracts: those of the program, replaced by an office's own templates.

An office edits a copy and has it accepted: the copy is typeset with an invented entry, as a draft and as an extract,
and must print all important fields that the shipped template prints. A template counts only with the SHA-256 that the
audit holds of its acceptance; a later change needs a new acceptance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.base.errors import PrintRefused, StorageError
from pipeline.base.files import (
    FileRefused,
    Recorded,
    make_folder,
    nothing_recorded,
    read_regular_file,
    write_atomically,
)
from pipeline.declarations.schema import RecordSpec
from pipeline.delivery.printing.contents import day_of, extract_rows
from pipeline.delivery.printing.paper_kinds import PaperKind
from pipeline.delivery.printing.pdf_text import text_of_pdf
from pipeline.delivery.printing.typesetting import PrintedPaper, shipped_template, typeset

ACCEPTED, DROPPED = "template-accepted", "template-dropped"
"""The acts in the audit."""

MOST_BYTES = 256 << 10
DRAFT_MARK = "BẢN DỰ THẢO"
DRAFT_LETTERS = "BẢNDỰTHẢO"
GENERIC = "generic-extract.typ"
"""The template of records without a legal form of extract known to the program."""

NO_TEMPLATE = (
    "Loại sổ này chưa có mẫu trích lục theo quy định: chỉ in được bản dự thảo theo mẫu chung, không cấp số. Muốn cấp "
    "thì người quản trị máy xem lại mẫu chung rồi nhận làm mẫu của cơ quan."
)
"""The refusal of extracts from the generic template."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template: its text, whether it belongs to the office, and whether it is the generic template."""

    text: str
    is_own: bool
    is_generic: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OfficeTemplates:
    """The templates of an installation.

    Attributes:
        folder: The office's own templates.
        recorded: Returns the accepted files; without it none is.
    """

    folder: Path
    recorded: Recorded = nothing_recorded

    def of(self, paper: PaperKind) -> Template:
        """Return the template of a paper: the office's own, else the shipped, else the generic template.

        Raises:
            PrintRefused: The audit does not hold the office's own template as it is, or it cannot be read.
        """
        path = self.folder / paper.template_name
        if not path.exists() and not path.is_symlink():
            shipped = _shipped(paper)
            if not shipped:
                return Template(shipped_template(GENERIC), is_own=False, is_generic=True)
            return Template(shipped, is_own=False)
        own = Template(_read(path), is_own=True)
        if own.sha256 not in self.recorded(paper.audit_subject, ACCEPTED, DROPPED):
            raise PrintRefused(
                f"Mẫu in {path.name} của cơ quan không phải mẫu mà nhật ký ghi là đã nhận (đã bị sửa, hay nhận "
                "bằng bản phần mềm chưa ghi mã băm vào nhật ký). Người quản trị hãy xem lại rồi chạy "
                f"hotich print template accept {paper.record} --paper {paper.code} với tệp ấy."
            )
        return own

    def accept(
        self, record: RecordSpec, paper: PaperKind, text: str, note: Callable[[str], object]
    ) -> Template:
        """Accept a template as the office's own.

        Args:
            note: Records the SHA-256 of the template before it is written.

        Raises:
            PrintRefused: It cannot be typeset, or omits required content.
            StorageError: The disk refuses the write.
        """
        refuse_flaws(record, paper, text)
        template = Template(text, is_own=True)
        make_folder(self.folder)
        note(template.sha256)
        try:
            write_atomically(self.folder / paper.template_name, text)
        except OSError as error:
            raise StorageError(
                f"Không ghi được {self.folder}: {error.strerror}. Hãy kiểm tra ổ đĩa và quyền ghi."
            ) from None
        return template

    def drop(self, paper: PaperKind) -> bool:
        """Return to the shipped template; return whether the office had its own, which is kept as ``.old``."""
        path = self.folder / paper.template_name
        if not path.exists():
            return False
        path.replace(path.with_suffix(".typ.old"))
        return True


def _shipped(paper: PaperKind) -> str:
    """Return the shipped template of a paper; ``""`` if there is none."""
    try:
        return shipped_template(paper.template_name)
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
    """Return the text of a template file written by an office.

    Raises:
        PrintRefused: The file is no text, is too large, or cannot be read.
    """
    return _read(path)


def refuse_flaws(record: RecordSpec, paper: PaperKind, text: str) -> None:
    """Typeset a template with an invented entry and refuse it if the extract omits required content.

    For a record without a shipped template, all required fields must be printed.

    Raises:
        PrintRefused: The message names the missing content.
    """
    at = datetime(2000, 1, 1, tzinfo=UTC)
    shipped = _shipped(paper)
    by_field = {spec.name: f"Mau{number:03d}x" for number, spec in enumerate(record.fields)}
    final, draft = _sample(record, by_field, draft=False), _sample(record, by_field, draft=True)
    printed_by_shipped = text_of_pdf(typeset(PrintedPaper(shipped, final, at))).casefold() if shipped else ""
    printed = text_of_pdf(typeset(PrintedPaper(text, final, at))).casefold()
    wanted = {
        f"“{spec.label}”": by_field[spec.name]
        for spec in record.fields
        if (spec.required and not shipped)
        or ((spec.required or spec.critical) and by_field[spec.name].casefold() in printed_by_shipped)
    }
    wanted |= {
        "số trích lục": final["number"],
        "tên cơ quan": final["office"]["name"],
        "ghi chú của sổ": final["notes"],
        "cải chính, bổ sung": final["amendments"][0]["text"],
        "người ký": final["signer"]["name"],
    }
    missing = [what for what, token in wanted.items() if str(token).casefold() not in printed]
    if DRAFT_LETTERS.casefold() in printed.replace(" ", ""):
        missing.append("không ghi “BẢN DỰ THẢO” lên bản chính thức")
    printed_draft = text_of_pdf(typeset(PrintedPaper(text, draft, at))).casefold().replace(" ", "")
    if DRAFT_LETTERS.casefold() not in printed_draft:
        missing.append(f"chữ “{DRAFT_MARK}” trên bản dự thảo")
    if missing:
        raise PrintRefused(f"Mẫu in chưa nhận được, thiếu: {', '.join(missing)}.")


def _sample(record: RecordSpec, by_field: Mapping[str, str], *, draft: bool) -> dict[str, Any]:
    return {
        "title": "Mẫu thử",
        "draft": draft,
        "office": {"name": "Coquanmauthu", "superior": "Captrenmauthu", "place": "Diadanhmau"},
        "number": "" if draft else "9301/2000",
        "symbol": "KyhieumauBS",
        "code": None,
        "day": None if draft else day_of(date(2000, 1, 1)),
        "values": dict(by_field),
        "rows": extract_rows(record, by_field),
        "notes": "Ghichumauthu",
        "amendments": [{"field": record.fields[0].name, "text": "Caichinhmauthu"}],
        "signer": {"name": "Nguoikymauthu", "title": "Chucvumauthu"},
    }
