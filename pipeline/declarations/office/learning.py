"""``[learning]`` of ``office.toml``: whether the machine learns the hands of books at night."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.declarations.office.settings import Looser, SettingTable
from pipeline.declarations.schema import Declaration


class LearningPolicy(Declaration):
    """What an office lets the machine learn."""

    hands: Annotated[bool, Looser.MORE] = Field(
        default=True,
        strict=True,
        title="Ban đêm học nét chữ của từng quyển sổ",
        description="Không: không học thêm, không đọc lại ô còn chờ bằng bản đã học; ô đã đọc giữ nguyên.",
    )


LEARNING = SettingTable(
    "learning", "Máy học", "how-to/learn-the-hand", LearningPolicy, "Áp dụng từ lượt đêm sau lúc lưu."
)
