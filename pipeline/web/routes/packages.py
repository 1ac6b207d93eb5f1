"""Packages for the Ministry's software: request, progress and download; only for books of the person's places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from pydantic import AfterValidator, BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from pipeline.base.errors import PrintRefused, RegistryError, StorageError
from pipeline.base.files import TEMP_PREFIX
from pipeline.base.text.control_characters import visible_text
from pipeline.declarations.schema.shared_software import LoadingRule, read_province_rules
from pipeline.delivery.export.package_values import WorkbookFault
from pipeline.delivery.export.rehearsal import LearntRules, learn_from_file, rehearse
from pipeline.delivery.package import LoadingOverride
from pipeline.delivery.package_sentences import fault_sentence
from pipeline.delivery.printing.service import Asker, HandoverOrder, HandoverParty
from pipeline.delivery.printing.volume_table import volume_paper, volume_table
from pipeline.registry.accounts.model import Person
from pipeline.registry.approvals.model import ApprovalKind
from pipeline.registry.books.model import BookRow
from pipeline.registry.statistics.book_states import BOOK_STAGE_LABELS
from pipeline.web.context import RowId, Site, Visit, VisitDep
from pipeline.web.package_queue import PackagePhase
from pipeline.web.routes.custody import issuing_offices
from pipeline.web.routes.printing import file_response
from pipeline.web.scanning.book_list import BookFilter, FilterChoices

FILE_WORDS = {
    "manifest.json": "bản kê của gói",
    "manifest.sig": "chữ ký của bản kê",
    "manifest.p7s": "chữ ký số của cơ quan trên bản kê",
    ".layers.json": "chữ trên sổ của các ô giao theo quy tắc",
    ".xlsx": "danh sách sự kiện (Excel)",
    ".zip": "ảnh trang sổ, mỗi sự kiện một PDF",
}
"""Descriptions of a package's files by name or ending; the first match counts."""

MOST_SHOWN = 8
"""Largest number of rows named for each fault on the page of a rehearsal."""

MOST_REFUSAL_BYTES = 4 << 20
"""Size limit of a file of refusals."""

router = APIRouter(prefix="/packages")

Party = Annotated[str, Field(max_length=120), AfterValidator(str.strip)]


def file_words(name: str) -> str:
    """Return the description of a file in a package; its name where the file is unknown."""
    return next((words for end, words in FILE_WORDS.items() if name.endswith(end)), name)


@router.get("")
def show_packages(visit: VisitDep, narrowed: Annotated[BookFilter, Query()]) -> Response:
    """Show the packages of the books of a filter, and one list of all that holds packages back."""
    return _packages_page(visit, narrowed)


def _packages_page(visit: Visit, narrowed: BookFilter, refused: str = "") -> Response:
    mine = visit.registry.statistics(visit.person.places).book_states()
    units = visit.units
    admitted = {book.book_id for book in narrowed.admitted(mine, units)}
    rows = [
        (book, visit.site.work.packages.state(book.book_id))
        for book in _books(visit)
        if book.book_id in admitted
    ]
    under_way = any(state.is_under_way for _, state in rows)
    return visit.page(
        "packages.html",
        rows=rows,
        under_way=under_way,
        blocking=[
            (book, *place)
            for book, state in rows
            if state.phase is PackagePhase.REFUSED and state.refusal is not None
            for place in state.refusal.places or ((state.refusal.sentence, ""),)
        ],
        narrowed=narrowed,
        choices=FilterChoices.of(mine, units),
        stage_labels=BOOK_STAGE_LABELS,
        title_of=visit.schemas.title_of,
        is_open=visit.site.work.packages.is_open,
        file_words=file_words,
        exports_of=visit.schemas.exports_of,
        label_of=lambda record, column: _label_of(visit, record, column),
        refused=refused,
    )


def _label_of(visit: Visit, record: str, column: str) -> str:
    """Return the label of the field that a column holds; the column where the record no longer has it."""
    fields = visit.schemas.record(record).fields
    return next((spec.label for spec in fields if spec.column == column), column)


@router.get("/khoi-luong.xlsx")
def take_volumes_workbook(visit: VisitDep) -> Response:
    return _volumes(visit, ".xlsx")


@router.get("/khoi-luong.pdf")
def take_volumes_pdf(visit: VisitDep) -> Response:
    return _volumes(visit, ".pdf")


def _volumes(visit: Visit, ending: str) -> Response:
    """Send the volumes of the newest packages of the books that the person may see."""
    packages, person = visit.site.work.packages, visit.person
    folders = [folder for book in _books(visit) if (folder := packages.folder_of(book.book_id)) is not None]
    with visit.refusing(lambda refused: _packages_page(visit, BookFilter(), refused), PrintRefused):
        table = volume_table(folders, packages.public_key, person.may_see)
        offices = issuing_offices(visit.site)
        paper = volume_paper(visit.registry, table, ending, offices, Asker.of(person))
    return file_response(paper)


@router.post("/{book_id}")
def ask_for_package(
    visit: VisitDep,
    book_id: int,
    partial: Annotated[bool, Form()] = False,
    despite: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Queue a package; ``despite``: why it is written although its rehearsal of loading fails."""
    book = _book(visit, book_id)
    word = LoadingOverride(visit.person.login, visible_text(despite.strip())) if despite.strip() else None
    if visit.site.work.packages.start(book.book_id, partial=partial, despite=word):
        visit.registry.note_view(visit.person, "package-asked", f"book:{book_id}")
    return RedirectResponse("/packages", status_code=303)


@router.post("/refusals/{book_id}")
async def send_refusals(
    visit: VisitDep, book_id: RowId, name: Annotated[str, Query(max_length=255)] = "tu-choi.xlsx"
) -> Response:
    """Let the refusals of the real software, a file in the body, become rules of the province."""
    book = await run_in_threadpool(_book, visit, book_id)
    content = await visit.request.body()
    learnt = await run_in_threadpool(_learn, visit, book, content, name)
    return JSONResponse(
        {"address": f"/packages/{book_id}/rehearsal?new={len(learnt.rules)}&left={len(learnt.kept_out)}"}
    )


def _learn(visit: Visit, book: BookRow, content: bytes, name: str) -> LearntRules:
    packages = visit.site.work.packages
    folder = packages.folder_of(book.book_id)
    if folder is None:
        raise RegistryError("Sổ này chưa có gói nào. Hãy xuất gói, nạp thử rồi đưa tệp từ chối vào.")
    with TemporaryDirectory(prefix=TEMP_PREFIX) as scratch:
        file = Path(scratch) / ("tu-choi.csv" if name.casefold().endswith(".csv") else "tu-choi.xlsx")
        file.write_bytes(content)
        source = f"{visible_text(name)}, {datetime.now(UTC).astimezone():%d.%m.%Y}"
        try:
            learnt = learn_from_file(folder, file, visit.schemas, packages.province_file, source)
        except StorageError as error:
            raise RegistryError(error.message) from None
    visit.registry.note_view(visit.person, "refusals-learnt", f"book:{book.book_id}")
    return learnt


@dataclass(frozen=True, slots=True)
class AlikeFaults:
    """The faults of a rehearsal that say the same of a column."""

    label: str
    sentence: str
    faults: tuple[WorkbookFault, ...]

    @property
    def blocking(self) -> bool:
        return self.faults[0].blocking

    @property
    def column(self) -> str:
        return self.faults[0].column

    @property
    def shown(self) -> tuple[WorkbookFault, ...]:
        """The first faults, in the order of the rows."""
        return self.faults[:MOST_SHOWN]


def _alike(
    faults: Iterable[WorkbookFault], labels: Mapping[str, str], rules: Mapping[str, LoadingRule]
) -> list[AlikeFaults]:
    """Return the faults by what they say, those that refuse a row first."""
    groups: dict[tuple[bool, str, str], list[WorkbookFault]] = {}
    for fault in sorted(faults, key=lambda fault: (not fault.blocking, fault.row)):
        key = (fault.blocking, fault.column, fault_sentence(fault, rules))
        groups.setdefault(key, []).append(fault)
    return [
        AlikeFaults(labels.get(column, ""), sentence, tuple(of_group))
        for (_, column, sentence), of_group in groups.items()
    ]


@router.get("/{book_id}/rehearsal")
def show_rehearsal(
    visit: VisitDep,
    book_id: int,
    new: Annotated[int | None, Query(ge=0)] = None,
    left: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show what the shared software would refuse in the last package of a book, and what it would read otherwise."""
    book = _book(visit, book_id)
    folder = visit.site.work.packages.folder_of(book.book_id)
    if folder is None:
        raise RegistryError("Sổ này chưa có gói nào để diễn tập. Hãy xuất gói rồi diễn tập.")
    rules = read_province_rules(visit.site.work.packages.province_file)
    outcome = rehearse(folder, visit.schemas, rules)
    by_code = {rule.code: rule for rule in (*visit.schemas.loading, *rules)}
    labels = {spec.column: spec.label for spec in visit.schemas.record(book.record).fields}
    visit.registry.note_view(visit.person, "package-rehearsed", f"book:{book_id}")
    return visit.page(
        "rehearsal.html",
        book=book,
        outcome=outcome,
        rows=_alike(outcome.faults, labels, by_code),
        may_teach=visit.person.places is None,
        new=new,
        left=left,
        most=MOST_REFUSAL_BYTES,
    )


@router.get("/{book_id}/{name}")
def take_file(visit: VisitDep, book_id: int, name: str) -> Response:
    book = _book(visit, book_id)
    path = visit.site.work.packages.file(book.book_id, name)
    if path is None:
        raise HTTPException(404)
    refuse_without_approval(visit.site, visit.person, book_id)
    visit.registry.note_view(visit.person, "package-taken", f"book:{book_id}")
    return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})


class HandoverForm(BaseModel):
    """The parties of a package's handover."""

    giver: Party = ""
    giver_title: Party = ""
    receiver_office: Party = ""
    receiver: Party = ""
    receiver_title: Party = ""

    @property
    def order(self) -> HandoverOrder:
        return HandoverOrder(
            HandoverParty("", self.giver, self.giver_title),
            HandoverParty(self.receiver_office, self.receiver, self.receiver_title),
        )


@router.post("/{book_id}/handover")
def print_handover(visit: VisitDep, book_id: int, typed: Annotated[HandoverForm, Form()]) -> Response:
    """Print the handover minutes of a book's last package; empty values stay blank on paper."""
    book = _book(visit, book_id)
    folder = visit.site.work.packages.folder_of(book.book_id)
    if folder is None:
        raise RegistryError("Sổ này chưa có gói nào để lập biên bản. Hãy xuất gói rồi in.")
    refuse_without_approval(visit.site, visit.person, book_id)
    return file_response(
        visit.site.work.printer.handover(folder, typed.order, Asker.of(visit.person), book_id)
    )


def refuse_without_approval(site: Site, person: Person, book_id: int) -> None:
    """Raise where the approval of a book was withdrawn after its last package was made."""
    if site.policies.approval.book and _was_approval_withdrawn(site, person, book_id):
        raise RegistryError(
            "Phê duyệt của sổ đã được rút sau khi gói này được xuất, nên không tải gói này nữa. Hãy phê duyệt lại rồi "
            "xuất gói mới."
        )


def _was_approval_withdrawn(site: Site, person: Person, book_id: int) -> bool:
    """Return whether the approval of a book was withdrawn after its last package was made."""
    made_at = site.work.packages.state(book_id).made_at
    acts = site.desk.approval_view(person, book_id).acts
    return made_at is not None and any(
        act.kind == ApprovalKind.WITHDRAWN and act.approved_at > made_at for act in acts
    )


def _books(visit: Visit) -> list[BookRow]:
    rows = [row for record in visit.schemas.records for row in visit.registry.book_rows(record)]
    return [row for row in rows if visit.person.may_see(row.place_code)]


def _book(visit: Visit, book_id: int) -> BookRow:
    for book in _books(visit):
        if book.book_id == book_id:
            return book
    raise HTTPException(404)
