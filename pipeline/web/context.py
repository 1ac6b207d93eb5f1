"""The parts of the running application that routes share, and row ids in requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from pydantic import Field
from starlette.responses import Response

from pipeline.base.errors import HotichError, RegistryError, RegistryUnavailable, StorageError
from pipeline.base.localtime import local_date
from pipeline.base.model import PageRef
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.schema import Schemas
from pipeline.delivery.printing.service import NO_PRINTER, Printer
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import OpenAct, Person, Session
from pipeline.registry.desk import Desk
from pipeline.registry.errors import NotThere
from pipeline.registry.lots.lots import Lots
from pipeline.registry.policy_changes import PolicyChange
from pipeline.registry.publishing.model import ForgedNotice
from pipeline.registry.publishing.publishing import Publishing
from pipeline.registry.tasks.model import NotYours
from pipeline.reports import WorkPlan
from pipeline.reports.own_files import UnusedFile, unused_files
from pipeline.runs.prefect_runs import NO_RUNS, PrefectRuns
from pipeline.scans.inbox.uploads import NO_UPLOADS, UploadDesk
from pipeline.scans.store_check import StoreState
from pipeline.values.places import AnsweringUnits
from pipeline.web.autocomplete import Autocomplete
from pipeline.web.desk.live_rules import LiveRules
from pipeline.web.desk.redrawn_regions import NO_REGIONS, RedrawnRegions
from pipeline.web.form_design.form_desk import FormDesk
from pipeline.web.handbook import Handbook
from pipeline.web.package_queue import NO_PACKAGE_QUEUE, PackageQueue
from pipeline.web.pictures import NO_PICTURES, PageSource, Pictures
from pipeline.web.rendering import PageRenderer
from pipeline.web.scanning.intake_desk import NO_INTAKE, IntakeDesk
from pipeline.web.security.access import may_open
from pipeline.web.security.middleware import RateLimiter, ReviewOptions
from pipeline.web.security.phone_passes import PhonePasses
from pipeline.web.security.sign_in import SignInDesk
from pipeline.web.supervising.office_desk import OfficeDesk

MAX_ROW_ID = 2**31 - 1
"""The largest id that every database of the registry accepts."""

RowId = Annotated[int, Field(ge=0, le=MAX_ROW_ID)]
"""A row id in a request."""


TEXTS = frozenset({"draft_id", "upload_id", "sha256", "scan", "code", "state", "q", "who", "subject"})
"""Parameters that hold text, even where it consists of digits only."""


def exceed_row_ids(parameters: Iterable[tuple[str, str]]) -> bool:
    """Return whether any (name, value) parameter of an address holds a number larger than every row id."""
    return any(
        name not in TEXTS and value.removeprefix("-").isdecimal() and int(value[:20]) > MAX_ROW_ID
        for name, value in parameters
    )


@dataclass(frozen=True, slots=True)
class ServerWork:
    """Work of the server beyond the registry.

    Attributes:
        store: Returns the progress of the verification of stored scans.
        check: Checks a book as a whole, after a withdrawal, a reinstatement or a correction.
        changed_password: Called with the login of a person who has chosen a password.
    """

    pictures: Pictures = NO_PICTURES
    packages: PackageQueue = NO_PACKAGE_QUEUE
    printer: Printer = NO_PRINTER
    uploads: UploadDesk = NO_UPLOADS
    runs: PrefectRuns = NO_RUNS
    intake: IntakeDesk = NO_INTAKE
    regions: RedrawnRegions = NO_REGIONS
    store: Callable[[], StoreState] = StoreState
    check: Callable[[int], object] = lambda _: None
    changed_password: Callable[[str], object] = lambda _: None


@dataclass(frozen=True, slots=True)
class Entrance:
    """The state of logins: rate limits, telephones with a pass, and sign-in through a provider, if there is one."""

    logins: RateLimiter
    api_requests: RateLimiter
    phones: PhonePasses
    sign_in: SignInDesk | None


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of a running application; ``now``: the clock, in UTC."""

    registry: Registry
    schemas: Schemas
    options: ReviewOptions
    now: Callable[[], datetime]
    policies: OfficePolicies
    plan: WorkPlan
    accounts: Accounts
    publishing: Publishing
    desk: Desk
    lots: Lots
    renderer: PageRenderer
    autocomplete: Autocomplete
    rules: LiveRules
    entrance: Entrance
    work: ServerWork
    office: OfficeDesk
    forms: FormDesk
    handbook: Handbook


def site_of(request: Request) -> Site:
    return cast(Site, request.app.state.site)


_EXCHANGES = Lock()


def exchange_parts(request: Request, changed: Callable[[Site], Site]) -> None:
    """Replace parts of the application for all requests that follow.

    Args:
        request: A request of the application.
        changed: Returns the new parts for the present ones.
    """
    with _EXCHANGES:
        request.app.state.site = changed(site_of(request))


SiteDep = Annotated[Site, Depends(site_of)]

REFUSED_ELSEWHERE = (NotThere, NotYours, RegistryUnavailable, StorageError)
"""Errors that have a page of their own, whichever form was sent."""


class RefusalPage(Exception):
    """A refusal that is answered by the page of the form."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True, slots=True)
class Visit:
    """The request and the application that answers it: the argument of a route."""

    request: Request
    site: Site

    @property
    def session(self) -> Session:
        """The session of the request; only for routes that need a login."""
        return cast(Session, self.request.state.session)

    @property
    def person(self) -> Person:
        """The person who sends the request; only for routes that need a login."""
        return self.session.person

    @property
    def registry(self) -> Registry:
        return self.site.registry

    @property
    def desk(self) -> Desk:
        return self.site.desk

    @property
    def schemas(self) -> Schemas:
        return self.site.schemas

    @property
    def units(self) -> AnsweringUnits:
        """The units that answer for places today."""
        return AnsweringUnits(self.schemas.places.gazetteer, local_date(self.site.now()))

    def page(self, template: str, *, status: int = 0, **values: Any) -> Response:
        """Render a page.

        Args:
            status: The HTTP status; 0: 422 where ``refused`` among the values is not empty, else 200.
            values: The variables of the template.
        """
        status = status or (422 if values.get("refused") else 200)
        return self.site.renderer.render(self.request, template, status=status, **values)

    @contextmanager
    def refusing(self, page: Callable[[str], Response], *refusals: type[HotichError]) -> Iterator[None]:
        """Answer a refusal in the ``with`` block by the page of the form, with the reason.

        Args:
            page: Returns the page for a reason.
            refusals: The errors that count as refusals; by default registry errors other than ``REFUSED_ELSEWHERE``.
        """
        kinds = refusals or (RegistryError,)
        elsewhere = tuple(kind for kind in REFUSED_ELSEWHERE if kind not in kinds)
        try:
            yield
        except HotichError as refused:
            if not isinstance(refused, kinds) or isinstance(refused, elsewhere):
                raise
            raise RefusalPage(page(refused.message)) from None


async def _visit(request: Request) -> Visit:
    return Visit(request, site_of(request))


VisitDep = Annotated[Visit, Depends(_visit)]


def open_acts_for(site: Site, session: Session) -> tuple[OpenAct, ...]:
    """Return the account changes that await a second person, for those who may confirm them."""
    return site.accounts.open_acts() if may_open(session.person.role, "/confirmations") else ()


def loosenings_for(site: Site, session: Session) -> tuple[PolicyChange, ...]:
    """Return the loosened settings that nobody else has seen, for those who may confirm them."""
    return site.registry.open_policy_changes() if may_open(session.person.role, "/confirmations") else ()


NEWEST_NOTICES = 500
"""Number of notices compared for each page; a row can be added only where no id was given yet. Reports compare all."""


def forged_notices_for(site: Site, session: Session) -> tuple[ForgedNotice, ...]:
    """Return the newest rows about notices that are not the program's own, for those who confirm others' changes."""
    return (
        site.publishing.forged_notices(NEWEST_NOTICES)
        if may_open(session.person.role, "/confirmations")
        else ()
    )


def head_alerts(site: Site, session: Session) -> dict[str, Any]:
    """Return what ``fragments/open_acts.html`` shows at the head of a page."""
    return {
        "open_acts": open_acts_for(site, session),
        "loosenings": loosenings_for(site, session),
        "forged_notices": forged_notices_for(site, session),
    }


def files_not_used(site: Site, session: Session) -> tuple[UnusedFile, ...]:
    """Return the declaration files of the office that this server does not use, with the person's books among them."""
    return unused_files(site.registry, site.schemas, session.person.may_see)


def page_source(site: Site, book_id: int, ref: PageRef) -> PageSource:
    """Return a page of a book together with its rectification."""
    return PageSource(ref, site.registry.rectification(book_id, ref))
