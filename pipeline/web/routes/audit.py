"""The audit for who is responsible for all: searched, verified behind the answer, sealed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, StorageError
from pipeline.base.localtime import OFFICE_ZONE
from pipeline.registry.audit.audit import AuditSearch
from pipeline.registry.audit.audit_words import ACTIONS
from pipeline.registry.audit.seal import Seal, seals_in
from pipeline.web.background_jobs import JobRefused
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.security.authentication import SessionDep

KIND = "audit"
SHOWN = 100
SEALS_SHOWN = 30
NOT_HERE = "Máy chủ này không làm việc ấy trên trình duyệt. Hãy báo người quản trị máy."

router = APIRouter(prefix="/audit")

Word = Annotated[str, Query(max_length=80)]


@router.get("")
def show_audit(
    request: Request,
    site: SiteDep,
    who: Word = "",
    what: Word = "",
    subject: Word = "",
    since: Word = "",
    until: Word = "",
    before: RowId = 0,
    sealed: Word = "",
) -> Response:
    """Show what was done, of what is looked for, and how the audit is."""
    asked = {"who": who, "what": what, "subject": subject, "since": since, "until": until}
    return _page(request, site, asked, before, sealed=sealed)


@router.get("/progress")
def show_progress(request: Request, site: SiteDep) -> Response:
    return site.renderer.render(request, "fragments/jobs.html", **_jobs(site))


@router.post("/check")
def check_audit(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Start looking at every row of the audit."""
    try:
        if site.office.check_audit is None:
            raise JobRefused(NOT_HERE)
        site.office.jobs.start(
            KIND,
            "Xem lại nhật ký",
            session.person.login,
            site.office.check_audit,
            partial(site.registry.note_view, session.person, "audit-check-asked", "audit"),
        )
    except JobRefused as refused:
        return _page(request, site, {}, refused=refused.message)
    return RedirectResponse("/audit#checks", status_code=303)


@router.post("/seal")
def seal_audit(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Seal the audit as it is now, after a look whether the earlier seals still hold."""
    if site.office.seals is None:
        return _page(request, site, {}, refused=NOT_HERE)
    site.registry.note_view(session.person, "audit-sealed", "audit")
    try:
        _, broken = site.registry.audit().seal_into(site.office.seals)
    except StorageError:
        return _page(
            request, site, {}, refused="Ổ đĩa không ghi được niêm phong. Hãy báo người quản trị máy."
        )
    return RedirectResponse(f"/audit?sealed={'broken' if broken else 'yes'}#seals", status_code=303)


def _jobs(site: Site) -> dict[str, Any]:
    return {"jobs": site.office.jobs.jobs(KIND)[:5], "address": "/audit/progress"}


def _moment(text: str, *, later: int = 0) -> datetime | None:
    """Return the begin of a day of the office, ``later`` days on; None where the text is no day."""
    try:
        day = date.fromisoformat(text.strip())
        return datetime.combine(day + timedelta(days=later), time(), OFFICE_ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seals(site: Site) -> tuple[tuple[Seal, ...], str]:
    """Return the newest seals, and what is wrong with their folder."""
    folder = site.office.seals
    if folder is None or not folder.is_dir():
        return (), ""
    try:
        return seals_in(folder)[::-1][:SEALS_SHOWN], ""
    except (RegistryError, StorageError):
        return (), "Có tệp niêm phong không đọc được, hoặc đã bị sửa. Hãy báo người quản trị máy."


def _page(
    request: Request,
    site: Site,
    asked: dict[str, str],
    before: int = 0,
    *,
    sealed: str = "",
    refused: str = "",
) -> Response:
    typed = dict.fromkeys(("who", "what", "subject", "since", "until"), "") | asked
    wanted = AuditSearch(
        typed["who"].strip().lower(),
        typed["what"],
        typed["subject"].strip(),
        _moment(typed["since"]),
        _moment(typed["until"], later=1),
        before,
    )
    rows = site.registry.audit().search(wanted, SHOWN + 1)
    seals, seal_flaw = _seals(site)
    return site.renderer.render(
        request,
        "supervising/audit.html",
        status=422 if refused else 200,
        rows=rows[:SHOWN],
        older=rows[SHOWN - 1].id if len(rows) > SHOWN else 0,
        actions=ACTIONS,
        typed=typed,
        people=[one.person.login for one in site.accounts.list()],
        seals=seals,
        seal_flaw=seal_flaw,
        sealed=sealed,
        checks=site.office.check_audit is not None,
        refused=refused,
        **_jobs(site),
    )
