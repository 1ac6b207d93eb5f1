"""``[delivery]`` of ``office.toml``: an office's choice for each delivery rule.

Every key is the name of a rule, every value one of its choices.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from pipeline.declarations.office.delivery_rules import DELIVERY_RULES, DeliveryRule
from pipeline.declarations.office.settings import ChoiceWords, Looser, SettingTable
from pipeline.declarations.schema import Declaration

DEFAULTS: Mapping[str, str] = {rule.name: rule.default for rule in DELIVERY_RULES}


def _key(rule: DeliveryRule) -> Any:
    """Return type and field of the key of a rule."""
    choice = Annotated[Literal[tuple(rule.choices)], ChoiceWords(rule.choices), Looser.ALONE]  # type: ignore[valid-type]
    return choice, Field(default=rule.default, title=rule.title, description=f"Ví dụ: {rule.example}")


DELIVERY: SettingTable[Declaration] = SettingTable(
    "delivery",
    "Giá trị bàn giao",
    "reference/delivery-rules",
    create_model(
        "DeliveryChoices", __base__=Declaration, **{rule.name: _key(rule) for rule in DELIVERY_RULES}
    ),
    "Gói xuất từ lúc lưu theo quy tắc mới; gói đã xuất không đổi.",
)


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """The choices of an office.

    Attributes:
        choices: The choice for each rule, by its name.
        illegible_wording: The free text for illegible ink; ``""``: the rule ``illegible`` decides.
    """

    choices: Mapping[str, str] = field(default_factory=lambda: DEFAULTS)
    illegible_wording: str = ""

    def __getitem__(self, rule: str) -> str:
        return self.choices[rule]

    def changed(self, **choices: str) -> DeliveryPolicy:
        """Return this policy with other choices for some rules."""
        return DeliveryPolicy({**self.choices, **choices}, self.illegible_wording)

    @property
    def fingerprint(self) -> str:
        """Hash that changes with any choice."""
        text = json.dumps([sorted(self.choices.items()), self.illegible_wording], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_delivery(path: Path) -> DeliveryPolicy:
    """Return the settings in the file at ``path``, with defaults for missing keys.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    return DeliveryPolicy(DELIVERY.read(path).model_dump())
