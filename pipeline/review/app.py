"""The application put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.registry import Registry
from pipeline.registry.accounts import utc_now
from pipeline.reports import WorkPlan
from pipeline.review.admission import admit, refuse_forged
from pipeline.review.faults import Shelter, answer_errors
from pipeline.review.headers import SafeHeaders
from pipeline.review.journal import Journal
from pipeline.review.known import Known
from pipeline.review.limits import BodyLimit, Buckets
from pipeline.review.options import ReviewOptions
from pipeline.review.packages import NO_PACKAGES, PackageDesk
from pipeline.review.pages import STATIC, Pages
from pipeline.review.pictures import NO_PICTURES, Pictures
from pipeline.review.routes import ROUTERS
from pipeline.review.site import Site
from pipeline.review_policy import ReviewPolicy
from pipeline.sampling import SamplingPolicy
from pipeline.schema import Schemas


def create_app(
    registry: Registry,
    schemas: Schemas,
    options: ReviewOptions = ReviewOptions(),
    *,
    policy: ReviewPolicy = ReviewPolicy(),
    plan: WorkPlan = WorkPlan(),
    sampling: SamplingPolicy = SamplingPolicy(),
    pictures: Pictures = NO_PICTURES,
    packages: PackageDesk = NO_PACKAGES,
    models: Path | None = None,
    now: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """The web application over an open registry, which stays the caller's to close, as ``pictures`` and ``packages``
    do. ``policy``: how the office reviews; ``plan``: what it is to have done; ``sampling``: how it samples; ``models``:
    the folder of word data (by default that of the installation); ``now``: the clock, in UTC."""
    app = FastAPI(
        title="hotich",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(admit), Depends(refuse_forged)],
        middleware=[
            Middleware(Journal),
            Middleware(SafeHeaders),
            Middleware(Shelter),
            Middleware(AddressLimit, buckets=Buckets(options.requests)),
            Middleware(BodyLimit, most=options.body_bytes),
        ],
    )
    app.state.site = Site(
        registry=registry,
        accounts=registry.accounts(now),
        schemas=schemas,
        options=options,
        pages=Pages(),
        logins=Buckets(options.logins),
        desk=registry.desk(policy, now=now),
        pictures=pictures,
        known=Known(schemas, models),
        plan=plan,
        lots=registry.lots(policy, sampling, now=now),
        now=now,
        packages=packages,
    )
    answer_errors(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", KeptFiles(directory=STATIC))
    return app


class KeptFiles(StaticFiles):
    """Static files. Browsers may keep those whose addresses change with their content; of others, which scripts import
    by name, they ask each time whether they have changed."""

    def file_response(
        self, full_path: object, stat_result: object, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)  # type: ignore[arg-type]
        kept = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=86400" if kept else "no-cache"
        return response


class AddressLimit:
    """ASGI middleware: one address asks only so often."""

    def __init__(self, app: ASGIApp, buckets: Buckets) -> None:
        self._app = app
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            client = scope.get("client")
            self._buckets.take(client[0] if client else "-")
        await self._app(scope, receive, send)
