"""The fields of a search, as typed by people and sent by other systems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, Field

from pipeline.registry.search.model import SearchCriteria

MOST_TYPED = 20_000
"""Accepted length of a field in letters, generous so that a long text is refused in words."""

Typed = Annotated[str, Field(max_length=MOST_TYPED)]


class SearchTexts(BaseModel):
    """The texts of a search; an empty text is no criterion."""

    name: Typed = ""
    number: Typed = ""
    volume: Typed = ""
    place: Typed = ""
    id_number: Typed = ""
    text: Typed = ""
    record: Typed = ""

    def criteria_with(
        self, parents: Iterable[str], year_from: int | None, year_to: int | None
    ) -> SearchCriteria:
        """Return the search criteria. Without ``year_to`` the first year is also the last."""
        return SearchCriteria(
            **{name: getattr(self, name).strip() for name in SearchTexts.model_fields},
            parents=tuple(parent.strip() for parent in parents if parent.strip()),
            year_from=year_from,
            year_to=year_from if year_to is None else year_to,
        )
