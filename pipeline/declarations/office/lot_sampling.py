"""``[sampling]`` of ``office.toml``: how good lots must be, and how they are sampled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from pipeline.base.staff_tables import FLAW, Wanted
from pipeline.declarations.office.settings import ChoiceWords, Looser, SettingTable
from pipeline.declarations.sampling import QualityLevels, SamplingPlan, plan_with_share, smallest_plan
from pipeline.declarations.schema import Declaration

PRESETS: Mapping[str, tuple[float | None, ...]] = {"statistical": (None,), "two-rounds": (1.0, 0.3)}
"""By name, what share of a lot each round looks at (None: as much as the wanted quality asks); the last one again and
again."""

Preset = Annotated[
    Literal["statistical", "two-rounds"],
    ChoiceWords({"statistical": "theo thống kê", "two-rounds": "hai vòng: 100 % rồi 30 %"}),
    Looser.ANY,
]
CheckedFields = Annotated[
    Literal["critical", "all"], ChoiceWords({"critical": "ô quan trọng", "all": "mọi ô"}), Looser.EARLIER
]
Percent = Annotated[float, Field(gt=0, lt=100), Wanted("phải là số phần trăm, lớn hơn 0 và nhỏ hơn 100")]


class SamplingPolicy(Declaration):
    """What an office has set about checking lots; its defaults are ours: no threshold for such data was published."""

    preset: Preset = Field(
        default="statistical",
        title="Cách lấy mẫu",
        description="Theo thống kê: cỡ mẫu tính theo bốn tỉ lệ dưới đây.",
    )
    acceptable: Annotated[Percent, Looser.MORE] = Field(
        default=1.0, title="Tỉ lệ sự kiện sai chấp nhận được (%)"
    )
    rejectable: Annotated[Percent, Looser.MORE] = Field(
        default=5.0, title="Tỉ lệ sự kiện sai không chấp nhận (%)"
    )
    producer_risk: Annotated[Percent, Looser.ANY] = Field(default=5.0, title="Tỉ lệ lô tốt bị trả lại (%)")
    consumer_risk: Annotated[Percent, Looser.MORE] = Field(default=10.0, title="Tỉ lệ lô xấu được nhận (%)")
    fields: CheckedFields = Field(default="critical", title="Ô được kiểm tra")

    @model_validator(mode="after")
    def _check_order(self) -> SamplingPolicy:
        if self.acceptable >= self.rejectable:
            raise PydanticCustomError(FLAW, "phải nhỏ hơn “rejectable”", {"key": "acceptable"})
        return self

    @property
    def quality(self) -> QualityLevels:
        """The quality asked for, with the risks taken."""
        return QualityLevels(
            self.acceptable / 100, self.rejectable / 100, self.producer_risk / 100, self.consumer_risk / 100
        )

    def plan(self, lot: int, turn: int) -> SamplingPlan:
        """Return the plan of a lot's check.

        Args:
            turn: The number of the check of this lot, from 1.
        """
        shares = PRESETS[self.preset]
        share = shares[min(turn, len(shares)) - 1]
        return (
            smallest_plan(lot, self.quality) if share is None else plan_with_share(lot, share, self.quality)
        )


SAMPLING = SettingTable(
    "sampling",
    "Lấy mẫu nghiệm thu",
    "how-to/sample",
    SamplingPolicy,
    "Lô đã lấy mẫu giữ cách cũ; lô lấy từ lúc lưu theo cách mới.",
)
