"""The rules that turn a text on paper into a delivered value, each with the office's possible choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CONFIRM = "confirm"
"""The choice, available in every rule that proposes a value, to let a person confirm it."""

NOTE = "note"
"""The choice to leave the column empty and append the text on paper to the margin note."""


PAPER = "paper"
"""The choice to deliver the text on paper."""


@dataclass(frozen=True, slots=True)
class DeliveryRule:
    """A rule.

    Attributes:
        name: Its key in ``[delivery]`` of ``office.toml``.
        title: The text on paper, described for people.
        example: An example of such a text with its default delivery.
        choices: The office's options, default first: the key and its effect, described for people.
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
        "number_with_marks",
        "Số có dấu hay chữ khác",
        "25/85 → 25/1985; 10/KH → 10/1985; 25.85 không bao giờ thành 2585",
        {CONFIRM: _CONFIRM, "agreed": "giao khi phần sau là năm đăng ký; còn lại chờ xác nhận"},
    ),
    DeliveryRule(
        "missing_number",
        "Không ghi số",
        "không ghi số, việc liền trước 24/1985 → 25/1985, Ghi chú: không ghi",
        {CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "ditto",
        'Như trên, nt, dấu "',
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
        "date_otherwise",
        "Ngày, năm ghi cách khác",
        "../../1965 → 1965; 2/I/1979 → 02.01.1979; Ghi chú giữ chữ trên sổ",
        {CONFIRM: _CONFIRM, NOTE: _NOTE},
    ),
    DeliveryRule(
        "registration_day",
        "Ngày đăng ký không đủ",
        "6/1 → 06.01.1979 (năm của số, của các việc ở trên cùng trang, của việc liền trước, liền sau hay của sổ); "
        "1979 hay không ghi → ngày của việc liền trước hay liền sau",
        {CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "unclear_date",
        "Chữ khác trong ô ngày",
        "không nhớ → để trống, Ghi chú: không nhớ",
        {NOTE: _NOTE, CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "date_in_words",
        "Ngày ghi bằng chữ",
        "Ngày hai tháng ba … → đúng các chữ ấy",
        {PAPER: "các chữ trên sổ", "digits": "ngày ghi bằng số"},
    ),
    DeliveryRule(
        "outside_list",
        "Chữ không có trong danh mục có mã",
        "Sổ hộ khẩu (loại giấy tờ) → để trống, Ghi chú: Sổ hộ khẩu",
        {NOTE: _NOTE, CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "listed_name",
        "Tên gọi khác của nước, dân tộc, giới tính",
        "Hoa Kỳ → Hoa Kỳ (American); Mỹ, Đại Hàn, Cao Lan, Trai → tên của danh mục, chờ xác nhận",
        {
            "named": "tên đúng của danh mục thì giao; tên cũ, cách gọi khác, hai quốc tịch trong một ô (tên thứ hai "
            "vào cột quốc tịch khác) và tên không có trong danh mục chờ xác nhận",
            "single": "tên cũ, cách gọi khác cũng giao khi danh mục chỉ có một tên hợp, Ghi chú giữ chữ trên sổ; còn "
            "lại chờ xác nhận",
            CONFIRM: _CONFIRM,
            PAPER: "nước, dân tộc đúng như chữ trên sổ",
        },
    ),
    DeliveryRule(
        "names_nobody",
        "Chữ “không rõ” trong ô họ tên",
        "Không rõ, Vô danh, Chưa đặt tên → để trống, Ghi chú: Không rõ",
        {
            NOTE: f"{_NOTE}; họ tên bắt buộc thì chờ xác nhận",
            CONFIRM: _CONFIRM,
            PAPER: "đúng như chữ trên sổ",
        },
    ),
    DeliveryRule(
        "time_otherwise",
        "Giờ ghi cách khác",
        "3 giờ chiều → 15; giờ Tý → 00; Ghi chú giữ chữ trên sổ",
        {CONFIRM: _CONFIRM, NOTE: _NOTE},
    ),
    DeliveryRule(
        "paper_in_number",
        "Tên giấy tờ trong ô số giấy tờ",
        "Hộ chiếu 301234567 → 301234567, Ghi chú giữ chữ trên sổ",
        {CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "said_elsewhere",
        "Cột không có ô riêng mà ô khác nói",
        "nơi cư trú “Tạm trú: ấp 5” → loại cư trú 2; ghi chú ly hôn → Đã ly hôn; số giấy tờ → loại giấy tờ; "
        "kết hôn mà ghi chú không nói đăng ký lại → 1",
        {
            CONFIRM: f"{_CONFIRM}, một lần cho mọi việc giống nhau của quyển",
            "derived": "giao giá trị mà ô khác nói",
            PAPER: "để trống",
        },
    ),
    DeliveryRule(
        "follows_elsewhere",
        "Cột không có ô riêng mà suy ra được từ các ô khác",
        "nơi sinh → tỉnh; ngày sinh, ngày đăng ký → đúng hạn, quá hạn; cha, mẹ có tên → loại khai sinh",
        {
            PAPER: "để trống; việc nhập tay thì người nhập vẫn được hỏi",
            CONFIRM: f"{_CONFIRM}, một lần cho mọi việc giống nhau của quyển",
            "derived": "giao giá trị suy ra",
        },
    ),
    DeliveryRule(
        "smaller_place",
        "Xã, huyện trong cột chỉ ghi tỉnh",
        "Xã Mỹ Thuận, Huyện Hòn Đất, Tỉnh Kiên Giang → Tỉnh Kiên Giang, Ghi chú giữ chữ đã ghi",
        {CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "unknown_parent",
        "Ô in sẵn “Trẻ chưa xác định được cha, mẹ”",
        "có tên mẹ, không có tên cha → mã 3",
        {"named": "mã theo cha, mẹ có tên trên trang; có tên cả hai thì chờ xác nhận", CONFIRM: _CONFIRM},
    ),
    DeliveryRule(
        "ambiguous_box",
        "Ô in sẵn có thể là nhiều mã",
        "“Cha, mẹ nhận con”, người nhận là nữ → mã 2",
        {"known": "mã theo ô khác của trang; trang không cho biết thì chờ xác nhận", CONFIRM: _CONFIRM},
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
