"""Import of workbooks that an office typed earlier: upload, preview, import and undo, for supervisors."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.base.errors import HotichError, ReconcileError
from pipeline.delivery.workbook_import.import_report import MODE_WORDS
from pipeline.delivery.workbook_import.importing import WorkbookImporter
from pipeline.delivery.workbook_import.sent_files import SentFile, SentFiles
from pipeline.delivery.workbook_reading import find_layout, open_workbook
from pipeline.delivery.workbook_reading.header_mapping import (
    chosen_mapping,
    keep_mapping,
    propose_mapping,
)
from pipeline.delivery.workbook_reading.sheet_layout import MappedColumn, SheetMapping
from pipeline.delivery.workbook_reading.upload_bounds import MOST_FILE_BYTES
from pipeline.registry.errors import NotThere
from pipeline.registry.imports.model import ImportMode, WorkbookFile
from pipeline.registry.tasks.model import NotYours
from pipeline.web.background_jobs import FAULT, JobOutcome, OnProgress
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.security.middleware import log_fault

KIND = "import"
NOT_HERE = "Máy chủ này không nhập tệp. Hãy báo người quản trị máy."
_ONE_FILE = threading.Lock()
"""The headings of one file are compared at a time, as comparing holds the interpreter (``own_forms``)."""

LOOK_FIRST = "Hãy bấm “Xem trước” với đúng các lựa chọn này rồi mới nhập."

router = APIRouter(prefix="/imports")


@router.get("")
def show_imports(visit: VisitDep, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show the imports, and the form that sends a file."""
    return _shown(visit, done=done)


@router.get("/jobs")
def show_jobs(visit: VisitDep) -> Response:
    """Return the progress of previews and imports as a fragment."""
    return visit.page("fragments/jobs.html", **_jobs(visit))


@router.post("/files")
async def send_file(visit: VisitDep, name: Annotated[str, Query(min_length=1, max_length=255)]) -> Response:
    """Store the file in the body; nothing is imported yet."""
    content = await visit.request.body()
    sent = await run_in_threadpool(_store_file, visit, content, name)
    return JSONResponse({"address": f"/imports/files/{sent.sha256}"})


@router.get("/files/{sha256}")
def show_file(visit: VisitDep, sha256: str, record: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Show the mapping from the columns of a file to fields, with the choices of the last preview."""
    query = visit.request.query_params
    mode, excel_days = query.get("mode", ImportMode.TO_CHECK.value), query.get("excel_days", "") == "true"
    return _shown_file(visit, sha256, FileForm("look", record, mode, excel_days, _chosen_fields(query)))


@router.post("/files/{sha256}")
async def use_file(
    visit: VisitDep,
    sha256: str,
    act: Annotated[str, Form(max_length=10)] = "look",
    record: Annotated[str, Form(max_length=60)] = "",
    mode: Annotated[str, Form(max_length=10)] = ImportMode.TO_CHECK.value,
    excel_days: Annotated[bool, Form()] = False,
) -> Response:
    """Preview, import or remove a file; ``column-…``: the field for each column."""
    form = await visit.request.form()
    chosen = FileForm(act, record, mode, excel_days, _chosen_fields(form))
    return await run_in_threadpool(_use_file, visit, sha256, chosen)


def _chosen_fields(sent: Mapping[str, Any]) -> dict[str, str]:
    """Return the chosen field of each column, by the column's position."""
    return {key.removeprefix("column-"): str(sent[key]) for key in sent if key.startswith("column-")}


@router.post("/{import_id}/take-back")
def take_back(
    visit: VisitDep, import_id: RowId, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    with visit.refusing(lambda refused: _shown(visit, refused=refused)):
        done = visit.desk.take_back_import(visit.person, import_id, reason)
    return RedirectResponse(f"/imports?done={'kept' if done.kept else 'taken-back'}", status_code=303)


def _store_file(visit: Visit, content: bytes, name: str) -> SentFile:
    sent = _files(visit).take(content, name, visit.person.login)
    visit.registry.note_view(visit.person, "import-file-sent", f"file:{sent.sha256}")
    return sent


def _files(visit: Visit) -> SentFiles:
    if visit.site.office.imports is None:
        raise NotThere(NOT_HERE)
    return visit.site.office.imports


def _jobs(visit: Visit) -> dict[str, Any]:
    own_jobs = [job for job in visit.site.office.jobs.jobs(KIND) if job.author == visit.person.login]
    return {"jobs": own_jobs[:6], "address": "/imports/jobs"}


def _shown(visit: Visit, *, done: str = "", refused: str = "") -> Response:
    files = visit.site.office.imports
    return visit.page(
        "supervising/imports.html",
        imports=visit.desk.imports_for(visit.person),
        files=files.of(visit.person.login) if files else (),
        sends=files is not None,
        titles={name: spec.title for name, spec in visit.schemas.records.items()},
        mode_words=MODE_WORDS,
        most=MOST_FILE_BYTES,
        done=done,
        refused=refused,
        **_jobs(visit),
    )


def _shown_file(visit: Visit, sha256: str, form: FileForm, refused: str = "") -> Response:
    files = _files(visit)
    sent, path = files.find(sha256, visit.person.login)
    with visit.refusing(lambda error: _shown(visit, refused=error), ReconcileError):
        proposed = form.applied_to(_proposed(visit, path, sent, form.record))
    return visit.page(
        "supervising/import_file.html",
        sent=sent,
        proposed=proposed,
        fields=[spec for spec in proposed.record.fields if spec.column],
        records=visit.schemas.records,
        modes=MODE_WORDS,
        chosen=form.mode,
        excel_days=form.excel_days,
        refused=refused,
        **_jobs(visit),
    )


def _proposed(visit: Visit, path: Path, sent: SentFile, record: str) -> SheetMapping:
    if record and record not in visit.schemas.records:
        raise ReconcileError("Không có loại sổ ấy. Hãy tải lại trang.")
    try:
        with _ONE_FILE, open_workbook(path, first_rows=True) as book:
            return propose_mapping(book, visit.schemas, record, _files(visit).layouts)
    except ReconcileError as error:
        raise ReconcileError(error.message.replace(path.name, sent.name)) from None


@dataclass(frozen=True, slots=True)
class FileForm:
    """The choices on the page of a file.

    Attributes:
        act: ``look``, ``bring`` or ``remove``.
        mode: The status of the imported values.
        excel_days: Whether numbers in date columns are Excel's day counts.
        fields: The declared column for each header, by the header's position.
    """

    act: str
    record: str
    mode: str
    excel_days: bool
    fields: Mapping[str, str]

    def applied_to(self, proposed: SheetMapping) -> SheetMapping:
        """Return the mapping with the chosen fields in place of the proposed ones."""
        columns = (
            MappedColumn(column.header, self.fields[str(position)])
            if self.fields.get(str(position), column.column) != column.column
            else column
            for position, column in enumerate(proposed.columns)
        )
        return replace(proposed, columns=tuple(columns))

    def columns(self, proposed: SheetMapping) -> dict[str, str]:
        """Return the headers by declared column.

        Raises:
            ReconcileError: Two headers are chosen for one field.
        """
        headers: dict[str, str] = {}
        for position, column in self.fields.items():
            if not column or not position.isdecimal() or int(position) >= len(proposed.columns):
                continue
            header = proposed.columns[int(position)].header
            if column in headers:
                raise ReconcileError(f"“{headers[column]}” và “{header}” được chọn cho cùng một trường.")
            headers[column] = header
        return headers

    def mark(self, columns: Mapping[str, str]) -> str:
        """Return the digest of these choices."""
        choices = [self.record, self.mode, self.excel_days, sorted(columns.items())]
        return hashlib.sha256(json.dumps(choices, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[
            :16
        ]


def _use_file(visit: Visit, sha256: str, form: FileForm) -> Response:
    files, person = _files(visit), visit.person
    if form.act == "remove":
        files.find(sha256, person.login)
        visit.registry.note_view(person, "import-file-removed", f"file:{sha256}")
        files.remove(sha256, person.login)
        return RedirectResponse("/imports?done=removed", status_code=303)
    sent, path = files.find(sha256, person.login)
    with visit.refusing(lambda error: _shown_file(visit, sha256, form, error), ReconcileError):
        if form.mode not in set(ImportMode) or form.act not in ("look", "bring"):
            raise ReconcileError("Hãy tải lại trang rồi chọn lại.")
        proposed = _proposed(visit, path, sent, form.record)
        columns = form.columns(proposed)
        mapping, mark = chosen_mapping(proposed, columns), form.mark(columns)
        if form.act == "bring" and sent.looked != mark:
            raise ReconcileError(LOOK_FIRST)
        if form.act == "bring":
            keep_mapping(files.layouts, proposed, mapping)
        importer = WorkbookImporter(
            visit.registry,
            visit.desk,
            visit.schemas,
            person,
            ImportMode(form.mode),
            serial_days=form.excel_days,
        )
        visit.site.office.jobs.start(
            KIND,
            f"{'Nhập' if form.act == 'bring' else 'Xem trước'} {sent.name}",
            person.login,
            partial(_run_import, importer, path, sent, mapping, form.act == "bring"),
            partial(visit.registry.note_view, person, "import-asked", f"file:{sha256}"),
        )
        if form.act == "look":
            files.note_look(sent, mark)
    chosen = {"record": form.record, "mode": form.mode, "excel_days": str(form.excel_days).lower()}
    chosen |= {f"column-{position}": column for position, column in form.fields.items()}
    return RedirectResponse(f"/imports/files/{sha256}?{urlencode(chosen)}#jobs", status_code=303)


def _run_import(
    importer: WorkbookImporter,
    path: Path,
    sent: SentFile,
    mapping: SheetMapping,
    brings: bool,
    on_progress: OnProgress,
) -> JobOutcome:
    try:
        with open_workbook(path) as book:
            columns = find_layout(book, importer.schemas, mapping)
            if brings:
                file = WorkbookFile(sent.name, sent.sha256)
                report = importer.bring(book, columns, file, on_progress)
            else:
                report = importer.look(book, columns)
    except (ReconcileError, NotYours) as error:
        raise ReconcileError(error.message.replace(path.name, sent.name)) from None
    except HotichError as error:
        log_fault(error)  # the message is for administrators: it names files and servers
        raise ReconcileError(FAULT) from None
    result_url = f"/reconcile/{report.reconciliation_id}" if report.reconciliation_id else ""
    return JobOutcome(tuple(report.sentences()), result_url or ("/imports" if report.import_id else ""))
