"""The pages about settings: their examples load, and they name every key that may be set."""

from __future__ import annotations

import re
import textwrap
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from pipeline.base.staff_tables import row_model
from pipeline.declarations.office.settings import SettingTable
from pipeline.delivery.export.export_options import AttachedPage, PackageKeys, PaperFormat
from pipeline.delivery.printing.offices import OFFICE
from pipeline.reports.plan import WorkPlanRow
from pipeline.web.sign_in_provider import SignInPolicy
from pipeline.web.supervising.office_settings import TABLES

DOCS = Path(__file__).parents[3] / "docs"

GUIDES = [
    *((table.name, table.model, table.guide) for table in (*TABLES.values(), OFFICE)),
    ("sign_in", SignInPolicy, "how-to/sign-in"),
    ("plan", WorkPlanRow, "how-to/report"),
    ("package", PackageKeys, "reference/export"),
    ("paper", PaperFormat, "reference/export"),
    ("page", AttachedPage, "reference/export"),
]


def keys_of(model: type[BaseModel]) -> set[str]:
    """Return the keys of a table, those of the rows in it instead of the key of the rows."""
    keys: set[str] = set()
    for name, info in model.model_fields.items():
        inner = row_model(info)
        keys |= {info.alias or name} if inner is None else keys_of(inner)
    return keys


@pytest.mark.parametrize(("table", "model", "guide"), GUIDES, ids=str)
def test_a_guide_names_every_key_of_its_table_and_its_examples_hold(
    table: str, model: type[BaseModel], guide: str
) -> None:
    text = (DOCS / f"{guide}.md").read_text(encoding="utf-8")
    missing = [key for key in keys_of(model) if f"`{key}`" not in text and f"{key} = " not in text]
    assert missing == []
    for block in re.findall(r"^ *```toml\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        set_here = tomllib.loads(textwrap.dedent(block)).get(table, [])
        for row in [set_here] if isinstance(set_here, dict) else set_here:
            model.model_validate(row)


@pytest.mark.parametrize("table", [*TABLES.values(), OFFICE], ids=lambda table: table.name)
def test_every_setting_has_a_label_and_every_choice_its_words(table: SettingTable[BaseModel]) -> None:
    for one in table.settings:
        assert one.label != one.name
        assert all(words != value for value, words in one.choices.items())
