"""Every rule over a field or an entry: how it holds, how it is broken, and where it is not applicable."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model import FieldStatus
from tests.rules.entries import BLANK, ILLEGIBLE, NOT_ON_FORM, STRUCK, UNREADABLE, Written

NOWHERE = "Xã Không Có, huyện Nào Đó"


@dataclass(frozen=True)
class Trio:
    """``broken``: ways to change the sound entry so that the rule finds something; ``silent``: changes after which it
    must not (blank, partial, not on the form, no such question); ``holds``: further changes that are right. ``about``:
    the fields that the finding names, of the first way to break it."""

    code: str
    record: str
    broken: tuple[Written, ...]
    silent: tuple[Written, ...]
    holds: tuple[Written, ...] = ({},)
    about: tuple[str, ...] = ()
    form: str = ""
    closed_on: str = "31.12.2018"
    info: bool = False

    @property
    def on_form(self) -> str:
        return self.form or f"{self.record}-2016"


def _states(name: str, *states: str | FieldStatus) -> tuple[Written, ...]:
    """The field, in each of these states or with each of these texts."""
    return tuple({name: state} for state in states)


def _of_father(state: FieldStatus) -> Written:
    """All that a form may ask about the father beside the name, in that state."""
    parts = (
        "born_on",
        "ethnicity",
        "nationality",
        "residence_place",
        "id_number",
        "paper_type",
        "paper_number",
    )
    return {f"father_{part}": state for part in parts}


_MOTHER_DECLARES: Written = {"declarant_relation": "Mẹ ruột", "declarant_name": "Lê Thị Hoa"}
_NAMED_ONLY = _of_father(BLANK)

TRIOS = (
    # --- words that were understood though misread
    Trio(
        "MISREAD",
        "birth",
        ({"child_born_on_words": "ngay bay thang ba nam hai nghin khong tram muoi sau"},),
        _states("child_born_on_words", BLANK, NOT_ON_FORM, ILLEGIBLE, UNREADABLE, "không rõ ngày"),
        (),
        ("child_born_on_words",),
    ),
    # --- keys
    Trio(
        "K01",
        "birth",
        ({"entry_number": BLANK}, {"entry_number": "bốn mốt"}),
        ({"entry_number": NOT_ON_FORM}, {"entry_number": UNREADABLE}),
        ({"entry_number": "41"},),
        ("entry_number",),
    ),
    Trio(
        "K02",
        "birth",
        ({"volume_number": BLANK}, {"volume_number": "quyển đầu"}),
        ({"volume_number": NOT_ON_FORM}, {"volume_number": UNREADABLE}),
        ({"volume_number": "01"},),
        ("volume_number",),
    ),
    Trio(
        "K03",
        "birth",
        ({"registered_on": BLANK}, {"registered_on": "03/2018"}, {"registered_on": "2018"}),
        ({"registered_on": NOT_ON_FORM}, {"registered_on": UNREADABLE}),
        about=("registered_on",),
    ),
    Trio(
        "K04",
        "birth",
        ({"entry_number": "41/2017"},),
        (
            {"entry_number": "41"},
            {"entry_number": BLANK},
            {"registered_on": BLANK},
            {"entry_number": "41/2017", "registered_on": NOT_ON_FORM},
        ),
        ({"registered_on": "2018"},),
        ("entry_number", "registered_on"),
    ),
    Trio(
        "K05",
        "birth",
        ({"volume_number": "01/2019"}, {"registered_on": "12/03/2019"}),
        (
            {"volume_number": "01"},
            {"volume_number": "01/2019", "registered_on": UNREADABLE},
            {"volume_number": NOT_ON_FORM},
        ),
        about=("volume_number", "registered_on"),
    ),
    Trio(
        "K05",
        "birth",
        ({"volume_number": "01/2019"},),
        ({"volume_number": BLANK},),
        ({"registered_on": "12/03/2019"},),
        closed_on="",
    ),
    Trio(
        "K11",
        "birth",
        ({"page_number": "bốn mốt"},),
        ({"page_number": BLANK}, {"page_number": NOT_ON_FORM}, {"page_number": UNREADABLE}),
        about=("page_number",),
    ),
    Trio(
        "K12",
        "birth",
        ({"registered_on": "01/01/2018"}, {"registered_on": "01/01/2019"}, {"registered_on": "2019"}),
        ({"registered_on": BLANK}, {"registered_on": NOT_ON_FORM}, {"registered_on": STRUCK}),
        ({"registered_on": "03/2018"},),
        ("registered_on",),
    ),
    Trio(
        "K12",
        "birth",
        ({"registered_on": "01/01/2018"},),
        ({"registered_on": UNREADABLE},),
        ({"registered_on": "01/01/2019"},),
        closed_on="",
    ),
    Trio(
        "K13",
        "birth",
        ({"volume_number": "41/2018"}, {"volume_number": "2/2018"}, {"volume_number": "01/2016"}),
        ({"volume_number": BLANK}, {"volume_number": NOT_ON_FORM}),
        ({"volume_number": "1"},),
        ("volume_number",),
    ),
    # --- dates
    Trio(
        "D01",
        "birth",
        ({"mother_born_on": "31/02/1992"}, {"child_born_on": "20/02/18"}),
        _states("mother_born_on", BLANK, NOT_ON_FORM, ILLEGIBLE),
        ({"mother_born_on": "03/1992"}, {"mother_born_on": "09/03/1992"}),
        ("mother_born_on",),
    ),
    Trio(
        "D02",
        "birth",
        ({"child_born_on": "26/02/2018"}, {"child_born_on": "03/2018"}, {"child_born_on": "2013"}),
        (*_states("child_born_on_words", BLANK, NOT_ON_FORM, UNREADABLE, STRUCK), {"child_born_on": BLANK}),
        ({"child_born_on": "2018"},),
        ("child_born_on", "child_born_on_words"),
    ),
    Trio(
        "D02",
        "death",
        ({"deceased_died_on": "08/03/2018"},),
        _states("deceased_died_on_words", BLANK, NOT_ON_FORM),
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
        _states("child_born_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"missing_declared_noted_on": "05/06/2020"}, {"child_born_on": "2018"}),
        ("child_born_on",),
    ),
    Trio(
        "D03",
        "marriage",
        ({"husband_born_on": "09/03/2073"},),
        _states("husband_born_on", BLANK, NOT_ON_FORM),
        ({"annulled_noted_on": "05/06/2020"},),
    ),
    Trio(
        "D04",
        "birth",
        ({"child_born_on": "13/03/2018"}, {"child_born_on": "04/2018"}),
        _states("child_born_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"child_born_on": "12/03/2018"}, {"child_born_on": "2018"}),
        ("child_born_on", "registered_on"),
    ),
    Trio(
        "D04",
        "marriage",
        ({"wife_born_on": "13/03/2018"},),
        _states("wife_born_on", BLANK, NOT_ON_FORM),
        ({"wife_born_on": "1992"},),
    ),
    Trio(
        "D05",
        "birth",
        ({"child_born_on": "20/12/2017"}, {"registration_type": "Quá hạn"}),
        (
            *_states("registration_type", NOT_ON_FORM, UNREADABLE, "Đăng ký lại"),
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
            *_states("deceased_died_on", BLANK, NOT_ON_FORM, UNREADABLE),
            {"registration_type": "Đăng ký lại", "deceased_died_on": "24/02/2008"},
        ),
        ({"deceased_died_on": "25/02/2018"}, {"deceased_died_on": "2018"}),
        ("deceased_died_on", "registered_on"),
    ),
    Trio(
        "D07",
        "death",
        ({"deceased_born_on": "03/03/2018"}, {"deceased_born_on": "1838"}, {"deceased_born_on": "125 tuổi"}),
        _states("deceased_born_on", BLANK, NOT_ON_FORM, ILLEGIBLE),
        ({"deceased_born_on": "02/03/2018"}, {"deceased_born_on": "1898"}, {"deceased_born_on": "80 tuổi"}),
        ("deceased_born_on", "deceased_died_on"),
    ),
    Trio(
        "D08",
        "death",
        ({"deceased_died_at": "25 giờ 10 phút"}, {"deceased_died_at": "04 giờ 61"}),
        _states("deceased_died_at", BLANK, NOT_ON_FORM, UNREADABLE),
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
        _states("deceased_died_on", BLANK, NOT_ON_FORM, ILLEGIBLE),
        about=("deceased_died_on",),
    ),
    Trio(
        "D10",
        "marriage",
        ({"established_on": "13/03/2018"},),
        _states("established_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"established_on": "01/01/1985"}, {"established_on": "2018"}),
        ("established_on", "registered_on"),
        info=True,
    ),
    Trio(
        "D11",
        "birth",
        ({"declarant_paper_issued_on": "13/03/2018"}, {"foreign_registered_on": "13/03/2018"}),
        _states("declarant_paper_issued_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"declarant_paper_issued_on": "2018"},),
        ("declarant_paper_issued_on", "registered_on"),
    ),
    Trio(
        "D12",
        "marriage",
        ({"husband_paper_issued_on": "01/01/1912"}, {"established_on": "1918"}),
        _states("husband_paper_issued_on", BLANK, NOT_ON_FORM, UNREADABLE, ILLEGIBLE),
        about=("husband_born_on", "husband_paper_issued_on"),
    ),
    Trio(
        "D12",
        "death",
        ({"death_notice_issued_on": "01/01/1918"},),
        _states("death_notice_issued_on", BLANK, NOT_ON_FORM, "2018"),
    ),
    # --- marriages
    Trio(
        "M01",
        "marriage",
        ({"husband_born_on": "13/03/1998"}, {"wife_born_on": "13/03/2000"}, {"wife_born_on": "17 tuổi"}),
        (
            *_states("husband_born_on", BLANK, NOT_ON_FORM, UNREADABLE, STRUCK),
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
    # --- births
    Trio(
        "B01",
        "birth",
        ({"father_name": BLANK}, {"mother_name": BLANK}),
        (
            {"father_name": NOT_ON_FORM},
            {"father_name": UNREADABLE},
            dict.fromkeys(
                (
                    "father_name",
                    "father_born_on",
                    "father_ethnicity",
                    "father_nationality",
                    "father_residence_place",
                    "father_id_number",
                    "father_paper_number",
                    "father_paper_type",
                ),
                BLANK,
            )
            | {"birth_type": BLANK},
        ),
        ({"father_born_on": BLANK},),
    ),
    Trio(
        "B01",
        "birth",
        (_NAMED_ONLY,),
        (
            {**_NAMED_ONLY, **_of_father(NOT_ON_FORM)},
            {**_NAMED_ONLY, "father_name": UNREADABLE, "father_born_on": "1990"},
        ),
        ({**_NAMED_ONLY, "father_ethnicity": "Kinh"},),
        info=True,
    ),
    Trio(
        "B02",
        "birth",
        ({"child_name": "Phạm Minh Khang"},),
        (
            *_states("child_name", NOT_ON_FORM, UNREADABLE),
            {"child_name": "Phạm Minh Khang", "child_ethnicity": "Khơ Me"},
            {"child_name": "Phạm Minh Khang", "father_name": UNREADABLE},
            {"child_name": "Phạm Minh Khang", "child_nationality": "Hoa Kỳ"},
        ),
        ({"child_name": "LÊ MINH KHANG"}, {"father_name": BLANK, "child_name": "Lê Minh Khang"}),
        ("child_name", "father_name", "mother_name"),
    ),
    Trio(
        "B03",
        "birth",
        (
            {"mother_born_on": "2007"},
            {"mother_born_on": "1956"},
            {"mother_born_on": "9 tuổi"},
            {"father_born_on": "2005"},
            {"father_born_on": "1926"},
        ),
        _states("mother_born_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"mother_born_on": "2006"}, {"mother_born_on": "1957"}, {"mother_born_on": "25 tuổi"}),
        ("mother_born_on", "child_born_on"),
    ),
    Trio(
        "B04",
        "birth",
        ({"child_ethnicity": "Hoa"},),
        (
            *_states("child_ethnicity", BLANK, NOT_ON_FORM),
            {"child_ethnicity": "Hoa", "father_ethnicity": BLANK},
            {"child_ethnicity": "Hoa", "mother_ethnicity": UNREADABLE},
        ),
        (
            {"child_ethnicity": "Hoa", "mother_ethnicity": "Hoa"},
            {"father_name": BLANK, "father_ethnicity": BLANK},
        ),
        ("child_ethnicity", "father_ethnicity", "mother_ethnicity"),
    ),
    Trio(
        "B05",
        "birth",
        (
            {"birth_type": "Trẻ bị bỏ rơi"},
            {"birth_type": "Chưa xác định cha"},
            {"father_name": BLANK},
            {"birth_type": "Trẻ chưa xác định được cha, mẹ"},
        ),
        (
            *_states("birth_type", BLANK, NOT_ON_FORM),
            {"birth_type": "Trẻ bị bỏ rơi", "father_name": NOT_ON_FORM, "mother_name": NOT_ON_FORM},
            {"birth_type": "Trẻ chưa xác định được cha, mẹ", "father_name": NOT_ON_FORM},
        ),
        (
            {"birth_type": "Chưa xác định cha", "father_name": BLANK},
            {"birth_type": "Trẻ bị bỏ rơi", "father_name": BLANK, "mother_name": BLANK},
            {"birth_type": "Trẻ chưa xác định được cha, mẹ", "father_name": BLANK},
        ),
        ("birth_type", "mother_name", "father_name"),
    ),
    Trio(
        "B07",
        "birth",
        ({"declarant_name": "Trần Văn Hài"}, {"mother_name": "Lê Thị Hòa", **_MOTHER_DECLARES}),
        (
            *_states("declarant_relation", BLANK, NOT_ON_FORM, UNREADABLE, "Chú ruột", "Cha nuôi"),
            *_states("father_name", BLANK, NOT_ON_FORM, UNREADABLE),
            {"declarant_name": "Trần V. Hải"},
        ),
        ({"declarant_name": "TRẦN VĂN HOÀ", "father_name": "Trần Văn Hòa"}, _MOTHER_DECLARES),
        ("declarant_relation", "declarant_name", "father_name"),
    ),
    # --- deaths
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
        _states("deceased_death_cause", NOT_ON_FORM, UNREADABLE, ILLEGIBLE),
        ({"deceased_born_on": "80 tuổi"},),
        ("deceased_death_cause",),
    ),
    Trio(
        "T01",
        "death",
        ({"deceased_died_at": BLANK},),
        _states("deceased_died_at", NOT_ON_FORM, UNREADABLE),
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
            *_states("deceased_age_group", BLANK, NOT_ON_FORM),
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
        _states("declarant_relation", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"declarant_relation": "Em ruột"},),
        ("declarant_relation",),
    ),
    # --- identity numbers
    Trio(
        "I01",
        "birth",
        (
            {"child_id_number": "123456789"},
            {"child_id_number": "0922180012345"},
            {"child_id_number": "003218001234"},
        ),
        _states("child_id_number", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"child_id_number": "101218001234"},),
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
            *_states("child_id_number", BLANK, NOT_ON_FORM, UNREADABLE),
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
            *_states("deceased_paper_number", BLANK, NOT_ON_FORM, "361234568"),
            {"deceased_born_on": BLANK},
            {"declarant_paper_number": "092210000456", "registered_on": BLANK},
        ),
        _states("declarant_paper_number", "092090000456", "092204000456"),
    ),
    Trio(
        "I02",
        "marriage",
        ({"husband_paper_number": "092190000456"}, {"husband_born_on": "09/03/1991"}),
        _states("husband_paper_number", BLANK, NOT_ON_FORM, "361234568"),
    ),
    Trio(
        "I04",
        "birth",
        ({"declarant_paper_number": "36123456"}, {"declarant_paper_number": "3612345678"}),
        _states("declarant_paper_number", BLANK, NOT_ON_FORM, "B1234567"),
        about=("declarant_paper_number",),
    ),
    Trio(
        "I05",
        "birth",
        ({"registered_on": "12/03/2015"},),
        (
            {"registered_on": BLANK},
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
        ({"declarant_paper_number": "092090000456"}, {"mother_paper_number": "361234567"}),
        (
            *_states("declarant_paper_type", BLANK, NOT_ON_FORM),
            {"declarant_paper_type": "Hộ chiếu", "declarant_paper_number": "B1234567"},
            {"declarant_paper_number": UNREADABLE},
        ),
        about=("declarant_paper_type", "declarant_paper_number"),
    ),
    # --- lists and text
    Trio(
        "L01",
        "birth",
        ({"child_ethnicity": "Thổ lai"},),
        _states("child_ethnicity", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"child_ethnicity": "kinh"},),
        ("child_ethnicity",),
    ),
    Trio(
        "L02",
        "birth",
        ({"child_nationality": "Hoa Kỳ"},),
        _states("child_nationality", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"child_nationality": "VN"},),
        ("child_nationality",),
    ),
    Trio(
        "L03",
        "birth",
        (
            {"child_sex": "Gái"},
            {"child_sex": "Nữ", "child_name": "Trần Văn Khang"},
            {"child_name": "Trần Thị Khang"},
            {"father_name": "Trần Thị Hải"},
            {"mother_name": "Lê Văn Hoa"},
            {"declarant_relation": "Mẹ"},
            {"declarant_relation": "Cậu ruột", "declarant_name": "Lê Thị Bé"},
        ),
        (
            *_states("child_sex", BLANK, NOT_ON_FORM, UNREADABLE),
            {"child_name": "Trần Thị"},
            {"child_name": UNREADABLE},
            {"declarant_relation": "Bác ruột", "declarant_name": "Trần Thị Hải"},
        ),
        ({"child_sex": "Nữ", "child_name": "Trần Thị Khang"},),
        ("child_sex",),
    ),
    Trio(
        "L03",
        "death",
        (
            {"declarant_relation": "Vợ"},
            {"deceased_sex": "Nam"},
            {"declarant_relation": "là vợ của người đã chết", "declarant_name": "Võ Tín"},
            {"declarant_relation": "Con dâu"},
        ),
        (
            *_states("declarant_relation", BLANK, NOT_ON_FORM, UNREADABLE),
            {"declarant_relation": "Vợ", "deceased_sex": BLANK, "declarant_name": BLANK},
            {"declarant_relation": "vợ của con trai"},
        ),
        ({"declarant_relation": "Chồng"},),
        ("declarant_relation", "deceased_sex"),
    ),
    Trio(
        "L04",
        "birth",
        ({"child_birth_place": NOWHERE}, {"mother_residence_place": NOWHERE}),
        _states("child_birth_place", BLANK, NOT_ON_FORM, UNREADABLE, "Tại nhà"),
        about=("child_birth_place", "registered_on"),
    ),
    Trio(
        "L05",
        "birth",
        ({"child_name": "Khang"}, {"child_name": "Trần Minh Khang 2"}, {"child_name": "Tran Jimmy"}),
        _states("child_name", NOT_ON_FORM, UNREADABLE, ILLEGIBLE),
        ({"child_name": "TRẦN minh Khang"},),
        ("child_name",),
    ),
    Trio(
        "L06",
        "birth",
        ({"mother_name": "Lê T. Hoa"}, {"mother_name": "Ng. Thị Hoa"}),
        _states("mother_name", BLANK, NOT_ON_FORM, UNREADABLE),
        about=("mother_name",),
    ),
    Trio(
        "L07",
        "birth",
        ({"mother_ethnicity": "nt"}, {"child_native_place": "-//-"}, {"father_born_on": "như trên"}),
        _states("mother_ethnicity", BLANK, NOT_ON_FORM, UNREADABLE),
        about=("mother_ethnicity",),
    ),
    Trio(
        "L08",
        "birth",
        _states("mother_name", ILLEGIBLE),
        _states("mother_name", BLANK, NOT_ON_FORM, UNREADABLE, STRUCK),
        about=("mother_name",),
    ),
    Trio(
        "L09",
        "birth",
        _states("mother_name", STRUCK),
        _states("mother_name", BLANK, NOT_ON_FORM, UNREADABLE, ILLEGIBLE),
        about=("mother_name",),
    ),
    Trio(
        "L10",
        "birth",
        _states("notes", "Đã cải chính năm sinh", UNREADABLE, ILLEGIBLE, STRUCK),
        _states("notes", NOT_ON_FORM),
        about=("notes",),
    ),
    Trio(
        "MISSING",
        "birth",
        _states("child_sex", BLANK),
        _states("child_sex", NOT_ON_FORM, UNREADABLE, ILLEGIBLE),
        about=("child_sex",),
    ),
    Trio(
        "MISREAD",
        "birth",
        ({"child_born_on_words": "ngay hai muoi thang hai nam hai nghin khong tram muoi tam"},),
        _states("child_born_on_words", BLANK, NOT_ON_FORM, UNREADABLE, ILLEGIBLE),
        about=("child_born_on_words",),
    ),
    Trio(
        "NOT-IN-LIST",
        "birth",
        _states("registration_type", "Đăng ký thử"),
        _states("registration_type", BLANK, NOT_ON_FORM, UNREADABLE),
        about=("registration_type",),
    ),
    Trio(
        "UNCODED",
        "marriage",
        _states("registration_type", "Ghi chú kết hôn"),
        _states("registration_type", BLANK, NOT_ON_FORM, UNREADABLE, "Kết hôn thử"),
        _states("registration_type", "Đăng ký lại"),
        about=("registration_type",),
        info=True,
    ),
)
