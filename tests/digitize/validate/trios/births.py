"""The rules over births: how each holds, is broken and is not applicable."""

from __future__ import annotations

from tests.digitize.validate.entries import BLANK, NOT_ON_FORM, UNREADABLE
from tests.digitize.validate.trios.trio import MOTHER_DECLARES, NAMED_ONLY, Trio, of_father, states

BIRTHS = (
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
        (NAMED_ONLY,),
        (
            {**NAMED_ONLY, **of_father(NOT_ON_FORM)},
            {**NAMED_ONLY, "father_name": UNREADABLE, "father_born_on": "1990"},
        ),
        ({**NAMED_ONLY, "father_ethnicity": "Kinh"},),
        info=True,
    ),
    Trio(
        "B02",
        "birth",
        ({"child_name": "Phạm Minh Khang"},),
        (
            *states("child_name", NOT_ON_FORM, UNREADABLE),
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
        states("mother_born_on", BLANK, NOT_ON_FORM, UNREADABLE),
        ({"mother_born_on": "2006"}, {"mother_born_on": "1957"}, {"mother_born_on": "25 tuổi"}),
        ("mother_born_on", "child_born_on"),
    ),
    Trio(
        "B04",
        "birth",
        ({"child_ethnicity": "Hoa"},),
        (
            *states("child_ethnicity", BLANK, NOT_ON_FORM),
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
            *states("birth_type", BLANK, NOT_ON_FORM),
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
        ({"declarant_name": "Trần Văn Hài"}, {"mother_name": "Lê Thị Hòa", **MOTHER_DECLARES}),
        (
            *states("declarant_relation", BLANK, NOT_ON_FORM, UNREADABLE, "Chú ruột", "Cha nuôi"),
            *states("father_name", BLANK, NOT_ON_FORM, UNREADABLE),
            {"declarant_name": "Trần V. Hải"},
        ),
        ({"declarant_name": "TRẦN VĂN HOÀ", "father_name": "Trần Văn Hòa"}, MOTHER_DECLARES),
        ("declarant_relation", "declarant_name", "father_name"),
    ),
)
