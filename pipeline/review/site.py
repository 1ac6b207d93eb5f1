"""What every route of one running application works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from pipeline.model import PageRef
from pipeline.registry import Registry
from pipeline.registry.accounts import Accounts
from pipeline.registry.desk.desk import Desk
from pipeline.registry.lots.lots import Lots
from pipeline.reports import WorkPlan
from pipeline.review.known import Known
from pipeline.review.limits import Buckets
from pipeline.review.options import ReviewOptions
from pipeline.review.packages import PackageDesk
from pipeline.review.pages import Pages
from pipeline.review.pictures import Pictures, Sheet
from pipeline.schema import Schemas


@dataclass(frozen=True, slots=True)
class Site:
    """One application: what it stores in, what it shows with, what it allows. ``now``: the clock, in UTC."""

    registry: Registry
    accounts: Accounts
    schemas: Schemas
    options: ReviewOptions
    pages: Pages
    logins: Buckets
    desk: Desk
    pictures: Pictures
    known: Known
    plan: WorkPlan
    lots: Lots
    now: Callable[[], datetime]
    packages: PackageDesk


def site_of(request: Request) -> Site:
    return cast(Site, request.app.state.site)


OfSite = Annotated[Site, Depends(site_of)]


def sheet_of(site: Site, book_id: int, ref: PageRef) -> Sheet:
    """A page of a book and how it was set straight."""
    return Sheet(ref, site.registry.straightening(book_id, ref))
