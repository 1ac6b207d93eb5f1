"""A design is the very form: what is declared comes back, what is wrong is said at its element."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import SchemaError
from pipeline.declarations import schema
from pipeline.declarations.schema import Form
from pipeline.form_design.design import Design, DesignedArea, DesignedCell, design_of_form, form_of_design
from pipeline.form_design.flaws import checked_form, design_flaws
from pipeline.form_design.form_toml import design_of_toml, design_toml, rounded

SCHEMAS = schema.load()
ALL = tuple(sorted(SCHEMAS.forms))


def meaning(form: Form) -> Any:
    """What the reader makes of a form, whatever the order of its lines."""
    labels = sorted((one.v, one.u0, one.text, one.style, round(one.u1, 5), one.slot) for one in form.labels)
    slots = sorted((slot.name, repr(slot)) for slot in form.slots)
    return labels, slots, form.checkboxes, form.table, form.rules, form.frame, form.text_size


@pytest.mark.parametrize("name", ALL)
def test_a_declared_form_comes_back_from_its_design_and_from_the_file_of_that(name: str) -> None:
    form = SCHEMAS.form(name)
    design = design_of_form(form)
    again = design_of_toml(design_toml(design))
    assert meaning(form_of_design(again)) == meaning(form)
    assert design_toml(again) == design_toml(design)
    assert design_flaws(design, SCHEMAS) == ()


def test_a_table_without_rules_between_its_rows_stays_one() -> None:
    form = SCHEMAS.form("birth-table")
    assert form.table is not None
    first, *others = form.table.columns
    columns = (first.model_copy(update={"ditto": False}), *others)
    unruled = form.model_copy(
        update={"table": form.table.model_copy(update={"ruled": False, "columns": columns})}
    )
    text = design_toml(design_of_form(unruled))
    assert text.count("ditto = false") == 1
    again = form_of_design(design_of_toml(text))
    assert again.table == unruled.table
    assert again.literal_fields == {first.field}


def test_what_was_found_a_hair_apart_on_one_printed_line_is_one_line_of_the_file() -> None:
    """Lines of the file say how far above a field its writing may reach: a second line at once above would cut it."""
    form = SCHEMAS.form("birth-2006")
    design = design_of_form(form)
    lower = [
        cell.model_copy(update={"at": cell.at + 0.0001 * (n % 2)}) for n, cell in enumerate(design.cells)
    ]
    again = form_of_design(design.model_copy(update={"cells": tuple(lower)}))
    assert len(again.lines) == len(form.lines)
    assert [[cell.label for cell in line.cells] for line in again.lines] == [
        [cell.label for cell in line.cells] for line in form.lines
    ]


def test_lines_of_two_heights_and_cells_one_below_the_other_stay_apart() -> None:
    cells = (
        DesignedCell.model_validate({"key": "a", "at": 0.1, "from": 0.1, "to": 0.5, "field": "child_name"}),
        DesignedCell.model_validate({"key": "b", "at": 0.1005, "from": 0.3, "to": 0.7, "field": "child_sex"}),
        DesignedCell.model_validate({"key": "c", "at": 0.12, "from": 0.6, "to": 0.7, "field": "notes"}),
    )
    form = form_of_design(design_of_form(SCHEMAS.form("birth-2006")).model_copy(update={"cells": cells}))
    assert [line.at for line in form.lines] == [0.1, 0.1005, 0.12]


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8)
shares = st.floats(-0.2, 1.2).map(lambda share: round(share, 5))


@st.composite
def cells(draw: st.DrawFn) -> DesignedCell:
    begin = draw(shares)
    is_blank = draw(st.booleans())
    said = {
        "key": f"c{draw(st.integers(0, 10**9))}",
        "at": draw(shares),
        "label": draw(texts),
        "start": draw(shares),
        "from": begin if is_blank else None,
        "to": round(begin + 0.1, 5) if is_blank else None,
        "field": draw(st.sampled_from(["child_name", "notes"])) if is_blank else None,
        "printed": draw(st.booleans()),
        "stamped": draw(st.booleans()),
    }
    return DesignedCell.model_validate(said)


@given(st.lists(cells(), max_size=3, unique_by=lambda cell: cell.key), texts, texts)
@settings(max_examples=25, deadline=None)
def test_whatever_is_designed_is_read_from_its_file_as_it_was(
    drawn: list[DesignedCell], title: str, note: str
) -> None:
    design = empty().model_copy(update={"cells": tuple(drawn), "title": title, "note": note})
    form = form_of_design(design_of_toml(design_toml(design)))
    assert meaning(form) == meaning(form_of_design(rounded(design)))
    assert (form.title, form.note) == (title, note)


def empty() -> Design:
    return Design(
        id="mau-thu", record="birth", title="Mẫu thử", years=(1990, 1998), paper_mm=(210.0, 297.0),
        frame=(0.05, 0.08, 0.95, 0.96),
        cells=tuple(DesignedCell(key=f"h{n}", at=0.1 * n, label=f"Chữ in {n}", start=0.1) for n in range(1, 6)),
    )  # fmt: skip


def cell(**said: Any) -> DesignedCell:
    return DesignedCell.model_validate({"key": "x", "at": 0.55, "from": 0.2, "to": 0.5, **said})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (cell(field="child_nam"), "child_name"),
        (cell(field="child_name", to=0.1), "phải nhỏ hơn"),
        (cell(field="child_name", to=None), "cả hai khóa"),
        (cell(field="child_name", part="dey"), "day"),
        (cell(fields={"name": "signer_name", "title": "signer_title"}), "kiểu ghép"),
        (cell(fields={"nam": "signer_name"}, kind="signer"), "name"),
        (cell(field="child_name", label="A\u202eB"), "Chữ in"),
        (cell(label="", **{"from": None, "to": None}), "Hãy xóa"),
    ],
)
def test_a_flaw_is_said_at_its_element(wrong: DesignedCell, told: str) -> None:
    bound = cell(key="y", at=0.3, field="mother_name")
    design = empty().model_copy(update={"cells": (*empty().cells, bound, wrong)})
    flaws = design_flaws(design, SCHEMAS)
    assert [flaw.key for flaw in flaws] == ["x"]
    assert told in flaws[0].message
    assert "toml" not in flaws[0].message.replace("birth.toml", "")


def test_a_field_has_one_place_and_a_value_may_go_on_below() -> None:
    first, below = cell(key="x", field="child_name"), cell(key="y", at=0.6, field="child_name")
    design = empty().model_copy(update={"cells": (*empty().cells, first, below)})
    assert design_flaws(design, SCHEMAS) == ()
    area = DesignedArea(key="a", box=(0.1, 0.7, 0.4, 0.8), field="child_name")
    (flaw,) = design_flaws(design.model_copy(update={"areas": (area,)}), SCHEMAS)
    assert (flaw.key, "Họ tên người được khai sinh" in flaw.message) == ("a", True)


def test_a_form_without_print_or_without_fields_is_refused() -> None:
    told = " ".join(flaw.message for flaw in design_flaws(empty().model_copy(update={"cells": ()}), SCHEMAS))
    assert "chữ in" in told
    assert "Chưa gắn" in told


def test_what_is_no_form_is_refused_in_words() -> None:
    for text in ("id = ", 'id = "x"\nyear = [1, 2]', "[[["):
        with pytest.raises(SchemaError):
            design_of_toml(text)
    with pytest.raises(SchemaError, match="bắt buộc"):
        design_of_toml('id = "x"')


def test_a_continued_line_of_several_fields_takes_its_kind_from_the_first() -> None:
    fields = {"name": "signer_name", "title": "signer_title"}
    both = (cell(key="x", fields=fields, kind="signer"), cell(key="y", at=0.6, fields=fields))
    design = empty().model_copy(update={"cells": (*empty().cells, *both)})
    assert design_flaws(design, SCHEMAS) == ()
    assert checked_form(design, SCHEMAS).slots[0].kind == "signer"


def an_act(*areas: DesignedArea) -> Design:
    return empty().model_copy(update={"cells": (), "layout": "act", "areas": areas})


def area_of(key: str, **said: Any) -> DesignedArea:
    return DesignedArea.model_validate({"key": key, "box": (0.2, 0.1, 0.9, 0.5), **said})


def test_printed_words_of_an_act_are_written_and_read_again_in_their_order() -> None:
    opening = area_of("a", after="Năm một ngàn chín trăm", begins_act=True)
    mother = area_of("b", field="mother_name", after="và bà")
    child = area_of("c", field="child_name", after="tên là", before="con của ông")
    design = an_act(opening, mother, child)
    assert design_flaws(design, SCHEMAS) == ()
    text = design_toml(design)
    assert 'after = "tên là", before = "con của ông"' in text
    assert "begins_act = true" in text
    assert text.count("begins_act") == 1
    again = design_of_toml(text)
    assert [(one.field, one.after, one.before, one.begins_act) for one in again.areas] == [
        (None, "Năm một ngàn chín trăm", "", True),
        ("mother_name", "và bà", "", False),
        ("child_name", "tên là", "con của ông", False),
    ]


def test_a_flaw_of_printed_words_is_said_at_their_area() -> None:
    (flaw,) = design_flaws(
        an_act(area_of("a", after="Số:", begins_act=True), area_of("b", field="child_name")), SCHEMAS
    )
    assert (flaw.key, "chữ cái" in flaw.message) == ("a", True)
    both = [area_of(key, after="Năm một ngàn chín trăm", begins_act=True) for key in "ab"]
    (flaw,) = design_flaws(an_act(*both, area_of("c", field="child_name")), SCHEMAS)
    assert (flaw.key, "một khoảng" in flaw.message) == ("", True)
    (flaw,) = design_flaws(an_act(area_of("a", field="child_name", after="tên\u202elà")), SCHEMAS)
    assert flaw.key == "a"
