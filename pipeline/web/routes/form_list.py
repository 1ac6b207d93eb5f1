"""The forms that books are read by: the program's, the office's own with their versions, and drafts of new ones."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.base.errors import SchemaError
from pipeline.base.text.tones import unaccented
from pipeline.form_design.design import Design, as_proposed, design_of_form
from pipeline.form_design.draft import DraftRefused, FormDraft
from pipeline.registry.accounts.model import Role, Session
from pipeline.reports.own_files import UnusedFile
from pipeline.web.context import Site, SiteDep, files_not_used
from pipeline.web.form_design.beginning import begin_draft, free_id, own_forms
from pipeline.web.form_design.own_forms import design_of_file
from pipeline.web.form_design.places_of_forms import check_places
from pipeline.web.form_design.sent_files import file_in
from pipeline.web.scanning.covers import places_of
from pipeline.web.security.authentication import SessionDep

FormName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
LAYOUTS = {"page": "một trang (hoặc một nửa trang mở) ghi một sự kiện", "table": "bảng: một dòng một sự kiện",
           "act": "ghi thành văn: máy không đọc, người nhập cạnh ảnh"}  # fmt: skip

SPOILT = "Máy chủ còn dùng bản trước của tệp cho đến khi chạy lại; lượt đọc thì không đọc sổ cần tệp ấy nữa."
"""What is told of a file that was spoilt while the server ran."""

TYPED = ("record", "title", "form_id", "layout", "first_year", "last_year", "province", "place")
"""What a person types of a new form."""

router = APIRouter(prefix="/forms")


@router.get("")
def show_forms(
    request: Request, site: SiteDep, session: SessionDep, saved: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """List the forms, and the drafts of the places of the person."""
    return _page(request, site, session, {}, saved=saved)


@router.post("")
def begin(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    record: Annotated[str, Form(max_length=60)] = "",
    title: Annotated[str, Form(max_length=300)] = "",
    form_id: Annotated[str, Form(max_length=60)] = "",
    layout: Annotated[str, Form(max_length=10)] = "page",
    first_year: Annotated[str, Form(max_length=4)] = "",
    last_year: Annotated[str, Form(max_length=4)] = "",
    province: Annotated[str, Form(max_length=120)] = "",
    place: Annotated[str, Form(max_length=40)] = "",
    origin: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Begin a draft: of a new form, or with ``origin`` of a declared one."""
    typed = {
        "record": record,
        "title": title.strip(),
        "form_id": form_id.strip(),
        "layout": layout,
        "first_year": first_year,
        "last_year": last_year,
        "province": province.strip(),
        "place": place,
    }
    try:
        draft = _copied(site, session, origin, place) if origin else _begun(site, session, typed)
    except DraftRefused as refused:
        return _page(request, site, session, typed, refused=refused.message)
    return RedirectResponse(f"/forms/drafts/{draft.draft_id}", status_code=303)


@router.post("/import")
async def take_file(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    place: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Take a form's file of another office, which is the body, as a draft."""
    content = await file_in(request)
    draft = await run_in_threadpool(_taken, site, session, content, place)
    return JSONResponse({"draft": draft.draft_id})


@router.get("/files/{form_id}")
def send_file(site: SiteDep, session: SessionDep, form_id: FormName) -> Response:
    """Send the file of a form, to be shared with another office."""
    own = own_forms(site)
    if form_id not in site.forms.declared.forms:
        raise HTTPException(404)
    text = own.text(form_id)
    site.registry.note_view(session.person, "form-taken", f"form:{form_id}")
    headers = {"Content-Disposition": f'attachment; filename="mau-so-{form_id}.toml"'}
    return Response(text, media_type="application/toml; charset=utf-8", headers=headers)


@router.get("/files/{form_id}/versions")
def show_versions(request: Request, site: SiteDep, session: SessionDep, form_id: FormName) -> Response:
    """List the versions of an own form, with the text before each."""
    return _versions(request, site, session, form_id)


@router.post("/files/{form_id}/retire")
def retire(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    form_id: FormName,
    seen: Annotated[str, Form(max_length=200)] = "",
    retired: Annotated[bool, Form()] = True,
) -> Response:
    """Say that no further book is declared with an own form, or that books may be again."""
    own = own_forms(site)
    if not own.is_own(form_id):
        raise HTTPException(404)
    try:
        check_places(site, session, site.forms.declared.form(form_id))
        own.set_retired(
            form_id,
            seen,
            session.person.login,
            lambda number, file: site.registry.note_view(
                session.person,
                "form-retired" if retired else "form-reinstated",
                f"form:{form_id}",
                {"version": str(number), "file": file},
            ),
            retired=retired,
        )
    except DraftRefused as refused:
        return _versions(request, site, session, form_id, refused.message)
    return RedirectResponse(f"/forms/files/{form_id}/versions", status_code=303)


def _versions(request: Request, site: Site, session: Session, form_id: str, refused: str = "") -> Response:
    own = own_forms(site)
    if not own.is_own(form_id):
        raise HTTPException(404)
    states = site.registry.statistics(session.person.places).book_states()
    return site.renderer.render(
        request,
        "forms/versions.html",
        status=422 if refused else 200,
        form=site.forms.declared.form(form_id),
        versions=own.versions(form_id),
        seen=own.base(form_id),
        books=sum(one.form == form_id for one in states),
        supervises=session.person.role is Role.SUPERVISOR,
        refused=refused,
    )


def _begun(site: Site, session: Session, typed: dict[str, str]) -> FormDraft:
    declared = site.forms.declared
    if typed["record"] not in declared.records:
        raise DraftRefused("Chưa chọn loại sự kiện.")
    if not typed["title"]:
        raise DraftRefused("Chưa ghi tên mẫu sổ.")
    if typed["layout"] not in LAYOUTS:
        raise DraftRefused("Chưa chọn cách ghi: một trang một sự kiện, hay bảng.")
    if not (typed["first_year"].isdecimal() and typed["last_year"].isdecimal()):
        raise DraftRefused("Chưa ghi sổ mở từ năm nào đến năm nào.")
    _check_place(session, typed["place"])
    name = typed["form_id"] or free_id(site, _suggested(typed["record"], typed))
    _refuse_taken_id(site, name)
    try:
        design = Design.model_validate(
            {
                "id": name,
                "record": typed["record"],
                "title": typed["title"],
                "layout": typed["layout"],
                "years": (int(typed["first_year"]), int(typed["last_year"])),
                "province": typed["province"],
                "paper_mm": (210.0, 297.0),
                "frame": (0.05, 0.05, 0.95, 0.95),
            }
        )
    except ValidationError as error:
        raise DraftRefused(_told(error)) from None
    return begin_draft(site, session, design, typed["place"], "", own_forms(site).base(design.id))


def _copied(site: Site, session: Session, origin: str, place: str) -> FormDraft:
    declared, own = site.forms.declared, own_forms(site)
    if origin not in declared.forms:
        raise DraftRefused(f"Không có mẫu “{origin}”.")
    _check_place(session, place)
    design = design_of_form(declared.form(origin))
    if not own.is_own(origin):
        design = design.model_copy(update={"id": free_id(site, f"{origin}-rieng"), "evidence": "seen"})
    return begin_draft(site, session, design, place, origin, own.base(design.id))


def _taken(site: Site, session: Session, content: bytes, place: str) -> FormDraft:
    _check_place(session, place)
    design = design_of_file(content)
    if design.record not in site.forms.declared.records:
        raise DraftRefused(f"Tệp là mẫu của loại sự kiện “{design.record}”, mà phần mềm chưa có loại ấy.")
    own = own_forms(site)
    if design.id in site.forms.declared.forms and not own.is_own(design.id):
        design = design.model_copy(update={"id": free_id(site, f"{design.id}-nhan")})
    # a place bound wrongly would fill whole books: the file counts for nothing before somebody held it against a page
    design = as_proposed(design)
    return begin_draft(site, session, design, place, "file", own.base(design.id))


def _check_place(session: Session, place: str) -> None:
    if not session.person.may_see(place):
        raise DraftRefused("Chưa chọn nơi của các trang mẫu, hoặc bạn không được giao nơi ấy.")


def _refuse_taken_id(site: Site, name: str) -> None:
    declared = site.forms.declared
    if name in declared.forms or name in declared.form_flaws:
        raise DraftRefused(f"Mã “{name}” đã có. Hãy đặt mã khác, hoặc bấm Sửa ở mẫu ấy.")


def _suggested(record: str, typed: dict[str, str]) -> str:
    where = re.sub("[^a-z0-9]+", "-", unaccented(typed["province"])).strip("-")
    return "-".join(filter(None, (record, typed["first_year"], where)))[:60]


def _places(site: Site, session: Session) -> list[tuple[str, str]]:
    """Return the places whose pages a draft of the person may hold; ``""`` is the office as a whole."""
    named = {one.code: one.name or one.code for one in places_of(site, session.person)}
    for code in sorted(session.person.places or ()):
        named.setdefault(code, code)
    whole = [("", "mọi nơi (cả cơ quan)")] if session.person.places is None else []
    return [*whole, *sorted(named.items(), key=lambda one: one[1])]


def _told(error: ValidationError) -> str:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    told = {
        "id": "Mã mẫu chỉ gồm chữ thường không dấu, số và gạch nối, từ 3 đến 60 ký tự.",
        "years": "Năm phải từ 1800 đến 2100.",
    }
    return told.get(key, "Có ô chưa điền đúng. Hãy kiểm tra lại.")


def _spoilt_meanwhile(site: Site) -> tuple[UnusedFile, ...]:
    """Return the files that have a flaw now and had none when this server began."""
    if site.office.registers is None:
        return ()
    try:
        now = site.office.registers.schemas().own_flaws
    except SchemaError:
        return ()
    known = {flaw.file for flaw in site.schemas.own_flaws}
    return tuple(
        UnusedFile(flaw.file, f"{flaw.message} {SPOILT}", 0) for flaw in now if flaw.file not in known
    )


def _page(
    request: Request,
    site: Site,
    session: Session,
    typed: dict[str, str],
    *,
    refused: str = "",
    saved: str = "",
) -> Response:
    declared = site.forms.schemas or site.schemas
    own = site.forms.own.forms() if site.forms.own is not None else ()
    names = {one.form.id for one in own}
    return site.renderer.render(
        request,
        "forms/list.html",
        status=422 if refused else 200,
        drafts=site.forms.listed(session.person),
        own=own,
        flaws=(*files_not_used(site, session), *_spoilt_meanwhile(site)),
        program=[form for name, form in sorted(declared.forms.items()) if name not in names],
        records={name: record.title for name, record in declared.records.items()},
        layouts=LAYOUTS,
        places=_places(site, session),
        typed=dict.fromkeys(TYPED, "") | typed,
        refused=refused,
        saved=saved,
        designs=site.forms.own is not None,
        supervises=session.person.role is Role.SUPERVISOR,
    )
