"""Which acts a margin note tells of, and which parts of them are clear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.kinds.note import (
    NotedAct,
    NotedActKind,
    acts_as_text,
    acts_of_text,
    checked_act,
    noted_acts,
)

K = NotedActKind


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        (
            "Cải chính họ tên cha theo Quyết định số 12/QĐ-UBND ngày 05/11/2012 của UBND xã Thử Nghiệm",
            [NotedAct(K.CORRECTION, "12/QĐ-UBND", "05.11.2012", "UBND xã Thử Nghiệm")],
        ),
        (
            "Đã ly hôn, Bản án số 45/2010/HNGĐ-ST ngày 3 tháng 4 năm 2010 của Tòa án nhân dân huyện Thử, bà A nuôi con",
            [NotedAct(K.DIVORCE, "45/2010/HNGĐ-ST", "03.04.2010", "Tòa án nhân dân huyện Thử")],
        ),
        (
            "Hủy việc kết hôn trái pháp luật, QĐ số 7/2011/QĐST-HNGĐ ngày 9-8-2011, TAND huyện Thử",
            [NotedAct(K.ANNULMENT, "7/2011/QĐST-HNGĐ", "09.08.2011", "TAND huyện Thử")],
        ),
        ("Nhận cha cho con theo QĐ số 5/QĐ-UBND", [NotedAct(K.PARENTAGE, "5/QĐ-UBND")]),
        ("Cho làm con nuôi, số 3/2009 ngày 1/2/2009", [NotedAct(K.ADOPTION, "3/2009", "01.02.2009")]),
        (
            "Thay đổi dân tộc; Bổ sung ngày sinh theo QĐ số 8/QĐ",
            [NotedAct(K.CHANGE), NotedAct(K.SUPPLEMENT, "8/QĐ")],
        ),
        ("ĐĂNG KÝ LẠI", [NotedAct(K.RE_REGISTRATION)]),
        # two acts and one number: whose is it?
        ("Cải chính và bổ sung theo QĐ số 12/QĐ-UBND", [NotedAct(K.CORRECTION), NotedAct(K.SUPPLEMENT)]),
        # two days, two numbers: which is the decision's?
        (
            "Cải chính ngày sinh từ ngày 1/2/1990 thành ngày 1/3/1990, số 12/QĐ, số 13/QĐ",
            [NotedAct(K.CORRECTION)],
        ),
        ("Cải chính theo QĐ số 9 ngày 32/13/2017", [NotedAct(K.CORRECTION, "9")]),
        ("", []),
        ("Quá hạn", []),
        ("Bản sao cấp ngày 5/6/2010", []),
        ("Giấy xác nhận con thứ hai", []),
        ("như trên", []),
    ],
)
def test_a_note_tells_of_acts_and_of_their_decision_where_it_is_clear(
    text: str, acts: list[NotedAct]
) -> None:
    assert list(noted_acts(text)) == acts


@given(st.text(max_size=120))
def test_any_text_may_be_a_note_and_acts_survive_being_stored(text: str) -> None:
    acts = noted_acts(text)
    assert acts_of_text(acts_as_text(acts)) == acts


def test_what_a_person_states_of_an_act_is_brought_into_form() -> None:
    stated = checked_act("divorce", " 45/2010  ", "3-4-2010", "Tòa án  huyện Thử")
    assert stated == NotedAct(K.DIVORCE, "45/2010", "03.04.2010", "Tòa án huyện Thử")
    assert stated.basis == "Số 45/2010 ngày 03/04/2010 của Tòa án huyện Thử"
    assert NotedAct(K.DIVORCE, authority="Tòa án huyện Thử").basis == ""


@pytest.mark.parametrize(
    ("kind", "day"), [("birthday", "3/4/2010"), ("divorce", "32/1/2010"), ("divorce", "2010")]
)
def test_an_act_of_no_kind_or_without_a_whole_day_is_refused(kind: str, day: str) -> None:
    with pytest.raises(ValueError, match="ghi chú"):
        checked_act(kind, "1", day, "")
