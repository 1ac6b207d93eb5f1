"""The papers that prove an entry: the extract of every register, and the certificate where its template is shipped."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.errors import PrintRefused
from pipeline.declarations.schema import RecordSpec
from pipeline.delivery.printing.typesetting import TEMPLATES

EXTRACT, CERTIFICATE = "extract", "certificate"


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of paper.

    Attributes:
        code: ``extract`` or ``certificate``.
        title: Its name in Vietnamese.
        symbol: What follows the number, ``TLKS-BS``.
    """

    code: str
    record: str
    title: str
    symbol: str

    @property
    def template_name(self) -> str:
        """The file name of its template."""
        return f"{self.record}-{self.code}.typ"

    @property
    def audit_subject(self) -> str:
        """The subject of its template in the audit."""
        return f"template:{self.record}" + ("" if self.code == EXTRACT else f"-{self.code}")


def papers_of(record: RecordSpec) -> tuple[PaperKind, ...]:
    """Return the papers of a record, the extract first."""
    title = record.title.lower()
    extract = PaperKind(EXTRACT, record.record, f"Trích lục {title}", f"TL{record.prefix}-BS")
    certificate = PaperKind(CERTIFICATE, record.record, f"Giấy {title}", f"G{record.prefix}-BS")
    return (extract, certificate) if (TEMPLATES / certificate.template_name).exists() else (extract,)


def paper_of(record: RecordSpec, code: str) -> PaperKind:
    """Return a paper of a record.

    Raises:
        PrintRefused: The record has no such paper.
    """
    for paper in papers_of(record):
        if paper.code == code:
            return paper
    raise PrintRefused(f"Loại sổ này không có giấy “{code[:20]}”. Hãy chọn lại loại giấy.")
