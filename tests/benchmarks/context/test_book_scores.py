"""What is counted of a book: values right, signers, what runs over, notes beside seals and notes that are lost."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.context.book_scores import ScoredBook, figures_of, read_pages
from pipeline.declarations import schema
from pipeline.training.evaluation.truth import truth_of

SCHEMAS = schema.load()
FORM = SCHEMAS.form("birth-2006")
RECORD = SCHEMAS.record("birth")
UNMOVED = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
INK = [100.0, 50.0, 200.0, 50.0, 200.0, 80.0, 100.0, 80.0]
BEYOND = [180.0, 50.0, 200.0, 50.0, 200.0, 80.0, 180.0, 80.0]
SEAL = [900.0, 400.0, 990.0, 400.0, 990.0, 600.0, 900.0, 600.0]


def reading(field: str, text: str, **told: Any) -> dict[str, Any]:
    status = "read" if text else "blank"
    usual = {
        "field": field,
        "status": status,
        "text": text,
        "confidence": 1.0,
        "accepted": True,
        "writing": "hand",
    }
    return {**usual, "box": None, "lines": [], **told}


def figures(
    truth: dict[str, Any],
    *readings: dict[str, Any],
    seals: tuple[list[float], ...] = (),
    reprinted: bool = False,
) -> dict[str, Any]:
    page = {"scan": "a.jpg", "page_no": 1, "kind": "entries", "seals": list(seals)}
    told = truth_of(
        {"kind": "birth", "year": 2010, "entries": [{"_page": 0, "_row": 0, **truth}], "_pages": [page]}
    )
    read = {"seconds": 2.0, "matrix": UNMOVED, "entries": [{"row": 0, "readings": list(readings)}]}
    return figures_of([ScoredBook("a", FORM, RECORD, told, read_pages([read]), reprinted)])


def test_an_entry_number_needs_no_year() -> None:
    assert figures({"so": "16/2010"}, reading("entry_number", "16"))["entry_numbers"]["share"] == 1.0
    assert figures({"so": "16/2010"}, reading("entry_number", "6"))["entry_numbers"]["share"] == 0.0


def test_a_wrong_value_that_is_accepted_is_counted_by_its_field() -> None:
    told = figures({"nksHoTen": "Lê Thị An"}, reading("child_name", "Lê Thị Ân"))
    assert (told["wrong_accepted"], told["wrong_fields"], told["wrong_share"]) == (1, {"child_name": 1}, 1.0)
    waiting = figures({"nksHoTen": "Lê Thị An"}, reading("child_name", "Lê Thị Ân", accepted=False))
    assert (waiting["wrong_accepted"], waiting["accepted"]) == (0, 0.0)


@pytest.mark.parametrize(
    ("name", "title", "right"),
    [
        ("Lê Văn An", "CT", True),
        ("Lê Văn An", "TM. UBND CT", True),
        ("Văn An", "CT", False),
        ("Lê Văn An", "PCT", False),
        ("CT Lê Văn An", "", False),
    ],
)
def test_a_signer_is_right_with_name_and_title(name: str, title: str, right: bool) -> None:
    truth = {"nguoiKy": "Lê Văn An", "chucVuNguoiKy": "CT"}
    told = figures(truth, reading("signer_name", name), reading("signer_title", title))
    assert told["signers"]["share"] == (1.0 if right else 0.0)


def test_a_value_cut_at_the_rule_is_not_whole() -> None:
    truth = {
        "nksQueQuan": "An Phú",
        "_ink": {"child_native_place": [INK]},
        "_overflow": {"child_native_place": [BEYOND]},
    }
    whole = reading("child_native_place", "An Phú", lines=[[95.0, 45.0, 205.0, 85.0]])
    cut = reading("child_native_place", "An", lines=[[95.0, 45.0, 183.0, 85.0]])
    assert figures(truth, whole)["overflow"]["rule"] == {"of": 1, "whole": 1.0, "alike": 1.0}
    assert figures(truth, cut)["overflow"]["rule"] == {"of": 1, "whole": 0.0, "alike": 0.0}


def test_a_value_over_a_label_is_told_apart_from_one_over_the_rule() -> None:
    truth = {
        "nksNgaySinh": "1/2/2010",
        "_ink": {"child_born_on": [INK]},
        "_overflow": {"child_born_on": [BEYOND]},
    }
    told = figures(truth, reading("child_born_on", "1/2/2010", lines=[[95.0, 45.0, 205.0, 85.0]]))["overflow"]
    assert (told["label"]["whole"], told["rule"]["of"], told["whole"]) == (1.0, 0, 1.0)


def test_ink_outside_its_boxes_counts_by_printing() -> None:
    truth = {"nksQueQuan": "An Phú", "_ink": {"child_native_place": [INK]}}
    elsewhere = reading("child_native_place", "", lines=[], box=[300.0, 50.0, 400.0, 80.0])
    told = figures(truth, elsewhere, reprinted=True)["boxes"]
    assert (told["reprinted"]["share"], told["reprinted"]["inked_accepted_as_blank"]) == (0.0, 1)
    assert told["declared"]["of"] == 0


def test_a_written_note_that_is_called_blank_is_lost() -> None:
    assert figures({"ghiChu": "Đã cấp 03 bản sao."}, reading("notes", ""))["notes"]["lost"] == 1
    waiting = reading("notes", "", status="unreadable", accepted=False)
    assert figures({"ghiChu": "Đã cấp 03 bản sao."}, waiting)["notes"]["lost"] == 0


def test_an_empty_note_beside_half_a_seal_is_to_be_accepted_as_blank() -> None:
    told = figures({"ghiChu": ""}, reading("notes", ""), seals=(SEAL,))["notes"]
    assert told["sealed_blank_accepted"] == {"of": 1, "share": 1.0}
    unread = reading("notes", "", status="unreadable", accepted=False)
    told = figures({"ghiChu": ""}, unread, seals=(SEAL,))["notes"]
    assert told["sealed_blank_accepted"] == {"of": 1, "share": 0.0}
    assert figures({"ghiChu": ""}, reading("notes", ""))["notes"]["sealed_blank_accepted"]["of"] == 0


def test_a_page_that_failed_reads_nothing_right() -> None:
    told = truth_of({"kind": "birth", "year": 2010, "entries": [{"_page": 0, "_row": 0, "nksHoTen": "Lê An"}],
                     "_pages": [{"scan": "a.jpg", "page_no": 1, "kind": "entries"}]})  # fmt: skip
    book = ScoredBook("a", FORM, RECORD, told, read_pages([{"failed": "ScanTimeout"}]), False)
    found = figures_of([book])
    assert (found["failed"], found["names"]["share"], found["seconds_a_page"]) == (1, 0.0, None)
