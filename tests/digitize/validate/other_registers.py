"""Sound entries of the registers beside births, marriages and deaths. Nobody's real record."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.model import FieldStatus

_PLACE = "Xã Tân Lợi, huyện Phong Điền, Cần Thơ"
_BLANK = FieldStatus.BLANK

_ENTRY: Mapping[str, str | FieldStatus] = {
    "entry_number": "05/2018",
    "volume_number": "01/2018",
    "page_number": "5",
    "registered_on": "12/03/2018",
    "registration_place": "UBND xã Tân Lợi",
    "signer_name": "Phan Hữu Đức",
    "signer_title": "Chủ tịch",
    "notes": _BLANK,
}

_MAN: Mapping[str, str | FieldStatus] = {
    "name": "Trần Văn Hải",
    "sex": "Nam",
    "born_on": "09/03/1990",
    "ethnicity": "Kinh",
    "nationality": "Việt Nam",
    "residence_place": _PLACE,
    "paper_type": "CCCD",
    "paper_number": "092090000456",
    "paper_issued_on": "01/06/2016",
}

_WOMAN: Mapping[str, str | FieldStatus] = {
    **_MAN,
    "name": "Lê Thị Hoa",
    "sex": "Nữ",
    "born_on": "15/08/1992",
    "paper_type": "CMND",
    "paper_number": "361234569",
    "paper_issued_on": "05/05/2012",
}


def _person(
    role: str, said: Mapping[str, str | FieldStatus], **otherwise: str
) -> dict[str, str | FieldStatus]:
    return {f"{role}_{part}": what for part, what in {**said, **otherwise}.items()}


def _without(part: str, said: Mapping[str, str | FieldStatus]) -> dict[str, str | FieldStatus]:
    return {known: what for known, what in said.items() if known != part}


_DECLARANT: Mapping[str, str | FieldStatus] = {
    "declarant_name": "Võ Văn Tín",
    "declarant_relation": "Chú",
    "declarant_paper_type": "CMND",
    "declarant_paper_number": "361234568",
    "declarant_paper_issued_on": "05/05/2012",
}

PARENTAGE: Mapping[str, str | FieldStatus] = {
    **_ENTRY,
    **_DECLARANT,
    "parentage_type": "Cha nhận con",
    **_person("parent", _MAN),
    "child_name": "Trần Minh Khang",
    "child_sex": "Nam",
    "child_born_on": "20/02/2016",
    "child_ethnicity": "Kinh",
    "child_nationality": "Việt Nam",
    "child_residence_place": _PLACE,
    "child_paper_type": _BLANK,
    "child_paper_number": _BLANK,
    "child_paper_issued_on": _BLANK,
    "foreign_registered_on": _BLANK,
}

MARITAL_STATUS: Mapping[str, str | FieldStatus] = {
    **_ENTRY,
    **_DECLARANT,
    **_person("subject", _MAN),
    "stay_place": _PLACE,
    "stay_from": "09/03/2008",
    "stay_until": "12/03/2018",
    "marital_state": "Chưa đăng ký kết hôn với ai",
}

GUARDIANSHIP: Mapping[str, str | FieldStatus] = {
    **_ENTRY,
    **_DECLARANT,
    **_person("ward", _MAN, born_on="20/02/2010", paper_number="092210001234", name="Trần Minh Khang"),
    **_person("guardian", _WOMAN),
    "guarded_from": "12/03/2018",
    "ended_on": _BLANK,
}

ADOPTION: Mapping[str, str | FieldStatus] = {
    **_ENTRY,
    "adoptee_id_number": _BLANK,
    "adoptee_name": "Trần Minh Khang",
    "adoptee_sex": "Nam",
    "adoptee_born_on": "20/02/2016",
    "adoptee_ethnicity": "Kinh",
    "adoptee_nationality": "Việt Nam",
    "adoptee_residence_place": _PLACE,
    **_person("father", _without("sex", _MAN)),
    **_person("mother", _without("sex", _WOMAN)),
    "decision_dated_on": "10/03/2018",
    "giver_name": _BLANK,
    "giver_born_on": _BLANK,
    "giver_residence_place": _BLANK,
    "giver2_name": "Võ Thị Bé",
    "giver2_born_on": "1994",
    "giver2_residence_place": _PLACE,
    "ended_on": _BLANK,
}

_CHILD: Mapping[str, str | FieldStatus] = {
    **_MAN,
    "name": "Trần Minh Khang",
    "born_on": "20/02/2010",
    "paper_number": "092210001234",
}
_GUARDIANSHIP_BEFORE: Mapping[str, str | FieldStatus] = {
    "original_number": "02/2016",
    "original_registered_on": "12/03/2016",
}

CHANGE: Mapping[str, str | FieldStatus] = {
    **_ENTRY,
    **_DECLARANT,
    **_person("subject", _MAN),
    "change_type": "Cải chính hộ tịch",
    "original_number": "15/1990",
    "original_registered_on": "20/03/1990",
    "original_place": _PLACE,
    "changed_from": "năm sinh 1991",
    "changed_to": "năm sinh 1990",
}

GUARDIANSHIP_END: Mapping[str, str | FieldStatus] = {
    **_ENTRY,
    **_without("declarant_relation", _DECLARANT),
    **_GUARDIANSHIP_BEFORE,
    **_person("ward", _without("residence_place", _CHILD)),
    **_person("guardian", _without("residence_place", _WOMAN)),
}

SUPERVISION: Mapping[str, str | FieldStatus] = {
    **GUARDIANSHIP_END,
    **_person("supervisor", _MAN, name="Trần Văn Lâm", paper_number="092090000777"),
}

NOTED_DIVORCE: Mapping[str, str | FieldStatus] = {
    **_ENTRY,
    **_person("subject", _without("sex", _WOMAN)),
    **_person("spouse", _without("sex", _MAN)),
    "divorce_type": "Ly hôn",
    "decision_number": "12/2017",
    "decision_dated_on": "10/10/2017",
    "effective_on": "10/11/2017",
    "original_number": "08/2013",
    "original_registered_on": "01/02/2013",
    "original_place": _PLACE,
}

OTHER_REGISTERS: Mapping[str, Mapping[str, str | FieldStatus]] = {
    "parentage": PARENTAGE,
    "marital_status": MARITAL_STATUS,
    "guardianship": GUARDIANSHIP,
    "adoption": ADOPTION,
    "change": CHANGE,
    "guardianship_end": GUARDIANSHIP_END,
    "supervision": SUPERVISION,
    "noted_divorce": NOTED_DIVORCE,
}
