"""Whether an entry may be printed: papers follow the rule of packages; a refusal is a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.errors import PrintRefused
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.schema import Schemas
from pipeline.delivery.deliverable import settle
from pipeline.delivery.export.package_values import ExportBlocker, SettledEntry
from pipeline.delivery.printing.contents import book_values_of, contradiction, texts_in, values_of
from pipeline.delivery.printing.letters import missing_letters
from pipeline.delivery_rules import as_on_paper
from pipeline.registry.extracts.model import EntryToPrint
from pipeline.scans.workspace import Workspace

WHY = {
    "task": "Sự kiện còn chờ rà soát nên chưa in được. Hãy rà soát xong ({fields}) rồi in.",
    "value": "Sự kiện chưa có đủ giá trị nên chưa in được: {fields}. Hãy rà soát các trường ấy.",
    "finding": "Sự kiện còn lỗi chặn chưa ai xử lý ({codes}) nên chưa in được.",
    "confirm": "Giá trị của {fields} chờ một người xác nhận nên chưa in được. Hãy xác nhận ở trang của sự kiện.",
    "signature": "Cải chính, bổ sung của {fields} chưa có người thứ hai ký xác nhận nên chưa in được.",
    "tampered": "Dữ liệu của sự kiện bị sửa ngoài chương trình nên không in. Hãy báo người quản trị chạy hotich "
    "audit verify.",
}
SHOWN = 6
"""Largest number of fields named in a refusal."""

UNAPPROVED = (
    "Sổ chưa được phê duyệt, hay đã thay đổi từ lần phê duyệt trước, nên chưa in được. Người phụ trách phê duyệt ở "
    "trang “phê duyệt” của sổ."
)


@dataclass(frozen=True, slots=True)
class PrintableEntry:
    """An entry with the decision whether it may be printed.

    Attributes:
        found: The entry in the registry.
        settled: The entry as printed; ``None`` if it may not be printed.
        refusal: Reason of the refusal; ``""`` if the entry may be printed.
    """

    found: EntryToPrint
    settled: SettledEntry | None
    refusal: str = ""

    def required(self) -> SettledEntry:
        """Return the settled entry.

        Raises:
            PrintRefused: The entry may not be printed.
        """
        if self.settled is None:
            raise PrintRefused(self.refusal)
        return self.settled


def judged(to_print: EntryToPrint, schemas: Schemas, approval: ApprovalPolicy) -> PrintableEntry:
    """Decide whether an entry may be printed, and in which form."""
    entry = to_print.entry
    waiting = {entry.entry_id} if to_print.waits else frozenset()
    outcome = settle(entry, as_on_paper(to_print.layers), schemas, waiting, to_print.altered)
    spec = schemas.record(entry.record).by_name
    if isinstance(outcome, SettledEntry) and to_print.unsigned:
        columns = tuple(spec[name].column or name for name in to_print.unsigned)
        outcome = ExportBlocker("signature", entry.scan, entry.ref.page_no, entry.row, fields=columns)
    if isinstance(outcome, ExportBlocker):
        return PrintableEntry(to_print, None, _sentence(outcome, schemas, entry.record))
    if approval.book and not to_print.approved:
        return PrintableEntry(to_print, None, UNAPPROVED)
    return PrintableEntry(to_print, outcome)


def _sentence(blocker: ExportBlocker, schemas: Schemas, record: str) -> str:
    by_column = schemas.record(record).by_column
    labels = [by_column[column].label if column in by_column else column for column in blocker.fields]
    fields = ", ".join(f"“{label}”" for label in labels[:SHOWN]) or "các trường đang chờ"
    if len(labels) > SHOWN:
        fields += f" và {len(labels) - SHOWN} trường nữa"
    return WHY[blocker.why].format(fields=fields, codes=", ".join(blocker.codes[:6]))


def refusal_of_extract(printable: PrintableEntry, schemas: Schemas) -> str:
    """Return why no extract of a printable entry is issued; ``""``: an extract may be issued."""
    if printable.settled is None:
        return printable.refusal
    record = schemas.record(printable.found.entry.record)
    values = values_of(printable.settled, record, schemas)
    on_paper = book_values_of(printable.settled, printable.found.layers, record, schemas)
    key = record.key_columns
    for column in (key.number, key.registered_on):
        spec = record.by_column[column]
        if not on_paper[spec.name]:
            return f"Sổ không ghi “{spec.label}” nên không cấp trích lục được. Hãy cấp theo hồ sơ giấy."
    if against := contradiction(values, record):
        return (
            f"{against} đang có hiệu lực khác nhau, thường vì chỉ cải chính một trong hai. Hãy cải chính cho khớp rồi "
            "cấp."
        )
    unknown = missing_letters("".join(texts_in(on_paper)))
    if unknown:
        return f"Phông chữ của giấy không có chữ “{unknown[:20]}” nên không in được trích lục. Hãy cấp theo hồ sơ giấy."
    return ""


def scan_flaw(printable: PrintableEntry, workspace: Workspace) -> str:
    """Return the flaw of the scans of an entry and of its amendments' decisions; ``""``: none."""
    settled = printable.required()
    papers = [column.paper.scan_sha256 for column in settled.amended if column.paper is not None]
    for sha256 in dict.fromkeys((settled.ref.scan_sha256, *papers)):
        if workspace.flaw_of(sha256):
            name = printable.found.scans.get(sha256, sha256[:12])
            return (
                f"Bản quét “{name}” trong kho thiếu hoặc không còn đúng như khi nhận nên không in. Hãy lấy lại từ bản "
                "sao lưu."
            )
    return ""
