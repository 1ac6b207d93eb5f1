"""``hotich rules``: every rule with its source, on the screen or as the page ``docs/reference/rules.md``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import groupby
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import SchemaError
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.screen import out, plain, print_json
from pipeline.declarations import schema
from pipeline.declarations.catalogue import (
    FAMILIES,
    OTHERS,
    SEVERITY_WORDS,
    SWITCHED_OFF,
    CatalogueRule,
    RuleUse,
    rule_catalogue,
)
from pipeline.declarations.rules_page import rules_page
from pipeline.declarations.schema import Schemas, nearest_hint

BESIDE_OTHERS = ("book", "registry")
"""Levels of the rules that ask entries of every record, beside other entries."""


def rules(
    family: Annotated[
        str | None, typer.Option("--family", "-f", help="Chỉ một họ quy tắc: chữ đầu của mã, như K, D, M.")
    ] = None,
    record: Annotated[
        str | None, typer.Option("--record", "-r", help="Chỉ một loại sự kiện, như birth, marriage, death.")
    ] = None,
    work: WorkspaceOption = HERE,
    markdown: Annotated[
        bool,
        typer.Option(
            "--markdown", help="In trang tài liệu docs/reference/rules.md, không kể phần của cơ quan."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê mọi quy tắc: mã, mức, câu giải thích, căn cứ, các ô được hỏi; mức mà cơ quan đã đổi (office.toml)."""
    settings = work.settings
    declared = schema.load(settings.schemas)
    if markdown:
        typer.echo(rules_page(declared), nl=False)
        return
    found = _chosen(declared, settings.schemas_of(work.folder or settings.workspace), family, record)
    if as_json:
        print_json([plain(rule) for rule in found])
        return
    for letter, group in groupby(found, key=lambda rule: rule.family):
        table = Table("Mã", "Mức", "Quy tắc", title=FAMILIES.get(letter, "Khác"), title_justify="left")
        for rule in group:
            table.add_row(rule.code, _severity(rule), "\n".join(escape(line) for line in _lines(rule)))
        out().print(table)


def _chosen(
    declared: Schemas, office: Schemas, family: str | None, record: str | None
) -> list[CatalogueRule]:
    """The rules that were asked for; raises ``SchemaError`` for a family or a record that is not there."""
    if family and family.upper() not in (*FAMILIES, OTHERS):
        raise SchemaError(f"Không có họ quy tắc “{family}”. Chỉ có: {', '.join(FAMILIES)}.")
    found = list(rule_catalogue(declared, office))
    if family:
        found = [rule for rule in found if rule.family == family.upper()]
    if record is None:
        return found
    if record not in declared.records:
        raise SchemaError(f"Không có loại sự kiện “{record}”.{nearest_hint(record, declared.records)}")
    title = declared.records[record].title
    mine = [
        dataclasses.replace(rule, asked=tuple(asked for asked in rule.asked if asked.record == title))
        for rule in found
    ]
    return [rule for rule in mine if rule.asked or rule.level in BESIDE_OTHERS]


def _severity(rule: CatalogueRule) -> str:
    declared = SEVERITY_WORDS[rule.severity] if rule.severity else "–"
    if not rule.changed:
        return declared
    return f"{declared} → {SEVERITY_WORDS[rule.here] if rule.here else SWITCHED_OFF}"


def _lines(rule: CatalogueRule) -> Iterator[str]:
    yield rule.sentence
    if rule.reason:
        yield f"Cơ quan tắt: {rule.reason}"
    yield f"Căn cứ: {rule.source}"
    if rule.look_at:
        yield f"Xem: {rule.look_at}"
    for record, asked in groupby(rule.asked, key=lambda asked: asked.record):
        yield f"{record}: {'; '.join(_fields(one, rule) for one in asked)}"


def _fields(asked: RuleUse, rule: CatalogueRule) -> str:
    fields = " + ".join(asked.labels)
    return fields if asked.severity is rule.severity else f"{fields} ({SEVERITY_WORDS[asked.severity]})"
