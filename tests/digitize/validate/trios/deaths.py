"""The rules over deaths: how each holds, is broken and is not applicable."""

from __future__ import annotations

from tests.digitize.validate.entries import BLANK, ILLEGIBLE, NOT_ON_FORM, UNREADABLE
from tests.digitize.validate.trios.trio import Trio, states

DEATHS = (
    Trio(
        "T01",
        "death",
        (
            {"deceased_death_cause": BLANK},
            {"deceased_death_place": BLANK},
            {"deceased_name": BLANK},
            {"deceased_born_on": BLANK},
            {"deceased_died_on": BLANK},
        ),
        states("deceased_death_cause", NOT_ON_FORM, UNREADABLE, ILLEGIBLE),
        ({"deceased_born_on": "80 tuổi"},),
        ("deceased_death_cause",),
    ),
    Trio(
        "T01",
        "death",
        ({"deceased_died_at": BLANK},),
        states("deceased_died_at", NOT_ON_FORM, UNREADABLE),
        info=True,
    ),
    Trio(
        "T02",
        "death",
        (
            {"deceased_age_group": "Trẻ dưới 01 tuổi"},
            {"deceased_age_group": "Trẻ dưới 01 tuổi", "deceased_born_on": "14 tháng tuổi"},
            {"deceased_age_group": "Trẻ dưới 01 tuổi", "deceased_born_on": "01/03/2017"},
            {"deceased_age_group": "Trẻ từ 01 đến dưới 05 tuổi", "deceased_born_on": "03/03/2017"},
        ),
        (
            *states("deceased_age_group", BLANK, NOT_ON_FORM),
            {"deceased_age_group": "Trẻ dưới 01 tuổi", "deceased_born_on": BLANK},
        ),
        (
            {"deceased_age_group": "Trẻ dưới 01 tuổi", "deceased_born_on": "03/03/2017"},
            {"deceased_age_group": "Trẻ dưới 01 tuổi", "deceased_born_on": "2017"},
            {"deceased_age_group": "Trẻ dưới 01 tuổi", "deceased_born_on": "8 tháng tuổi"},
            {"deceased_age_group": "Trẻ từ 01 đến dưới 05 tuổi", "deceased_born_on": "2017"},
        ),
        ("deceased_age_group", "deceased_born_on", "deceased_died_on"),
    ),
    Trio(
        "T03",
        "death",
        ({"declarant_relation": "Bản thân"}, {"declarant_relation": "bản thán."}),
        states("declarant_relation", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"declarant_relation": "Em ruột"},),
        ("declarant_relation",),
    ),
)
