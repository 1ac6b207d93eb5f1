"""What every route works with: the parts of the running application, and ids as they come from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Annotated, cast

from fastapi import Depends, Request
from pydantic import Field

from pipeline.base.model import PageRef
from pipeline.declarations.schema import Schemas
from pipeline.delivery.printing.service import Printer
from pipeline.delivery_rules import ApprovalPolicy, DeliveryPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import OpenAct, Session
from pipeline.registry.desk import Desk
from pipeline.registry.lots.lots import Lots
from pipeline.registry.publishing.publishing import Publishing
from pipeline.reports import WorkPlan
from pipeline.reports.own_files import UnusedFile, unused_files
from pipeline.runs.prefect_runs import PrefectRuns
from pipeline.scans.inbox.uploads import UploadDesk
from pipeline.scans.store_check import StoreState
from pipeline.web.autocomplete import Autocomplete
from pipeline.web.desk.live_rules import LiveRules
from pipeline.web.desk.redrawn_regions import RedrawnRegions
from pipeline.web.form_design.form_desk import FormDesk
from pipeline.web.handbook import Handbook
from pipeline.web.package_queue import PackageQueue
from pipeline.web.pictures import PageSource, Pictures
from pipeline.web.rendering import PageRenderer
from pipeline.web.scanning.intake_desk import IntakeDesk
from pipeline.web.security.access import may_open
from pipeline.web.security.middleware import RateLimiter, ReviewOptions
from pipeline.web.security.phone_passes import PhonePasses
from pipeline.web.security.sign_in import SignInDesk
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.office_settings import OfficePolicies

MAX_ROW_ID = 2**31 - 1
"""The largest id that every database of the registry accepts."""

RowId = Annotated[int, Field(ge=0, le=MAX_ROW_ID)]
"""An id of a row of the registry, in a request."""


TEXTS = frozenset({"draft_id", "upload_id", "sha256", "scan", "code", "state", "q", "who", "subject"})
"""Parameters that are no numbers, even where all their letters happen to be digits."""


def exceed_row_ids(parameters: Iterable[tuple[str, str]]) -> bool:
    """Return whether a parameter of an address, given with its name, is a number that is larger than any row id."""
    return any(
        name not in TEXTS and value.removeprefix("-").isdecimal() and int(value[:20]) > MAX_ROW_ID
        for name, value in parameters
    )


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of a running application.

    ``now``: the clock, in UTC; ``store``: returns how far the check of the store of scans is; ``check``: checks a book
    as a whole; ``delivery``: how the office delivers what stands on paper; ``approval``: what it asks for before;
    ``policies``: all that it has set; ``office``: what supervisors and administrators have the server do;
    ``sign_in``: lets people in through a provider, where the office has one; ``forms``: the form designer;
    ``handbook``: what tells people how to work.
    """

    registry: Registry
    accounts: Accounts
    schemas: Schemas
    options: ReviewOptions
    renderer: PageRenderer
    logins: RateLimiter
    publishing: Publishing
    api_requests: RateLimiter
    desk: Desk
    pictures: Pictures
    autocomplete: Autocomplete
    plan: WorkPlan
    lots: Lots
    now: Callable[[], datetime]
    packages: PackageQueue
    printer: Printer
    uploads: UploadDesk
    runs: PrefectRuns
    intake: IntakeDesk
    phones: PhonePasses
    store: Callable[[], StoreState]
    check: Callable[[int], object]
    rules: LiveRules
    regions: RedrawnRegions
    delivery: DeliveryPolicy
    approval: ApprovalPolicy
    policies: OfficePolicies
    office: OfficeDesk
    sign_in: SignInDesk | None
    forms: FormDesk
    handbook: Handbook


def site_of(request: Request) -> Site:
    """Return the application that answers ``request``."""
    return cast(Site, request.app.state.site)


_EXCHANGES = Lock()


def exchange_parts(request: Request, changed: Callable[[Site], Site]) -> None:
    """Have the application answer with other parts from the next request on.

    Args:
        request: A request of the application.
        changed: Returns the parts that it has now with others among them.
    """
    with _EXCHANGES:
        request.app.state.site = changed(site_of(request))


SiteDep = Annotated[Site, Depends(site_of)]


def open_acts_for(site: Site, session: Session) -> tuple[OpenAct, ...]:
    """Return what a second person should confirm of accounts, for those who may."""
    return site.accounts.open_acts() if may_open(session.person.role, "/confirmations") else ()


def files_not_used(site: Site, session: Session) -> tuple[UnusedFile, ...]:
    """Return the files of the office's declarations that this server does not use, with the books of the person."""
    return unused_files(site.registry, site.schemas, session.person.may_see)


def page_source(site: Site, book_id: int, ref: PageRef) -> PageSource:
    """Return a page of a book with how it is rectified."""
    return PageSource(ref, site.registry.rectification(book_id, ref))
