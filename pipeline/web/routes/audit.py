"""The audit log for those responsible for the whole office: search, verification in the background, seals."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, StorageError
from pipeline.base.localtime import OFFICE_ZONE
from pipeline.registry.audit.audit import AuditSearch
from pipeline.registry.audit.audit_words import ACTIONS
from pipeline.registry.audit.seal import Seal, seals_in
from pipeline.web.background_jobs import JobRefused
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.person_names import PersonNames
from pipeline.web.supervising.audit_rows import shown_rows, subject_code

KIND = "audit"
SHOWN = 100
SEALS_SHOWN = 30
NOT_HERE = "Máy chủ này không làm việc ấy trên trình duyệt. Hãy báo người quản trị máy."

router = APIRouter(prefix="/audit")

Word = Annotated[str, Field(max_length=80)]


class AuditQuery(BaseModel):
    """The search terms as typed; the row before which the list begins; whether the log was just sealed."""

    who: Word = ""
    what: Word = ""
    subject: Word = ""
    since: Word = ""
    until: Word = ""
    before: RowId = 0
    sealed: Word = ""

    def search(self, subject: str) -> AuditSearch:
        """Return the search; ``subject``: as the log has it."""
        return AuditSearch(
            self.who.strip().lower(),
            self.what,
            subject,
            _moment(self.since),
            _moment(self.until, later=1),
            self.before,
        )


@router.get("")
def show_audit(visit: VisitDep, query: Annotated[AuditQuery, Query()]) -> Response:
    """Show the matching rows and the state of the audit log."""
    return _page(visit, query)


@router.get("/progress")
def show_progress(visit: VisitDep) -> Response:
    return visit.page("fragments/jobs.html", **_jobs(visit))


@router.post("/check")
def check_audit(visit: VisitDep) -> Response:
    """Start a verification of every row of the audit log."""
    with visit.refusing(lambda refused: _page(visit, refused=refused), JobRefused):
        if visit.site.office.check_audit is None:
            raise JobRefused(NOT_HERE)
        visit.site.office.jobs.start(
            KIND,
            "Xem lại nhật ký",
            visit.person.login,
            visit.site.office.check_audit,
            partial(visit.registry.note_view, visit.person, "audit-check-asked", "audit"),
        )
    return RedirectResponse("/audit#checks", status_code=303)


@router.post("/seal")
def seal_audit(visit: VisitDep) -> Response:
    """Seal the present audit log, after a check that the earlier seals still hold."""
    if visit.site.office.seals is None:
        return _page(visit, refused=NOT_HERE)
    visit.registry.note_view(visit.person, "audit-sealed", "audit")
    try:
        _, broken = visit.registry.audit().seal_into(visit.site.office.seals)
    except StorageError:
        return _page(visit, refused="Ổ đĩa không ghi được niêm phong. Hãy báo người quản trị máy.")
    return RedirectResponse(f"/audit?sealed={'broken' if broken else 'yes'}#seals", status_code=303)


def _jobs(visit: Visit) -> dict[str, Any]:
    return {"jobs": visit.site.office.jobs.jobs(KIND)[:5], "address": "/audit/progress"}


def _moment(text: str, *, later: int = 0) -> datetime | None:
    """Return the start of a day in the office's time zone, ``later`` days on; None where the text is not a date."""
    try:
        day = date.fromisoformat(text.strip())
        return datetime.combine(day + timedelta(days=later), time(), OFFICE_ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seals(visit: Visit) -> tuple[tuple[Seal, ...], str]:
    """Return the newest seals, and the complaint about their folder."""
    folder = visit.site.office.seals
    if folder is None or not folder.is_dir():
        return (), ""
    try:
        return seals_in(folder)[::-1][:SEALS_SHOWN], ""
    except (RegistryError, StorageError):
        return (), "Có tệp niêm phong không đọc được, hoặc đã bị sửa. Hãy báo người quản trị máy."


def _page(visit: Visit, query: AuditQuery = AuditQuery(), *, refused: str = "") -> Response:
    subject = subject_code(visit.registry, query.subject)
    rows = visit.registry.audit().search(query.search(subject), SHOWN + 1)
    seals, seal_flaw = _seals(visit)
    return visit.page(
        "supervising/audit.html",
        rows=shown_rows(
            visit.registry, visit.person.role, rows[:SHOWN], PersonNames(visit.site.accounts.names)
        ),
        older=rows[SHOWN - 1].id if len(rows) > SHOWN else 0,
        actions=ACTIONS,
        typed=query.model_dump(exclude={"before", "sealed"}),
        people=[account.person for account in visit.site.accounts.list()],
        seals=seals,
        seal_flaw=seal_flaw,
        sealed=query.sealed,
        checks=visit.site.office.check_audit is not None,
        refused=refused,
        **_jobs(visit),
    )
