"""The fields of an entry are weighed together, and clear ink is never bent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.base.model import AGAINST_ENTRY, BY_ENTRY, FieldReading, Finding, LineReading, Severity
from pipeline.digitize.entry_weighing import EntryWeighing
from pipeline.digitize.parse import parse_entry
from pipeline.digitize.validate import rules_of
from pipeline.recognition.decoding import Emission, pack_emissions
from tests.digitize.recognized_fields import LEDGER, SCHEMAS, by_hand, evidence_in, line, slot_of

FORM = "birth-2006"
RECORD = SCHEMAS.record("birth")
WEIGHING = EntryWeighing(RECORD, SCHEMAS, LEDGER)
FIGURES = (("7/6/2010", 0.5), ("1/6/2010", 0.45))
WORDS = (("ngày một tháng sáu năm hai ngàn không trăm mười", 0.9),)
LETTERS = " PhạmVănBíìTrầịoapA/0123456789bcdegklqstuvxy"


def weighed(
    lines: Mapping[str, LineReading], decided: Mapping[str, str] | None = None, cut_short: str = ""
) -> tuple[dict[str, FieldReading], dict[str, list[Finding]]]:
    regions = [
        by_hand(slot_of(FORM, name), read, is_cut_short=name == cut_short).read
        for name, read in lines.items()
    ]
    readings = parse_entry(regions, RECORD, SCHEMAS, LEDGER)
    known = decided or {}
    now, findings = WEIGHING.weighed(readings, regions, known, known.keys())
    by_field: dict[str, list[Finding]] = {}
    for finding in findings:
        for name in finding.fields:
            by_field.setdefault(name, []).append(finding)
    return {reading.field: reading for reading in now}, by_field


def two_dates(
    figures: Sequence[tuple[str, float]], words: Sequence[tuple[str, float]]
) -> dict[str, FieldReading]:
    return weighed({"child_born_on": line(*figures), "child_born_on_words": line(*words)})[0]


def written(
    *ways: tuple[str, float], doubt: float = 0.3, doubted: Mapping[int, str] | None = None
) -> LineReading:
    """A line of handwriting with emissions: the first text, at some letters with a likely other letter."""
    others = doubted or {}
    text = ways[0][0]
    chances = np.full((2 * len(text), 1 + len(LETTERS)), 1e-6)
    for place, letter in enumerate(text):
        chances[2 * place, 0] = 1e-3
        chances[2 * place, 1 + LETTERS.index(letter)] = 1.0
        chances[2 * place + 1, 0] = 1.0
        if place in others:
            chances[2 * place, 1 + LETTERS.index(others[place])] = doubt
    chances /= chances.sum(axis=1, keepdims=True)
    emission = Emission(np.log(chances).astype(np.float32), LETTERS)
    return replace(line(*ways), emissions=pack_emissions([emission]))


def test_a_date_in_figures_is_read_as_its_words_say_where_the_ink_allows() -> None:
    found = two_dates(FIGURES, WORDS)
    date, words = found["child_born_on"], found["child_born_on_words"]
    assert (date.text, date.canonical) == ("1/6/2010", "01.06.2010")
    assert date.hypotheses[0].text == date.text
    assert {each.text for each in date.hypotheses} == {text for text, _ in FIGURES}
    assert date.confidence > 0.9
    assert evidence_in(date).agreement < 1
    assert (words.text, evidence_in(words).agreement) == (WORDS[0][0], 1)


def test_misread_words_have_the_date_that_they_allow_and_the_figures_say() -> None:
    misread = "Ngày nam thang năm nam hai nghìm"
    found = two_dates([("6/5/2000", 0.5), ("5/5/2000", 0.4)], [(misread, 0.6)])
    assert (found["child_born_on"].text, found["child_born_on"].canonical) == ("5/5/2000", "05.05.2000")
    words = found["child_born_on_words"]
    assert (words.text, words.canonical) == (misread, "05.05.2000")


def test_dates_that_contradict_each_other_stay_as_they_are_read_and_are_reported() -> None:
    found = two_dates([("7/6/2010", 0.95)], WORDS)
    assert found["child_born_on"].text == "7/6/2010"
    assert evidence_in(found["child_born_on"]).chance < 0.95
    assert "D02" in [finding.code for finding in rules_of(RECORD, SCHEMAS).findings_of(list(found.values()))]


def test_a_date_whose_words_are_missing_stays() -> None:
    found, findings = weighed({"child_born_on": line(*FIGURES)})
    assert found["child_born_on"].text == "7/6/2010"
    assert evidence_in(found["child_born_on"]).chance == pytest.approx(0.5)
    assert not findings


def test_letters_of_a_date_that_the_words_changed_are_no_surer_than_the_date_was_by_itself() -> None:
    figures = line(("12/8/2010", 0.7), ("12/3/2010", 0.25), weakest=0.95)
    words = line(("Ngày mười hai tháng ba năm hai nghìn không trăm mười", 0.97))
    found, _ = weighed({"child_born_on": figures, "child_born_on_words": words})
    assert found["child_born_on"].text == "12/3/2010"
    assert evidence_in(found["child_born_on"]).weakest <= 0.25
    assert evidence_in(found["child_born_on_words"]).weakest == 0.9


@pytest.mark.parametrize("cut_short", ["child_born_on", "child_born_on_words"])
def test_a_date_that_may_be_cut_short_bends_no_other(cut_short: str) -> None:
    """Without its last word 1979 is 1970."""
    read = {
        "child_born_on": line(("7/6/1979", 0.6), ("7/6/1970", 0.35)),
        "child_born_on_words": line(("ngày bảy tháng sáu năm một nghìn chín trăm bảy mươi", 0.95)),
    }
    assert weighed(read)[0]["child_born_on"].canonical == "07.06.1970"
    found, _ = weighed(read, cut_short=cut_short)
    assert found["child_born_on"].canonical == "07.06.1979"
    assert evidence_in(found["child_born_on"]).chance == pytest.approx(0.6)


CHILD = (("Phan Văn An", 0.5), ("Phạm Văn An", 0.3))
FATHER = line(("Phạm Văn Bình", 0.95))
MOTHER = line(("Trần Thị Hoa", 0.95))


def test_a_reviewer_sees_why_a_surname_was_chosen() -> None:
    found, findings = weighed({"child_name": line(*CHILD), "father_name": FATHER, "mother_name": MOTHER})
    assert found["child_name"].text == "Phạm Văn An"
    (finding,) = findings["child_name"]
    assert (finding.code, finding.severity) == (BY_ENTRY, Severity.INFO)
    assert finding.details == {
        "because": "cùng họ với ô “Họ tên cha” (Phạm Văn Bình)",
        "alone": "Phan Văn An",
    }


def test_a_decided_father_speaks_for_the_surname_of_the_child() -> None:
    garbled = line(("Phnm Văn Bình", 0.2))
    alone, _ = weighed({"child_name": line(*CHILD), "father_name": garbled})
    assert alone["child_name"].text == "Phan Văn An"
    found, findings = weighed(
        {"child_name": line(*CHILD), "father_name": garbled}, decided={"father_name": "Phạm Văn Bình"}
    )
    because = findings["child_name"][0].details["because"]
    assert because == "cùng họ với ô “Họ tên cha” (Phạm Văn Bình)"
    assert found["child_name"].text == "Phạm Văn An"
    assert found["father_name"].text == "Phnm Văn Bình"


def test_a_text_that_another_field_proposes_is_taken_where_its_ink_allows() -> None:
    declarant = written(("Phạm Văn Bính", 0.6), ("Phạm Văn Bín", 0.01), doubted={10: "ì"})
    found, _ = weighed({"father_name": FATHER, "mother_name": MOTHER, "declarant_name": declarant})
    assert found["declarant_name"].text == "Phạm Văn Bình"
    assert evidence_in(found["declarant_name"]).weakest < 0.6


def test_clear_ink_is_not_bent_by_what_another_field_proposes() -> None:
    declarant = written(("Phạm Văn Bính", 0.9), ("Phạm Văn Bín", 0.05))
    found, _ = weighed({"father_name": FATHER, "mother_name": MOTHER, "declarant_name": declarant})
    assert found["declarant_name"].text == "Phạm Văn Bính"


def test_a_hypothesis_beyond_the_bound_of_the_ink_stays_out_and_the_value_waits() -> None:
    """The first pass gives the second text a probability that its ink does not have."""
    child = written(("Phan Văn An", 0.5), ("Phạm Văn An", 0.45))
    found, findings = weighed({"child_name": child, "father_name": FATHER, "mother_name": MOTHER})
    assert found["child_name"].text == "Phan Văn An"
    (finding,) = findings["child_name"]
    assert (finding.code, finding.severity) == (AGAINST_ENTRY, Severity.REVIEW)
    assert finding.details == {"expected": "“Phạm Văn An”"}


def test_a_child_with_its_mothers_surname_waits() -> None:
    read = {"child_name": line(("Trần Văn An", 0.99)), "father_name": FATHER, "mother_name": MOTHER}
    found, findings = weighed(read)
    assert found["child_name"].text == "Trần Văn An"
    (finding,) = findings["child_name"]
    assert finding.code == AGAINST_ENTRY
    assert finding.details == {"expected": "cùng họ với ô “Họ tên cha” (Phạm Văn Bình)"}


def test_the_order_of_the_fields_does_not_matter() -> None:
    read = {
        "child_name": line(*CHILD),
        "father_name": FATHER,
        "mother_name": MOTHER,
        "declarant_name": line(("Phạm Văn Bình", 0.5), ("Phạm Văn Bính", 0.4)),
    }
    first, _ = weighed(read)
    again, _ = weighed(dict(reversed(read.items())))
    assert {name: reading.text for name, reading in first.items()} == {
        name: reading.text for name, reading in again.items()
    }
    for name, reading in first.items():
        assert again[name].confidence == pytest.approx(reading.confidence)


def test_fields_that_say_nothing_of_one_another_stay_as_they_are() -> None:
    read = {
        "signer_name": line(("Lê Văn Tám", 0.6), ("Lê Văn Tâm", 0.3)),
        "child_birth_place": line(("Bệnh viện đa khoa Cần Thơ", 0.7)),
    }
    regions = [by_hand(slot_of(FORM, name), text).read for name, text in read.items()]
    before = parse_entry(regions, RECORD, SCHEMAS, LEDGER)
    after, findings = WEIGHING.weighed(before, regions)
    assert after == before
    assert not findings
