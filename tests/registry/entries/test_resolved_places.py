"""Beside a written place in force stands the unit it is on the day in force, with its history."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, Verdict
from tests.registry.outsider import Outsider
from tests.registry.pages import blank, entry, page, read

PLACE = "mother_residence_place"
WRITTEN = "xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang"
FORMER = "huyện Phụng Hiệp, tỉnh Cần Thơ"


def saved(registry: Registry, book: int, *readings: object, fingerprint: str = "f1") -> int:
    registry.save_page(book, page(entry(*readings)), fingerprint)  # type: ignore[arg-type]
    (entry_id,) = registry.entries(book)
    return entry_id


def rows(outsider: Outsider) -> Sequence[tuple[str, ...]]:
    return outsider.execute(
        f"SELECT text, as_of, state, unit FROM resolved_place WHERE field = '{PLACE}' ORDER BY id"  # noqa: S608
    )


def test_a_place_in_force_is_resolved_and_its_text_stays(registry: Registry, book: int) -> None:
    entry_id = saved(registry, book, read(PLACE, WRITTEN), read("registered_on", "05.03.2012"))

    stored = registry.entry(entry_id)

    found = stored.places[PLACE]
    assert stored.values[PLACE] == WRITTEN
    assert (found.state, found.unit, found.as_of) == ("resolved", "2004:31438", "05.03.2012")
    assert (found.province, found.district, found.commune) == ("2004:93", "2004:934", "2004:31438")


def test_what_is_not_in_force_is_not_resolved(registry: Registry, book: int) -> None:
    entry_id = saved(registry, book, read(PLACE, WRITTEN, accepted=False))

    assert registry.entry(entry_id).places == {}


def test_a_blank_place_is_nothing(registry: Registry, book: int) -> None:
    entry_id = saved(registry, book, blank(PLACE))

    assert registry.entry(entry_id).places[PLACE].state == "nothing"


def test_a_decided_day_makes_it_another_unit_and_the_first_stays_on_record(
    registry: Registry, book: int, outsider: Outsider
) -> None:
    entry_id = saved(registry, book, read(PLACE, FORMER), read("registered_on", "05.03.2012"))
    assert registry.entry(entry_id).places[PLACE].state == "not-then"

    registry.decide(entry_id, [Verdict("registered_on", FieldStatus.READ, "05/03/2002")], author="an")

    assert registry.entry(entry_id).places[PLACE].unit == "2004:934"
    assert [row[2] for row in rows(outsider)] == ["not-then", "resolved"]


def test_a_run_that_reads_the_same_adds_no_row(registry: Registry, book: int, outsider: Outsider) -> None:
    readings = (read(PLACE, WRITTEN), read("registered_on", "05.03.2012"))
    entry_id = saved(registry, book, *readings)
    saved(registry, book, *readings, fingerprint="f2")
    registry.resolve_places(entry_id)

    assert len(rows(outsider)) == 1


def test_a_place_that_is_no_longer_in_force_is_told_as_such(
    registry: Registry, book: int, outsider: Outsider
) -> None:
    saved(registry, book, read(PLACE, WRITTEN))
    entry_id = saved(registry, book, read(PLACE, WRITTEN, accepted=False), fingerprint="f2")

    assert registry.entry(entry_id).places == {}
    assert [row[0] for row in rows(outsider)] == [WRITTEN, None]
