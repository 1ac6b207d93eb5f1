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


def _without_sex(said: Mapping[str, str | FieldStatus]) -> dict[str, str | FieldStatus]:
    return {part: what for part, what in said.items() if part != "sex"}


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
    **_person("parent", _without_sex(_MAN)),
    "child_name": "Trần Minh Khang",
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
    **_person("father", _without_sex(_MAN)),
    **_person("mother", _without_sex(_WOMAN)),
    "giver_name": "Võ Thị Bé",
    "ended_on": _BLANK,
}

OTHER_REGISTERS: Mapping[str, Mapping[str, str | FieldStatus]] = {
    "parentage": PARENTAGE,
    "marital_status": MARITAL_STATUS,
    "guardianship": GUARDIANSHIP,
    "adoption": ADOPTION,
}
