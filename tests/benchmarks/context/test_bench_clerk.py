"""Families are what they say, and a planted value counts as bent where it is accepted and wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.context.bench_clerk import KnowledgeReading, figures_of
from benchmarks.context.clerk_books import ClerkBook
from benchmarks.context.families import KINDS, Planted, families
from pipeline.base.model import Ledger
from pipeline.declarations import schema
from pipeline.training.synthetic_pages import InkPiece, WriterInk
from pipeline.training.synthetic_pages.cases import SyntheticCase, draw_case, draw_officers
from pipeline.training.synthetic_pages.people import draw_commune, geography_of_year
from pipeline.training.synthetic_pages.spelled_values import SpelledPlace, SpelledWords

SCHEMAS = schema.load()
RECORD = SCHEMAS.record("birth")
PIECE = InkPiece(np.full((20, 30), 255, np.uint8), 20.0)
WORDS = [
    "an",
    "bình",
    "lâm",
    "hoa",
    "mỹ",
    "việt",
    "nam",
    "kinh",
    "mông",
    "lào",
    "marie",
    "john",
    "lê",
    "trần",
    "võ",
]
STROKES = WriterInk("w1", {word: [PIECE] for word in WORDS}, {d: [PIECE] for d in "0123456789"}, 10, 3, 12)
SPELLED = SpelledWords(
    STROKES, ("Lê", "Trần", "Võ", "Lâm"), ("Mỹ",), ("An", "Hoa"),
    [SpelledPlace(("An Bình", "Lâm Hoa", "Mỹ An")), SpelledPlace(("Hoa An", "Lâm Hoa", "Mỹ An"))], (), ", ",
)  # fmt: skip


def cases(count: int) -> list[SyntheticCase]:
    rng = np.random.default_rng(5)
    home = draw_commune(rng, geography_of_year(SCHEMAS.places.gazetteer, 2010))
    officers = draw_officers(rng, RECORD, home)
    drawn = [
        draw_case(
            rng, RECORD, home, officers, number=1 + number, page_no=1 + number, volume="01/2010",
            registered_on=date(2010, 1, 2) + timedelta(days=number), no_father=0.0, private=True,
        )
        for number in range(count)
    ]  # fmt: skip
    known: dict[str, Any] = {}
    return [SPELLED.case(case, known, rng) for case in drawn]


def test_a_family_shares_its_name_its_home_and_its_declarant() -> None:
    drawn = families(cases(120), RECORD, SPELLED, seed=3)
    shared = [case.people["child"].surname == case.people["father"].surname for case in drawn]
    assert np.mean(shared) > 0.93
    parents = [
        case.people["declarant"].name in (case.people["father"].name, case.people["mother"].name)
        for case in drawn
    ]
    assert 0.7 < np.mean(parents) < 0.95
    for case in drawn:
        assert case.registered_on.weekday() < 5
        assert case.happened_on <= case.registered_on
        assert 16 < (case.born_on["child"] - case.born_on["mother"]).days / 365.25 < 47
        assert case.born_on["father"] < case.born_on["child"] - timedelta(days=17 * 365)
    assert [case.registered_on for case in drawn] == sorted(case.registered_on for case in drawn)


def test_what_is_planted_stands_in_every_other_entry_and_nowhere_else() -> None:
    whole = families(cases(14), RECORD, SPELLED, seed=3)
    planted = Planted()
    changed = planted.in_cases(whole, RECORD, SPELLED, seed=3)
    assert sorted(planted.fields) == list(range(1, 14, 2))
    assert {kind for kind, _ in planted.fields.values()} == set(KINDS)
    assert changed[::2] == whole[::2]
    for number, (kind, (name,)) in planted.fields.items():
        before, after = whole[number], changed[number]
        if kind == "stranger":
            kin = {after.people[key].surname for key in ("child", "father", "mother")}
            assert after.people["declarant"].surname not in kin
        elif kind == "day":
            assert after.registered_on.year < before.registered_on.year
        else:
            assert after.written[name] != before.written.get(name)


def book(folder: Path, planted: dict[int, tuple[str, tuple[str, ...]]], *names: str) -> ClerkBook:
    entries = [
        {"nksHoTen": name, "_page": number, "_row": 0, "_by_hand": ["child_name"]}
        for number, name in enumerate(names)
    ]
    pages = [{"scan": f"{number}.jpg", "page_no": 1, "kind": "entries"} for number in range(len(names))]
    truth = {"kind": "birth", "year": 2010, "entries": entries, "_pages": pages}
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return ClerkBook(
        folder, SCHEMAS.form("birth-2006"), RECORD, Ledger("birth-2006", "UBND xã", "1", "01/2010"), planted
    )


def page(text: str, *, accepted: bool) -> dict[str, Any]:
    value = {
        "field": "child_name", "status": "read", "text": text, "confidence": 0.99, "accepted": accepted,
        "writing": "hand", "box": None, "lines": [],
    }  # fmt: skip
    return {"seconds": 0.0, "matrix": np.eye(3).tolist(), "entries": [{"row": 0, "readings": [value]}]}


def measured(folder: Path, read: Sequence[dict[str, Any]]) -> dict[str, Any]:
    planted: dict[int, tuple[str, tuple[str, ...]]] = {
        0: ("foreign-name", ("child_name",)),
        1: ("foreign-name", ("child_name",)),
    }
    written = book(folder, planted, "Marie John", "John Marie", "Lê Thị Hoà")
    return figures_of([written], KnowledgeReading({folder.name: read}), SCHEMAS)


def test_a_planted_value_that_is_wrong_and_accepted_is_bent(tmp_path: Path) -> None:
    told = measured(
        tmp_path,
        [page("Mai Lan", accepted=True), page("Mai Lan", accepted=False), page("lê thị hòa", accepted=True)],
    )
    assert told["planted"]["kinds"]["foreign-name"] == {"of": 2, "right": 0, "waiting": 1, "bent_accepted": 1}
    assert (told["of"], told["right"], told["accepted"], told["wrong"]) == (1, 1.0, 1.0, 0)


def test_an_expected_value_that_is_wrong_is_no_planted_one(tmp_path: Path) -> None:
    told = measured(
        tmp_path,
        [
            page("Marie John", accepted=True),
            page("John Marie", accepted=False),
            page("Lê Thị Hoa", accepted=True),
        ],
    )
    assert told["planted"]["right"] == 2
    assert told["planted"]["bent_accepted"] == 0
    assert (told["right"], told["wrong"]) == (0.0, 1)
