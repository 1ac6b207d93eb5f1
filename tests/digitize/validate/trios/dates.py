"""The rules over dates: how each holds, is broken and is not applicable."""

from __future__ import annotations

from tests.digitize.validate.entries import BLANK, ILLEGIBLE, NOT_ON_FORM, STRUCK, UNREADABLE
from tests.digitize.validate.trios.trio import Trio, states

DATES = (
    Trio(
        "D01",
        "birth",
        ({"mother_born_on": "31/02/1992"}, {"child_born_on": "20/02/18"}),
        states("mother_born_on", BLANK, NOT_ON_FORM, ILLEGIBLE),
        ({"mother_born_on": "03/1992"}, {"mother_born_on": "09/03/1992"}),
        ("mother_born_on",),
    ),
    Trio(
        "D02",
        "birth",
        ({"child_born_on": "26/02/2018"}, {"child_born_on": "03/2018"}, {"child_born_on": "2013"}),
        (*states("child_born_on_words", BLANK, NOT_ON_FORM, UNREADABLE, STRUCK), {"child_born_on": BLANK}),
        ({"child_born_on": "2018"},),
        ("child_born_on", "child_born_on_words"),
    ),
    Trio(
        "D02",
        "death",
        ({"deceased_died_on": "08/03/2018"},),
        states("deceased_died_on_words", BLANK, NOT_ON_FORM),
    ),
    Trio(
        "D03",
        "birth",
        (
            {"child_born_on": "20/02/2073"},
            {"mother_born_on": "2019"},
            {"registered_on": "12/03/1818"},
            {"child_born_on": "20/02/5005"},
            {"missing_declared_noted_on": "01/01/2099"},
        ),
        states("child_born_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"missing_declared_noted_on": "05/06/2020"}, {"child_born_on": "2018"}),
        ("child_born_on",),
    ),
    Trio(
        "D03",
        "marriage",
        ({"husband_born_on": "09/03/2073"},),
        states("husband_born_on", BLANK, NOT_ON_FORM),
        ({"annulled_noted_on": "05/06/2020"},),
    ),
    Trio(
        "D04",
        "birth",
        ({"child_born_on": "13/03/2018"}, {"child_born_on": "04/2018"}),
        states("child_born_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"child_born_on": "12/03/2018"}, {"child_born_on": "2018"}),
        ("child_born_on", "registered_on"),
    ),
    Trio(
        "D04",
        "marriage",
        ({"wife_born_on": "13/03/2018"},),
        states("wife_born_on", BLANK, NOT_ON_FORM),
        ({"wife_born_on": "1992"},),
    ),
    Trio(
        "D05",
        "birth",
        ({"child_born_on": "20/12/2017"}, {"registration_type": "Quá hạn"}),
        (
            *states("registration_type", NOT_ON_FORM, UNREADABLE, "Đăng ký lại"),
            {"child_born_on": "2017"},
            {"child_born_on": BLANK},
        ),
        ({"child_born_on": "11/01/2018"}, {"child_born_on": "10/01/2018", "registration_type": "Quá hạn"}),
        ("child_born_on", "registered_on", "registration_type"),
    ),
    Trio(
        "D05",
        "birth",
        ({"child_born_on": "20/12/2010", "registration_type": BLANK},),
        (
            {"registration_type": NOT_ON_FORM, "child_born_on": "20/12/2010"},
            {"registration_type": BLANK, "child_born_on": "2010"},
        ),
        ({"registration_type": BLANK},),
        info=True,
    ),
    Trio(
        "D06",
        "death",
        (
            {"deceased_died_on": "13/03/2018"},
            {"deceased_died_on": "24/02/2018"},
            {"registration_type": "Quá hạn"},
        ),
        (
            *states("deceased_died_on", BLANK, NOT_ON_FORM, UNREADABLE),
            {"registration_type": "Đăng ký lại", "deceased_died_on": "24/02/2008"},
        ),
        ({"deceased_died_on": "25/02/2018"}, {"deceased_died_on": "2018"}),
        ("deceased_died_on", "registered_on"),
    ),
    Trio(
        "D07",
        "death",
        ({"deceased_born_on": "03/03/2018"}, {"deceased_born_on": "1838"}, {"deceased_born_on": "125 tuổi"}),
        states("deceased_born_on", BLANK, NOT_ON_FORM, ILLEGIBLE),
        ({"deceased_born_on": "02/03/2018"}, {"deceased_born_on": "1898"}, {"deceased_born_on": "80 tuổi"}),
        ("deceased_born_on", "deceased_died_on"),
    ),
    Trio(
        "D08",
        "death",
        ({"deceased_died_at": "25 giờ 10 phút"}, {"deceased_died_at": "04 giờ 61"}),
        states("deceased_died_at", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"deceased_died_at": "23 giờ 59 phút"}, {"deceased_died_at": "4 giờ"}),
        ("deceased_died_at",),
    ),
    Trio(
        "D09",
        "death",
        (
            {"deceased_died_on": "15/01 âm lịch 2018"},
            {"deceased_died_on_words": "Ngày rằm tháng giêng năm Mậu Tuất"},
        ),
        states("deceased_died_on", BLANK, NOT_ON_FORM, ILLEGIBLE),
        about=("deceased_died_on",),
    ),
    Trio(
        "D10",
        "marriage",
        ({"established_on": "13/03/2018"},),
        states("established_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"established_on": "01/01/1985"}, {"established_on": "2018"}),
        ("established_on", "registered_on"),
        info=True,
    ),
    Trio(
        "D11",
        "birth",
        ({"declarant_paper_issued_on": "13/03/2018"}, {"foreign_registered_on": "13/03/2018"}),
        states("declarant_paper_issued_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"declarant_paper_issued_on": "2018"},),
        ("declarant_paper_issued_on", "registered_on"),
    ),
    Trio(
        "D12",
        "marriage",
        ({"husband_paper_issued_on": "01/01/1912"}, {"established_on": "1918"}),
        states("husband_paper_issued_on", BLANK, NOT_ON_FORM, UNREADABLE, ILLEGIBLE),
        about=("husband_born_on", "husband_paper_issued_on"),
    ),
    Trio(
        "D12",
        "death",
        ({"death_notice_issued_on": "01/01/1918"},),
        states("death_notice_issued_on", BLANK, NOT_ON_FORM, "2018"),
    ),
)
