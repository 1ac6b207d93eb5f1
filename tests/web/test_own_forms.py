"""What an office's own forms are besides their doors: their files, and what a designer offers for their blanks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.declarations.schema import FormShelf, with_own_forms
from pipeline.form_design.bundles import bundles_of
from pipeline.form_design.draft import DraftRefused, DraftStale
from pipeline.form_design.form_toml import design_toml
from pipeline.web.form_design.own_forms import OwnForms
from tests.registry.pages import SCHEMAS
from tests.web.form_desks import design


def test_a_form_with_a_flaw_keeps_its_id_until_a_right_file_of_it_is_taken_and_saved(tmp_path: Path) -> None:
    forms = tmp_path / "forms"
    forms.mkdir()
    text = design_toml(design("mau-hong"))
    (forms / "mau-hong.toml").write_text(text.replace("child_name", "child_nam"), encoding="utf-8")
    (forms / "birth-2006.toml").write_text(design_toml(design("birth-2006")), encoding="utf-8")
    flawed = with_own_forms(SCHEMAS, forms)
    own = OwnForms(forms, lambda name: tmp_path / "history" / name, flawed)
    base = own.base("mau-hong")
    with pytest.raises(DraftRefused, match="đi kèm phần mềm"):
        own.save(design("birth-2006"), own.base("birth-2006"), "an", lambda *_: None)
    with pytest.raises(DraftStale, match="mau-hong"):
        own.save(design("mau-hong"), "", "an", lambda *_: None)
    own.save(design("mau-hong"), base, "an", lambda *_: None)
    assert (flawed.form("mau-hong").id, "mau-hong" in flawed.form_flaws) == ("mau-hong", False)
    assert isinstance(with_own_forms(SCHEMAS, tmp_path / "none").forms, FormShelf)


def test_blanks_of_several_fields_are_offered_for_people_whom_no_form_shows_with_them() -> None:
    known = {name: form for name, form in SCHEMAS.forms.items() if name != "birth-2016"}
    declared = replace(SCHEMAS, forms=known)
    offered = {
        (one["kind"], tuple(one["fields"].values())) for one in bundles_of(declared, declared.record("birth"))
    }
    paper = ("type", "number", "issued_on", "issued_place")
    assert (
        "identity_paper",
        (*(f"declarant_paper_{role}" for role in paper), "declarant_other_paper"),
    ) in offered
    assert ("identity_paper", ("mother_paper_type", "mother_paper_number")) in offered
    assert {kind for kind, _ in offered} == {"identity_paper", "signer"}
    nowhere = bundles_of(replace(SCHEMAS, forms={}), SCHEMAS.record("death"))
    told = {one["kind"]: one["fields"] for one in nowhere}
    assert told["moment"] == {"time": "deceased_died_at", "date": "deceased_died_on"}, "by their names alone"
    assert "death_notice" in told
