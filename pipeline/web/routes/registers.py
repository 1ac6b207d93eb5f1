"""Kinds of register in the browser: the list, and the declaration of an own register or of further fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import SchemaError
from pipeline.base.model import Severity
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.declarations.schema.record_text import SaidField, record_of
from pipeline.form_design.record_declaring import declaration_digest
from pipeline.values.kinds import KINDS, TEXT
from pipeline.web.context import Visit, VisitDep
from pipeline.web.supervising.office_rules import SEVERITY_WORDS
from pipeline.web.supervising.workbook_columns import changeable_workbook

NOT_HERE = "Máy chủ này không khai báo loại sổ. Hãy dùng lệnh hotich schemas declare."

KIND_WORDS = {kind.name: kind.label for kind in KINDS.values() if kind.is_offered}
"""The names of the kinds of value in the form."""

SHIPPED = "Loại sổ đi kèm phần mềm, không sửa được ở đây."
MOST_ROWS = 60
FREE_ROWS = 12
LONGEST = 120

router = APIRouter(prefix="/registers")


@router.get("")
def show_registers(visit: VisitDep, saved: Annotated[str, Query(max_length=60)] = "") -> Response:
    schemas = _schemas(visit)
    return visit.page(
        "supervising/registers.html",
        records=list(schemas.records.values()),
        own=schemas.own_records,
        exports_of=schemas.exports_of,
        forms=schemas.forms.values(),
        waiting=schemas.own_records.keys() - visit.schemas.records.keys(),
        saved=schemas.records.get(saved),
        edits=visit.site.office.registers is not None,
    )


@router.get("/new")
def show_new(visit: VisitDep) -> Response:
    return _form(visit, "")


@router.post("/new")
async def declare_new(visit: VisitDep) -> Response:
    """Show the declaration in a form, and store it once it was shown."""
    typed = {key: str(value)[: LONGEST * 2] for key, value in (await visit.request.form()).items()}
    return await run_in_threadpool(_preview_or_declare, visit, "", typed)


@router.get("/{record}")
def show_register(visit: VisitDep, record: str) -> Response:
    """Show a register; for an own register also the form that adds fields."""
    return _form(visit, record)


@router.post("/{record}")
async def add_fields(visit: VisitDep, record: str) -> Response:
    """Show the fields that a form adds, and add them once they were shown."""
    typed = {key: str(value)[: LONGEST * 2] for key, value in (await visit.request.form()).items()}
    return await run_in_threadpool(_preview_or_declare, visit, record, typed)


def _schemas(visit: Visit) -> Schemas:
    """Return the declarations on disk, on a server that can edit them."""
    return visit.schemas if visit.site.office.registers is None else visit.site.office.registers.schemas()


def _known(schemas: Schemas, record: str) -> RecordSpec | None:
    """Return the register of this name; None: a new register."""
    if not record:
        return None
    if record not in schemas.records:
        raise HTTPException(404)
    return schemas.records[record]


def _preview_or_declare(visit: Visit, record: str, typed: Mapping[str, str]) -> Response:
    desk, schemas = visit.site.office.registers, _schemas(visit)
    before = _known(schemas, record)
    with visit.refusing(lambda refused: _form(visit, record, typed=typed, refused=refused), SchemaError):
        if desk is None:
            raise SchemaError(NOT_HERE)
        if before is not None and record not in schemas.own_records:
            raise SchemaError(SHIPPED)
        new_fields = said_fields(typed)
        if before is not None and not new_fields:
            raise SchemaError("Chưa ghi trường nào để thêm.")
        title, prefix = typed.get("title", "").strip(), typed.get("prefix", "").strip().upper()
        text = record_of(title, prefix, new_fields, before)
        declaration = desk.check(text)
        if before is None and not declaration.new:
            raise SchemaError("Đã có một loại sổ cùng tên. Hãy đặt tên khác.")
        if typed.get("confirmed") != "true":
            return _form(visit, record, typed=typed, preview=declaration.record)
        desk.declare(text, visit.person.login, typed.get("seen", ""))
    return RedirectResponse(f"/registers?saved={declaration.record.record}", status_code=303)


def said_fields(typed: Mapping[str, str]) -> list[SaidField]:
    """Return the fields in a form, in order.

    Raises:
        SchemaError: A kind is not offered by the form.
    """
    fields = []
    for number in range(MOST_ROWS):
        label = typed.get(f"label-{number}", "").strip()
        if not label:
            continue
        kind = typed.get(f"kind-{number}", TEXT.name)
        if kind not in KIND_WORDS:
            raise SchemaError(f"Trường “{label[:60]}”: hãy chọn kiểu trong danh sách.")
        required = typed.get(f"required-{number}", "") == "true"
        fields.append(SaidField(label, kind, typed.get(f"vocab-{number}", ""), required))
    return fields


def _form(
    visit: Visit,
    record: str,
    *,
    typed: Mapping[str, str] | None = None,
    refused: str = "",
    preview: RecordSpec | None = None,
) -> Response:
    desk, schemas = visit.site.office.registers, _schemas(visit)
    before = _known(schemas, record)
    values: dict[str, Any] = dict(typed or {})
    values.setdefault("seen", declaration_digest(desk.text_of(record)) if desk and record else "")
    return visit.page(
        "supervising/register.html",
        record=before,
        own=desk is not None and (record in schemas.own_records or not record),
        shipped=before is not None and record not in schemas.own_records,
        has_columns=_has_columns(visit, record),
        typed=values,
        rows=range(FREE_ROWS),
        kinds=KIND_WORDS,
        kind_words={kind.name: kind.label for kind in KINDS.values()},
        vocabs=_listed(schemas),
        refused=refused,
        preview=preview,
        rules=_rules(schemas, preview or before),
        severity_words=SEVERITY_WORDS,
        most=LONGEST,
    )


def _has_columns(visit: Visit, record: str) -> bool:
    """Return whether the workbook columns of a register can be set on this server."""
    declared = visit.site.office.declared or visit.schemas
    known = declared.records.get(record)
    return known is not None and changeable_workbook(declared, known) is not None


def _listed(schemas: Schemas) -> Sequence[tuple[str, str]]:
    return sorted(((name, vocab.title) for name, vocab in schemas.vocabs.items()), key=lambda title: title[1])


def _rules(schemas: Schemas, record: RecordSpec | None) -> Sequence[tuple[str, str, Severity | None]]:
    if record is None:
        return ()
    codes = dict.fromkeys(rule.code for rule in record.rules)
    return [(code, schemas.findings[code].sentence, schemas.severity_of(code)) for code in codes]
