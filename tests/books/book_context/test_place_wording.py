"""Letters whose ink says nothing are as the words around them have them."""

from __future__ import annotations

import pytest

from pipeline.books.book_context.place_wording import usual_wording


@pytest.mark.parametrize(
    ("read", "usual"),
    [
        ("Ấp 2 X. Vĩnh Trung h. Tịnh Biên t. An Giang", "Ấp 2 x. Vĩnh Trung h. Tịnh Biên t. An Giang"),
        ("Bệnh viện ĐKhuyện Chợ Mới", "Bệnh viện ĐK huyện Chợ Mới"),
        ("BVĐKtỉnh An Giang", "BVĐK tỉnh An Giang"),
        ("KV7, Quới Thiện, Vũng Liêm", "KV 7, Quới Thiện, Vũng Liêm"),
        ("KV 7 -X. Thới Tân - h. Thới Lai", "KV 7 -x. Thới Tân - h. Thới Lai"),
        ("Trạm Y te xã Trung An", "Trạm Y tế xã Trung An"),
    ],
)
def test_words_are_as_those_around_them(read: str, usual: str) -> None:
    assert usual_wording(read) == usual


@pytest.mark.parametrize(
    "text",
    [
        "X. Vĩnh Trung h. Tịnh Biên",
        "Ấp 2 X. Vĩnh Trung H. Tịnh Biên",
        "Ấp 2, xã Tân Lợi",
        "TX. Ngã Bảy",
        "Trạm Y tên",
    ],
)
def test_what_may_be_meant_so_stays(text: str) -> None:
    assert usual_wording(text) == text
