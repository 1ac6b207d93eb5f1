"""What the declarations hold: records, lists, findings, columns."""

from __future__ import annotations

import csv
import re
from collections import defaultdict

import pytest
from pydantic import ValidationError

from pipeline.declarations.schema import AmbiguousBoxSpec, Schemas
from pipeline.values.kinds import KINDS, Vocabulary
from tests.declarations.schema.declarations import ASSUMED, OTHER_RECORDS, PRINTED, ROOT

OWN_WORKBOOKS = ("GH", "CN", "TD", "CDGH", "GSGH", "LH")


def test_all_records_forms_exports_and_lists_are_there(schemas: Schemas) -> None:
    assert set(schemas.records) == {"birth", "marriage", "death", *OTHER_RECORDS}
    assert set(schemas.exports) == {"KS60", "KS70", "KH44", "KT48", "CMC50", "HN35", *OWN_WORKBOOKS}
    assert set(schemas.forms) == {*PRINTED, *ASSUMED}
    assert {form.id for form in schemas.forms.values() if form.evidence == "assumed"} == set(ASSUMED)


def test_what_is_not_the_ministrys_as_seen_says_so(schemas: Schemas) -> None:
    told = {name: (spec.evidence, bool(spec.note)) for name, spec in schemas.exports.items()}
    assert told == {
        **dict.fromkeys(("KS60", "KS70", "KH44", "KT48"), ("seen", False)),
        **dict.fromkeys(("CMC50", "HN35"), ("assumed", True)),
        **dict.fromkeys(OWN_WORKBOOKS, ("own", True)),
    }


def test_the_columns_are_the_ministrys_in_its_order(schemas: Schemas) -> None:
    wanted = defaultdict(list)
    with (ROOT / "tests" / "data" / "ministry_columns.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            wanted[row["template"]].append(row["column"])
    of_ministry = [name for name, spec in schemas.exports.items() if spec.evidence != "own"]
    assert {name: list(schemas.columns(name)) for name in of_ministry} == dict(wanted)


def test_the_ethnic_groups_are_54_and_tho_is_never_an_alias(schemas: Schemas) -> None:
    terms = schemas.vocabs["ethnicity"].terms
    assert len(terms) == 56, "the 54 peoples, and the two further words that the import tool takes"
    assert "thổ" not in {alias.casefold() for term in terms for alias in term.aliases}
    vocabulary = Vocabulary.of(terms)
    assert KINDS["choice"].parse("Thổ", vocabulary).canonical == "Thổ"
    assert KINDS["choice"].parse("khmer", vocabulary).canonical == "Khơ Me"


def test_no_alias_belongs_to_two_terms(schemas: Schemas) -> None:
    for vocab in schemas.vocabs.values():
        known = Vocabulary.of(vocab.terms).codes
        for term in vocab.terms:
            for word in (term.label, *term.aliases):
                assert KINDS["choice"].parse(word, Vocabulary.of(vocab.terms)).canonical == term.code, word
        assert set(known.values()) == {term.code for term in vocab.terms}


def test_every_finding_says_something_and_where_it_comes_from(schemas: Schemas) -> None:
    for finding in schemas.findings.values():
        assert finding.sentence.endswith("."), finding.code
        assert finding.look_at, finding.code
        assert finding.source, finding.code


def test_every_code_that_the_program_raises_has_a_sentence(schemas: Schemas) -> None:
    raised = set()
    for file in (ROOT / "pipeline").rglob("*.py"):
        raised |= set(
            re.findall(
                r'"((?:PAGE|READ)-[A-Z]+|PART|(?!F1[0-2])[A-Z]\d\d)"', file.read_text(encoding="utf-8")
            )
        )
    assert raised <= set(schemas.findings)


@pytest.mark.parametrize(("by", "known"), [("parent_sex", ("1",)), ("", ("1", "2"))])
def test_a_box_with_several_codes_has_a_deciding_value_for_each(by: str, known: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="known phải có"):
        AmbiguousBoxSpec(field="parentage_type", words="Nhận con", codes=("1", "2"), by=by, known=known)
