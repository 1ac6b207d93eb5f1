"""What rules may ask of values. A predicate knows no field: ``schemas/records`` bind it to fields.

``True``: holds. ``False``: the rule's finding is raised. ``None``: it cannot be known, and nothing is said. Predicates
are pure and change nothing. One module a family of rules.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.predicates import birth, dates, death, identity, keys, kinship, marriage, places, text
from pipeline.predicates.predicate import Need, Predicate, predicate
from pipeline.predicates.value import (
    BLANK,
    NO_CONTEXT,
    NOT_ON_FORM,
    PlaceResolver,
    RuleContext,
    Value,
    day_of,
    known,
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
    "day_of",
    "known",
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
    dates.age_within,
    marriage.of_marriageable_age,
    marriage.entered_marriageable_age,
    marriage.two_people,
    marriage.two_numbers,
    birth.named_when_described,
    birth.described_when_named,
    birth.birth_type_agrees,
    birth.surname_of_a_parent,
    birth.one_of_parents,
    death.present_on_forms_since,
    death.age_group_agrees,
    death.not_oneself,
    identity.personal_number,
    identity.number_tells_sex,
    identity.number_of_a,
    identity.number_tells_birth,
    identity.bearer_age_within,
    identity.no_personal_number_before,
    identity.number_fits_paper,
    text.name_tells_sex,
    text.name_of_a,
    kinship.spouse_tells_sex,
    kinship.relation_fits_name,
    kinship.relation_fits_number,
    kinship.parent_declares,
    kinship.namesake_number_tells_birth,
    kinship.namesake_number_of_a,
    places.place_existed,
)
"""All that there are, in the order of their families."""

PREDICATES: Mapping[str, Predicate] = {found.name: found for found in LISTED}
"""By the names that ``schemas/records`` bind."""
