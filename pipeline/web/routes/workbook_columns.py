"""Workbook columns of a register whose workbook the Ministry has not prescribed: order, names, omissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from pipeline.declarations.office.export_columns import LONGEST_COLUMN
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.declarations.schema import ExportSpec, RecordSpec
from pipeline.registry.accounts.model import Session
from pipeline.web.context import Site, SiteDep
from pipeline.web.routes.office_rules import declared_of, desk_of, edits_files, save_rows
from pipeline.web.security.authentication import SessionDep
from pipeline.web.supervising.staff_file_desk import SettingsStale
from pipeline.web.supervising.workbook_columns import (
    NAME,
    PLACE,
    WorkbookColumn,
    changeable_workbook,
    edited_columns,
    own_columns,
    shown_columns,
)

MOST_TYPED = 2 * LONGEST_COLUMN + 600
EFFECTS = (
    "Gói dữ liệu tạo sau khi máy chủ chạy lại có các cột này; gói đã tạo giữ nguyên.",
    "Không trang nào phải đọc lại. Bản kê và biên bản bàn giao ghi cột do cơ quan đặt, kèm lý do.",
)

router = APIRouter(prefix="/registers")


@router.get("/{record}/workbook")
def show_columns(
    request: Request, site: SiteDep, record: str, saved: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    return _page(request, site, record, saved=bool(saved))


@router.post("/{record}/workbook")
async def change_columns(request: Request, site: SiteDep, session: SessionDep, record: str) -> Response:
    """Show the columns in a form, and save them once they were shown."""
    typed = {key: str(value)[:MOST_TYPED] for key, value in (await request.form()).items()}
    return await run_in_threadpool(_preview_or_save, request, site, session, record, typed)


def _preview_or_save(
    request: Request, site: Site, session: Session, record: str, typed: Mapping[str, str]
) -> Response:
    spec, workbook = _workbook(site, record)
    keys = [f"{start}{field.name}" for field in spec.fields if field.column for start in (PLACE, NAME)]
    form = {key: typed.get(key, "") for key in (*keys, "reason", "remove", "seen", "confirmed")}
    edit = partial(edited_columns, form=form, record=spec, spec=workbook)
    address = f"/registers/{record}/workbook"
    try:
        answer = save_rows(
            request,
            site,
            session,
            form,
            edit,
            f"Cột của bảng {workbook.export}",
            address,
            (*keys, "reason", "remove"),
            EFFECTS,
        )
    except SettingsStale as stale:
        return _page(request, site, record, refused=stale.message)
    except SettingsRefused as refused:
        return _page(request, site, record, refused=refused.message, typed=form)
    return answer or RedirectResponse(f"{address}?saved=yes", status_code=303)


def _workbook(site: Site, record: str) -> tuple[RecordSpec, ExportSpec]:
    """Return a register and its workbook if an office may set the columns; 404 otherwise."""
    declared = declared_of(site)
    spec = declared.records.get(record)
    workbook = None if spec is None else changeable_workbook(declared, spec)
    if spec is None or workbook is None:
        raise HTTPException(404)
    return spec, workbook


def _page(
    request: Request,
    site: Site,
    record: str,
    *,
    saved: bool = False,
    refused: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    spec, workbook = _workbook(site, record)
    own, seen, edits = None, "", edits_files(site)
    if edits:
        try:
            desk_of(site).loaded()
            now = desk_of(site).read()
            seen, own = now.digest, own_columns(now.text, workbook.export)
        except SettingsRefused as broken:
            refused, edits = "\n".join(dict.fromkeys(filter(None, (refused, broken.message)))), False
    columns = shown_columns(declared_of(site), spec, workbook, own[1] if own else None)
    if typed is not None:
        columns = tuple(_as_typed(column, typed) for column in columns)
    return site.renderer.render(
        request,
        "supervising/workbook_columns.html",
        status=422 if refused else 200,
        record=spec,
        workbook=workbook,
        columns=columns,
        reason=typed["reason"] if typed is not None else own[1].reason if own else "",
        is_own=own is not None,
        seen=seen,
        edits=edits,
        saved=saved,
        refused=refused,
        longest=LONGEST_COLUMN,
    )


def _as_typed(column: WorkbookColumn, typed: Mapping[str, str]) -> WorkbookColumn:
    return replace(column, place=typed[f"{PLACE}{column.field}"], name=typed[f"{NAME}{column.field}"])
