"""Which acts a margin note tells of, and which parts of them are clear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.values.kinds.note import (
    NotedAct,
    NotedActKind,
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
        # numbers without the word "số"
        ("Ly hôn QĐ 12/2015/QĐST-HNGĐ", [NotedAct(K.DIVORCE, "12/2015/QĐST-HNGĐ")]),
        ("Cải chính theo quyết định 7 ngày 9/8/2011", [NotedAct(K.CORRECTION, "7", "09.08.2011")]),
        (
            "Ly hôn, 45/2010/HNGĐ-ST, TAND huyện Thử",
            [NotedAct(K.DIVORCE, "45/2010/HNGĐ-ST", "", "TAND huyện Thử")],
        ),
        ("Ly hôn theo QĐ 5/6/2010", [NotedAct(K.DIVORCE)]),
        # an act that ends another is not the other
        ("Chấm dứt nuôi con nuôi theo QĐ số 3/2019", [NotedAct(K.TERMINATION, "3/2019")]),
        ("Chấm dứt việc giám hộ", [NotedAct(K.TERMINATION)]),
        (
            "Tòa án tuyên bố mất tích, QĐ 4/2018/QĐST-DS",
            [NotedAct(K.MISSING, "4/2018/QĐST-DS", "", "Tòa án")],
        ),
        ("Hủy quyết định số 4/2018 tuyên bố mất tích", [NotedAct(K.MISSING_REVOKED, "4/2018")]),
        ("Tòa án tuyên bố chết theo QĐ 04/2018", [NotedAct(K.DECLARED_DEAD, "04/2018", "", "Tòa án")]),
        ("QĐ 5/2019/QĐDS-ST tuyên bố ông A là đã chết", [NotedAct(K.DECLARED_DEAD, "5/2019/QĐDS-ST")]),
        ("Hủy bỏ quyết định tuyên bố một người là đã chết", [NotedAct(K.DECLARED_DEAD_REVOKED)]),
        ("Hạn chế năng lực hành vi dân sự", [NotedAct(K.INCAPACITY)]),
        ("Đã chết ngày 5/6/2010", [NotedAct(K.DEATH, "", "05.06.2010")]),
        ("Thôi quốc tịch Việt Nam theo QĐ số 99/QĐ-CTN", [NotedAct(K.NATIONALITY, "99/QĐ-CTN")]),
        ("Xác định lại giới tính; xác định lại dân tộc", [NotedAct(K.SEX), NotedAct(K.ETHNICITY)]),
        ("Cử người giám hộ: QĐ 8/QĐ-UBND", [NotedAct(K.GUARDIANSHIP, "8/QĐ-UBND")]),
        ("Ghi vào sổ theo GKS số 123/2015, California", [NotedAct(K.FOREIGN, "123/2015")]),
        (
            "Ly hôn QĐ 12/2015/QĐST; cải chính họ tên vợ số 7/QĐ-UBND",
            [NotedAct(K.DIVORCE, "12/2015/QĐST"), NotedAct(K.CORRECTION, "7/QĐ-UBND")],
        ),
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
def test_any_text_may_be_a_note(text: str) -> None:
    assert isinstance(noted_acts(text), tuple)


def test_the_basis_of_an_act_names_its_decision() -> None:
    stated = NotedAct(K.DIVORCE, "45/2010", "03.04.2010", "Tòa án huyện Thử")
    assert stated.basis == "Số 45/2010 ngày 03/04/2010 của Tòa án huyện Thử"
    assert NotedAct(K.DIVORCE, authority="Tòa án huyện Thử").basis == ""
