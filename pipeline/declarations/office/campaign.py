"""``[contract]`` and ``[scan_norm]`` of ``office.toml``: what a contract of digitization asks of data and of scans."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.base.staff_tables import Wanted
from pipeline.declarations.office.settings import ChoiceWords, Looser, SettingTable
from pipeline.declarations.schema import Declaration

ContractUnit = Annotated[
    Literal["events", "cells", "characters"],
    ChoiceWords({"events": "sự kiện", "cells": "ô", "characters": "ký tự"}),
    Looser.ANY,
]
UNIT_LABELS = {"events": "sự kiện", "cells": "ô", "characters": "ký tự"}
"""Vietnamese names of what a contract counts."""


class ContractPolicy(Declaration):
    """The share of errors that the contract allows; the plan of a lot decides what is keyed again, not this."""

    unit: ContractUnit = Field(
        default="events",
        title="Hợp đồng tính tỉ lệ sai theo",
        description="Một sự kiện sai khi có ít nhất một ô sai.",
    )
    most_wrong: Annotated[
        float, Field(gt=0, lt=100), Wanted("phải là số phần trăm, lớn hơn 0 và nhỏ hơn 100"), Looser.MORE
    ] = Field(default=1.0, title="Tỉ lệ sai cao nhất theo hợp đồng (%)")


CONTRACT = SettingTable(
    "contract",
    "Hợp đồng số hóa",
    "how-to/accept-and-pay",
    ContractPolicy,
    "Áp dụng cho biên bản nghiệm thu in từ lúc lưu; kết luận của lô không đổi.",
)


class ScanNorm(Declaration):
    """What a scan must be; what does not meet it is listed, and nothing is refused for it."""

    least_dpi: Annotated[
        int, Field(ge=0, le=2400), Wanted("phải là số nguyên từ 0 đến 2400"), Looser.LESS
    ] = Field(default=300, strict=True, title="Độ phân giải thấp nhất (dpi)", description="0: không đòi.")
    colour: Annotated[bool, Looser.LESS] = Field(
        default=True, strict=True, title="Bản quét phải là ảnh màu", description="Không: ảnh xám cũng được."
    )
    names: Annotated[str, Field(max_length=200), Looser.ANY] = Field(
        default="",
        title="Cách đặt tên tệp bản quét",
        description="Mẫu tên, * thay cho mọi chữ, {so} thay cho tên thư mục của sổ, ví dụ: {so}-*.pdf; để trống: "
        "không đòi.",
    )
    counted: Annotated[bool, Looser.LESS] = Field(
        default=True,
        strict=True,
        title="Sổ phải được đếm trang trước khi quét",
        description="Có: sổ chưa kê khai số trang ở trang Giao nhận sổ được nêu là thiếu.",
    )


SCAN_NORM = SettingTable(
    "scan_norm",
    "Chuẩn bản quét",
    "how-to/check-scans",
    ScanNorm,
    "Áp dụng cho mọi bản quét, kể cả bản đã nhận, từ lúc lưu.",
)
