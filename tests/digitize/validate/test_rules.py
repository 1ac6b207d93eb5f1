import pytest

from pipeline.base.model import FieldReading, FieldStatus, Finding, Severity
from pipeline.declarations.schema import FieldSpec, RecordSpec, RuleSpec
from pipeline.digitize.validate import EntryRules
from pipeline.values.kinds import KINDS, Vocabulary

SEX = Vocabulary((("1", "Nam", ()), ("2", "Nữ", ())), finding="L03")

RECORD = RecordSpec(
    record="trial",
    title="Thử",
    prefix="TH",
    field=(
        FieldSpec(name="number", column="so", kind="entry_number", label="Số", required=True),
        FieldSpec(name="signed_on", column="ngay", kind="date", label="Ngày", required=True),
        FieldSpec(name="person", column="ten", kind="name", label="Tên", required=True),
        FieldSpec(name="sex", column="gioi", kind="choice", label="Giới tính", vocab="sex"),
        FieldSpec(name="born_on", column="sinh", kind="date", label="Sinh"),
        FieldSpec(name="notes", column="ghiChu", kind="text", label="Ghi chú"),
    ),
    rule=(
        RuleSpec(code="K01", predicate="present", fields=("number",), severity=Severity.BLOCK),
        RuleSpec(code="K03", predicate="full_date", fields=("signed_on",)),
        RuleSpec(code="D04", predicate="not_after", fields=("born_on", "signed_on")),
        RuleSpec(code="L10", predicate="absent", fields=("notes",), severity=Severity.INFO),
    ),
)


def read(field: str, text: str, sexes: Vocabulary | None = SEX) -> FieldReading:
    vocab = sexes if field == "sex" else None
    parsed = KINDS[RECORD.by_name[field].kind].parse(text, vocab)
    return FieldReading(field, FieldStatus.READ, text, parsed.canonical, 1.0, problems=parsed.problems)


def state(field: str, status: FieldStatus) -> FieldReading:
    return FieldReading(field, status)


def found(*readings: FieldReading) -> list[Finding]:
    return list(EntryRules(RECORD).findings_of(readings))


def codes(*readings: FieldReading) -> list[tuple[str, tuple[str, ...]]]:
    return [(finding.code, finding.fields) for finding in found(*readings)]


def test_a_sound_entry_has_no_findings() -> None:
    assert not found(
        read("number", "41/2010"),
        read("signed_on", "12/3/2010"),
        read("person", "Trần Thị Bé"),
        read("sex", "Nữ"),
        read("born_on", "2010"),
        state("notes", FieldStatus.BLANK),
    )


def test_fields_that_are_not_on_the_form_are_not_missing() -> None:
    assert not found()
    assert not found(*(state(spec.name, FieldStatus.NOT_ON_FORM) for spec in RECORD.fields))


def test_a_required_blank_is_missing_and_said_once() -> None:
    assert codes(state("number", FieldStatus.BLANK)) == [("K01", ("number",))]
    assert codes(state("signed_on", FieldStatus.BLANK)) == [("K03", ("signed_on",))]
    assert codes(state("person", FieldStatus.BLANK)) == [("MISSING", ("person",))]


def test_a_blank_that_may_be_blank_is_no_finding() -> None:
    assert not codes(state("born_on", FieldStatus.BLANK), state("sex", FieldStatus.BLANK))


def test_a_rule_across_fields_names_them_in_its_order() -> None:
    late = read("born_on", "13/3/2010"), read("signed_on", "12/3/2010")
    assert codes(*late) == [("D04", ("born_on", "signed_on"))]
    assert codes(*reversed(late)) == [("D04", ("born_on", "signed_on"))]


@pytest.mark.parametrize(
    "other",
    [FieldStatus.BLANK, FieldStatus.NOT_ON_FORM, FieldStatus.UNREADABLE, FieldStatus.ILLEGIBLE],
)
def test_a_rule_is_silent_when_it_cannot_know(other: FieldStatus) -> None:
    across = codes(state("born_on", other), read("signed_on", "12/3/2010"))
    assert "D04" not in [code for code, _ in across]


def test_an_unread_date_is_not_called_incomplete() -> None:
    assert codes(state("signed_on", FieldStatus.UNREADABLE)) == []


def test_a_problem_of_a_value_by_itself_is_a_finding() -> None:
    assert codes(read("person", "Tr. Bé")) == [("L06", ("person",))]
    assert codes(read("born_on", "31/2/2010")) == [("D01", ("born_on",))]


def test_a_text_that_is_no_term_raises_the_finding_of_its_code_list() -> None:
    assert codes(read("sex", "Gái")) == [("L03", ("sex",))]
    assert [f.code for f in found(read("sex", "Gái", None))] == ["NOT-IN-LIST"]


def test_a_problem_is_as_severe_as_the_rule_of_its_code() -> None:
    (finding,) = found(read("number", "bốn mốt"))
    assert (finding.code, finding.severity) == ("K01", Severity.BLOCK)
    (finding,) = found(read("person", "Bé"))
    assert (finding.code, finding.severity) == ("L05", Severity.REVIEW)


def test_illegible_and_struck_through_are_findings_of_their_own() -> None:
    assert codes(state("person", FieldStatus.ILLEGIBLE)) == [("L08", ("person",))]
    assert codes(state("person", FieldStatus.STRUCK_THROUGH)) == [("L09", ("person",))]


@pytest.mark.parametrize("status", [FieldStatus.UNREADABLE, FieldStatus.STRUCK_THROUGH])
def test_any_ink_among_the_notes_is_told(status: FieldStatus) -> None:
    assert ("L10", ("notes",)) in codes(state("notes", status))
    assert ("L10", ("notes",)) in codes(read("notes", "Đã cải chính"))
