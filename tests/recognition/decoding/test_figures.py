"""Lines of figures, where no letter can stand and a reader of figures looks as well."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.recognition.decoding import DecodedLine, Emission, decode_field, prior_for, shows_figures
from pipeline.recognition.decoding.field_decoder import figures_of
from tests.recognition.decoding.written import written

SIGNS = "0123456789/-.: "


def seen_by_reader(text: str, certainty: float = 0.98) -> Emission:
    """What a reader of figures alone sees of a line; what it leaves belongs to letters that it does not tell."""
    chances = np.full((5 * len(text), 1 + len(SIGNS)), 1e-4)
    chances[:, 0] = 0.99
    for place, letter in enumerate(text):
        chances[5 * place + 2] = 1e-4
        chances[5 * place + 2, 1 + SIGNS.index(letter)] = certainty
    return Emission(np.log(chances).astype(np.float32), SIGNS)


def read(kind: str, part: str, *lines: Emission, figures: Emission | None = None) -> DecodedLine:
    return decode_field(lines, prior_for(kind, part), kind, figures=figures)


@pytest.mark.parametrize(
    ("kind", "part", "seen", "doubts", "says"),
    [
        ("date", "year", "199u", {3: {"4": 0.02}}, "1994"),
        ("date", "day", "2ơ", {1: {"0": 0.02}}, "20"),
        ("date", "", "23/11/D017", {6: {"2": 0.02}}, "23/11/2017"),
        ("id_number", "", "03u316430252", {2: {"4": 0.02}}, "034316430252"),
        ("entry_number", "", "l43/2010", {0: {"1": 0.02}}, "143/2010"),
        ("id_number", "", "09.4 316.430252", {}, "094316430252"),
        ("date", "year", "20.1 2", {}, "2012"),
    ],
)
def test_no_letter_stands_among_figures(
    kind: str, part: str, seen: str, doubts: dict[int, dict[str, float]], says: str
) -> None:
    found = read(kind, part, written(seen, doubts))
    assert (found.hypotheses[0].text, found.proposed) == (says, False)
    assert all(not one.text or not any(map(str.isalpha, one.text)) for one in found.hypotheses)


def test_a_letter_for_a_figure_leaves_it_as_open_as_it_is() -> None:
    sure = read("date", "year", written("1994"))
    open_ = read("date", "year", written("199u"))
    assert open_.evidence.weakest < 0.5 < sure.evidence.weakest
    assert open_.hypotheses[0].chance < 0.5 < sure.hypotheses[0].chance


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "30 tuổi"),
        ("date", "không rõ"),
        ("date", "nt"),
        ("date", "ngày 9 tháng 3 năm 1952"),
        ("id_number", "B1234567"),
        ("identity_paper", "B1234567"),
        ("identity_paper", "CMT 361072026"),
        ("identity_paper", "361072026 CA"),
        ("entry_number", "''"),
        ("time", "23 giờ 43 phút"),
        ("name", "Lê Hoa 2"),
    ],
)
def test_words_passports_and_ditto_marks_are_no_figures(kind: str, text: str) -> None:
    line = written(text)
    assert not shows_figures([line], kind)
    misled = read(kind, "", line, figures=seen_by_reader("361072026"))
    assert misled.hypotheses[0].text == text


@pytest.mark.parametrize("text", ["32/13/2017", "30/02/2012", "00/05/2011"])
def test_an_impossible_date_that_is_clearly_written_stays_what_it_is(text: str) -> None:
    found = read("date", "", written(text), figures=seen_by_reader(text))
    assert found.hypotheses[0].text == text
    assert found.evidence.support < 1.0


def test_an_impossible_day_that_is_clearly_written_stays_what_it_is() -> None:
    assert read("date", "day", written("34"), figures=seen_by_reader("34")).hypotheses[0].text == "34"


def test_the_number_of_an_identity_paper_stands_alone_in_its_blank() -> None:
    line = written("36 1072 026", {3: {"": 0.4}})
    found = read("identity_paper", "", line, figures=seen_by_reader("361072026"))
    assert found.hypotheses[0].text == "361072026"


def test_the_reader_of_figures_decides_what_the_networks_leave_open() -> None:
    line = written("14/5/2012", {1: {"9": 0.5}})
    for figure in "49":
        found = read("date", "", line, figures=seen_by_reader(f"1{figure}/5/2012"))
        assert found.hypotheses[0].text == f"1{figure}/5/2012"


def test_what_readers_surely_read_otherwise_is_no_sure_reading() -> None:
    alike = read("date", "", written("14/5/2012"), figures=seen_by_reader("14/5/2012"))
    torn = read("date", "", written("14/5/2012"), figures=seen_by_reader("19/5/2012"))
    assert torn.hypotheses[0].text == "14/5/2012"
    assert torn.hypotheses[0].chance < 0.8 * alike.hypotheses[0].chance
    assert torn.evidence.agreement < 1.0 == alike.evidence.agreement


def test_a_reader_of_figures_that_sees_letters_says_nothing() -> None:
    blind = seen_by_reader("14/5/2012", certainty=0.0001)
    line = written("14/5/2012", {1: {"9": 0.2}})
    assert read("date", "", line, figures=blind).hypotheses[0].text == "14/5/2012"


def test_only_figures_and_their_signs_remain_and_their_chances_sum_to_one() -> None:
    left = figures_of(written("1 l/uơ"), "0123456789/")
    assert left.letters == "0123456789/"
    assert np.allclose(np.exp(left.log_chances).sum(axis=1), 1.0, atol=1e-5)
