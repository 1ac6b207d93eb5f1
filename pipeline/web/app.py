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

from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.schema import Schemas
from pipeline.delivery.workbook_reading.upload_bounds import MOST_FILE_BYTES
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import utc_now
from pipeline.reports import WorkPlan
from pipeline.web.autocomplete import Autocomplete
from pipeline.web.context import Entrance, ServerWork, Site
from pipeline.web.desk.live_rules import LiveRules
from pipeline.web.form_design.form_desk import MOST_FILE_BYTES as MOST_SPECIMEN_BYTES
from pipeline.web.form_design.form_desk import NO_FORM_DESK, FormDesk
from pipeline.web.handbook import shipped_handbook
from pipeline.web.rendering import STATIC, PageRenderer
from pipeline.web.routes import ROUTERS
from pipeline.web.routes.extracts import MOST_SCAN_BYTES
from pipeline.web.routes.packages import MOST_REFUSAL_BYTES
from pipeline.web.security.authentication import authorize, refuse_forged_forms
from pipeline.web.security.errors import ErrorMiddleware, install_error_handlers
from pipeline.web.security.middleware import (
    FORM_FILES,
    IMPORTED_FILES,
    LOADING_REFUSALS,
    RECONCILED_FILES,
    SCANNED_PAPERS,
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


def new_site(
    registry: Registry,
    schemas: Schemas,
    options: ReviewOptions = ReviewOptions(),
    *,
    now: Callable[[], datetime] = utc_now,
    policies: OfficePolicies = OfficePolicies(),
    plan: WorkPlan = WorkPlan(),
    work: ServerWork = ServerWork(),
    office: OfficeDesk = NO_OFFICE_DESK,
    forms: FormDesk = NO_FORM_DESK,
    sign_in: Provider | None = None,
    models: Path | None = None,
) -> Site:
    """Return the parts of an application over an open registry, which the caller closes, as all of ``work``.

    Args:
        now: The clock, in UTC.
        sign_in: The provider through which people may sign in; None: with local accounts alone.
        models: The folder of word data (by default the installation's).
    """
    accounts = registry.accounts(now)
    provider = None if sign_in is None else SignInDesk(sign_in, registry.sign_ins(now), now)
    return Site(
        registry=registry,
        schemas=schemas,
        options=options,
        now=now,
        policies=policies,
        plan=plan,
        accounts=accounts,
        publishing=registry.publishing(now),
        desk=registry.desk(policies.review, now=now),
        lots=registry.lots(policies.review, policies.sampling, now=now),
        renderer=PageRenderer(accounts.names),
        autocomplete=Autocomplete(schemas, models),
        rules=LiveRules(schemas),
        entrance=Entrance(RateLimiter(options.logins), RateLimiter(options.api), PhonePasses(now), provider),
        work=work,
        office=office,
        forms=forms,
        handbook=shipped_handbook(),
    )


def create_app(site: Site) -> FastAPI:
    """Return the web application of these parts."""
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
            Middleware(RateLimitMiddleware, buckets=RateLimiter(site.options.requests)),
            Middleware(
                BodyLimitMiddleware,
                most=site.options.body_bytes,
                larger={
                    UPLOADS: site.work.uploads.options.piece_bytes,
                    RECONCILED_FILES: MOST_FILE_BYTES,
                    FORM_FILES: MOST_SPECIMEN_BYTES,
                    IMPORTED_FILES: MOST_FILE_BYTES,
                    SCANNED_PAPERS: MOST_SCAN_BYTES,
                    LOADING_REFUSALS: MOST_REFUSAL_BYTES,
                },
            ),
        ],
    )
    app.state.site = site
    install_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", CachedStaticFiles(directory=STATIC))
    return app


class CachedStaticFiles(StaticFiles):
    """Static files: browsers cache addresses that change with the content, and ask each time for the others."""

    def file_response(
        self, full_path: object, stat_result: object, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)  # type: ignore[arg-type]
        is_versioned = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=86400" if is_versioned else "no-cache"
        return response
