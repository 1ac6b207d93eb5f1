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
from pipeline.base.model import Severity
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
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
from pipeline.declarations.schema import Schemas, nearest_hint
from pipeline.settings import read_settings
from pipeline.values.predicates import Need

HEAD = """\
<!-- Trang này do lệnh sau viết ra; đừng sửa tay: hotich rules --markdown > docs/reference/rules.md -->

# Các quy tắc

Xem trên máy, kể cả mức mà cơ quan đã đổi: [`hotich rules`](commands.md). Đổi mức, tắt một quy tắc:
[Chỉnh quy tắc và danh mục của cơ quan](../how-to/set-rules.md). Vì sao làm như vậy: [0011](../adr/0011-rules.md).

Quy tắc chỉ nêu phát hiện, không bao giờ sửa giá trị: dữ liệu phải đúng với sổ (Luật Hộ tịch 2014, Điều 60 khoản 2).
Quy tắc của cả quyển và giữa các sổ: [Kiểm tra cả quyển và giữa các sổ](book-checks.md).

| Mức | Ghi ở `office.toml` | Nghĩa |
|---|---|---|
| chưa được xuất, phải có người xem | `BLOCK` | sự kiện vào hàng đợi, chưa bàn giao được |
| phải có người xem | `REVIEW` | sự kiện vào hàng đợi |
| chỉ để biết | `INFO` | không vào hàng đợi |

Mỗi quy tắc cần biết một điều ở mỗi ô; chưa biết thì quy tắc không hỏi và không nêu gì. Ô không có trên mẫu không bao
giờ là sai. Giá trị bị gạch bỏ không được tính là giá trị.

| Cần ở ô | trống | không thể đọc, máy chưa đọc được, bị gạch | không có trên mẫu |
|---|---|---|---|
| *giá trị*: đã đọc, hiểu được | không hỏi | không hỏi | không hỏi |
| *chữ*: đã đọc | không hỏi | không hỏi | không hỏi |
| *mực*: có ghi hay không | là trống | là có ghi | không hỏi |
| *trạng thái*: tự phân biệt | là trống | là có ghi, chưa biết gì | không xét ô ấy |

Ngày chỉ ghi năm hoặc tháng, năm được so tới phần cả hai bên cùng có.
"""

NEEDS = {Need.VALUE: "giá trị", Need.TEXT: "chữ", Need.INK: "mực", Need.ANY: "trạng thái"}


def rules_page(schemas: Schemas) -> str:
    """The whole page, in Markdown."""
    return "\n".join(_page_lines(schemas)) + "\n"


def _page_lines(schemas: Schemas) -> Iterator[str]:
    yield HEAD.rstrip("\n")
    for family, rules in groupby(rule_catalogue(schemas), key=lambda rule: rule.family):
        title = FAMILIES.get(family, "Trang, máy đọc, gợi ý")
        yield f"\n## {title}" if family == OTHERS else f"\n## {family}: {title}"
        for rule in rules:
            yield from _rule(rule)


def _rule(rule: CatalogueRule) -> Iterator[str]:
    yield f"\n### `{rule.code}`: {SEVERITY_WORDS[rule.severity] if rule.severity else 'không nêu phát hiện'}\n"
    yield f"{rule.sentence}\n"
    if rule.look_at:
        yield f"- Xem: {rule.look_at}"
    yield f"- Căn cứ: {rule.source}"
    if rule.kept_by:
        yield f"- Được giữ trong: {', '.join(rule.kept_by)}"
    for record, asked in groupby(rule.asked, key=lambda asked: asked.record):
        yield f"- {record}: {'; '.join(dict.fromkeys(_asked(one, rule.severity) for one in asked))}"


def _asked(asked: RuleUse, usual: Severity | None) -> str:
    needs = asked.needs or (None,) * len(asked.labels)
    fields = (
        f"{label} (*{NEEDS[need]}*)" if need else label
        for label, need in zip(asked.labels, needs, strict=True)
    )
    told = " + ".join(fields)
    return told if asked.severity is usual else f"{told}: {SEVERITY_WORDS[asked.severity]}"


BESIDE_OTHERS = ("book", "registry")
"""Levels of the rules that ask entries of every record, beside other entries."""


def rules(
    family: Annotated[
        str | None, typer.Option("--family", "-f", help="Chỉ một họ quy tắc: chữ đầu của mã, như K, D, M.")
    ] = None,
    record: Annotated[
        str | None, typer.Option("--record", "-r", help="Chỉ một loại sự kiện, như birth, marriage, death.")
    ] = None,
    workspace: WorkspaceOption = None,
    markdown: Annotated[
        bool,
        typer.Option(
            "--markdown", help="In trang tài liệu docs/reference/rules.md, không kể phần của cơ quan."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê mọi quy tắc: mã, mức, câu giải thích, căn cứ, các ô được hỏi; mức mà cơ quan đã đổi (office.toml)."""
    settings = read_settings()
    declared = schema.load(settings.schemas)
    if markdown:
        typer.echo(rules_page(declared), nl=False)
        return
    found = _chosen(declared, settings.schemas_of(workspace or settings.workspace), family, record)
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
