"""The kinds of registers in the browser: listed, and one of the office's own declared, or given further fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import SchemaError
from pipeline.base.model import Severity
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.declarations.schema.record_text import SaidField, record_of
from pipeline.form_design.record_declaring import mark_of
from pipeline.registry.accounts.model import Session
from pipeline.web.context import Site, SiteDep
from pipeline.web.security.authentication import SessionDep
from pipeline.web.supervising.office_rules import SEVERITY_WORDS
from pipeline.web.supervising.workbook_columns import changeable_workbook

NOT_HERE = "Máy chủ này không khai báo loại sổ. Hãy dùng lệnh hotich schemas declare."

KIND_WORDS = {
    "name": "họ tên",
    "date": "ngày, tháng, năm",
    "place": "nơi (xã, huyện, tỉnh)",
    "choice": "mục của một danh mục",
    "id_number": "số giấy tờ, số định danh",
    "number": "số",
    "time": "giờ, phút",
    "text": "chữ tự do",
}
"""What kinds of values are called on the form."""

OTHER_WORDS = {
    "entry_number": "số đăng ký",
    "volume": "quyển số",
    "date_words": "ngày ghi bằng chữ",
}
"""What further kinds are called, which a form does not offer."""

SHIPPED = "Loại sổ đi kèm phần mềm, không sửa được ở đây."
MOST_ROWS = 60
FREE_ROWS = 12
LONGEST = 120

router = APIRouter(prefix="/registers")


@router.get("")
def show_registers(
    request: Request, site: SiteDep, saved: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """List the kinds of registers."""
    schemas = _schemas(site)
    return site.renderer.render(
        request,
        "supervising/registers.html",
        records=list(schemas.records.values()),
        own=schemas.own_records,
        exports_of=schemas.exports_of,
        forms=schemas.forms.values(),
        waiting=schemas.own_records.keys() - site.schemas.records.keys(),
        saved=schemas.records.get(saved),
        edits=site.office.registers is not None,
    )


@router.get("/new")
def show_new(request: Request, site: SiteDep) -> Response:
    """Show the form of a new register."""
    return _form(request, site, "")


@router.post("/new")
async def declare_new(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Show what a form declares, and declare it when it was seen."""
    typed = {key: str(value)[: LONGEST * 2] for key, value in (await request.form()).items()}
    return await run_in_threadpool(_declared, request, site, session, "", typed)


@router.get("/{record}")
def show_register(request: Request, site: SiteDep, record: str) -> Response:
    """Show a register, and for one of the office's own the form that adds fields."""
    return _form(request, site, record)


@router.post("/{record}")
async def add_fields(request: Request, site: SiteDep, session: SessionDep, record: str) -> Response:
    """Show which fields a form adds, and add them when that was seen."""
    typed = {key: str(value)[: LONGEST * 2] for key, value in (await request.form()).items()}
    return await run_in_threadpool(_declared, request, site, session, record, typed)


def _schemas(site: Site) -> Schemas:
    """Return the declarations as they stand on disk, where this server declares any."""
    return site.schemas if site.office.registers is None else site.office.registers.schemas()


def _known(schemas: Schemas, record: str) -> RecordSpec | None:
    """Return the register of that name; None: a new one."""
    if not record:
        return None
    if record not in schemas.records:
        raise HTTPException(404)
    return schemas.records[record]


def _declared(
    request: Request, site: Site, session: Session, record: str, typed: Mapping[str, str]
) -> Response:
    desk, schemas = site.office.registers, _schemas(site)
    before = _known(schemas, record)
    try:
        if desk is None:
            raise SchemaError(NOT_HERE)
        if before is not None and record not in schemas.own_records:
            raise SchemaError(SHIPPED)
        said = said_fields(typed)
        if before is not None and not said:
            raise SchemaError("Chưa ghi trường nào để thêm.")
        title, prefix = typed.get("title", "").strip(), typed.get("prefix", "").strip().upper()
        text = record_of(title, prefix, said, before)
        made = desk.check(text)
        if before is None and not made.new:
            raise SchemaError("Đã có một loại sổ cùng tên. Hãy đặt tên khác.")
        if typed.get("confirmed") != "true":
            return _form(request, site, record, typed=typed, preview=made.record)
        desk.declare(text, session.person.login, typed.get("seen", ""))
    except SchemaError as refused:
        return _form(request, site, record, typed=typed, refused=refused.message)
    return RedirectResponse(f"/registers?saved={made.record.record}", status_code=303)


def said_fields(typed: Mapping[str, str]) -> list[SaidField]:
    """Return the fields that a form says, in their order.

    Raises:
        SchemaError: A kind is none of the form's.
    """
    found = []
    for at in range(MOST_ROWS):
        label = typed.get(f"label-{at}", "").strip()
        if not label:
            continue
        kind = typed.get(f"kind-{at}", "text")
        if kind not in KIND_WORDS:
            raise SchemaError(f"Trường “{label[:60]}”: hãy chọn kiểu trong danh sách.")
        required = typed.get(f"required-{at}", "") == "true"
        found.append(SaidField(label, kind, typed.get(f"vocab-{at}", ""), required))
    return found


def _form(
    request: Request,
    site: Site,
    record: str,
    *,
    typed: Mapping[str, str] | None = None,
    refused: str = "",
    preview: RecordSpec | None = None,
) -> Response:
    desk, schemas = site.office.registers, _schemas(site)
    before = _known(schemas, record)
    values: dict[str, Any] = dict(typed or {})
    values.setdefault("seen", mark_of(desk.text_of(record)) if desk and record else "")
    return site.renderer.render(
        request,
        "supervising/register.html",
        record=before,
        own=desk is not None and (record in schemas.own_records or not record),
        shipped=before is not None and record not in schemas.own_records,
        has_columns=_has_columns(site, record),
        typed=values,
        rows=range(FREE_ROWS),
        kinds=KIND_WORDS,
        kind_words={**KIND_WORDS, **OTHER_WORDS},
        vocabs=_listed(schemas),
        refused=refused,
        preview=preview,
        rules=_rules(schemas, preview or before),
        severity_words=SEVERITY_WORDS,
        most=LONGEST,
        status=422 if refused else 200,
    )


def _has_columns(site: Site, record: str) -> bool:
    """Return whether the columns of the workbook of a register can be set, on the server as it was started."""
    declared = site.office.declared or site.schemas
    known = declared.records.get(record)
    return known is not None and changeable_workbook(declared, known) is not None


def _listed(schemas: Schemas) -> Sequence[tuple[str, str]]:
    return sorted(((name, vocab.title) for name, vocab in schemas.vocabs.items()), key=lambda one: one[1])


def _rules(schemas: Schemas, record: RecordSpec | None) -> Sequence[tuple[str, str, Severity | None]]:
    if record is None:
        return ()
    codes = dict.fromkeys(rule.code for rule in record.rules)
    return [(code, schemas.findings[code].sentence, schemas.severity_of(code)) for code in codes]
