"""What an office sends to its province, and what the province counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError, StorageError
from pipeline.base.signing_key import SigningKey, signing_key
from pipeline.registry.statistics.commune_counts import BookDelivery, CommuneCounts, SampleCount
from pipeline.registry.statistics.model import BookStatistics
from pipeline.reports.communes import commune_report
from pipeline.reports.office_figures import (
    ENDING,
    OfficeFigures,
    ProvinceOffice,
    figures_of,
    gather,
    read_offices,
    write_figures,
)
from pipeline.reports.plan import WorkPlan, WorkPlanRow
from pipeline.values.places import AnsweringUnits
from tests.registry.pages import SCHEMAS

NOW = datetime(2026, 12, 3, 8, tzinfo=UTC)
PLAN = WorkPlan((WorkPlanRow(place="31120", record="birth", entries=900),))


def book(book_id: int, place_code: str, entries: int = 40) -> BookStatistics:
    return BookStatistics(
        book_id,
        f"sổ {book_id}",
        "birth",
        "birth-2006",
        "Nơi Thử",
        place_code,
        f"{book_id:02}/2010",
        said_entries=50,
        pages=20,
        entries=entries,
        straight=10,
        waiting=5,
    )


def counts(*books: BookStatistics, at: datetime = NOW) -> CommuneCounts:
    return CommuneCounts(
        at, books, {books[0].book_id: BookDelivery(NOW, 3)}, {books[0].book_id: SampleCount(20, 1)}
    )


@pytest.fixture
def keys(tmp_path: Path) -> tuple[SigningKey, SigningKey]:
    return signing_key(tmp_path / "a.key"), signing_key(tmp_path / "b.key")


def offices(keys: tuple[SigningKey, SigningKey]) -> list[ProvinceOffice]:
    return [
        ProvinceOffice(name="Xã Một", key=keys[0].public, places=("31117", "31120")),
        ProvinceOffice(name="Xã Hai", key=keys[1].public, places=("31150",)),
    ]


def sent(folder: Path, name: str, figures: OfficeFigures, key: SigningKey) -> Path:
    folder.mkdir(exist_ok=True)
    write_figures(folder / f"{name}{ENDING}", figures, key)
    return folder / f"{name}{ENDING}"


def test_the_gathered_report_is_the_report_of_one_registry_that_holds_all(
    tmp_path: Path, keys: tuple[SigningKey, SigningKey]
) -> None:
    first, second = (book(1, "31117"), book(2, "31120")), (book(3, "31150"),)
    files = [
        sent(tmp_path / "in", "a", figures_of(counts(*first), PLAN), keys[0]),
        sent(tmp_path / "in", "b", figures_of(counts(*second), WorkPlan()), keys[1]),
    ]
    gathered = gather(files, offices(keys), NOW)
    both = counts(*first), counts(*second)
    whole = CommuneCounts(
        NOW,
        first + second,
        {**both[0].deliveries, **both[1].deliveries},
        {**both[0].samples, **both[1].samples},
    )
    units = AnsweringUnits(SCHEMAS.places.gazetteer, date(2026, 12, 3))
    assert commune_report(gathered.counts, SCHEMAS, units, plan=gathered.plan) == commune_report(
        whole, SCHEMAS, units, plan=PLAN
    )
    assert (gathered.silent, [one.refused for one in gathered.files]) == ((), ["", ""])
    told = files[0].read_text(encoding="utf-8")
    assert "sổ 1" not in told  # folder names stay at the office


def test_a_second_copy_is_no_book_of_its_own_in_the_figures_of_a_province(
    tmp_path: Path, keys: tuple[SigningKey, SigningKey]
) -> None:
    copy = replace(book(2, "31117"), is_second_copy=True)
    file = sent(tmp_path / "in", "a", figures_of(counts(book(1, "31117"), copy), WorkPlan()), keys[0])
    gathered = gather([file], offices(keys), NOW)
    units = AnsweringUnits(SCHEMAS.places.gazetteer, date(2026, 12, 3))
    main = commune_report(gathered.counts, SCHEMAS, units).sections[0]
    told = {figure.label: (figure.cell.text, figure.note) for figure in main.figures}
    assert told["Quyển sổ"] == ("1", "1 quyển đã xuất gói; 1 bản thứ hai của sổ kép không tính")
    assert told["Sự kiện đã xong"] == ("35", "trong 40 đã đọc")


def test_the_newest_file_of_an_office_counts_once(
    tmp_path: Path, keys: tuple[SigningKey, SigningKey]
) -> None:
    old = NOW - timedelta(days=3)
    files = [
        sent(tmp_path / "in", name, figures_of(counts(book(1, "31117", entries), at=at), WorkPlan()), keys[0])
        for name, entries, at in (("x", 30, old), ("y", 60, NOW), ("z", 30, old))
    ]
    gathered = gather(files, offices(keys), NOW)
    assert [one.entries for one in gathered.counts.books] == [60]
    assert [one.is_older for one in gathered.files] == [True, False, True]
    assert gathered.silent == ("Xã Hai",)


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (figures_of(counts(book(1, "31150")), WorkPlan()), "không thuộc cơ quan này: 31150"),
        (figures_of(counts(book(1, "31117"), at=NOW + timedelta(days=2)), WorkPlan()), "tương lai"),
        (figures_of(counts(book(1, "31117", entries=8)), WorkPlan()), "không khớp"),
    ],
)
def test_figures_that_cannot_be_are_named_and_not_counted(
    tmp_path: Path, keys: tuple[SigningKey, SigningKey], figures: OfficeFigures, told: str
) -> None:
    gathered = gather([sent(tmp_path / "in", "a", figures, keys[0])], offices(keys), NOW)
    assert told in gathered.files[0].refused
    assert gathered.counts.books == ()


def test_a_file_that_was_changed_or_comes_from_elsewhere_does_not_count(
    tmp_path: Path, keys: tuple[SigningKey, SigningKey]
) -> None:
    good = figures_of(counts(book(1, "31117")), WorkPlan())
    path = sent(tmp_path / "in", "a", good, keys[0])
    signed = json.loads(path.read_text(encoding="utf-8"))
    changes = {
        "changed": {**signed, "figures": signed["figures"].replace('"entries":40', '"entries":90')},
        "other": {**signed, "public_key": keys[1].public},
        "unknown": {**signed, "public_key": "AAAA"},
    }
    for name, change in changes.items():
        (tmp_path / "in" / f"{name}{ENDING}").write_text(json.dumps(change), encoding="utf-8")
    (tmp_path / "in" / f"broken{ENDING}").write_bytes(path.read_bytes()[:-40])
    gathered = gather((tmp_path / "in").glob(f"*{ENDING}"), offices(keys), NOW)
    refused = {one.file.split(".")[0]: one.refused for one in gathered.files}
    assert refused["a"] == ""
    assert refused["changed"] == refused["other"] == "chữ ký sai: tệp đã bị đổi"
    assert "khóa không của" in refused["unknown"]
    assert "không phải tệp số liệu" in refused["broken"]
    assert [one.entries for one in gathered.counts.books] == [40]


def test_two_offices_cannot_speak_for_one_place(tmp_path: Path) -> None:
    path = tmp_path / "province.toml"
    with pytest.raises(StorageError, match="Chưa có"):
        read_offices(path)
    rows = [f'[[office]]\nname = "{name}"\nkey = "{name}"\nplaces = ["00001"]\n' for name in ("A", "B")]
    path.write_text("".join(rows), encoding="utf-8")
    with pytest.raises(SchemaError, match="đã thuộc A"):
        read_offices(path)
