"""Predicates of rules over values. A predicate knows no field: ``schemas/records`` bind it to fields.

``True``: it holds. ``False``: the rule's finding is raised. ``None``: it cannot be known, and no finding is raised.
Predicates are pure. Each family of rules has a module; a new predicate is a decorated function listed in ``LISTED``.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.values.predicates import dates, events, keys, people
from pipeline.values.predicates.predicate import (
    BLANK,
    NO_CONTEXT,
    NOT_ON_FORM,
    Need,
    PlaceResolver,
    Predicate,
    RuleContext,
    Value,
    date_parts,
    date_tuple,
    predicate,
)

__all__ = [
    "BLANK",
    "NOT_ON_FORM",
    "NO_CONTEXT",
    "PREDICATES",
    "Need",
    "PlaceResolver",
    "Predicate",
    "RuleContext",
    "Value",
    "date_tuple",
    "date_parts",
    "predicate",
]

LISTED: tuple[Predicate, ...] = (
    keys.present,
    keys.absent,
    keys.same_year,
    keys.within_volume_years,
    keys.same_volume,
    keys.while_book_open,
    dates.full_date,
    dates.same_date,
    dates.not_after,
    dates.not_in_future,
    dates.not_after_closing,
    dates.year_from,
    dates.time_limit_agrees,
    dates.late_is_marked,
    dates.late_note_agrees,
    dates.late_is_noted,
    dates.age_within,
    events.of_marriageable_age,
    events.entered_marriageable_age,
    events.two_people,
    events.two_numbers,
    events.named_when_described,
    events.described_when_named,
    events.birth_type_agrees,
    events.surname_of_a_parent,
    events.one_of_parents,
    events.present_on_forms_since,
    events.age_group_agrees,
    events.not_oneself,
    people.personal_number,
    people.number_tells_sex,
    people.number_of_a,
    people.number_tells_birth,
    people.bearer_age_within,
    people.no_personal_number_before,
    people.number_fits_paper,
    people.name_tells_sex,
    people.name_of_a,
    people.spouse_tells_sex,
    people.relation_fits_name,
    people.relation_fits_number,
    people.parent_declares,
    people.namesake_number_tells_birth,
    people.namesake_number_of_a,
    keys.place_existed,
)
"""All predicates, in the order of their families."""

PREDICATES: Mapping[str, Predicate] = {found.name: found for found in LISTED}
"""By the names that ``schemas/records`` bind."""
