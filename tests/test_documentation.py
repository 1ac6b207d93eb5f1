"""The documents say what the program does: commands, options, exit codes, keys, links, lock files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from pipeline import errors
from pipeline.cli.app import app
from pipeline.model import Ledger
from pipeline.registry.desk.tables import DESK_APPEND_ONLY, lease
from pipeline.registry.desk.values import Stage
from pipeline.review_policy import BookPolicy, Way

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
REFERENCE = ROOT / "docs" / "reference"
LOCKS = ("requirements.lock", "requirements-bench.lock")


def _commands(group: TyperGroup, before: str = "hotich") -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{before} {name}")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{before} {name}", command


def _all_commands() -> dict[str, TyperCommand]:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return dict(_commands(group))


def _error_classes(base: type[errors.HotichError] = errors.HotichError) -> Iterator[type[errors.HotichError]]:
    yield base
    for error in base.__subclasses__():
        yield from _error_classes(error)


@pytest.mark.parametrize("name", list(_all_commands()))
def test_every_command_and_option_is_documented(name: str) -> None:
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    sections = {part.split("`")[0].strip(): part for part in text.split("\n## `")[1:]}
    section = next((part for title, part in sections.items() if title.startswith(name)), "")
    assert section, f"{name} has no section"
    options = [
        option
        for parameter in _all_commands()[name].params
        for option in parameter.opts
        if option.startswith("--")
    ]
    assert [option for option in options if option != "--help" and f"`{option}" not in section] == []


def test_every_exit_code_and_failure_code_is_documented() -> None:
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    codes = {error.code for error in _error_classes() if error.__module__ == errors.__name__}
    numbers = {error.exit_code for error in _error_classes()}
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []
    assert [number for number in sorted(numbers) if f"| {number} |" not in text] == []


def test_every_key_of_ledger_toml_is_documented() -> None:
    text = (REFERENCE / "ledger-toml.md").read_text(encoding="utf-8")
    assert [key for key in Ledger.__dataclass_fields__ if f"| `{key}` |" not in text] == []


def test_every_stage_way_table_and_setting_of_the_desk_is_documented() -> None:
    text = (REFERENCE / "review.md").read_text(encoding="utf-8")
    named = [*Stage, *Way, *(table.name for table in (*DESK_APPEND_ONLY, lease))]
    assert [name for name in named if f"`{name}`" not in text] == []
    how_to = (ROOT / "docs" / "how-to" / "set-review.md").read_text(encoding="utf-8")
    keys = [*BookPolicy.__dataclass_fields__, "lease_minutes", "book"]
    assert [key for key in keys if f"{key} = " not in how_to] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    local = [target.split("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_name_no_package_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links", text) == []
    assert "--hash=sha256:" in text
