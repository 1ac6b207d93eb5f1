"""The documents say what the program does: commands, options, exit codes, keys, files, rooms; and none is lost."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from pipeline.base import errors
from pipeline.base.model import Ledger
from pipeline.base.stages import Stage
from pipeline.cli.app import app
from pipeline.declarations.review_policy import BookPolicy, Way
from pipeline.registry.audit.audit_words import ACTIONS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
REFERENCE = ROOT / "docs" / "reference"
EXAMPLES = {"schemas/forms/birth-example.toml"}
"""Files that a document asks its reader to make."""

LOCKS = ("requirements.lock", "requirements-bench.lock")


def _commands(group: TyperGroup, before: str = "hotich") -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            if command.invoke_without_command:
                yield f"{before} {name}", command
            yield from _commands(command, f"{before} {name}")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{before} {name}", command


@cache
def _all_commands() -> dict[str, TyperCommand | TyperGroup]:
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


def test_every_action_of_the_audit_is_documented() -> None:
    text = (REFERENCE / "audit.md").read_text(encoding="utf-8")
    assert [action for action in ACTIONS if f"`{action}`" not in text] == []


def test_every_stage_way_table_and_setting_of_the_desk_is_documented() -> None:
    text = (REFERENCE / "review.md").read_text(encoding="utf-8")
    named = [*Stage, *Way, "keying", "submission", "aside", "ticket", "ticket_closing", "lease"]
    assert [name for name in named if f"`{name}`" not in text] == []
    how_to = (ROOT / "docs" / "how-to" / "set-review.md").read_text(encoding="utf-8")
    keys = [*BookPolicy.__dataclass_fields__, "lease_minutes", "book"]
    assert [key for key in keys if f"{key} = " not in how_to] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    local = [target.partition("#") for target in targets if "://" not in target]
    lost = []
    for name, _, section in local:
        there = document.parent / name if name else document
        if not there.exists() or (section and section not in _sections(there)):
            lost.append(f"{name}#{section}")
    assert lost == []


def _sections(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_documents_are_there_with_their_options(document: Path) -> None:
    commands = _all_commands()
    unknown = []
    for typed in _typed_in(document):
        words = typed.split()
        name = next((name for size in (3, 2) if (name := " ".join(words[:size])) in commands), "")
        known = {option for parameter in commands[name].params for option in parameter.opts} if name else ()
        unknown += [typed] if not name else []
        unknown += [f"{name} {word}" for word in words if re.match("--[a-z]", word) and word not in known]
    assert unknown == []


def _typed_in(document: Path) -> Iterator[str]:
    """The ``hotich`` commands of a document's code blocks, each on one line, without their comments."""
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    for block in re.findall(r"^ *```(?:console|sh)\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            said = line.partition("#")[0].split("|")[0].replace("sudo -u hotich ", "")
            typed = re.search(r"(?:^|[ /])(hotich [a-z].*)", said)
            if typed and "sudo" not in said:
                yield re.sub(r" [>2].*", "", typed[1])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_documents_name_are_there(document: Path) -> None:
    rooms = "pipeline|flows|tests|benchmarks|scripts|schemas|samples|ocr_models|docs"
    named = set(re.findall(rf"`((?:{rooms})/[\w./-]+)`", document.read_text(encoding="utf-8")))
    assert [name for name in sorted(named - EXAMPLES) if not (ROOT / name).exists()] == []


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    documents = [
        str(path.relative_to(ROOT / "docs")) for path in DOCUMENTS if path.is_relative_to(ROOT / "docs")
    ]
    assert [name for name in documents if name != "index.md" and f"({name})" not in index] == []


def test_the_architecture_lists_every_room() -> None:
    rooms = {path.stem for path in (ROOT / "pipeline").iterdir() if path.stem[0] not in "_."}
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```text")[1].split("```")[0]
    assert rooms - {word.rstrip("/").removesuffix(".py") for word in plan.split()} == set()
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = [re.sub(r"[()]", "", line) for line in contracts[0]["layers"]]
    decision = (ROOT / "docs" / "adr" / "0001-shape-of-the-house.md").read_text(encoding="utf-8")
    assert "\n".join(f"    {line}" for line in ["flows", *layers]) in decision


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_name_no_package_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links", text) == []
    assert "--hash=sha256:" in text
