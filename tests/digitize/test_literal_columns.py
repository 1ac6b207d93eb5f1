"""Columns in which a ditto mark stands for nothing above it: read, keyed and delivered as what is written."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from pipeline.base.model import Box, EntryResult, FieldStatus
from pipeline.declarations.schema import Form, Schemas
from pipeline.delivery_rules import DeliveryPolicy, LineAbove, WrittenEntry, WrittenField, entry_layers
from pipeline.digitize.braces import Brace, with_braces
from pipeline.digitize.judge import EntryJudge
from pipeline.digitize.regions import EntryRegion, FieldRegion, RecognizedEntry
from pipeline.digitize.route import RoutingOptions
from pipeline.layout.imaging.ink.connected_components import no_components
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import KnownEntry
from pipeline.web.desk.live_rules import LiveRules
from tests.digitize.recognized_fields import LEDGER, SCHEMAS, ink

LITERAL = frozenset({"child_ethnicity", "notes", "entry_number"})
BOOK = replace(LEDGER, form="birth-table")


@cache
def declared(*, ditto: bool) -> Schemas:
    """The declarations, in which three columns of the table of births take no ditto mark unless ``ditto``."""
    form = SCHEMAS.form("birth-table").model_dump(by_alias=True)
    for column in form["table"]["column"]:
        column["ditto"] = ditto or column["field"] not in LITERAL
    return replace(SCHEMAS, forms={**SCHEMAS.forms, "birth-table": Form.model_validate(form)})


def read(schemas: Schemas, text: str, *names: str) -> EntryResult:
    """An entry in which that text was read, as if printed, in the columns of these fields."""
    form = schemas.form("birth-table")
    slots = {slot.field_names[0]: slot for slot in form.slots}
    none = no_components((2, 2))
    fields = tuple(ink(slots[name], [text]) for name in names)
    entry = RecognizedEntry(EntryRegion(0, tuple(one.region for one in fields), none, none), fields)
    return EntryJudge(form, BOOK, schemas, RoutingOptions()).entry(entry, ())


@pytest.mark.parametrize("mark", ["nt", "〃", '"', "như trên"])
def test_a_mark_in_a_literal_column_is_no_ditto_and_waits(mark: str) -> None:
    usual = read(declared(ditto=True), mark, "child_ethnicity", "child_birth_place")
    ditto = {name for one in usual.findings if one.code == "L07" for name in one.fields}
    assert ditto == {"child_ethnicity", "child_birth_place"}
    found = read(declared(ditto=False), mark, "child_ethnicity", "child_birth_place", "notes", "entry_number")
    assert [one.fields for one in found.findings if one.code == "L07"] == [("child_birth_place",)]
    readings = {one.field: one for one in found.readings}
    for name in LITERAL:
        assert (readings[name].text, readings[name].canonical, readings[name].accepted) == (mark, "", False)
    waiting = {name for one in found.findings for name in one.fields}
    assert waiting >= LITERAL


def test_a_brace_says_nothing_in_a_literal_column() -> None:
    for ditto in (True, False):
        slots = declared(ditto=ditto).form("birth-table").slots
        slot = next(one for one in slots if one.field_names == ("child_ethnicity",))
        assert slot.column is not None
        written = ink(slot, ["Kinh"]).region
        bare = FieldRegion(slot, (), Box(0, 50, 9, 90))
        _, below = with_braces([(written,), (bare,)], [Brace(0, slot.column, (0, 1))])
        assert (below[0].is_repeated, below[0].is_doubtful) == (ditto, not ditto)


def test_what_is_typed_there_is_no_ditto_either() -> None:
    for ditto in (True, False):
        entry = KnownEntry(1, "birth", "birth-table", BOOK, ("child_ethnicity",), ())
        checked = LiveRules(declared(ditto=ditto)).checked(
            entry, [Verdict("child_ethnicity", FieldStatus.READ, "nt")]
        )
        codes = {one.code for one in checked["child_ethnicity"].findings}
        assert ("L07" in codes) == ditto


def test_the_value_above_is_never_delivered_for_a_literal_mark() -> None:
    for ditto in (True, False):
        schemas = declared(ditto=ditto)
        rows = [WrittenField(FieldStatus.READ, text, text, is_decided=True) for text in ("Ghi chú A", '"')]
        above = entry_layers(
            WrittenEntry(schemas.record("birth"), BOOK, {"notes": rows[0]}, {}),
            None,
            schemas,
            DeliveryPolicy(),
        )
        below = WrittenEntry(schemas.record("birth"), BOOK, {"notes": rows[1]}, {})
        layers = entry_layers(below, LineAbove(above, True), schemas, DeliveryPolicy())["notes"]
        assert layers.delivered.value == ("Ghi chú A" if ditto else '"')
        assert any(one.value == "Ghi chú A" for one in layers.proposals) == ditto
