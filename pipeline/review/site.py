"""What every route of one running application works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from pipeline.registry import Registry
from pipeline.registry.accounts import Accounts
from pipeline.review.limits import Buckets
from pipeline.review.options import ReviewOptions
from pipeline.review.pages import Pages
from pipeline.schema import Schemas


@dataclass(frozen=True, slots=True)
class Site:
    """One application: what it stores in, what it shows with, what it allows."""

    registry: Registry
    accounts: Accounts
    schemas: Schemas
    options: ReviewOptions
    pages: Pages
    logins: Buckets


def site_of(request: Request) -> Site:
    return cast(Site, request.app.state.site)


OfSite = Annotated[Site, Depends(site_of)]
