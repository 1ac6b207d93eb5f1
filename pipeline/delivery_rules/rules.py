"""The rules by which a text on paper becomes what is delivered, each with the choices that an office has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CONFIRM = "confirm"
"""The choice of every rule that proposes a value and leaves it to a person to confirm it."""

NOTE = "note"
"""The choice that leaves the column empty and appends the text on paper to the margin note."""


@dataclass(frozen=True, slots=True)
class DeliveryRule:
    """A rule.

    Attributes:
        name: Its key in ``[delivery]`` of ``office.toml``.
        title: What is written on paper, for people.
        example: Of such a text, with what is delivered of it by default.
        choices: What an office may choose, the default first: the key and what it does, for people.
    """

    name: str
    title: str
    example: str
    choices: Mapping[str, str]

    @property
    def default(self) -> str:
        return next(iter(self.choices))


_CONFIRM = "chờ một người xác nhận"
_NOTE = "để trống cột ấy, ghi chữ trên sổ vào Ghi chú"

DELIVERY_RULES: tuple[DeliveryRule, ...] = (
    DeliveryRule(
        "number_without_year",
        "Số không ghi năm",
        "Số: 01 → 01/2010",
        {"registration": "thêm năm đăng ký; chưa biết thì năm mở sổ", CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "number_with_suffix",
        "Số có chữ theo sau",
        "12 bis → 12bis/2010",
        {"suffix": "giữ chữ theo sau, thêm năm như số không ghi năm", CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "ditto",
        "Như trên, nt, 〃",
        "như trên → giá trị của dòng trên",
        {
            "above": "sổ nhiều sự kiện một trang: giá trị cùng cột của dòng ngay trên, đúng như trên "
            "sổ (không theo cải "
            "chính), khi ô ấy đã xong và không phải họ tên, số, số giấy tờ; sự kiện nhập tay và "
            "trường hợp khác chờ xác "
            "nhận",
            CONFIRM: _CONFIRM,
            NOTE: _NOTE,
        },
    ),
    DeliveryRule(
        "lunar_date",
        "Ngày âm lịch",
        "15/8/1990 ÂL → 03.10.1990, và Ghi chú giữ chữ trên sổ",
        {
            "solar": "ngày dương lịch khi lịch chỉ cho một ngày; có vài ngày, có thể còn ngày khác, hay chỉ ghi tháng "
            "giêng, tháng chạp thì chờ xác nhận; không định được thì như note",
            CONFIRM: _CONFIRM,
            NOTE: _NOTE,
        },
    ),
    DeliveryRule(
        "short_year",
        "Năm ghi hai chữ số",
        "05/3/07 → 05.03.2007",
        {
            "decided": "đủ bốn chữ số khi chỉ một thế kỷ hợp với ngày đăng ký, hoặc ngày bằng chữ nói rõ; "
            "trái với ngày bằng chữ, sau ngày đăng ký và còn lại chờ xác nhận",
            CONFIRM: _CONFIRM,
            NOTE: _NOTE,
        },
    ),
    DeliveryRule(
        "approximate_date",
        "Ngày, năm phỏng chừng",
        "khoảng 1930 → để trống, Ghi chú: khoảng 1930",
        {NOTE: _NOTE, "year": "chỉ ghi năm, và Ghi chú giữ chữ trên sổ", CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "month_and_year",
        "Ngày chỉ có tháng, năm",
        "03/1952 → 1952, Ghi chú: 03/1952",
        {"year": "chỉ ghi năm, và Ghi chú giữ chữ trên sổ", NOTE: _NOTE, CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "unclear_date",
        "Chữ khác trong ô ngày",
        "30/2/1952 → để trống, Ghi chú: 30/2/1952",
        {NOTE: _NOTE, CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "date_in_words",
        "Ngày ghi bằng chữ",
        "Ngày hai tháng ba … → đúng các chữ ấy",
        {"paper": "các chữ trên sổ", "digits": "ngày ghi bằng số"},
    ),
    DeliveryRule(
        "outside_list",
        "Chữ không có trong danh mục có mã",
        "Sổ hộ khẩu (loại giấy tờ) → để trống, Ghi chú: Sổ hộ khẩu",
        {NOTE: _NOTE, CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "unknown_parent",
        "Ô in sẵn “Trẻ chưa xác định được cha, mẹ”",
        "có tên mẹ, không có tên cha → mã 3",
        {"named": "mã theo cha, mẹ có tên trên trang; có tên cả hai thì chờ xác nhận", CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "text_for_number",
        "Chữ trong ô số",
        "Trang 12a → để trống, Ghi chú: 12a",
        {NOTE: _NOTE, CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "struck_through",
        "Chữ bị gạch bỏ, không ghi lại",
        "gạch bỏ → để trống, Ghi chú: (gạch bỏ)",
        {NOTE: _NOTE, CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "illegible",
        "Không đọc được",
        "không đọc được → chờ một người xác nhận là giao trống",
        {CONFIRM: _CONFIRM, NOTE: _NOTE},
    ),
)

RULES_BY_NAME: Mapping[str, DeliveryRule] = {rule.name: rule for rule in DELIVERY_RULES}
