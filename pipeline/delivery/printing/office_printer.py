"""Printing for an office: entries, extracts, book lists, handover minutes; for the browser and the command line.

Only settled entries are printed. An extract is typeset with the next number of its series and entered under it in a
transaction that checks number and entry again; if another person took the number meanwhile, the extract is typeset
again with the next number. So no number is skipped or issued twice, and no paper has a number missing from the
registry.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.base.errors import PackageRefused, PrintRefused, ScanError
from pipeline.base.files import sha256_of_file
from pipeline.base.localtime import OFFICE_ZONE, format_moment, local_date
from pipeline.base.model import PageImage
from pipeline.base.signing_key import signing_key
from pipeline.base.stages import STAGE_LABELS
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.delivery.deliverable import DeliverableBook, box_of_entry
from pipeline.delivery.entry_pdfs import CopyPlan
from pipeline.delivery.export.book_list import book_list_workbook
from pipeline.delivery.export.compression import CopyOptions
from pipeline.delivery.export.export_options import AttachedPage, BookNames, PackageOptions, read_options
from pipeline.delivery.export.package_values import BookFacts, SettledEntry
from pipeline.delivery.export.page_pictures import PagePart, part_pictures
from pipeline.delivery.export.pdf_writing import PicturePage
from pipeline.delivery.printing import handovers
from pipeline.delivery.printing.contents import (
    ExtractFacts,
    Signer,
    amendment_sentences,
    book_values_of,
    entry_data,
    extract_data,
    texts_in,
    with_known_letters,
)
from pipeline.delivery.printing.extract_codes import (
    CheckedExtract,
    check_line,
    code_of,
    is_extract_code,
    read_code,
)
from pipeline.delivery.printing.letters import missing_letters
from pipeline.delivery.printing.office_templates import NO_TEMPLATE, OfficeTemplates, Template
from pipeline.delivery.printing.offices import IssuingOffice, IssuingOffices, read_offices
from pipeline.delivery.printing.paper_kinds import EXTRACT, PaperKind, paper_of, papers_of
from pipeline.delivery.printing.printable_entry import PrintableEntry, judged, refusal_of_extract, scan_flaw
from pipeline.delivery.printing.service import Asker, HandoverOrder, PrintedFile, PrintView, name_of_extract
from pipeline.delivery.printing.typesetting import PrintedPaper, shipped_template, typeset
from pipeline.registry import Registry, RegistryPart
from pipeline.registry.books.model import ListedEntry
from pipeline.registry.extracts.extracts import CHANGED, checked_order
from pipeline.registry.extracts.model import (
    EntryToPrint,
    ExtractOrder,
    IssuedExtract,
    IssueFilter,
    NumberTaken,
    SetExtract,
)
from pipeline.scans.intake import ScanFile, ScanLimits, page_of_isolated
from pipeline.scans.intake.inspection import Inspector
from pipeline.scans.workspace import Workspace

PICTURE_KILOBYTES = 200.0
"""Size of the picture of an A4 page beside the values of its entry, in kB."""

MOST_TRIES = 20
"""Largest number of attempts at an extract whose number another person took."""

NO_OFFICE = (
    "Tên cơ quan cấp trích lục của nơi đăng ký này chưa được khai, nên chỉ in được bản dự thảo. Hãy nhờ người quản trị "
    "hay người phụ trách được giao mọi nơi, khai ở trang Thiết lập, mục Cơ quan cấp trích lục, rồi cấp."
)
LIST_COLUMNS = (
    ("STT", 0.7),
    ("Số", 1.3),
    ("Ngày đăng ký", 1.5),
    ("Trang số", 0.9),
    ("Họ, chữ đệm, tên", 4.6),
    ("Tình trạng", 2.0),
    ("Cải chính", 1.0),
    ("Bản quét, trang", 3.0),
)
CENTRED = (0, 1, 2, 3, 6)


class OfficePrinter:
    """The ``Printer`` of an installation."""

    def __init__(
        self, registry: Registry, workspace: Workspace, schemas: Schemas, limits: ScanLimits
    ) -> None:
        self._registry, self._workspace, self._schemas, self._limits = registry, workspace, schemas, limits
        self._issuing = threading.Lock()

    # --- entries ------------------------------------------------------------------------------------------------------

    def view(self, entry_id: int, asker: Asker, hidden: Collection[str] = ()) -> PrintView:
        """Return an entry as shown to a person with the right to print it; see ``Printer``."""
        printable = self._judged(entry_id, asker)
        entry, settled = printable.found, printable.settled
        record = self._schemas.record(entry.entry.record)
        office = self._office(entry.ledger.place_code)
        refused, is_own, is_generic = refusal_of_extract(printable, self._schemas), False, False
        try:
            template = self._template(papers_of(record)[0])
            is_own, is_generic = template.is_own, template.is_generic
        except PrintRefused as error:
            refused = refused or error.message
        refused = refused or (NO_TEMPLATE if is_generic else "")
        values = {} if settled is None else book_values_of(settled, entry.layers, record, self._schemas)
        notes = record.book.notes if record.book is not None else ""
        rows = tuple(
            (spec.label, values[spec.name])
            for spec in record.fields
            if values.get(spec.name) and spec.name != notes
        )
        self._note("entry-shown", f"entry:{entry_id}", {}, asker)
        return PrintView(
            entry_id=entry_id,
            book_id=entry.entry.book_id,
            title=_title_of(entry, record, hidden),
            refusal=printable.refusal,
            refusal_of_extract=refused or ("" if office.code else NO_OFFICE),
            rows=rows,
            notes=values.get(notes, ""),
            amendments=()
            if settled is None
            else tuple(
                sentence["text"] for sentence in amendment_sentences(entry.entry, record, self._schemas)
            ),
            office=office,
            papers=papers_of(record),
            is_own=is_own,
            is_generic=is_generic,
            state=entry.state,
        )

    def entry(self, entry_id: int, asker: Asker) -> PrintedFile:
        """Return the print of an entry beside the scans of its pages."""
        printable = self._judged(entry_id, asker)
        settled, entry_to_print = printable.required(), printable.found
        pictures = self._pictures(printable)
        now = datetime.now(UTC)
        footer = (
            f"In lúc {format_moment(now)}, người in: {asker.name}. Để tra cứu nội bộ, không thay trích lục."
        )
        data = entry_data(
            settled,
            entry_to_print.entry,
            entry_to_print.ledger,
            self._schemas,
            pictures=[picture.size for picture in pictures],
            footer=footer,
        )
        content = typeset(
            PrintedPaper(
                shipped_template("entry.typ"),
                with_known_letters(data),
                now,
                [picture.jpeg for picture in pictures],
            )
        )
        self._note("entry-printed", f"entry:{entry_id}", {"pdf": _sha256(content)}, asker)
        return PrintedFile(f"{self._name_of(printable, settled)}.pdf", content)

    def _pictures(self, printable: PrintableEntry) -> list[PicturePage]:
        """Return the pictures of an entry's pages, continuation pages and amendments."""
        options = self._options()

        def decode(part: PagePart) -> PageImage:
            scan = ScanFile(part.scan, part.scan_sha256, part.scan.stat().st_size)
            return page_of_isolated(scan, part.page_no, self._limits)

        try:
            parts = self._parts(printable, options)
            return list(part_pictures(parts, decode, CopyOptions(PICTURE_KILOBYTES)))
        except (ScanError, PackageRefused):
            raise PrintRefused(
                "Bản quét của sự kiện trong kho thiếu, hỏng hay không còn đúng như khi nhận nên không in. Hãy lấy "
                "lại từ bản sao lưu."
            ) from None

    def _parts(self, printable: PrintableEntry, options: PackageOptions) -> Iterator[PagePart]:
        settled, to_print = printable.required(), printable.found
        book = self._registry.book(to_print.entry.book_id)
        attached = tuple(page for page in options.attached if self._belongs(page, book.folder_name, settled))
        boxes = {entry.row: box_of_entry(entry) for entry in (to_print.entry, *to_print.neighbours)}
        known = {row: box for row, box in boxes.items() if box is not None}
        rows = {settled.ref: known} if len(boxes) > 1 else {}
        single = DeliverableBook(book, (settled,), (), rows, {}, ())
        names = single.names(self._schemas, options)
        plan = CopyPlan(self._registry, self._workspace, self._schemas, single, names, attached)
        for job in plan.jobs():
            for copy in job.copies:
                yield from copy.parts

    @staticmethod
    def _belongs(page: AttachedPage, book: str, settled: SettledEntry) -> bool:
        return page.book == book and page.number == settled.number

    # --- extracts -----------------------------------------------------------------------------------------------------

    def draft(self, entry_id: int, signer: Signer, asker: Asker, paper: str = EXTRACT) -> PrintedFile:
        """Return the draft of an extract."""
        printable = self._judged(entry_id, asker)
        self._refuse_extract(printable)
        office = self._office(printable.found.ledger.place_code)
        kind = self._paper(printable, paper)
        data = self._extract(printable, ExtractFacts(office, kind, signer=signer))
        template = self._template(kind)
        content = typeset(PrintedPaper(template.text, data, datetime.now(UTC)))
        self._note("extract-drafted", f"entry:{entry_id}", {"pdf": _sha256(content)}, asker)
        return PrintedFile(f"du-thao-{self._name_of(printable, printable.required())}.pdf", content)

    def issue(self, entry_id: int, order: ExtractOrder, seen: str, asker: Asker) -> IssuedExtract:
        """Issue an extract."""
        order = checked_order(order)
        before = self._registry.issued_before(order.token, entry_id, asker.person)
        if before is not None:
            return before
        with self._issuing:  # threads of this process do not take numbers from each other
            for _ in range(MOST_TRIES):
                try:
                    return self._issue(entry_id, order, seen, asker)
                except NumberTaken as taken:
                    refused = taken
        raise refused

    def _issue(self, entry_id: int, order: ExtractOrder, seen: str, asker: Asker) -> IssuedExtract:
        printable = self._judged(entry_id, asker)
        entry_to_print = printable.found
        if entry_to_print.state != seen:
            raise PrintRefused(CHANGED)
        self._refuse_extract(printable)
        kind = self._paper(printable, order.paper)
        template = self._template(kind)
        if template.is_generic:
            raise PrintRefused(NO_TEMPLATE)
        office = self._office(entry_to_print.ledger.place_code)
        if not office.code:
            raise PrintRefused(NO_OFFICE)
        if flaw := scan_flaw(printable, self._workspace):
            raise PrintRefused(flaw)
        number, today = self._registry.next_extract(office.code)
        signer = Signer(order.signer, order.signer_title)
        record = self._schemas.record(entry_to_print.entry.record)
        values = book_values_of(printable.required(), entry_to_print.layers, record, self._schemas)
        extract = SetExtract(
            office=office.code,
            year=today.year,
            number=number,
            issued_on=today,
            entry_number=values[record.key_fields.number],
            subject=", ".join(
                filter(None, (values[person.name] for person in record.people if person.event != "other"))
            ),
            state=entry_to_print.state,
            template_sha256=template.sha256,
        )
        code = code_of(extract, order, record.record).text(signing_key(self._workspace.package_key))
        facts = ExtractFacts(office, kind, f"{number}/{today.year}", today, signer, code)
        content = typeset(PrintedPaper(template.text, self._extract(printable, facts), _noon(today)))
        options = self._options()
        return self._registry.issue_extract(
            entry_id,
            replace(extract, pdf=content),
            order,
            options.delivery,
            options.approval,
            author=asker.login,
            person=asker.person,
        )

    def issued(
        self, extract_id: int, asker: Asker, *, even_void: bool = False, even_outdated: bool = False
    ) -> PrintedFile:
        """Return the file of an issued extract."""
        line, content = self._registry.extract_file(
            extract_id,
            author=asker.login,
            person=asker.person,
            even_void=even_void,
            even_outdated=even_outdated,
        )
        return PrintedFile(name_of_extract(line), content)

    def _refuse_extract(self, printable: PrintableEntry) -> None:
        if refused := refusal_of_extract(printable, self._schemas):
            raise PrintRefused(refused)

    def _extract(self, printable: PrintableEntry, facts: ExtractFacts) -> dict[str, Any]:
        data = extract_data(printable.required(), printable.found, self._schemas, facts)
        if unknown := missing_letters("".join(texts_in(data))):
            raise PrintRefused(
                f"Phông chữ của giấy không có chữ “{unknown[:20]}” nên không in được trích lục."
            )
        return data

    def _paper(self, printable: PrintableEntry, code: str) -> PaperKind:
        return paper_of(self._schemas.record(printable.found.entry.record), code)

    def _template(self, paper: PaperKind) -> Template:
        return OfficeTemplates(self._workspace.print_templates, self._registry.recorded_files).of(paper)

    def check(self, text: str, asker: Asker) -> CheckedExtract:
        """Check the code on a paper; see ``Printer``."""
        code = read_code(text, signing_key(self._workspace.package_key))
        wanted = IssueFilter(office=code.office, year=code.year, number=code.number)
        found = self._registry.issued_extracts(wanted, author=asker.login, person=asker.person)
        return check_line(code, next(iter(found.rows), None))

    def code_on(self, scan: Path) -> str:
        """Return the text of the code on a scanned or photographed paper; see ``Printer``."""
        try:
            with Inspector(self._limits) as inspector:
                pages = inspector.pages(ScanFile(scan, sha256_of_file(scan), scan.stat().st_size))
        except ScanError as error:
            raise PrintRefused(error.message) from None
        codes = [code for page in pages for code in page.codes]
        if not codes:
            raise PrintRefused(
                "Không thấy mã nào đọc được trong tệp. Hãy quét lại thẳng và rõ, hay dùng máy đọc mã rồi dán chữ."
            )
        return next(filter(is_extract_code, codes), codes[0])

    # --- lists and minutes --------------------------------------------------------------------------------------------

    def book_list(self, book_id: int, ending: str, asker: Asker) -> PrintedFile:
        """Return the list of the entries of a book."""
        if asker.person is not None:
            listed = self._registry.desk(ReviewPolicy()).entries_of_book(asker.person, book_id)
        else:
            listed = self._registry.listed_entries(book_id)
        self._registry.refuse_withdrawn(RegistryPart(book_id))
        book = self._registry.book(book_id)
        record = self._schemas.record(book.record)
        now = datetime.now(UTC)
        rows = [list(_list_row(number, entry)) for number, entry in enumerate(listed, start=1)]
        waiting = sum(entry.waits for entry in listed)
        under = f"Quyển số {book.ledger.volume}, {book.ledger.place}, thư mục {book.folder_name}"
        total = f"Cộng: {len(rows)} sự kiện" + (
            f", trong đó {waiting} sự kiện còn chờ rà soát." if waiting else "."
        )
        footer = f"In lúc {format_moment(now)}, người in: {asker.name}"
        heading = f"DANH SÁCH SỰ KIỆN {record.title.upper()}"
        data = with_known_letters(
            {
                "title": f"Danh sách sự kiện {record.title.lower()}",
                "office": self._office(book.ledger.place_code).head,
                "heading": heading,
                "under": under,
                "columns": [name for name, _ in LIST_COLUMNS],
                "widths": [share for _, share in LIST_COLUMNS],
                "centred": list(CENTRED),
                "rows": rows,
                "total": total,
                "footer": footer,
            }
        )
        if ending == ".xlsx":
            content = book_list_workbook(heading, [under, total, footer], LIST_COLUMNS, data["rows"])
        else:
            content = typeset(PrintedPaper(shipped_template("list.typ"), data, now))
        self._note(
            "list-printed", f"book:{book_id}", {"entries": len(rows), "sha256": _sha256(content)}, asker
        )
        facts = BookFacts(book.folder_name, book.ledger, book.record, record.prefix)
        options = self._options()
        names = BookNames(
            facts, options.paper(book.ledger.year), spans=False, book_pattern=options.book_pattern
        )
        return PrintedFile(f"danh-sach-{names.book}{ending}", content)

    def handover(
        self, folder: Path, order: HandoverOrder, asker: Asker, book_id: int | None = None
    ) -> PrintedFile:
        """Return the handover minutes of a package."""
        package = handovers.verified_package(folder)
        today = local_date(datetime.now(UTC))
        office = self._office(package.place_code)
        if order.place:
            office = replace(office, place=order.place)
        data = handovers.handover_data(package, order, office, today, self._schemas)
        content = typeset(
            PrintedPaper(shipped_template("handover.typ"), with_known_letters(data), _noon(today))
        )
        subject = "package" if book_id is None else f"book:{book_id}"
        hashes = {"manifest": package.manifest_sha256, "pdf": _sha256(content)}
        self._note("handover-printed", subject, hashes, asker)
        return PrintedFile(f"bien-ban-ban-giao-{package.name}.pdf", content)

    # --- what all of them need ----------------------------------------------------------------------------------------

    def _judged(self, entry_id: int, asker: Asker) -> PrintableEntry:
        options = self._options()
        entry = self._registry.entry_to_print(entry_id, options.delivery, options.approval, asker.person)
        return judged(entry, self._schemas, options.approval)

    def _options(self) -> PackageOptions:
        return read_options(self._workspace.package, self._workspace.office)

    def _offices(self) -> IssuingOffices:
        return read_offices(self._workspace.print)

    def _office(self, place_code: str) -> IssuingOffice:
        return self._offices().of(place_code)

    def _name_of(self, printable: PrintableEntry, settled: SettledEntry) -> str:
        entry, options = printable.found, self._options()
        record = self._schemas.record(entry.entry.record)
        facts = BookFacts(entry.folder_name, entry.ledger, record.record, record.prefix)
        names = BookNames(facts, options.paper(entry.ledger.year), spans=True, pattern=options.file_pattern)
        return names.entry(settled.number, settled.registered_year)

    def _note(self, action: str, subject: str, detail: dict[str, Any], asker: Asker) -> None:
        self._registry.note_printed(action, subject, detail, author=asker.login)


def _title_of(entry: EntryToPrint, record: RecordSpec, hidden: Collection[str]) -> str:
    """Return the title of an entry with its number and volume, also for an entry that may not be printed."""
    name = record.key_fields.number
    number = "" if name in hidden else entry.entry.values.get(name)
    return f"{record.title}{f' số {number}' if number else ''}, quyển {entry.ledger.volume}"


def _list_row(number: int, entry: ListedEntry) -> Iterator[str]:
    yield str(number)
    yield entry.number
    yield entry.registered_on.replace(".", "/")
    yield entry.page_number
    yield entry.subject
    yield STAGE_LABELS[entry.stage]
    yield str(entry.amended) if entry.amended else ""
    yield f"{entry.scan}, trang {entry.ref.page_no}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=OFFICE_ZONE)
