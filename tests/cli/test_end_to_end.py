"""From drawn scans to the registry with the real chain: what the product is for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.base.model import FieldReading, FieldStatus, Writing
from pipeline.declarations import schema
from pipeline.registry import Registry
from pipeline.scans.workspace import Workspace
from pipeline.training.evaluation import FieldOutcome, PredictedValue
from pipeline.training.evaluation.truth import load_truth
from tests.cli.conftest import Hotich

pytestmark = [pytest.mark.slow, pytest.mark.tesseract]


@pytest.fixture
def drawn(hotich: Hotich, tmp_path: Path) -> Path:
    """A handwritten book of two entries, with two files in it that no scanner should deliver."""
    books = tmp_path / "books"
    made = hotich("synth", books, "--form", "birth-2006", "--entries", 2, "--seed", 4712, "--dpi", 200)
    assert made.exit_code == 0, made.output
    (books / "birth-2006" / "broken.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<<")
    (books / "birth-2006" / "notes.txt").write_text("ghi chú")
    return books


def test_a_book_is_read_into_the_registry_once_and_the_bad_files_are_named(
    hotich: Hotich, drawn: Path, workspace: Path
) -> None:
    told = hotich("run", drawn, "--json")
    assert told.exit_code == 8, told.output
    (report,) = json.loads(told.stdout)["books"]
    assert (report["pages"], report["read"], report["entries"]) == (3, 3, 2)
    assert {(failure["scan"], failure["code"]) for failure in report["failures"]} == {
        ("broken.pdf", "broken"),
        ("notes.txt", "unknown-type"),
    }
    (again,) = json.loads(hotich("run", drawn, "--json").stdout)["books"]
    assert (again["read"], again["known"]) == (0, 3)
    entries = stored_readings(workspace)
    assert any(reading.accepted for readings in entries for reading in readings)
    record = schema.load().record("birth")
    truth = load_truth(drawn / "birth-2006" / "truth.json")
    written = [entry.values for entry in truth.entries]
    assert len(written) == len(entries) == 2
    accepted = [
        (reading, values)
        for one, values in zip(entries, written, strict=True)
        for reading in one
        if accepted_handwriting(reading)
    ]
    assert accepted, "a shipped calibration that proves something lets something in"
    for reading, values in accepted:
        spec = record.by_name[reading.field]
        text = reading.text
        if spec.kind == "entry_number" and "/" not in text:
            text = f"{text}/{truth.year}"
        assert FieldOutcome(
            spec.column, values[spec.column], PredictedValue(text, reading.status), spec
        ).right


def stored_readings(workspace: Path) -> list[tuple[FieldReading, ...]]:
    """Those of each entry."""
    with Registry.open(Workspace(workspace).registry_url, schema.load()) as registry:
        return [registry.entry(entry_id).readings for entry_id in registry.entries()]


def accepted_handwriting(reading: FieldReading) -> bool:
    return reading.accepted and reading.writing is Writing.HAND and reading.status is FieldStatus.READ
