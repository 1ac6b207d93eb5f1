"""Sound entries of every record, as they would be read, to break one thing at a time. Nobody's real record."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.model import FieldReading, FieldStatus, Finding, Ledger, Severity
from pipeline.declarations import schema
from pipeline.digitize.validate import context_of, rules_of
from pipeline.values.kinds import KINDS
from pipeline.values.predicates import RuleContext
from tests.digitize.validate.other_registers import OTHER_REGISTERS

SCHEMAS = schema.load()
RULES = {name: rules_of(record, SCHEMAS) for name, record in SCHEMAS.records.items()}

Written = Mapping[str, str | FieldStatus]
"""Field to the text on paper, or to the state it is in; a field that is not named is not on the form."""

NOT_ON_FORM, BLANK = FieldStatus.NOT_ON_FORM, FieldStatus.BLANK
ILLEGIBLE, UNREADABLE, STRUCK = FieldStatus.ILLEGIBLE, FieldStatus.UNREADABLE, FieldStatus.STRUCK_THROUGH

BIRTH: Written = {
    "entry_number": "41/2018",
    "volume_number": "01/2018",
    "page_number": "41",
    "registered_on": "12/03/2018",
    "registration_type": "Đúng hạn",
    "registration_place": "UBND xã Tân Lợi",
    "signer_name": "Phan Hữu Đức",
    "signer_title": "Chủ tịch",
    "registrar_name": "Ngô Thị Ánh",
    "notes": BLANK,
    "child_id_number": "092218001234",
    "child_name": "Trần Minh Khang",
    "child_sex": "Nam",
    "child_born_on": "20/02/2018",
    "child_born_on_words": "Ngày hai mươi tháng hai năm hai nghìn không trăm mười tám",
    "child_birth_place": "Xã Tân Lợi, huyện Phong Điền, Cần Thơ",
    "child_native_place": "Xã Tân Lợi, huyện Phong Điền, Cần Thơ",
    "child_ethnicity": "Kinh",
    "child_nationality": "Việt Nam",
    "birth_type": "Đủ cha mẹ",
    "missing_declared_noted_on": BLANK,
    "mother_id_number": "092192000123",
    "mother_name": "Lê Thị Hoa",
    "mother_born_on": "1992",
    "mother_ethnicity": "Kinh",
    "mother_nationality": "Việt Nam",
    "mother_residence_place": "Xã Tân Lợi, huyện Phong Điền, Cần Thơ",
    "mother_paper_type": "CCCD",
    "mother_paper_number": "092192000123",
    "father_id_number": "092090000456",
    "father_name": "Trần Văn Hải",
    "father_born_on": "1990",
    "father_ethnicity": "Kinh",
    "father_nationality": "Việt Nam",
    "father_residence_place": "Xã Tân Lợi, huyện Phong Điền, Cần Thơ",
    "father_paper_type": "CMND",
    "father_paper_number": "361234567",
    "declarant_name": "Trần Văn Hải",
    "declarant_relation": "Cha",
    "declarant_paper_type": "CMND",
    "declarant_paper_number": "361234567",
    "declarant_paper_issued_on": "05/05/2012",
    "foreign_registered_on": BLANK,
}

DEATH: Written = {
    "entry_number": "17/2018",
    "volume_number": "01/2018",
    "page_number": "17",
    "registered_on": "12/03/2018",
    "registration_type": "Đúng hạn",
    "registration_place": "UBND xã Tân Lợi",
    "notes": BLANK,
    "deceased_name": "Huỳnh Thị Lành",
    "deceased_sex": "Nữ",
    "deceased_born_on": "1938",
    "deceased_ethnicity": "Kinh",
    "deceased_nationality": "Việt Nam",
    "deceased_residence_place": "Xã Tân Lợi, huyện Phong Điền, Cần Thơ",
    "deceased_paper_type": "CCCD",
    "deceased_paper_number": "092138000789",
    "deceased_paper_issued_on": "01/06/2016",
    "deceased_died_on": "02/03/2018",
    "deceased_died_on_words": "Ngày hai tháng ba năm hai nghìn không trăm mười tám",
    "deceased_died_at": "04 giờ 30 phút",
    "deceased_death_place": "Xã Tân Lợi, huyện Phong Điền, Cần Thơ",
    "deceased_death_cause": "Bệnh già",
    "death_declared_noted_on": BLANK,
    "death_notice_issued_on": "03/03/2018",
    "declarant_name": "Võ Văn Tín",
    "declarant_relation": "Con",
    "declarant_paper_type": "CMND",
    "declarant_paper_number": "361234568",
    "declarant_paper_issued_on": "05/05/2012",
    "foreign_registered_on": BLANK,
    "deceased_age_group": BLANK,
}

MARRIAGE: Written = {
    "entry_number": "09/2018",
    "volume_number": "01/2018",
    "page_number": "9",
    "registered_on": "12/03/2018",
    "registration_type": "Kết hôn lần đầu",
    "registration_place": "UBND xã Tân Lợi",
    "established_on": "12/03/2018",
    "notes": BLANK,
    "annulled_noted_on": BLANK,
    "husband_name": "Trần Văn Hải",
    "husband_born_on": "09/03/1990",
    "husband_ethnicity": "Kinh",
    "husband_nationality": "Việt Nam",
    "husband_residence_place": "Xã Tân Lợi, huyện Phong Điền, Cần Thơ",
    "husband_paper_type": "CCCD",
    "husband_paper_number": "092090000456",
    "husband_paper_issued_on": "01/06/2016",
    "wife_name": "Lê Thị Hoa",
    "wife_born_on": "15/08/1992",
    "wife_ethnicity": "Kinh",
    "wife_nationality": "Việt Nam",
    "wife_residence_place": "Xã Tân Lợi, huyện Phong Điền, Cần Thơ",
    "wife_paper_type": "CMND",
    "wife_paper_number": "361234569",
    "wife_paper_issued_on": "05/05/2012",
    "foreign_registered_on": BLANK,
}

SOUND: Mapping[str, Written] = {"birth": BIRTH, "death": DEATH, "marriage": MARRIAGE, **OTHER_REGISTERS}


def form_of(record: str, year: int = 2016) -> str:
    """The form of a register that opened in that year."""
    return f"{record.replace('_', '-')}-{year}"


class KnownPlaces:
    """A resolver that does not know places with “Không Có” in their names, and cannot tell where “nhà” is."""

    def lies_in_north(self, code: str, written: str, on: tuple[int, ...]) -> bool | None:
        return None

    def existed(self, written: str, on: tuple[int, ...], *, former: bool = False) -> bool | None:
        return None if "nhà" in written else "Không Có" not in written


def context(form: str, closed_on: str = "31.12.2018") -> RuleContext:
    """What is known of the book in which the sound entries stand."""
    ledger = Ledger(form, "UBND xã Tân Lợi", "93611", "01/2018", "02.01.2018", closed_on)
    return context_of(SCHEMAS.form(form), ledger, places=KnownPlaces())


def readings_of(record: str, written: Written) -> tuple[FieldReading, ...]:
    """The readings of an entry that stands so on paper."""
    return tuple(_reading(record, name, what) for name, what in written.items())


def found(record: str, written: Written, about: RuleContext) -> dict[str, list[Finding]]:
    """The findings of the entry, by code."""
    told: dict[str, list[Finding]] = {}
    for finding in RULES[record].findings_of(readings_of(record, written), about):
        told.setdefault(finding.code, []).append(finding)
    return told


def serious(findings: Mapping[str, list[Finding]]) -> set[str]:
    """The codes of findings that send the entry to a person."""
    return {code for code, told in findings.items() if any(f.severity is not Severity.INFO for f in told)}


def _reading(record: str, name: str, what: str | FieldStatus) -> FieldReading:
    if isinstance(what, FieldStatus):
        text = "chữ bị gạch" if what is STRUCK else ""
        return FieldReading(name, what, text)
    spec = SCHEMAS.record(record).by_name[name]
    parsed = KINDS[spec.kind].parse(what, SCHEMAS.vocabulary(spec))
    return FieldReading(name, FieldStatus.READ, what, parsed.canonical, 1.0, problems=parsed.problems)
