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
from pipeline.declarations.law_page import law_page, law_texts
from pipeline.declarations.rules_page import rules_page
from pipeline.declarations.schema import Schemas, nearest_hint

CROSS_ENTRY_LEVELS = ("book", "registry")
"""Levels whose rules compare several entries; they belong to no single kind of record."""


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
    law: Annotated[
        bool,
        typer.Option("--law", help="In trang tài liệu docs/reference/law.md: căn cứ pháp lý."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê mọi quy tắc: mã, mức, câu giải thích, căn cứ, các ô được hỏi; mức mà cơ quan đã đổi (office.toml)."""
    settings = work.settings
    declared = schema.load(settings.schemas)
    if law:
        typer.echo(law_page(declared, law_texts(settings.schemas)), nl=False)
        return
    if markdown:
        typer.echo(rules_page(declared), nl=False)
        return
    selected = _chosen(declared, settings.schemas_of(work.folder or settings.workspace), family, record)
    if as_json:
        print_json([plain(rule) for rule in selected])
        return
    for letter, group in groupby(selected, key=lambda rule: rule.family):
        table = Table("Mã", "Mức", "Quy tắc", title=FAMILIES.get(letter, "Khác"), title_justify="left")
        for rule in group:
            table.add_row(rule.code, _severity(rule), "\n".join(escape(line) for line in _lines(rule)))
        out().print(table)


def _chosen(
    declared: Schemas, office: Schemas, family: str | None, record: str | None
) -> list[CatalogueRule]:
    """Return the selected rules. Raises ``SchemaError`` for an unknown family or record."""
    if family and family.upper() not in (*FAMILIES, OTHERS):
        raise SchemaError(f"Không có họ quy tắc “{family}”. Chỉ có: {', '.join(FAMILIES)}.")
    selected = list(rule_catalogue(declared, office))
    if family:
        selected = [rule for rule in selected if rule.family == family.upper()]
    if record is None:
        return selected
    if record not in declared.records:
        raise SchemaError(f"Không có loại sự kiện “{record}”.{nearest_hint(record, declared.records)}")
    title = declared.records[record].title
    of_record = [
        dataclasses.replace(rule, asked=tuple(use for use in rule.asked if use.record == title))
        for rule in selected
    ]
    return [rule for rule in of_record if rule.asked or rule.level in CROSS_ENTRY_LEVELS]


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
    for record, uses in groupby(rule.asked, key=lambda uses: uses.record):
        yield f"{record}: {'; '.join(_fields(use, rule) for use in uses)}"


def _fields(use: RuleUse, rule: CatalogueRule) -> str:
    fields = " + ".join(use.labels)
    return fields if use.severity is rule.severity else f"{fields} ({SEVERITY_WORDS[use.severity]})"
