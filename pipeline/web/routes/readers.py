"""The office's own reader: what was learnt, what is proposed, yes or no, and the way back; for the whole office."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Form, HTTPException, Request
from PIL import Image
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import HotichError, RegistryError, RegistryUnavailable, SetupError, StorageError
from pipeline.registry import RegistryPart
from pipeline.registry.accounts.model import Session
from pipeline.training.evaluation.report.page_content import KIND_LABELS
from pipeline.training.office_reader.gate_words import GROUPS, STATE_LABELS, objection_sentence, writer_label
from pipeline.training.office_reader.line_scores import ComparedLine
from pipeline.training.office_reader.reader_proposal import changed_lines, has_learnt_removed, read_proposal
from pipeline.training.office_reader.versions import (
    SHIPPED,
    Note,
    ReaderVersion,
    ReaderVersions,
    VersionState,
)
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.security.authentication import SessionDep

NO_READERS = "Máy chủ này không giữ bộ đọc của cơ quan. Hãy báo người quản trị máy."
LEARNT_REMOVED = "Bản này đã học từ dòng nay đã gỡ nên không dùng được nữa. Hãy chạy lại hotich learn."

router = APIRouter(prefix="/readers")


@router.get("")
def show_readers(request: Request, site: SiteDep) -> Response:
    return _list(request, site)


@router.post("/rollback")
def roll_back(
    request: Request, site: SiteDep, session: SessionDep, in_use: Annotated[RowId, Form()]
) -> Response:
    """Go back to the version that was in use before this one."""
    try:
        _versions(site).roll_back(in_use=in_use, note=_note(site, session, "reader-rolled-back", in_use))
    except (RegistryUnavailable, StorageError):
        raise
    except HotichError as refused:
        return _list(request, site, refused=refused.message)
    return RedirectResponse("/readers", status_code=303)


@router.get("/{number}")
def show_reader(request: Request, site: SiteDep, session: SessionDep, number: RowId) -> Response:
    version = _version(site, number)
    site.registry.note_view(session.person, "reader-shown", f"reader:{number}")
    return _proposal(request, site, version)


@router.get("/{number}/lines/{place}")
def line_of_reader(site: SiteDep, number: RowId, place: RowId) -> Response:
    """Return the picture of a line that a version reads otherwise."""
    lines = _shown(site, _version(site, number))
    if place >= len(lines):
        raise HTTPException(404)
    picture = BytesIO()
    Image.fromarray(np.ascontiguousarray(lines[place].line.pixels)).save(picture, "PNG")
    return Response(picture.getvalue(), media_type="image/png")


@router.post("/{number}/promote")
def promote(
    request: Request, site: SiteDep, session: SessionDep, number: RowId, in_use: Annotated[RowId, Form()]
) -> Response:
    """Take a proposed version into use."""
    version = _version(site, number)
    try:
        if site.office.lines is not None and has_learnt_removed(version.folder, site.office.lines.removed):
            raise RegistryError(LEARNT_REMOVED)
        _versions(site).promote(number, in_use=in_use, note=_note(site, session, "reader-promoted", number))
    except (RegistryUnavailable, StorageError):
        raise
    except HotichError as refused:
        return _proposal(request, site, version, refused=refused.message)
    return RedirectResponse("/readers", status_code=303)


@router.post("/{number}/decline")
def decline(request: Request, site: SiteDep, session: SessionDep, number: RowId) -> Response:
    """Record that a proposed version is not taken."""
    version = _version(site, number)
    try:
        _versions(site).decline(number, note=_note(site, session, "reader-declined", number))
    except (RegistryUnavailable, StorageError):
        raise
    except HotichError as refused:
        return _proposal(request, site, version, refused=refused.message)
    return RedirectResponse("/readers", status_code=303)


def _note(site: Site, session: Session, action: str, number: int) -> Note:
    def note(before: int) -> None:
        site.registry.note_learning(session.person.login, action, f"reader:{number}", {"before": before})

    return note


def _versions(site: Site) -> ReaderVersions:
    if site.office.readers is None:
        raise HTTPException(404, NO_READERS)
    return site.office.readers


def _version(site: Site, number: int) -> ReaderVersion:
    found = _versions(site).version(number)
    if found is None:
        raise HTTPException(404)
    return found


def _shown(site: Site, version: ReaderVersion) -> list[ComparedLine]:
    """Return the lines that are shown of a version: those that were removed or withdrawn since are not."""
    removed = site.office.lines.removed if site.office.lines is not None else None
    lines = [one for one in changed_lines(version.folder) if removed is None or not removed.covers(one.line)]
    gone = {
        book_id: site.registry.withdrawn_parts(book_id) for book_id in {one.line.book_id for one in lines}
    }
    return [
        one
        for one in lines
        if not any(
            act.part.covers(
                RegistryPart(one.line.book_id, one.line.ref.scan_sha256, one.line.ref.page_no, one.line.row)
            )
            for act in gone[one.line.book_id]
        )
    ]


def _list(request: Request, site: Site, *, refused: str = "") -> Response:
    versions = site.office.readers
    found: tuple[ReaderVersion, ...] = ()
    in_use, removed = SHIPPED, None
    try:
        if versions is not None:
            found, in_use = versions.all(), versions.in_use
        removed = site.office.lines.removed if site.office.lines is not None else None
    except SetupError as error:
        refused = error.message
    return site.renderer.render(
        request,
        "supervising/readers.html",
        status=422 if refused else 200,
        versions=[
            (one, STATE_LABELS[one.state], removed is not None and has_learnt_removed(one.folder, removed))
            for one in found
        ],
        in_use=in_use,
        shipped=SHIPPED,
        refused=refused or ("" if versions is not None else NO_READERS),
    )


def _proposal(request: Request, site: Site, version: ReaderVersion, *, refused: str = "") -> Response:
    proposal = read_proposal(version.folder)
    verdict = proposal.verdict
    groups = [("Tất cả", "các dòng để riêng", verdict.overall)]
    groups += [("Quyển sổ", _book_name(site, name), one) for name, one in verdict.by_writer.items()]
    groups += [("Kiểu giá trị", KIND_LABELS.get(name, name), one) for name, one in verdict.by_kind.items()]
    groups += [("Mẫu sổ", _form_title(site, name), one) for name, one in verdict.by_form.items()]
    if verdict.elsewhere is not None:
        groups.append(("Nét chữ khác", "dòng vẽ", verdict.elsewhere))
    current = _versions(site).version(version.number) or version
    return site.renderer.render(
        request,
        "supervising/reader.html",
        status=422 if refused else 200,
        version=current,
        state=STATE_LABELS[current.state],
        is_proposed=current.state is VersionState.PROPOSED,
        in_use=_versions(site).in_use,
        proposal=proposal,
        objections=[objection_sentence(one) for one in verdict.objections],
        groups=groups,
        shares=[(GROUPS.get(name, name), *pair) for name, pair in verdict.shares.items()],
        lines=_shown(site, current),
        refused=refused,
    )


def _book_name(site: Site, writer: str) -> str:
    """Return the folder name of the book that a writer is known by."""
    number = writer.removeprefix("book-")
    if not number.isdecimal():
        return writer_label(writer)
    try:
        return site.registry.book(int(number)).folder_name
    except RegistryError:
        return writer_label(writer)


def _form_title(site: Site, form: str) -> str:
    return site.schemas.forms[form].title if form in site.schemas.forms else form
