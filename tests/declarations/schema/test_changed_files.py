"""Declarations and places are read once a process, and again as soon as a file says something else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations import schema
from tests.declarations.schema.declarations import spoil

OWN = """
[[unit]]
code = "936-CU"
level = "commune"
type = "Xã"
name = "Thử Nghiệm"
parent = "936"
since = "1981-05-01"
source = "Sổ của xã"
"""


def test_declarations_are_those_that_the_files_hold_now(folder: Path) -> None:
    before = schema.load(folder)
    assert schema.load(folder) is before
    vocab = folder / "vocab" / "ethnicity.toml"
    spoil(vocab, 'label = "Khơ Me"', 'label = "Khơ Mer"')
    after = schema.load(folder)
    assert [term.label for term in after.vocabs["ethnicity"].terms].count("Khơ Mer") == 1
    assert "Khơ Mer" not in {term.label for term in before.vocabs["ethnicity"].terms}
    vocab.write_text("[", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(SchemaError):
            schema.load(folder)


def test_places_are_those_that_the_files_hold_now(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "places.toml"
    schemas = schema.load(folder)
    without = replace(schemas, own_places=own).places
    assert replace(schemas, own_places=tmp_path / "nowhere.toml").places is without
    own.write_text(OWN, encoding="utf-8")
    added = replace(schemas, own_places=own).places
    assert (added.gazetteer.has_code("936-CU"), without.gazetteer.has_code("936-CU")) == (True, False)
    own.write_text(OWN.replace("936-CU", "936-MOI"), encoding="utf-8")
    changed = replace(schemas, own_places=own).places
    assert (changed.gazetteer.has_code("936-CU"), changed.gazetteer.has_code("936-MOI")) == (False, True)
