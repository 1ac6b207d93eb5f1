"""The shares of values are probabilities, and clear ink outweighs all of them."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import pytest

from pipeline.declarations import schema
from pipeline.recognition.decoding import DecodedLine, Language, decode_field, prior_for, read_language
from pipeline.recognition.decoding.field_shares import FieldShares
from pipeline.recognition.decoding.figure_prior import FigurePrior
from pipeline.values.kinds import Vocabulary
from tests.recognition.decoding.written import written

Doubts = dict[int, dict[str, float]] | None

MODELS = Path(__file__).parents[3] / "ocr_models"
BOOK = 2011


@lru_cache
def language() -> Language:
    return read_language(MODELS / "vietnamese-text", MODELS / "field-priors")


@lru_cache
def schemas() -> schema.Schemas:
    return schema.load()


def shares() -> FieldShares:
    known = language().shares
    assert known is not None
    return known


def dates(expects: str, year: int = BOOK) -> FigurePrior:
    prior = prior_for("date", "", (), language(), year=year, expects=expects)
    assert isinstance(prior, FigurePrior)
    return prior


def peoples() -> tuple[str, ...]:
    return Vocabulary.of(schemas().vocabs["ethnicity"].terms).spellings


def read_date(text: str, expects: str, doubts: Doubts = None, sure: float = 0.98) -> DecodedLine:
    return decode_field([written(text, doubts, certainty=sure)] * 2, dates(expects), "date")


def read_people(text: str, doubts: Doubts = None, sure: float = 0.98) -> DecodedLine:
    prior = prior_for("choice", "", peoples(), language(), expects="ethnicity")
    return decode_field([written(text, doubts, certainty=sure)] * 2, prior, "choice")


def test_every_name_of_shares_in_the_declarations_is_known() -> None:
    named = {spec.expects for record in schemas().records.values() for spec in record.fields if spec.expects}
    assert named <= set(shares().years)
    assert {name for name, _ in shares().lists} <= set(schemas().vocabs)


def test_the_shares_of_years_sum_to_one_for_every_field_and_book() -> None:
    for name, years in shares().years.items():
        for book in (1965, 2011, 2024):
            assert sum(map(math.exp, years.logs(book).values())) == pytest.approx(1.0, abs=2e-3), name


def test_the_shares_of_a_list_sum_to_one_with_the_texts_outside_it() -> None:
    for (name, province), terms in shares().lists.items():
        spellings = Vocabulary.of(schemas().vocabs[name].terms).spellings
        assert sum(terms.spellings(spellings).values()) + terms.unlisted == pytest.approx(1.0), (
            name,
            province,
        )


def test_every_people_has_a_share_and_kinh_has_the_largest() -> None:
    known = shares().terms("ethnicity")
    assert known is not None
    spellings = known.spellings(peoples())
    assert max(spellings, key=spellings.__getitem__) == "kinh"
    assert 0.84 < spellings["kinh"] < 0.87
    assert spellings["hoa"] > 10 * spellings["chàm"]


def test_a_province_has_its_own_shares_and_keeps_every_people() -> None:
    local = shares().terms("ethnicity", "Kon Tum")
    assert local is not None
    spellings = local.spellings(peoples())
    assert spellings["xơ đăng"] > 0.1
    assert spellings["hoa"] > 0.0
    assert sum(spellings.values()) + local.unlisted == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("expects", "likely", "unlikely"),
    [
        ("registered", "3/5/2011", "3/5/2007"),
        ("registered", "3/5/2012", "3/5/3011"),
        ("bride", "2/9/1988", "2/9/1878"),
        ("bride", "2/9/1988", "2/9/1998"),
        ("groom", "1985", "1911"),
        ("newborn", "4/2/2011", "4/2/1990"),
        ("deceased", "1935", "1835"),
        ("mother", "1984", "2004"),
    ],
)
def test_a_date_that_the_book_and_the_field_expect_is_likelier(
    expects: str, likely: str, unlikely: str
) -> None:
    prior = dates(expects)
    assert prior.whole(likely) > prior.whole(unlikely) + 1.0


@pytest.mark.parametrize("text", ["20/39/1963", "31/2/2005", "20/39//39639", "8/5", "16/13/1955"])
def test_what_is_no_date_is_possible_and_much_less_likely_than_a_date(text: str) -> None:
    prior = dates("deceased")
    assert -40.0 < prior.whole(text) < prior.whole("20/3/1963") - 3.0


def test_a_year_that_the_ink_leaves_open_is_the_year_of_the_book() -> None:
    assert read_date("08/05/2007", "registered").hypotheses[0].text == "08/05/2007"
    assert read_date("08/05/2017", "registered", {9: {"1": 0.1}}).hypotheses[0].text == "08/05/2011"
    assert read_date("08/05/7011", "registered", {6: {"2": 0.01}}).hypotheses[0].text == "08/05/2011"


def test_a_clear_year_against_all_expectation_stays_and_is_not_sure() -> None:
    read = read_date("02/09/1878", "bride", sure=0.9999)
    assert read.hypotheses[0].text == "02/09/1878"
    assert read.hypotheses[0].chance < 0.5
    assert read.evidence.support == 0.0
    assert "02/09/1978" in [other.text for other in read.hypotheses]
    usual = read_date("02/09/1988", "bride", sure=0.9999)
    assert usual.hypotheses[0].chance > 0.9
    assert usual.evidence.support == 1.0


def test_a_year_that_expectation_chooses_against_the_ink_waits_for_a_person() -> None:
    """The ink speaks for 1878 by 3 nats: a bride is hardly born then, but a person looks."""
    overruled = read_date("2/9/1878", "bride", {5: {"8": 0.95, "9": 0.03}})
    assert overruled.hypotheses[0].text == "2/9/1978"
    assert overruled.proposed
    open_ink = read_date("2/9/1878", "bride", {5: {"8": 0.5, "9": 0.45}})
    assert open_ink.hypotheses[0].text == "2/9/1978"
    assert not open_ink.proposed


def test_figures_in_a_list_stay_where_they_are_clear_and_are_not_sure() -> None:
    read = read_people("1/62", sure=0.9999)
    assert read.hypotheses[0].text == "1/62"
    assert read.evidence.support == 0.0


def test_a_people_that_is_rare_is_read_where_it_is_clear() -> None:
    for text in ("Hoa", "Chăm", "Brâu", "Ơ Đu"):
        read = read_people(text, sure=0.9999)
        assert read.hypotheses[0].text == text
        assert read.hypotheses[0].chance > 0.85


def test_between_two_peoples_the_larger_is_read_where_the_ink_leaves_them_open() -> None:
    assert read_people("Chàm", {2: {"ă": 0.3}}).hypotheses[0].text == "Chăm"
    assert read_people("Hna", {1: {"o": 0.01}}).hypotheses[0].text == "Hoa"


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("361250417", "861250417"),
        ("361250417", "36125041"),
        ("092085001234", "099085001234"),
        ("092085001234", "092985001234"),
    ],
)
def test_numbers_of_papers_follow_their_rules(likely: str, unlikely: str) -> None:
    prior = prior_for("id_number", "", (), language(), year=2018)
    assert prior.whole(likely) > prior.whole(unlikely) + 2.0


def test_twelve_figures_are_rare_before_2012() -> None:
    before, since = (prior_for("id_number", "", (), language(), year=year) for year in (2008, 2022))
    assert before.whole("092085001234") < since.whole("092085001234") - 4.0
    assert before.whole("361250417") > since.whole("361250417") + 1.0


def test_a_name_with_figures_or_signs_is_hardly_a_name() -> None:
    prior = prior_for("name", "", (), language())
    for odd in ("1187nh", "47/", '"'):
        assert prior.word(("Hà",), odd) < prior.word(("Hà",), "Kzưu")
    assert prior.word(("Y",), "Bhăm") > prior.word(("Y",), "Bh4m")
