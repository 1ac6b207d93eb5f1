"""The office's own reader: versions, proposals, their acceptance, and rollback; for the whole office."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Form, HTTPException
from PIL import Image
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import HotichError, RegistryError, SetupError
from pipeline.registry import RegistryPart
from pipeline.registry.audit.recorded_files import FILE
from pipeline.training.evaluation.report.page_content import KIND_LABELS
from pipeline.training.office_reader.gate_words import GROUPS, STATE_LABELS, objection_sentence, writer_label
from pipeline.training.office_reader.line_scores import ComparedLine
from pipeline.training.office_reader.reader_proposal import changed_lines, has_learnt_removed, read_proposal
from pipeline.training.office_reader.versions import (
    PROMOTED,
    SHIPPED,
    ReaderVersion,
    ReaderVersions,
    VersionState,
)
from pipeline.web.context import RowId, Visit, VisitDep

NO_READERS = "Máy chủ này không giữ bộ đọc của cơ quan. Hãy báo người quản trị máy."
LEARNT_REMOVED = "Bản này đã học từ dòng nay đã gỡ nên không dùng được nữa. Hãy chạy lại hotich learn."

router = APIRouter(prefix="/readers")


@router.get("")
def show_readers(visit: VisitDep) -> Response:
    return _list(visit)


@router.post("/rollback")
def roll_back(visit: VisitDep, in_use: Annotated[RowId, Form()]) -> Response:
    """Return to the version that was in use before this one."""
    with visit.refusing(lambda refused: _list(visit, refused=refused), HotichError):
        _versions(visit).roll_back(in_use=in_use, note=_note(visit, "reader-rolled-back", in_use))
    return RedirectResponse("/readers", status_code=303)


@router.get("/{number}")
def show_reader(visit: VisitDep, number: RowId) -> Response:
    version = _version(visit, number)
    visit.registry.note_view(visit.person, "reader-shown", f"reader:{number}")
    return _proposal(visit, version)


@router.get("/{number}/lines/{place}")
def line_of_reader(visit: VisitDep, number: RowId, place: RowId) -> Response:
    """Return the picture of a line that a version reads differently."""
    lines = _shown(visit, _version(visit, number))
    if place >= len(lines):
        raise HTTPException(404)
    picture = BytesIO()
    Image.fromarray(np.ascontiguousarray(lines[place].line.pixels)).save(picture, "PNG")
    return Response(picture.getvalue(), media_type="image/png")


@router.post("/{number}/promote")
def promote(visit: VisitDep, number: RowId, in_use: Annotated[RowId, Form()]) -> Response:
    """Take a proposed version into use."""
    version = _version(visit, number)
    with visit.refusing(lambda refused: _proposal(visit, version, refused=refused), HotichError):
        if visit.site.office.lines is not None and has_learnt_removed(
            version.folder, visit.site.office.lines.removed
        ):
            raise RegistryError(LEARNT_REMOVED)
        _versions(visit).promote(number, in_use=in_use, note=_note(visit, PROMOTED, number))
    return RedirectResponse("/readers", status_code=303)


@router.post("/{number}/decline")
def decline(visit: VisitDep, number: RowId) -> Response:
    """Record that a proposed version is declined."""
    version = _version(visit, number)
    with visit.refusing(lambda refused: _proposal(visit, version, refused=refused), HotichError):
        _versions(visit).decline(number, note=_note(visit, "reader-declined", number))
    return RedirectResponse("/readers", status_code=303)


def _note(visit: Visit, action: str, number: int) -> Callable[..., None]:
    def note(before: int, digest: str = "") -> None:
        detail: dict[str, str | int] = {"before": before} | ({FILE: digest} if digest else {})
        visit.registry.note_learning(visit.person.login, action, f"reader:{number}", detail)

    return note


def _versions(visit: Visit) -> ReaderVersions:
    if visit.site.office.readers is None:
        raise HTTPException(404, NO_READERS)
    return visit.site.office.readers


def _version(visit: Visit, number: int) -> ReaderVersion:
    version = _versions(visit).version(number)
    if version is None:
        raise HTTPException(404)
    return version


def _shown(visit: Visit, version: ReaderVersion) -> list[ComparedLine]:
    """Return the changed lines of a version without lines that were removed or withdrawn afterwards."""
    lines_store = visit.site.office.lines
    removed = lines_store.removed if lines_store is not None else None
    lines = [row for row in changed_lines(version.folder) if removed is None or not removed.covers(row.line)]
    withdrawals = {
        book_id: visit.registry.withdrawn_parts(book_id) for book_id in {line.line.book_id for line in lines}
    }
    return [
        line
        for line in lines
        if not any(
            act.part.covers(
                RegistryPart(
                    line.line.book_id, line.line.ref.scan_sha256, line.line.ref.page_no, line.line.row
                )
            )
            for act in withdrawals[line.line.book_id]
        )
    ]


def _list(visit: Visit, *, refused: str = "") -> Response:
    versions = visit.site.office.readers
    all_versions: tuple[ReaderVersion, ...] = ()
    in_use, removed = SHIPPED, None
    try:
        if versions is not None:
            all_versions, in_use = versions.all(), versions.in_use
        removed = visit.site.office.lines.removed if visit.site.office.lines is not None else None
    except SetupError as error:
        refused = error.message
    return visit.page(
        "supervising/readers.html",
        status=422 if refused else 200,
        versions=[
            (
                version,
                STATE_LABELS[version.state],
                removed is not None and has_learnt_removed(version.folder, removed),
            )
            for version in all_versions
        ],
        in_use=in_use,
        shipped=SHIPPED,
        refused=refused or ("" if versions is not None else NO_READERS),
    )


def _proposal(visit: Visit, version: ReaderVersion, *, refused: str = "") -> Response:
    proposal = read_proposal(version.folder)
    verdict = proposal.verdict
    groups = [("Tất cả", "các dòng để riêng", verdict.overall)]
    groups += [("Quyển sổ", _book_name(visit, name), score) for name, score in verdict.by_writer.items()]
    groups += [
        ("Kiểu giá trị", KIND_LABELS.get(name, name), score) for name, score in verdict.by_kind.items()
    ]
    groups += [("Mẫu sổ", _form_title(visit, name), score) for name, score in verdict.by_form.items()]
    if verdict.elsewhere is not None:
        groups.append(("Nét chữ khác", "dòng vẽ", verdict.elsewhere))
    current = _versions(visit).version(version.number) or version
    return visit.page(
        "supervising/reader.html",
        version=current,
        state=STATE_LABELS[current.state],
        is_proposed=current.state is VersionState.PROPOSED,
        in_use=_versions(visit).in_use,
        proposal=proposal,
        objections=[objection_sentence(objection) for objection in verdict.objections],
        groups=groups,
        shares=[(GROUPS.get(name, name), *pair) for name, pair in verdict.shares.items()],
        lines=_shown(visit, current),
        refused=refused,
    )


def _book_name(visit: Visit, writer: str) -> str:
    number = writer.removeprefix("book-")
    if not number.isdecimal():
        return writer_label(writer)
    try:
        return visit.registry.book(int(number)).folder_name
    except RegistryError:
        return writer_label(writer)


def _form_title(visit: Visit, form: str) -> str:
    return visit.schemas.forms[form].title if form in visit.schemas.forms else form
