"""``[sampling]`` of ``office.toml``: how good lots must be, and how they are sampled.

.. code-block:: toml

    [sampling]
    preset = "statistical"    # statistical: cỡ mẫu tính theo các số dưới đây; two-rounds: vòng một 100 %, vòng hai 30 %
    acceptable = 1.0          # phần trăm số sự kiện có ô sai mà cơ quan chấp nhận
    rejectable = 5.0          # phần trăm mà cơ quan không chấp nhận
    producer_risk = 5.0       # phần trăm số lô tốt bị trả lại oan
    consumer_risk = 10.0      # phần trăm số lô xấu lọt qua
    fields = "critical"       # gõ lại ô quan trọng (critical) hay mọi ô (all)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.sampling.sampling_plan import (
    QualityLevels,
    SamplingPlan,
    plan_with_share,
    smallest_plan,
)
from pipeline.declarations.schema import Declaration, nearest_hint

TABLE = "sampling"

PRESETS: Mapping[str, tuple[float | None, ...]] = {"statistical": (None,), "two-rounds": (1.0, 0.3)}
"""By name, what share of a lot each round looks at (None: as much as the wanted quality asks); the last one again and
again."""

USUAL = QualityLevels()
"""Where an office has set nothing. No threshold for civil-status data was ever published; these are ours."""

Fields = Literal["critical", "all"]
Preset = Literal["statistical", "two-rounds"]
Percent = Annotated[float, Field(gt=0, lt=100)]


@dataclass(frozen=True, slots=True)
class SamplingPolicy:
    """What an office has set about checking lots.

    Attributes:
        preset: The name in ``PRESETS`` of how the rounds sample.
        quality: The quality asked for, with the risks taken.
        fields: Which fields of an entry are checked.
    """

    preset: str = "statistical"
    quality: QualityLevels = USUAL
    fields: Fields = "critical"

    def plan(self, lot: int, turn: int) -> SamplingPlan:
        """Return the plan of a lot's check.

        Args:
            lot: The size of the lot.
            turn: The number of the check of this lot, from 1.
        """
        shares = PRESETS[self.preset]
        share = shares[min(turn, len(shares)) - 1]
        return (
            smallest_plan(lot, self.quality) if share is None else plan_with_share(lot, share, self.quality)
        )


class _Keys(Declaration):
    preset: Preset = "statistical"
    acceptable: Percent = 1.0
    rejectable: Percent = 5.0
    producer_risk: Percent = 5.0
    consumer_risk: Percent = 10.0
    fields: Fields = "critical"


def read(path: Path) -> SamplingPolicy:
    """Return what the file at ``path`` sets, or the defaults without such a file.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return SamplingPolicy()
    file = StaffFile(path)
    try:
        keys = _Keys.model_validate(file.table.get(TABLE, {}))
    except ValidationError as error:
        for flaw in error.errors():
            key = str(flaw["loc"][0]) if flaw["loc"] else TABLE
            file.flaw_of_table(TABLE, key, _complaint(key, flaw["type"]))
        keys = _Keys()
    if keys.acceptable >= keys.rejectable:
        file.flaw_of_table(TABLE, "acceptable", "“acceptable” phải nhỏ hơn “rejectable”.")
    file.refuse_flaws()
    quality = QualityLevels(
        keys.acceptable / 100, keys.rejectable / 100, keys.producer_risk / 100, keys.consumer_risk / 100
    )
    return SamplingPolicy(keys.preset, quality, keys.fields)


def _complaint(key: str, flaw: str) -> str:
    if flaw == "extra_forbidden":
        return f"khóa lạ “{key}”.{nearest_hint(key, _Keys.model_fields)}"
    allowed = {
        "preset": "chỉ có thể là statistical hoặc two-rounds",
        "fields": "chỉ có thể là critical hoặc all",
    }
    return f"“{key}” {allowed.get(key, 'phải là số phần trăm, lớn hơn 0 và nhỏ hơn 100')}."
