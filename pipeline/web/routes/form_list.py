"""The forms of the office: shipped forms, own forms with their versions, and drafts."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Query
from pydantic import AfterValidator, BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.base.errors import SchemaError
from pipeline.base.text.tones import unaccented
from pipeline.form_design.design import Design, as_proposed, design_of_form
from pipeline.form_design.draft import DraftRefused, FormDraft
from pipeline.registry.accounts.model import Role, Session
from pipeline.reports.own_files import UnusedFile
from pipeline.web.context import Visit, VisitDep, files_not_used
from pipeline.web.form_design.beginning import begin_draft, free_id, own_forms
from pipeline.web.form_design.own_forms import design_of_file
from pipeline.web.form_design.places_of_forms import check_places
from pipeline.web.form_design.sent_files import file_in
from pipeline.web.scanning.covers import places_of

FormName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
LAYOUTS = {"page": "một trang (hoặc một nửa trang mở) ghi một sự kiện", "table": "bảng: một dòng một sự kiện",
           "act": "ghi thành văn: máy không đọc, người nhập cạnh ảnh"}  # fmt: skip

SPOILT = "Máy chủ còn dùng bản trước của tệp cho đến khi chạy lại; lượt đọc thì không đọc sổ cần tệp ấy nữa."
"""The note on a file that was spoilt while the server ran."""

Stripped = Annotated[str, AfterValidator(str.strip)]

router = APIRouter(prefix="/forms")


class NewForm(BaseModel):
    """The inputs for a new form; ``origin``: the declared form of which it is a copy."""

    record: str = Field(default="", max_length=60)
    title: Stripped = Field(default="", max_length=300)
    form_id: Stripped = Field(default="", max_length=60)
    layout: str = Field(default="page", max_length=10)
    first_year: str = Field(default="", max_length=4)
    last_year: str = Field(default="", max_length=4)
    province: Stripped = Field(default="", max_length=120)
    place: str = Field(default="", max_length=40)
    origin: str = Field(default="", max_length=60)

    @property
    def suggested_id(self) -> str:
        where = re.sub("[^a-z0-9]+", "-", unaccented(self.province)).strip("-")
        return "-".join(filter(None, (self.record, self.first_year, where)))[:60]


EMPTY = NewForm(layout="")


@router.get("")
def show_forms(visit: VisitDep, saved: Annotated[str, Query(max_length=60)] = "") -> Response:
    """List the forms, and the drafts in the person's places."""
    return _page(visit, EMPTY, saved=saved)


@router.post("")
def begin(visit: VisitDep, typed: Annotated[NewForm, Form()]) -> Response:
    """Begin a draft: of a new form, or with ``origin`` a copy of a declared form."""
    with visit.refusing(lambda refused: _page(visit, typed, refused=refused), DraftRefused):
        draft = _begin_copy(visit, typed.origin, typed.place) if typed.origin else _begin_new(visit, typed)
    return RedirectResponse(f"/forms/drafts/{draft.draft_id}", status_code=303)


@router.post("/import")
async def take_file(visit: VisitDep, place: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Begin a draft from the form file in the body, which comes from another office."""
    content = await file_in(visit.request)
    draft = await run_in_threadpool(_begin_from_file, visit, content, place)
    return JSONResponse({"draft": draft.draft_id})


@router.get("/files/{form_id}")
def send_file(visit: VisitDep, form_id: FormName) -> Response:
    own = own_forms(visit.site)
    if form_id not in visit.site.forms.declared.forms:
        raise HTTPException(404)
    text = own.text(form_id)
    visit.registry.note_view(visit.person, "form-taken", f"form:{form_id}")
    headers = {"Content-Disposition": f'attachment; filename="mau-so-{form_id}.toml"'}
    return Response(text, media_type="application/toml; charset=utf-8", headers=headers)


@router.get("/files/{form_id}/versions")
def show_versions(visit: VisitDep, form_id: FormName) -> Response:
    """List the versions of an own form, each with the text that it replaced."""
    return _versions(visit, form_id)


@router.post("/files/{form_id}/retire")
def retire(
    visit: VisitDep,
    form_id: FormName,
    seen: Annotated[str, Form(max_length=200)] = "",
    retired: Annotated[bool, Form()] = True,
) -> Response:
    """Retire an own form for new books, or admit it again."""
    own = own_forms(visit.site)
    if not own.is_own(form_id):
        raise HTTPException(404)
    with visit.refusing(lambda refused: _versions(visit, form_id, refused), DraftRefused):
        check_places(visit.site, visit.session, visit.site.forms.declared.form(form_id))
        own.set_retired(
            form_id,
            seen,
            visit.person.login,
            lambda number, file: visit.registry.note_view(
                visit.person,
                "form-retired" if retired else "form-reinstated",
                f"form:{form_id}",
                {"version": str(number), "file": file},
            ),
            retired=retired,
        )
    return RedirectResponse(f"/forms/files/{form_id}/versions", status_code=303)


def _versions(visit: Visit, form_id: str, refused: str = "") -> Response:
    own = own_forms(visit.site)
    if not own.is_own(form_id):
        raise HTTPException(404)
    states = visit.registry.statistics(visit.person.places).book_states()
    return visit.page(
        "forms/versions.html",
        form=visit.site.forms.declared.form(form_id),
        versions=own.versions(form_id),
        seen=own.base(form_id),
        books=sum(state.form == form_id for state in states),
        supervises=visit.person.role is Role.SUPERVISOR,
        refused=refused,
    )


def _begin_new(visit: Visit, typed: NewForm) -> FormDraft:
    declared = visit.site.forms.declared
    if typed.record not in declared.records:
        raise DraftRefused("Chưa chọn loại sự kiện.")
    if not typed.title:
        raise DraftRefused("Chưa ghi tên mẫu sổ.")
    if typed.layout not in LAYOUTS:
        raise DraftRefused("Chưa chọn cách ghi: một trang một sự kiện, hay bảng.")
    if not (typed.first_year.isdecimal() and typed.last_year.isdecimal()):
        raise DraftRefused("Chưa ghi sổ mở từ năm nào đến năm nào.")
    _check_place(visit.session, typed.place)
    name = typed.form_id or free_id(visit.site, typed.suggested_id)
    if name in declared.forms or name in declared.form_flaws:
        raise DraftRefused(f"Mã “{name}” đã có. Hãy đặt mã khác, hoặc bấm Sửa ở mẫu ấy.")
    try:
        design = Design.model_validate(
            {
                **typed.model_dump(include={"record", "title", "layout", "province"}),
                "id": name,
                "years": (int(typed.first_year), int(typed.last_year)),
                "paper_mm": (210.0, 297.0),
                "frame": (0.05, 0.05, 0.95, 0.95),
            }
        )
    except ValidationError as error:
        raise DraftRefused(_validation_message(error)) from None
    base = own_forms(visit.site).base(design.id)
    return begin_draft(visit.site, visit.session, design, typed.place, "", base)


def _begin_copy(visit: Visit, origin: str, place: str) -> FormDraft:
    declared, own = visit.site.forms.declared, own_forms(visit.site)
    if origin not in declared.forms:
        raise DraftRefused(f"Không có mẫu “{origin}”.")
    _check_place(visit.session, place)
    design = design_of_form(declared.form(origin))
    if not own.is_own(origin):
        design = design.model_copy(update={"id": free_id(visit.site, f"{origin}-rieng"), "evidence": "seen"})
    return begin_draft(visit.site, visit.session, design, place, origin, own.base(design.id))


def _begin_from_file(visit: Visit, content: bytes, place: str) -> FormDraft:
    _check_place(visit.session, place)
    design = design_of_file(content)
    if design.record not in visit.site.forms.declared.records:
        raise DraftRefused(f"Tệp là mẫu của loại sự kiện “{design.record}”, mà phần mềm chưa có loại ấy.")
    own = own_forms(visit.site)
    if design.id in visit.site.forms.declared.forms and not own.is_own(design.id):
        design = design.model_copy(update={"id": free_id(visit.site, f"{design.id}-nhan")})
    # a wrongly bound field would spoil whole books, so a person must confirm each element against a page
    design = as_proposed(design)
    return begin_draft(visit.site, visit.session, design, place, "file", own.base(design.id))


def _check_place(session: Session, place: str) -> None:
    if not session.person.may_see(place):
        raise DraftRefused("Chưa chọn nơi của các trang mẫu, hoặc bạn không được giao nơi ấy.")


def _places(visit: Visit) -> list[tuple[str, str]]:
    """Return the places whose pages a draft of the person may hold; ``""`` is the whole office."""
    names = {place.code: place.name or place.code for place in places_of(visit.site, visit.person)}
    for code in sorted(visit.person.places or ()):
        names.setdefault(code, code)
    whole = [("", "mọi nơi (cả cơ quan)")] if visit.person.places is None else []
    return [*whole, *sorted(names.items(), key=lambda place: place[1])]


def _validation_message(error: ValidationError) -> str:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    messages = {
        "id": "Mã mẫu chỉ gồm chữ thường không dấu, số và gạch nối, từ 3 đến 60 ký tự.",
        "years": "Năm phải từ 1800 đến 2100.",
    }
    return messages.get(key, "Có ô chưa điền đúng. Hãy kiểm tra lại.")


def _spoilt_meanwhile(visit: Visit) -> tuple[UnusedFile, ...]:
    """Return the declaration files that became flawed since this server started."""
    if visit.site.office.registers is None:
        return ()
    try:
        now = visit.site.office.registers.schemas().own_flaws
    except SchemaError:
        return ()
    known = {flaw.file for flaw in visit.schemas.own_flaws}
    return tuple(
        UnusedFile(flaw.file, f"{flaw.message} {SPOILT}", 0) for flaw in now if flaw.file not in known
    )


def _page(visit: Visit, typed: NewForm, *, refused: str = "", saved: str = "") -> Response:
    declared = visit.site.forms.schemas or visit.schemas
    own = visit.site.forms.own.forms() if visit.site.forms.own is not None else ()
    names = {own_form.form.id for own_form in own}
    return visit.page(
        "forms/list.html",
        drafts=visit.site.forms.listed(visit.person),
        own=own,
        flaws=(*files_not_used(visit.site, visit.session), *_spoilt_meanwhile(visit)),
        program=[form for name, form in sorted(declared.forms.items()) if name not in names],
        records={name: record.title for name, record in declared.records.items()},
        layouts=LAYOUTS,
        places=_places(visit),
        typed=typed,
        refused=refused,
        saved=saved,
        designs=visit.site.forms.own is not None,
        supervises=visit.person.role is Role.SUPERVISOR,
    )
