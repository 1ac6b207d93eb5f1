"""Amendments stand above what was read and decided, and change none of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus, PageRef
from pipeline.registry import Registry, Verdict
from pipeline.registry.amendments.model import AmendmentKind, AmendmentOrder
from tests.registry.outsider import Outsider
from tests.registry.pages import SCAN, blank, entry, page, read

ORDER = AmendmentOrder("12/QĐ-UBND", "05.03.2026", "Luật Hộ tịch 2014, Điều 28", "UBND xã Thử Nghiệm")
LATER = AmendmentOrder("15/QĐ-UBND", "09.03.2026", "Luật Hộ tịch 2014, Điều 28")


@pytest.fixture
def entry_id(registry: Registry, book: int) -> int:
    readings = (
        read("entry_number", "01/2010"),
        read("child_name", "Trần Văn Thử"),
        read("child_born_on", "01.02.2010"),
        read("child_sex", "1"),
        blank("notes"),
        read("mother_name", "Lê Thị Mẫu", accepted=False),
    )
    registry.save_page(book, page(entry(*readings)), "f1")
    return registry.entries(book)[0]


def test_the_current_value_is_the_amended_one_and_nothing_else_changes(
    registry: Registry, book: int, entry_id: int
) -> None:
    before = registry.entry(entry_id)
    amendment_id = registry.amend(entry_id, "child_name", "Trần Văn Mẫu", ORDER, author="an")
    after = registry.entry(entry_id)
    assert after.current["child_name"] == "Trần Văn Mẫu"
    assert (after.values, after.readings, after.decisions) == (
        before.values,
        before.readings,
        before.decisions,
    )
    one = after.amendments["child_name"]
    assert (one.amendment_id, one.kind, one.old, one.value) == (
        amendment_id, AmendmentKind.CORRECTION, "Trần Văn Thử", "Trần Văn Mẫu",
    )  # fmt: skip
    assert (one.order, one.author) == (ORDER, "an")
    (row,) = registry.record_rows("birth", [book])
    assert row.values["child_name"] == "Trần Văn Mẫu"
    assert registry.audit().verify().flaws == ()


def test_a_value_where_there_was_none_is_a_supplement(registry: Registry, entry_id: int) -> None:
    registry.amend(entry_id, "notes", "Đã đăng ký nhận con", ORDER, author="an")
    registry.amend(entry_id, "father_name", "Trần Văn Cha", ORDER, author="an")
    kinds = {field: one.kind for field, one in registry.entry(entry_id).amendments.items()}
    assert kinds == {"notes": AmendmentKind.SUPPLEMENT, "father_name": AmendmentKind.SUPPLEMENT}


def test_the_last_amendment_counts_until_it_is_taken_back(registry: Registry, entry_id: int) -> None:
    first = registry.amend(entry_id, "child_sex", "Nữ", ORDER, author="an")
    second = registry.amend(entry_id, "child_sex", "Nam", LATER, author="an")
    assert registry.entry(entry_id).current["child_sex"] == "1"
    with pytest.raises(RegistryError, match="đang có hiệu lực"):
        registry.withdraw_amendment(entry_id, first, author="bình", reason="ghi nhầm việc")
    registry.withdraw_amendment(entry_id, second, author="bình", reason="ghi nhầm việc")
    assert registry.entry(entry_id).current["child_sex"] == "2"
    registry.withdraw_amendment(entry_id, first, author="bình", reason="ghi nhầm việc")
    assert registry.entry(entry_id).current["child_sex"] == "1"
    assert registry.entry(entry_id).amendments == {}
    assert [one.kind for one in registry.amendments(entry_id)] == [
        "correction",
        "correction",
        "withdrawn",
        "withdrawn",
    ]


def test_a_new_reading_or_decision_does_not_touch_an_amendment(
    registry: Registry, book: int, entry_id: int
) -> None:
    registry.amend(entry_id, "child_name", "Trần Văn Mẫu", ORDER, author="an")
    registry.save_page(book, page(entry(read("child_name", "Trần Vân Thử"))), "f2")
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, "Trần Văn Thử")], author="bình")
    found = registry.entry(entry_id)
    assert (found.values["child_name"], found.current["child_name"]) == ("Trần Văn Thử", "Trần Văn Mẫu")


FLAWED = (
    ("child_name", "Trần Văn Mẫu", AmendmentOrder("", "05.03.2026", "Điều 28"), "số quyết định"),
    ("child_name", "Trần Văn Mẫu", AmendmentOrder("1/QĐ", "05.03.2026", " "), "căn cứ"),
    ("child_name", "Trần Văn Mẫu", AmendmentOrder("1/QĐ", "2026", "Điều 28"), "đủ ngày"),
    ("child_name", "Trần Văn Mẫu", AmendmentOrder("1/QĐ", "05.03.2999", "Điều 28"), "sau hôm nay"),
    ("child_name", "Trần Văn Thử", ORDER, "đúng giá trị ấy"),
    ("child_name", "  ", ORDER, "giá trị mới"),
    ("child_born_on", "hôm qua", ORDER, "không phải giá trị"),
    ("entry_number", "02/2010", ORDER, "khóa của sự kiện"),
    ("volume_number", "02/2010", ORDER, "khóa của sự kiện"),
    ("mother_name", "Lê Thị Khác", ORDER, "chờ rà soát"),
    ("chid_name", "Lê Thị Khác", ORDER, "child_name"),
    ("child_name", "Trần Văn Mẫu", replace(ORDER, paper=PageRef("b" * 64, 1)), "trang quét"),
)


def test_what_is_not_whole_is_refused_in_words(registry: Registry, entry_id: int) -> None:
    for field, text, order, told in FLAWED:
        with pytest.raises(RegistryError, match=told):
            registry.amend(entry_id, field, text, order, author="an")
    assert registry.amendments(entry_id) == ()


def test_the_page_of_the_decision_is_kept(registry: Registry, entry_id: int) -> None:
    order = AmendmentOrder("1/QĐ", "05.03.2026", "Điều 28", paper=PageRef(SCAN, 7))
    registry.amend(entry_id, "child_name", "Trần Văn Mẫu", order, author="an")
    assert registry.entry(entry_id).amendments["child_name"].order.paper == PageRef(SCAN, 7)


def test_no_statement_changes_or_removes_an_amendment(
    registry: Registry, entry_id: int, outsider: Outsider
) -> None:
    registry.amend(entry_id, "child_name", "Trần Văn Mẫu", ORDER, author="an")
    for statement in ("UPDATE amendment SET text = 'x'", "DELETE FROM amendment"):
        with pytest.raises(DBAPIError, match="append-only"):
            outsider.execute(statement)
