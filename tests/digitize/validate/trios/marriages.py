"""The rules over marriages: how each holds, is broken and is not applicable."""

from __future__ import annotations

from tests.digitize.validate.entries import BLANK, NOT_ON_FORM, STRUCK, UNREADABLE
from tests.digitize.validate.trios.trio import Trio, states

MARRIAGES = (
    Trio(
        "M01",
        "marriage",
        ({"husband_born_on": "13/03/1998"}, {"wife_born_on": "13/03/2000"}, {"wife_born_on": "17 tuổi"}),
        (
            *states("husband_born_on", BLANK, NOT_ON_FORM, UNREADABLE, STRUCK),
            {"husband_born_on": "2001", "registered_on": "2018"},
        ),
        (
            {"husband_born_on": "12/03/1998", "wife_born_on": "12/03/2000"},
            {"husband_born_on": "1998"},
            {"husband_born_on": "28 tuổi"},
            {"husband_born_on": "03/1998"},
        ),
        ("husband_born_on", "registered_on"),
    ),
    Trio(
        "M02",
        "marriage",
        (
            {"registered_on": "12/03/2010", "husband_born_on": "12/03/1991"},
            {"registered_on": "12/03/2010", "wife_born_on": "12/03/1993"},
        ),
        (
            {"registered_on": "12/03/2010", "husband_born_on": BLANK},
            {"registered_on": "2010", "husband_born_on": "1995"},
            {"husband_born_on": "2005"},
            {"registered_on": "12/03/1965", "husband_born_on": "12/03/1950"},
        ),
        (
            {"registered_on": "12/03/2010", "husband_born_on": "11/03/1991", "wife_born_on": "11/03/1993"},
            {"registered_on": "12/03/2010", "husband_born_on": "1991"},
        ),
        ("husband_born_on", "registered_on"),
        form="marriage-2006",
    ),
    Trio(
        "M07",
        "marriage",
        ({"wife_born_on": "1878"}, {"husband_born_on": "11/03/1927"}, {"wife_born_on": "92 tuổi"}),
        states("wife_born_on", BLANK, NOT_ON_FORM, UNREADABLE, STRUCK),
        ({"wife_born_on": "1927"}, {"husband_born_on": "13/03/1927"}, {"wife_born_on": "60 tuổi"}),
        ("wife_born_on", "registered_on"),
    ),
    Trio(
        "M05",
        "marriage",
        ({"wife_name": "TRẦN VĂN HẢI", "wife_born_on": "09/03/1990"}, {"wife_paper_number": "092090000456"}),
        (
            {"wife_name": "Trần Văn Hải", "wife_born_on": BLANK},
            {"wife_paper_number": NOT_ON_FORM},
            {"wife_name": NOT_ON_FORM},
        ),
        ({"wife_name": "Trần Văn Hải"}, {"wife_born_on": "09/03/1990"}),
        ("husband_name", "husband_born_on", "wife_name", "wife_born_on"),
    ),
)
