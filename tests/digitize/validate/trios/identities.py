"""The rules over identity numbers: how each holds, is broken and is not applicable."""

from __future__ import annotations

from tests.digitize.validate.entries import BLANK, NOT_ON_FORM, UNREADABLE
from tests.digitize.validate.trios.trio import Trio, states

IDENTITIES = (
    Trio(
        "I01",
        "birth",
        (
            {"child_id_number": "123456789"},
            {"child_id_number": "0922180012345"},
            {"child_id_number": "003218001234"},
            {"child_id_number": "999123456789"},
            {"child_id_number": "101218001234"},
            {"child_id_number": "092418001234"},
        ),
        states("child_id_number", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"child_id_number": "001218001234"}, {"child_id_number": "096218001234"}),
        ("child_id_number",),
    ),
    Trio(
        "I02",
        "birth",
        (
            {"child_id_number": "092318001234"},
            {"child_id_number": "092219001234"},
            {"child_id_number": "092018001234"},
            {"mother_id_number": "092092000123"},
            {"mother_born_on": "1993"},
            {"declarant_paper_number": "092190000456"},
            {"declarant_paper_number": "092091000456"},
            {
                "declarant_name": "Lê Thị Hoa",
                "declarant_relation": "Mẹ",
                "declarant_paper_number": "092193000123",
            },
        ),
        (
            *states("child_id_number", BLANK, NOT_ON_FORM, UNREADABLE),
            {
                "declarant_name": "Ngô Thị Bé",
                "declarant_relation": "Bác",
                "declarant_paper_number": "092170000456",
            },
            {"declarant_paper_number": "092091000456", "father_name": BLANK},
            {"declarant_paper_number": "092091000456", "father_born_on": BLANK, "father_id_number": BLANK},
            {"child_sex": BLANK, "child_born_on": BLANK, "child_born_on_words": BLANK},
        ),
        ({"child_born_on": "2018"}, {"declarant_paper_number": "092090000456"}),
        ("child_id_number", "child_sex"),
    ),
    Trio(
        "I02",
        "death",
        (
            {"deceased_sex": "Nam"},
            {"deceased_born_on": "1983"},
            {"declarant_relation": "Con gái", "declarant_paper_number": "092090000456"},
            {"declarant_paper_number": "092210000456"},
            {"declarant_paper_number": "092001000456"},
        ),
        (
            *states("deceased_paper_number", BLANK, NOT_ON_FORM, "361234568"),
            {"deceased_born_on": BLANK},
            {"declarant_paper_number": "092210000456", "registered_on": BLANK},
        ),
        states("declarant_paper_number", "092090000456", "092204000456"),
    ),
    Trio(
        "I02",
        "marriage",
        ({"husband_paper_number": "092190000456"}, {"husband_born_on": "09/03/1991"}),
        states("husband_paper_number", BLANK, NOT_ON_FORM, "361234568"),
    ),
    Trio(
        "I04",
        "birth",
        ({"declarant_paper_number": "36123456"}, {"declarant_paper_number": "3612345678"}),
        states("declarant_paper_number", BLANK, NOT_ON_FORM, "B1234567"),
        about=("declarant_paper_number",),
    ),
    Trio(
        "I05",
        "birth",
        (
            {"registered_on": "12/03/2015"},
            {"registered_on": "12/03/2011", "child_id_number": NOT_ON_FORM},
        ),
        (
            {"registered_on": BLANK},
            {"registered_on": "12/03/2015", "child_id_number": NOT_ON_FORM},
            {
                "registered_on": "12/03/2015",
                **dict.fromkeys(
                    (
                        "child_id_number",
                        "mother_id_number",
                        "mother_paper_number",
                        "father_id_number",
                        "father_paper_number",
                    ),
                    NOT_ON_FORM,
                ),
            },
        ),
        about=("child_id_number", "registered_on"),
    ),
    Trio(
        "I06",
        "birth",
        (
            {"declarant_paper_number": "092090000456", "registered_on": "12/03/2011"},
            {"mother_paper_number": "361234567"},
        ),
        (
            {"declarant_paper_number": "092090000456", "registered_on": BLANK},
            *states("declarant_paper_type", BLANK, NOT_ON_FORM),
            {"declarant_paper_type": "Hộ chiếu", "declarant_paper_number": "B1234567"},
            {"declarant_paper_number": UNREADABLE},
        ),
        ({"declarant_paper_number": "092090000456"}, {"declarant_paper_number": "361234568"}),
        about=("declarant_paper_type", "declarant_paper_number"),
    ),
)
