"""``[delivery]`` of ``office.toml``: which choice of each delivery rule an office has made.

.. code-block:: toml

    [delivery]
    lunar_date = "note"           # every key is the name of a rule, every value one of its choices
    approximate_date = "year"
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import nearest_hint
from pipeline.delivery_rules.rules import DELIVERY_RULES, RULES_BY_NAME

TABLE = "delivery"

DEFAULTS: Mapping[str, str] = {rule.name: rule.default for rule in DELIVERY_RULES}


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """The choices of an office.

    Attributes:
        choices: The choice for each rule, by its name.
        illegible_wording: What free text says in place of ink that nobody can read; ``""``: the rule ``illegible``
            decides.
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
        """A mark that changes with any choice."""
        text = json.dumps([sorted(self.choices.items()), self.illegible_wording], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read(path: Path) -> DeliveryPolicy:
    """Return what the file at ``path`` sets, the defaults for what it leaves out.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return DeliveryPolicy()
    file = StaffFile(path)
    table = file.own_table(TABLE)
    for key, value in table.items():
        rule = RULES_BY_NAME.get(key)
        if rule is None:
            file.flaw_of_table(
                TABLE, key, f"không có quy tắc bàn giao “{key}”.{nearest_hint(key, RULES_BY_NAME)}"
            )
        elif not isinstance(value, str) or value not in rule.choices:
            file.flaw_of_table(TABLE, key, f"“{key}” chỉ có thể là {', '.join(rule.choices)}.")
    file.refuse_flaws()
    return DeliveryPolicy({**DEFAULTS, **table})
