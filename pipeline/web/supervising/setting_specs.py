"""Settings that are edited in the browser, each declared once: name, kind, bounds, words; those of ``office.toml``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.base.text.control_characters import control_character_flaw
from pipeline.base.text.numbers import with_comma
from pipeline.delivery_rules import DELIVERY_RULES
from pipeline.web.supervising.staff_file_desk import SettingsRefused

PLACES = 6
"""How many digits a number may have behind the comma."""


class SettingKind(StrEnum):
    """What kind of value a setting has; ``FIELDS``: names of fields of the forms, ``PLACES``: registration places."""

    CHOICE = "choice"
    FLAG = "flag"
    WHOLE = "whole"
    NUMBER = "number"
    FIELDS = "fields"
    TEXT = "text"
    PLACES = "places"


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """One setting.

    Attributes:
        name: Its key in the table of the file.
        kind: What kind of value it has.
        label: What it is about.
        default: What holds where nothing is set.
        help: What it does, in one sentence.
        choices: The values that may be chosen, with their words.
        least: The smallest number; of a text: its length.
        most: The largest number; of a text: its length.
        pattern: What a text as a whole must match; ``""``: anything.
    """

    name: str
    kind: SettingKind
    label: str
    default: Any
    help: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    least: float = 0
    most: float = math.inf
    pattern: str = ""

    def parse(self, typed: Sequence[str], fields: Mapping[str, str]) -> Any:
        """Return the value that a form gave.

        Args:
            typed: The texts of the form for this setting.
            fields: What may be chosen of several: the labels of fields, by name; the names of places, by code.

        Raises:
            SettingsRefused: It is none.
        """
        if self.kind is SettingKind.PLACES:
            if not set(typed) <= fields.keys():
                raise SettingsRefused(f"{self.label}: có nơi không có trong danh sách. Hãy tải lại trang.")
            return frozenset(typed)
        if self.kind is SettingKind.FIELDS:
            if not set(typed) <= fields.keys():
                raise SettingsRefused(f"{self.label}: có ô không có trong mẫu nào. Hãy tải lại trang.")
            return frozenset(typed)
        text = typed[0].strip() if len(typed) == 1 else ""
        if self.kind is SettingKind.FLAG and text in ("true", "false"):
            return text == "true"
        if self.kind is SettingKind.CHOICE and text in self.choices:
            return text
        if self.kind in (SettingKind.WHOLE, SettingKind.NUMBER):
            return self._number(text)
        if self.kind is SettingKind.TEXT:
            return self._text(text)
        raise SettingsRefused(f"{self.label}: hãy chọn một giá trị trong danh sách.")

    def words(self, value: Any, fields: Mapping[str, str]) -> str:
        """Return a value in words; ``fields``: the labels of fields, or the names of places."""
        if self.kind is SettingKind.PLACES:
            return ", ".join(sorted(fields.get(one, one) for one in value)) or "mọi nơi"
        if self.kind is SettingKind.TEXT:
            return value or "(trống)"
        if isinstance(value, bool):
            return "có" if value else "không"
        if isinstance(value, frozenset):
            return ", ".join(sorted(fields.get(one, one) for one in value)) or "–"
        if isinstance(value, float):
            return _shown(value)
        return self.choices.get(value, str(value))

    @property
    def bounds(self) -> str:
        """The bounds of a number in words."""
        if self.kind not in (SettingKind.WHOLE, SettingKind.NUMBER):
            return ""
        return f"Từ {_shown(self.least)} đến {_shown(self.most)}."

    def _text(self, text: str) -> str:
        text = " ".join(text.split())
        if not text and self.least:
            raise SettingsRefused(f"{self.label}: hãy ghi, không để trống.")
        if len(text) > self.most:
            raise SettingsRefused(f"{self.label}: nhiều nhất {self.most} ký tự.")
        if flaw := control_character_flaw(text):
            raise SettingsRefused(f"{self.label} {flaw}.")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise SettingsRefused(f"{self.label}: {self.help}")
        return text

    def _number(self, text: str) -> float | int:
        wanted = f"{self.label}: hãy ghi một {'số nguyên' if self.kind is SettingKind.WHOLE else 'số'}. {self.bounds}"
        if not 0 < len(text) <= 12 or not set(text) <= set("0123456789,."):
            raise SettingsRefused(wanted)
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise SettingsRefused(wanted) from None
        if not self.least <= number <= self.most or (
            self.kind is SettingKind.WHOLE and not number.is_integer()
        ):
            raise SettingsRefused(wanted)
        if round(number, PLACES) != number:
            raise SettingsRefused(f"{self.label}: nhiều nhất {PLACES} chữ số sau dấu phẩy.")
        return int(number) if self.kind is SettingKind.WHOLE else number


def _shown(number: float) -> str:
    """Return a number as people here write it."""
    return with_comma(f"{number:.10g}")


@dataclass(frozen=True, slots=True)
class SettingTable:
    """The settings of one table of the file.

    Attributes:
        name: The table.
        title: What it is about.
        guide: The page of the handbook that explains it.
        specs: Its settings.
        since: From when on a change holds.
    """

    name: str
    title: str
    guide: str
    specs: tuple[SettingSpec, ...]
    since: str


SHARES = {"all": "mọi ô", "critical": "ô quan trọng", "none": "không ô nào"}

REVIEW = SettingTable(
    "review",
    "Rà soát",
    "how-to/set-review",
    (
        SettingSpec(
            "check",
            SettingKind.CHOICE,
            "Ô phải có người thứ hai xem",
            "all",
            "Người thứ hai thấy chữ của người thứ nhất, nhận hoặc sửa.",
            SHARES,
        ),
        SettingSpec(
            "blind",
            SettingKind.CHOICE,
            "Ô người thứ hai nhập độc lập",
            "critical",
            "Người thứ hai chỉ thấy ảnh chữ viết; hai người nhập khác nhau thì người thứ ba phân xử.",
            SHARES,
        ),
        SettingSpec(
            "blind_first",
            SettingKind.FLAG,
            "Người thứ nhất cũng không thấy chữ máy đọc",
            False,
            "Chậm hơn, nhưng không ai gật theo máy.",
        ),
        SettingSpec("blind_fields", SettingKind.FIELDS, "Thêm các ô này vào nhập độc lập", frozenset[str]()),
        SettingSpec("open_fields", SettingKind.FIELDS, "Bớt các ô này khỏi nhập độc lập", frozenset[str]()),
        SettingSpec(
            "letter_case",
            SettingKind.CHOICE,
            "Chữ hoa, chữ thường khi so lời hai người",
            "ignored",
            "Chỉ với họ tên, nơi chốn và lời tự do.",
            {"ignored": "coi như nhau", "counts": "khác nhau"},
        ),
        SettingSpec(
            "prefill_from",
            SettingKind.NUMBER,
            "Độ tin cậy từ đó chữ máy đọc được đặt sẵn vào ô",
            0.2,
            "0: luôn đặt sẵn; 1: hầu như không.",
            least=0,
            most=1,
        ),
        SettingSpec(
            "accept_clear",
            SettingKind.FLAG,
            "Nhận những ô đã rõ nhờ các sự kiện đã đối chiếu",
            True,
            "Có: ô đã rõ nhờ ít nhất hai sự kiện khác thì không phải chờ người; một phần vẫn được rút ra kiểm tra.",
        ),
        SettingSpec(
            "clear_sample",
            SettingKind.NUMBER,
            "Phần ô đã rõ rút ra kiểm tra, người nhập không thấy chữ máy đọc",
            0.1,
            "0,1: cứ mười ô rút một ô.",
            least=0.01,
            most=1,
        ),
        SettingSpec(
            "unseen_sample",
            SettingKind.NUMBER,
            "Phần ô máy tự nhận rút ra kiểm tra, người nhập không thấy chữ máy đọc",
            0.01,
            "0,01: cứ một trăm ô rút một ô. 0: không rút, thì không biết các ô ấy sai bao nhiêu.",
            least=0,
            most=1,
        ),
        SettingSpec("people_fields", SettingKind.FIELDS, "Ô luôn chờ người, dù đã rõ", frozenset[str]()),
        SettingSpec(
            "teaching_first",
            SettingKind.FLAG,
            "Phát trước những sự kiện giúp máy hiểu sổ nhanh hơn",
            True,
            "Hai mươi sự kiện đầu của mỗi sổ được chọn như thế, rồi mới theo thứ tự trang.",
        ),
        SettingSpec(
            "lease_minutes",
            SettingKind.WHOLE,
            "Giữ một nhiệm vụ (phút)",
            15,
            "Quá chừng ấy không động đến thì người khác được nhận.",
            least=1,
            most=240,
        ),
        SettingSpec(
            "assigned_only",
            SettingKind.FLAG,
            "Chỉ phát nhiệm vụ của sổ đã giao",
            False,
            "Người rà soát chỉ được phát nhiệm vụ của những sổ giao cho mình (trang Giao sổ).",
        ),
    ),
    "Ô đã có người nhập thì theo nốt cách cũ; ô chưa ai nhập theo cách mới, ngay từ lúc lưu.",
)

SAMPLING = SettingTable(
    "sampling",
    "Lấy mẫu nghiệm thu",
    "how-to/sample",
    (
        SettingSpec(
            "preset",
            SettingKind.CHOICE,
            "Cách lấy mẫu",
            "statistical",
            "Theo thống kê: cỡ mẫu tính theo bốn tỉ lệ dưới đây.",
            {"statistical": "theo thống kê", "two-rounds": "hai vòng: 100 % rồi 30 %"},
        ),
        *(
            SettingSpec(name, SettingKind.NUMBER, label, default, least=0.01, most=99.99)
            for name, label, default in (
                ("acceptable", "Tỉ lệ sự kiện sai chấp nhận được (%)", 1.0),
                ("rejectable", "Tỉ lệ sự kiện sai không chấp nhận (%)", 5.0),
                ("producer_risk", "Tỉ lệ lô tốt bị trả lại (%)", 5.0),
                ("consumer_risk", "Tỉ lệ lô xấu được nhận (%)", 10.0),
            )
        ),
        SettingSpec(
            "fields",
            SettingKind.CHOICE,
            "Ô được kiểm tra",
            "critical",
            choices={"critical": "ô quan trọng", "all": "mọi ô"},
        ),
    ),
    "Lô đã lấy mẫu giữ cách cũ; lô lấy từ lúc lưu theo cách mới.",
)

DELIVERY = SettingTable(
    "delivery",
    "Giá trị bàn giao",
    "reference/delivery-rules",
    tuple(
        SettingSpec(
            rule.name, SettingKind.CHOICE, rule.title, rule.default, f"Ví dụ: {rule.example}", rule.choices
        )
        for rule in DELIVERY_RULES
    ),
    "Gói xuất từ lúc lưu theo quy tắc mới; gói đã xuất không đổi.",
)

APPROVAL = SettingTable(
    "approval",
    "Phê duyệt",
    "how-to/supervise",
    (
        SettingSpec(
            "book",
            SettingKind.FLAG,
            "Phê duyệt sổ trước khi xuất gói",
            False,
            "Có: sổ chưa được phê duyệt thì không xuất được gói.",
        ),
        SettingSpec(
            "amendments",
            SettingKind.FLAG,
            "Người thứ hai ký xác nhận cải chính, bổ sung",
            True,
            "Có: sự kiện có cải chính chưa được ký thì chưa được bàn giao.",
        ),
    ),
    "Áp dụng cho mọi gói xuất từ lúc lưu.",
)

LEARNING = SettingTable(
    "learning",
    "Máy học",
    "how-to/learn-the-hand",
    (
        SettingSpec(
            "hands",
            SettingKind.FLAG,
            "Ban đêm học nét chữ của từng quyển sổ",
            True,
            "Không: không học thêm, không đọc lại ô còn chờ bằng bản đã học; ô đã đọc giữ nguyên.",
        ),
    ),
    "Áp dụng từ lượt đêm sau lúc lưu.",
)

TABLES: Mapping[str, SettingTable] = {
    one.name: one for one in (REVIEW, SAMPLING, DELIVERY, APPROVAL, LEARNING)
}
"""Every table that is edited, by its name."""
