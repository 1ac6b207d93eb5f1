"""The designer of one draft: its page, its specimens, its changes, and the version that it is saved as."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from pipeline.form_design.borrowing import borrow_fields
from pipeline.form_design.design import Design
from pipeline.form_design.draft import DRAFT_ID, DraftRefused, FormDraft
from pipeline.form_design.flaws import design_flaws
from pipeline.registry.accounts.model import Role, Session
from pipeline.web.context import Site, SiteDep, exchange_parts
from pipeline.web.form_design.designer_view import designer_values, draft_state
from pipeline.web.form_design.form_desk import MOST_FILE_BYTES, NO_FORMS
from pipeline.web.form_design.places_of_forms import check_places
from pipeline.web.form_design.sent_files import file_in
from pipeline.web.security.authentication import SessionDep

DraftId = Annotated[str, Path(pattern=f"^{DRAFT_ID}$")]
Revision = Annotated[int, Field(ge=0, le=10**9)]
UNSEEN = "Còn {count} chỗ máy đề nghị mà chưa ai xác nhận. Hãy xem từng chỗ (phím Enter: xác nhận, sang chỗ tiếp theo)."
OTHER_RECORD = (
    "Mẫu “{name}” đang dùng cho {count} quyển sổ loại “{title}”, nên không đổi loại sự kiện của nó được. "
    "Hãy đặt mã khác."
)
router = APIRouter()


class DesignRequest(BaseModel):
    """A design as the browser has it, and the revision that it was made from."""

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
def show_draft(request: Request, site: SiteDep, session: SessionDep, draft_id: DraftId) -> Response:
    """Show the designer."""
    draft = site.forms.draft(session.person, draft_id)
    site.registry.note_view(session.person, "form-shown", _subject(draft))
    return site.renderer.render(
        request,
        "forms/designer.html",
        draft=draft,
        saves=session.person.role is Role.SUPERVISOR,
        most_bytes=MOST_FILE_BYTES,
        **designer_values(site, draft),
    )


@router.get("/forms/drafts/{draft_id}/state")
def show_state(site: SiteDep, session: SessionDep, draft_id: DraftId) -> Response:
    """Tell how the draft stands: its design, flaws, specimens, work under way and what was read."""
    return JSONResponse(draft_state(site.forms, site.forms.draft(session.person, draft_id)))


@router.post("/forms/drafts/{draft_id}")
def change(site: SiteDep, session: SessionDep, draft_id: DraftId, sent: DesignRequest) -> Response:
    """Keep a changed design as the next revision."""
    draft = site.forms.draft(session.person, draft_id)
    if sent.design.record not in site.forms.declared.records:
        raise DraftRefused("Không có loại sự kiện ấy.")
    kept = site.forms.drafts.save(draft.draft_id, sent.revision, sent.design, session.person.login)
    return JSONResponse(_kept(site, kept))


@router.post("/forms/drafts/{draft_id}/pages")
async def send_page(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    draft_id: DraftId,
    name: Annotated[str, Query(max_length=255)] = "trang",
) -> Response:
    """Take a file with specimen pages, which is the body."""
    await run_in_threadpool(site.forms.draft, session.person, draft_id)  # before the file is taken in
    content = await file_in(request)
    draft = await run_in_threadpool(_with_file, site, session, draft_id, name, content)
    return JSONResponse(draft_state(site.forms, draft))


@router.post("/forms/drafts/{draft_id}/pages/{number}/remove")
def remove_page(
    site: SiteDep, session: SessionDep, draft_id: DraftId, number: Annotated[int, Path(ge=1, le=999)]
) -> Response:
    """Take a specimen out of the draft."""
    draft = site.forms.draft(session.person, draft_id)
    if any(one.number == number for one in draft.specimens):
        site.registry.note_view(session.person, "form-page-removed", _subject(draft), {"page": str(number)})
    left = site.forms.drafts.remove_specimen(draft.draft_id, number)
    return JSONResponse(draft_state(site.forms, left))


@router.post("/forms/drafts/{draft_id}/propose")
def propose(
    site: SiteDep, session: SessionDep, draft_id: DraftId, parts: Annotated[bool | None, Query()] = None
) -> Response:
    """Start looking at the specimens behind the answer; ``parts``: whether wide ones are parted at the gutter."""
    note = partial(_note_work, site, session, draft_id)
    job = site.forms.propose(session.person, draft_id, note, parts)
    return JSONResponse({"number": job.number})


@router.post("/forms/drafts/{draft_id}/read")
def read(site: SiteDep, session: SessionDep, draft_id: DraftId) -> Response:
    """Start reading the specimens by the design behind the answer."""
    job = site.forms.read(session.person, draft_id, partial(_note_work, site, session, draft_id))
    return JSONResponse({"number": job.number})


@router.post("/forms/drafts/{draft_id}/borrow")
def borrow(site: SiteDep, session: SessionDep, draft_id: DraftId, sent: BorrowRequest) -> Response:
    """Return the design with the fields of a declared form; nothing is kept yet."""
    site.forms.draft(session.person, draft_id)
    declared = site.forms.declared
    if sent.form not in declared.forms or declared.form(sent.form).record != sent.design.record:
        raise DraftRefused("Không có mẫu ấy trong cùng loại sự kiện.")
    borrowed = borrow_fields(sent.design, declared.form(sent.form))
    return JSONResponse({"design": borrowed.model_dump(mode="json", by_alias=True)})


@router.post("/forms/drafts/{draft_id}/save")
def save_version(
    request: Request, site: SiteDep, session: SessionDep, draft_id: DraftId, seen: SeenRequest
) -> Response:
    """Save the draft as the newest version of the office's own form."""
    draft = site.forms.draft(session.person, draft_id)
    own = site.forms.own
    if own is None:
        raise DraftRefused(NO_FORMS)
    if draft.revision != seen.revision:
        # says who was here meanwhile; a draft that is as it was seen stays as it is
        site.forms.drafts.save(draft_id, seen.revision, draft.design, session.person.login)
    _check_ready(site, session, draft)
    version, base = own.save(
        draft.design,
        draft.base,
        session.person.login,
        lambda number, file: site.registry.note_view(
            session.person, "form-saved", f"form:{draft.design.id}", {"version": str(number), "file": file}
        ),
    )
    site.forms.drafts.note_saved(draft_id, version, base, session.person.login)
    exchange_parts(request, _with_new_lists)
    return JSONResponse({"form": draft.design.id, "version": version})


@router.post("/forms/drafts/{draft_id}/drop")
def drop(site: SiteDep, session: SessionDep, draft_id: DraftId, seen: SeenRequest) -> Response:
    """Give the draft up."""
    draft = site.forms.draft(session.person, draft_id)
    note = partial(site.registry.note_view, session.person, "form-dropped", _subject(draft))
    site.forms.drafts.drop(draft_id, seen.revision, session.person.login, note)
    return JSONResponse({})


@router.get("/pictures/forms/{draft_id}/{number}")
def show_picture(
    site: SiteDep, session: SessionDep, draft_id: DraftId, number: Annotated[int, Path(ge=1, le=999)]
) -> Response:
    """Return the straight picture of a specimen."""
    site.forms.draft(session.person, draft_id)
    picture = site.forms.drafts.picture(draft_id, number)
    if picture is None:
        raise HTTPException(404)
    return Response(picture, media_type="image/jpeg")


def _with_file(site: Site, session: Session, draft_id: str, name: str, content: bytes) -> FormDraft:
    if not name.isprintable():
        raise DraftRefused("Tên tệp có ký tự ẩn. Hãy đổi tên tệp.")
    draft = site.forms.add_file(session.person, draft_id, name, content)
    site.registry.note_view(session.person, "form-page-sent", _subject(draft))
    return draft


def _check_ready(site: Site, session: Session, draft: FormDraft) -> None:
    """Refuse a draft with flaws, with proposals that nobody looked at, or of a form that other places use.

    Raises:
        DraftRefused: It cannot be saved as it is.
    """
    flaws = design_flaws(draft.design, site.forms.declared)
    if flaws:
        raise DraftRefused(f"Mẫu còn {len(flaws)} chỗ chưa đúng: {flaws[0].message}")
    if draft.design.unseen:
        raise DraftRefused(UNSEEN.format(count=len(draft.design.unseen)))
    declared = site.forms.declared
    before = declared.forms.get(draft.design.id)
    books = check_places(site, session, draft.design, before)
    if books and before is not None and before.record != draft.design.record:
        title = declared.record(before.record).title
        raise DraftRefused(OTHER_RECORD.format(name=draft.design.id, count=books, title=title))


def _with_new_lists(site: Site) -> Site:
    """Return the parts with declarations whose lists of words count the new form's boxes."""
    return replace(site, schemas=replace(site.schemas))


def _kept(site: Site, draft: FormDraft) -> dict[str, Any]:
    flaws = design_flaws(draft.design, site.forms.declared)
    return {"revision": draft.revision, "flaws": [{"key": one.key, "message": one.message} for one in flaws]}


def _note_work(site: Site, session: Session, draft_id: str) -> None:
    site.registry.note_view(session.person, "form-work", f"form-draft:{draft_id}")


def _subject(draft: FormDraft) -> str:
    return f"form-draft:{draft.draft_id}"
