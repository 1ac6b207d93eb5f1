"""``samples/``: a small book of every form, and drawn by the command that the README names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.training.synthetic_pages import write_book
from scripts.draw_samples import SAMPLES

FOLDER = Path(__file__).resolve().parents[3] / "samples"


UNDRAWN = {"marriage-table", "death-table"}
"""Assumed tables that look like that of births, of which there is a sample."""
BEFORE_1976 = 1976
"""Assumed acts that are older are drawn on demand: ``hotich synth --form birth-south``."""


def entries_of(folder: Path) -> list[dict[str, Any]]:
    """What the entries of a book say, without the notes on where the ink lies."""
    entries = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["entries"]
    return [{key: text for key, text in entry.items() if not key.startswith("_")} for entry in entries]


def test_every_form_of_entries_has_a_sample_book() -> None:
    declared = schema.load()
    usual = {"birth", "marriage", "death"}
    wanted = {
        form.id
        for form in declared.forms.values()
        if form.layout != "cover" and form.record in usual and form.years[1] >= BEFORE_1976
    } - UNDRAWN
    assert {load_ledger(FOLDER / name).form for name, _, _ in SAMPLES} == wanted


def test_the_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 15_000_000


def test_the_samples_are_what_the_drawer_draws_today(tmp_path: Path) -> None:
    schemas = schema.load()
    for name, form, options in SAMPLES[-2:]:
        assert entries_of(write_book(tmp_path / name, schemas.form(form), schemas, options)) == entries_of(
            FOLDER / name
        )
