"""The shares of values are those that the declarations ask for, and their card seals them."""

from __future__ import annotations

from benchmarks.fitting.fit_field_priors import example, flaws_of
from pipeline.recognition.decoding import read_language
from pipeline.recognition.decoding.field_shares import read_shares
from pipeline.recognition.ocr.models import damaged_files, default_folder, read_card

FOLDER = default_folder() / "field-priors"


def test_the_shares_are_asked_for_and_of_known_terms() -> None:
    assert flaws_of(read_shares(FOLDER)) == []


def test_the_card_has_the_digest_of_the_shares() -> None:
    assert damaged_files(read_card("field-priors")) == ()


def test_the_page_of_docs_holds_the_example_that_the_command_prints() -> None:
    page = (default_folder().parent / "docs" / "reference" / "priors.md").read_text(encoding="utf-8")
    assert example(read_language(default_folder() / "vietnamese-text", FOLDER)) in page
