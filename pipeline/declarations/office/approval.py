"""``[approval]`` of ``office.toml``: what a second person must have seen before a book is delivered."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.declarations.office.settings import Looser, SettingTable
from pipeline.declarations.schema import Declaration


class ApprovalPolicy(Declaration):
    """What an office asks for before it delivers.

    Attributes:
        book: A supervisor has approved the values of the book as they are.
        amendments: A second person has signed each amendment that is in force.
    """

    book: Annotated[bool, Looser.LESS] = Field(
        default=False,
        strict=True,
        title="Phê duyệt sổ trước khi xuất gói",
        description="Có: sổ chưa được phê duyệt thì không xuất được gói.",
    )
    amendments: Annotated[bool, Looser.LESS] = Field(
        default=True,
        strict=True,
        title="Người thứ hai ký xác nhận cải chính, bổ sung",
        description="Có: sự kiện có cải chính chưa được ký thì chưa được bàn giao.",
    )


APPROVAL = SettingTable(
    "approval", "Phê duyệt", "how-to/supervise", ApprovalPolicy, "Áp dụng cho mọi gói xuất từ lúc lưu."
)
