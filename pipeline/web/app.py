"""Assembly of the web application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import Scope

from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.learning import LearningPolicy
from pipeline.declarations.office.lot_sampling import SamplingPolicy
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.schema import Schemas
from pipeline.delivery.printing.service import NO_PRINTER, Printer
from pipeline.delivery.workbook_reading.upload_bounds import MOST_FILE_BYTES
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import utc_now
from pipeline.reports import WorkPlan
from pipeline.runs.prefect_runs import NO_RUNS, PrefectRuns
from pipeline.scans.inbox.uploads import NO_UPLOADS, UploadDesk
from pipeline.scans.store_check import StoreState
from pipeline.web.autocomplete import Autocomplete
from pipeline.web.context import Site
from pipeline.web.desk.live_rules import LiveRules
from pipeline.web.desk.redrawn_regions import ReadsRegions, RedrawnRegions
from pipeline.web.form_design.form_desk import MOST_FILE_BYTES as MOST_SPECIMEN_BYTES
from pipeline.web.form_design.form_desk import NO_FORM_DESK, FormDesk
from pipeline.web.handbook import Handbook, shipped_handbook
from pipeline.web.package_queue import NO_PACKAGE_QUEUE, PackageQueue
from pipeline.web.pictures import NO_PICTURES, Pictures
from pipeline.web.rendering import STATIC, PageRenderer
from pipeline.web.routes import ROUTERS
from pipeline.web.scanning.intake_desk import NO_INTAKE, IntakeDesk
from pipeline.web.security.authentication import authorize, refuse_forged_forms
from pipeline.web.security.errors import ErrorMiddleware, install_error_handlers
from pipeline.web.security.middleware import (
    FORM_FILES,
    IMPORTED_FILES,
    RECONCILED_FILES,
    UPLOADS,
    AccessLogMiddleware,
    BodyLimitMiddleware,
    RateLimiter,
    RateLimitMiddleware,
    ReviewOptions,
    SecurityHeadersMiddleware,
)
from pipeline.web.security.phone_passes import PhonePasses
from pipeline.web.security.sign_in import SignInDesk
from pipeline.web.sign_in_provider import Provider
from pipeline.web.supervising.office_desk import NO_OFFICE_DESK, OfficeDesk


def create_app(
    registry: Registry,
    schemas: Schemas,
    options: ReviewOptions = ReviewOptions(),
    *,
    policy: ReviewPolicy = ReviewPolicy(),
    plan: WorkPlan = WorkPlan(),
    sampling: SamplingPolicy = SamplingPolicy(),
    pictures: Pictures = NO_PICTURES,
    packages: PackageQueue = NO_PACKAGE_QUEUE,
    printer: Printer = NO_PRINTER,
    uploads: UploadDesk = NO_UPLOADS,
    runs: PrefectRuns = NO_RUNS,
    intake: IntakeDesk = NO_INTAKE,
    models: Path | None = None,
    now: Callable[[], datetime] = utc_now,
    store: Callable[[], StoreState] = StoreState,
    check: Callable[[int], object] = lambda _: None,
    delivery: DeliveryPolicy = DeliveryPolicy(),
    approval: ApprovalPolicy = ApprovalPolicy(),
    learning: LearningPolicy = LearningPolicy(),
    office: OfficeDesk = NO_OFFICE_DESK,
    regions: ReadsRegions | None = None,
    sign_in: Provider | None = None,
    forms: FormDesk = NO_FORM_DESK,
    handbook: Handbook | None = None,
) -> FastAPI:
    """Return the web application over an open registry.

    The caller closes ``registry``, ``pictures``, ``packages`` and ``uploads``.

    Args:
        packages: Makes packages for the shared software.
        printer: Prints entries, extracts, lists and handover minutes.
        uploads: Takes scans that browsers send.
        runs: Starts the reading of books and tells how far it is.
        intake: Tells what scanners delivered.
        models: The folder of word data (by default the installation's).
        now: The clock, in UTC.
        store: Returns how far the check of the store of scans is.
        check: Checks a book as a whole, after something of it was withdrawn or put back.
        learning: What the office lets the machine learn.
        office: What supervisors and administrators have the server do.
        regions: Reads regions that people draw, by the readers of the flow; None where there are none.
        sign_in: The provider through which people may sign in; None: with local accounts alone.
        forms: The form designer.
        handbook: What tells people how to work (by default the installation's).
    """
    app = FastAPI(
        title="hotich",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(authorize), Depends(refuse_forged_forms)],
        middleware=[
            Middleware(AccessLogMiddleware),
            Middleware(SecurityHeadersMiddleware),
            Middleware(ErrorMiddleware),
            Middleware(RateLimitMiddleware, buckets=RateLimiter(options.requests)),
            Middleware(
                BodyLimitMiddleware,
                most=options.body_bytes,
                larger={
                    UPLOADS: uploads.options.piece_bytes,
                    RECONCILED_FILES: MOST_FILE_BYTES,
                    FORM_FILES: MOST_SPECIMEN_BYTES,
                    IMPORTED_FILES: MOST_FILE_BYTES,
                },
            ),
        ],
    )
    accounts = registry.accounts(now)
    app.state.site = Site(
        registry=registry,
        accounts=accounts,
        schemas=schemas,
        options=options,
        renderer=PageRenderer(accounts.names),
        logins=RateLimiter(options.logins),
        publishing=registry.publishing(now),
        api_requests=RateLimiter(options.api),
        desk=registry.desk(policy, now=now),
        pictures=pictures,
        autocomplete=Autocomplete(schemas, models),
        plan=plan,
        lots=registry.lots(policy, sampling, now=now),
        now=now,
        packages=packages,
        printer=printer,
        uploads=uploads,
        runs=runs,
        intake=intake,
        phones=PhonePasses(now),
        store=store,
        check=check,
        rules=LiveRules(schemas),
        regions=RedrawnRegions(regions),
        delivery=delivery,
        approval=approval,
        office=office,
        sign_in=None if sign_in is None else SignInDesk(sign_in, registry.sign_ins(now), now),
        policies=OfficePolicies(policy, sampling, delivery, approval, learning),
        forms=forms,
        handbook=handbook or shipped_handbook(),
    )
    install_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", CachedStaticFiles(directory=STATIC))
    return app


class CachedStaticFiles(StaticFiles):
    """Static files.

    Browsers cache files whose addresses change with their content; for the other files, which scripts import by
    name, they ask each time for changes.
    """

    def file_response(
        self, full_path: object, stat_result: object, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)  # type: ignore[arg-type]
        is_versioned = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=86400" if is_versioned else "no-cache"
        return response
