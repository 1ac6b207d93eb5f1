"""The designer of a form draft: page, specimens, changes, and saving as a version."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from pipeline.form_design.borrowing import borrow_fields
from pipeline.form_design.design import Design
from pipeline.form_design.draft import DRAFT_ID, DraftRefused, FormDraft
from pipeline.form_design.flaws import design_flaws
from pipeline.registry.accounts.model import Role
from pipeline.web.context import Site, Visit, VisitDep, exchange_parts
from pipeline.web.form_design.designer_view import designer_values, draft_state
from pipeline.web.form_design.form_desk import MOST_FILE_BYTES, NO_FORMS
from pipeline.web.form_design.places_of_forms import check_places
from pipeline.web.form_design.sent_files import file_in

DraftId = Annotated[str, Path(pattern=f"^{DRAFT_ID}$")]
Revision = Annotated[int, Field(ge=0, le=10**9)]
UNSEEN = "Còn {count} chỗ máy đề nghị mà chưa ai xác nhận. Hãy xem từng chỗ (phím Enter: xác nhận, sang chỗ tiếp theo)."
OTHER_RECORD = (
    "Mẫu “{name}” đang dùng cho {count} quyển sổ loại “{title}”, nên không đổi loại sự kiện của nó được. "
    "Hãy đặt mã khác."
)
router = APIRouter()


class DesignRequest(BaseModel):
    """A design from the browser, and the revision on which it is based."""

    revision: Revision
    design: Design


class SeenRequest(BaseModel):
    """The revision that the person saw."""

    revision: Revision


class BorrowRequest(BaseModel):
    """A design, and the declared form from which it takes fields."""

    design: Design
    form: str = Field(max_length=60)


@router.get("/forms/drafts/{draft_id}")
def show_draft(visit: VisitDep, draft_id: DraftId) -> Response:
    draft = visit.site.forms.draft(visit.person, draft_id)
    visit.registry.note_view(visit.person, "form-shown", _subject(draft))
    return visit.page(
        "forms/designer.html",
        draft=draft,
        saves=visit.person.role is Role.SUPERVISOR,
        most_bytes=MOST_FILE_BYTES,
        **designer_values(visit.site, draft),
    )


@router.get("/forms/drafts/{draft_id}/state")
def show_state(visit: VisitDep, draft_id: DraftId) -> Response:
    """Return the state of the draft: design, flaws, specimens, running job and readings."""
    return JSONResponse(draft_state(visit.site.forms, visit.site.forms.draft(visit.person, draft_id)))


@router.post("/forms/drafts/{draft_id}")
def change(visit: VisitDep, draft_id: DraftId, sent: DesignRequest) -> Response:
    """Store a changed design as the next revision."""
    draft = visit.site.forms.draft(visit.person, draft_id)
    if sent.design.record not in visit.site.forms.declared.records:
        raise DraftRefused("Không có loại sự kiện ấy.")
    kept = visit.site.forms.drafts.save(draft.draft_id, sent.revision, sent.design, visit.person.login)
    return JSONResponse(_saved_state(visit, kept))


@router.post("/forms/drafts/{draft_id}/pages")
async def send_page(
    visit: VisitDep, draft_id: DraftId, name: Annotated[str, Query(max_length=255)] = "trang"
) -> Response:
    """Store the file of specimen pages in the body."""
    await run_in_threadpool(visit.site.forms.draft, visit.person, draft_id)  # before the upload is read
    content = await file_in(visit.request)
    draft = await run_in_threadpool(_with_file, visit, draft_id, name, content)
    return JSONResponse(draft_state(visit.site.forms, draft))


@router.post("/forms/drafts/{draft_id}/pages/{number}/remove")
def remove_page(visit: VisitDep, draft_id: DraftId, number: Annotated[int, Path(ge=1, le=999)]) -> Response:
    draft = visit.site.forms.draft(visit.person, draft_id)
    if any(specimen.number == number for specimen in draft.specimens):
        visit.registry.note_view(visit.person, "form-page-removed", _subject(draft), {"page": str(number)})
    left = visit.site.forms.drafts.remove_specimen(draft.draft_id, number)
    return JSONResponse(draft_state(visit.site.forms, left))


@router.post("/forms/drafts/{draft_id}/propose")
def propose(visit: VisitDep, draft_id: DraftId, parts: Annotated[bool | None, Query()] = None) -> Response:
    """Start the proposal job; ``parts``: whether open spreads are split at the gutter."""
    note = partial(_note_work, visit, draft_id)
    job = visit.site.forms.propose(visit.person, draft_id, note, parts)
    return JSONResponse({"number": job.number})


@router.post("/forms/drafts/{draft_id}/read")
def read(visit: VisitDep, draft_id: DraftId) -> Response:
    """Start the job that reads the specimens by the design."""
    job = visit.site.forms.read(visit.person, draft_id, partial(_note_work, visit, draft_id))
    return JSONResponse({"number": job.number})


@router.post("/forms/drafts/{draft_id}/borrow")
def borrow(visit: VisitDep, draft_id: DraftId, sent: BorrowRequest) -> Response:
    """Return the design with the fields of a declared form; nothing is stored."""
    visit.site.forms.draft(visit.person, draft_id)
    declared = visit.site.forms.declared
    if sent.form not in declared.forms or declared.form(sent.form).record != sent.design.record:
        raise DraftRefused("Không có mẫu ấy trong cùng loại sự kiện.")
    borrowed = borrow_fields(sent.design, declared.form(sent.form))
    return JSONResponse({"design": borrowed.model_dump(mode="json", by_alias=True)})


@router.post("/forms/drafts/{draft_id}/save")
def save_version(visit: VisitDep, draft_id: DraftId, seen: SeenRequest) -> Response:
    """Save the draft as the newest version of the office's own form."""
    draft = visit.site.forms.draft(visit.person, draft_id)
    own = visit.site.forms.own
    if own is None:
        raise DraftRefused(NO_FORMS)
    if draft.revision != seen.revision:
        # raises the error that names the other editor; an unchanged draft stays as it is
        visit.site.forms.drafts.save(draft_id, seen.revision, draft.design, visit.person.login)
    _check_ready(visit, draft)
    version, base = own.save(
        draft.design,
        draft.base,
        visit.person.login,
        lambda number, file: visit.registry.note_view(
            visit.person, "form-saved", f"form:{draft.design.id}", {"version": str(number), "file": file}
        ),
    )
    visit.site.forms.drafts.note_saved(draft_id, version, base, visit.person.login)
    exchange_parts(visit.request, _with_new_lists)
    return JSONResponse({"form": draft.design.id, "version": version})


@router.post("/forms/drafts/{draft_id}/drop")
def drop(visit: VisitDep, draft_id: DraftId, seen: SeenRequest) -> Response:
    draft = visit.site.forms.draft(visit.person, draft_id)
    note = partial(visit.registry.note_view, visit.person, "form-dropped", _subject(draft))
    visit.site.forms.drafts.drop(draft_id, seen.revision, visit.person.login, note)
    return JSONResponse({})


@router.get("/pictures/forms/{draft_id}/{number}")
def show_picture(visit: VisitDep, draft_id: DraftId, number: Annotated[int, Path(ge=1, le=999)]) -> Response:
    visit.site.forms.draft(visit.person, draft_id)
    picture = visit.site.forms.drafts.picture(draft_id, number)
    if picture is None:
        raise HTTPException(404)
    return Response(picture, media_type="image/jpeg")


def _with_file(visit: Visit, draft_id: str, name: str, content: bytes) -> FormDraft:
    if not name.isprintable():
        raise DraftRefused("Tên tệp có ký tự ẩn. Hãy đổi tên tệp.")
    draft = visit.site.forms.add_file(visit.person, draft_id, name, content)
    visit.registry.note_view(visit.person, "form-page-sent", _subject(draft))
    return draft


def _check_ready(visit: Visit, draft: FormDraft) -> None:
    """Refuse a draft with flaws, with unconfirmed proposals, or of a form that other places use.

    Raises:
        DraftRefused: The draft cannot be saved in this state.
    """
    flaws = design_flaws(draft.design, visit.site.forms.declared)
    if flaws:
        raise DraftRefused(f"Mẫu còn {len(flaws)} chỗ chưa đúng: {flaws[0].message}")
    if draft.design.unseen:
        raise DraftRefused(UNSEEN.format(count=len(draft.design.unseen)))
    declared = visit.site.forms.declared
    before = declared.forms.get(draft.design.id)
    books = check_places(visit.site, visit.session, draft.design, before)
    if books and before is not None and before.record != draft.design.record:
        title = declared.record(before.record).title
        raise DraftRefused(OTHER_RECORD.format(name=draft.design.id, count=books, title=title))


def _with_new_lists(site: Site) -> Site:
    """Return the parts with new declarations, so that cached vocabularies are built with the new form."""
    return replace(site, schemas=replace(site.schemas))


def _saved_state(visit: Visit, draft: FormDraft) -> dict[str, Any]:
    flaws = design_flaws(draft.design, visit.site.forms.declared)
    return {
        "revision": draft.revision,
        "flaws": [{"key": flaw.key, "message": flaw.message} for flaw in flaws],
    }


def _note_work(visit: Visit, draft_id: str) -> None:
    visit.registry.note_view(visit.person, "form-work", f"form-draft:{draft_id}")


def _subject(draft: FormDraft) -> str:
    return f"form-draft:{draft.draft_id}"
