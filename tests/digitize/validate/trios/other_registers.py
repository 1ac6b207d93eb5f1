"""The rules over the other registers: how each holds, is broken and is not applicable."""

from __future__ import annotations

from tests.digitize.validate.entries import BLANK, NOT_ON_FORM, STRUCK, UNREADABLE, Written
from tests.digitize.validate.trios.trio import Trio, states

_UNKNOWN = (NOT_ON_FORM, UNREADABLE, STRUCK)


def _of_father(what: Written) -> Written:
    parts = ("born_on", "ethnicity", "nationality", "residence_place", "paper_number")
    return {**{f"father_{part}": BLANK for part in parts}, **what}


OTHER_REGISTERS = (
    Trio(
        "P01",
        "parentage",
        (*states("parent_name", BLANK), *states("child_name", BLANK)),
        (*states("parent_name", *_UNKNOWN[:2]), *states("child_name", *_UNKNOWN[:2])),
        about=("parent_name",),
    ),
    Trio(
        "P02",
        "parentage",
        (
            {"child_name": "TRẦN VĂN HẢI", "child_born_on": "09/03/1990"},
            {"child_paper_number": "092090000456"},
        ),
        (
            {"child_name": "Trần Văn Hải", "child_born_on": BLANK},
            *({"child_name": "Trần Văn Hải", "child_born_on": state} for state in _UNKNOWN),
        ),
        ({"child_name": "Trần Văn Hải"}, {"child_paper_number": "092216001234"}),
    ),
    Trio(
        "P03",
        "parentage",
        ({"parent_born_on": "21/02/2004"}, {"parent_born_on": "1920"}),
        states("child_born_on", BLANK, *_UNKNOWN),
        ({"parent_born_on": "20/02/2004"},),
        about=("parent_born_on", "child_born_on"),
    ),
    Trio(
        "H01",
        "marital_status",
        (*states("subject_name", BLANK), *states("marital_state", BLANK)),
        (*states("subject_name", *_UNKNOWN[:2]), *states("marital_state", *_UNKNOWN[:2])),
        about=("subject_name",),
    ),
    Trio(
        "H02",
        "marital_status",
        ({"stay_from": "13/03/2018"}, {"stay_until": "13/03/2018"}, {"stay_from": "08/03/1990"}),
        (
            *states("stay_from", BLANK, *_UNKNOWN),
            {"stay_until": BLANK, "stay_from": "13/03/2018"},
            {"stay_from": "2018"},
        ),
        ({"stay_from": "12/03/2018"}, {"stay_from": "09/03/1990"}),
        about=("stay_from", "stay_until"),
    ),
    Trio(
        "H03",
        "marital_status",
        (
            {"subject_born_on": "13/03/2002", "stay_from": BLANK},
            {"subject_born_on": "1900", "stay_from": BLANK},
        ),
        states("subject_born_on", BLANK, *_UNKNOWN),
        ({"subject_born_on": "12/03/2002", "stay_from": BLANK},),
        about=("subject_born_on", "registered_on"),
    ),
    Trio(
        "G01",
        "guardianship",
        (*states("ward_name", BLANK), *states("guardian_name", BLANK)),
        (*states("ward_name", *_UNKNOWN[:2]), *states("guardian_name", *_UNKNOWN[:2])),
        about=("ward_name",),
    ),
    Trio(
        "G02",
        "guardianship",
        (
            {"ward_name": "Lê Thị Hoa", "ward_born_on": "15/08/1992"},
            {"ward_paper_number": "361234569"},
        ),
        (
            *({"ward_name": "Lê Thị Hoa", "ward_born_on": state} for state in (BLANK, *_UNKNOWN)),
            {"ward_paper_number": BLANK},
        ),
        ({"ward_name": "Lê Thị Hoa"},),
    ),
    Trio(
        "G03",
        "guardianship",
        ({"guardian_born_on": "13/03/2000"}, {"guardian_born_on": "1900"}),
        states("guardian_born_on", BLANK, *_UNKNOWN),
        ({"guardian_born_on": "12/03/2000"},),
        about=("guardian_born_on", "registered_on"),
    ),
    Trio(
        "G04",
        "guardianship",
        (
            {"ended_on": "11/03/2018", "guarded_from": "01/03/2018"},
            {"ended_on": "01/04/2018", "guarded_from": "02/04/2018"},
        ),
        states("ended_on", BLANK, *_UNKNOWN, "2018"),
        ({"ended_on": "12/03/2018"}, {"ended_on": "01/06/2018"}),
    ),
    Trio(
        "A01",
        "adoption",
        states("adoptee_name", BLANK),
        states("adoptee_name", *_UNKNOWN[:2]),
        about=("adoptee_name",),
    ),
    Trio(
        "A02",
        "adoption",
        ({"father_name": BLANK}, {"mother_name": BLANK}),
        (
            _of_father({"father_name": BLANK}),
            *states("father_name", *_UNKNOWN[:2]),
        ),
    ),
    Trio(
        "A03",
        "adoption",
        (
            {"father_born_on": "21/02/1996"},
            {"mother_born_on": "21/02/1996"},
            {"father_born_on": "1900"},
        ),
        (*states("adoptee_born_on", BLANK, *_UNKNOWN), {"father_born_on": "1996", "adoptee_born_on": "2016"}),
        ({"father_born_on": "20/02/1996"},),
        about=("father_born_on", "adoptee_born_on"),
    ),
    Trio(
        "A04",
        "adoption",
        ({"adoptee_born_on": "1998", "father_born_on": "1960", "mother_born_on": "1960"},),
        states("adoptee_born_on", BLANK, *_UNKNOWN),
        ({"adoptee_born_on": "12/03/2000", "father_born_on": "1960", "mother_born_on": "1960"},),
        about=("adoptee_born_on", "registered_on"),
    ),
    Trio(
        "A05",
        "adoption",
        states("ended_on", "11/03/2018", "2017"),
        states("ended_on", BLANK, *_UNKNOWN, "2018"),
        states("ended_on", "12/03/2018", "01/06/2018"),
        about=("registered_on", "ended_on"),
    ),
    Trio(
        "C01",
        "change",
        (*states("subject_name", BLANK), *states("change_type", BLANK), *states("changed_to", BLANK)),
        (*states("subject_name", *_UNKNOWN[:2]), *states("changed_to", *_UNKNOWN[:2])),
        about=("subject_name",),
    ),
    Trio(
        "C02",
        "change",
        states("original_registered_on", "13/03/2018", "2019"),
        states("original_registered_on", BLANK, *_UNKNOWN, "2018"),
        states("original_registered_on", "12/03/2018"),
        about=("original_registered_on", "registered_on"),
    ),
    Trio(
        "G05",
        "supervision",
        states("supervisor_name", BLANK),
        states("supervisor_name", *_UNKNOWN[:2]),
        about=("supervisor_name",),
    ),
    Trio(
        "G06",
        "supervision",
        (
            {"supervisor_name": "Lê Thị Hoa", "supervisor_born_on": "15/08/1992"},
            {"supervisor_paper_number": "361234569"},
        ),
        (
            *({"supervisor_name": "Lê Thị Hoa", "supervisor_born_on": state} for state in (BLANK, *_UNKNOWN)),
            {"supervisor_paper_number": BLANK},
        ),
        ({"supervisor_name": "Lê Thị Hoa"},),
    ),
    Trio(
        "E01",
        "noted_divorce",
        (*states("subject_name", BLANK), *states("spouse_name", BLANK), *states("decision_number", BLANK)),
        (*states("subject_name", *_UNKNOWN[:2]), *states("decision_number", *_UNKNOWN[:2])),
        about=("subject_name",),
    ),
    Trio(
        "E02",
        "noted_divorce",
        ({"spouse_name": "Lê Thị Hoa", "spouse_born_on": "15/08/1992"}, {"spouse_paper_number": "361234569"}),
        ({"spouse_name": "Lê Thị Hoa", "spouse_born_on": BLANK}, {"spouse_paper_number": BLANK}),
        ({"spouse_name": "Lê Thị Hoa"},),
    ),
    Trio(
        "E03",
        "noted_divorce",
        (
            {"effective_on": "13/03/2018"},
            {"effective_on": "09/10/2017"},
            {"original_registered_on": "11/10/2017"},
        ),
        states("effective_on", BLANK, *_UNKNOWN, "2018"),
        states("effective_on", "12/03/2018", "10/10/2017"),
        about=("effective_on", "registered_on"),
    ),
)
