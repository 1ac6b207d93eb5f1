"""The page ``docs/reference/rules.md``: every rule with its source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from pipeline.base.model import Severity
from pipeline.declarations.catalogue import (
    FAMILIES,
    OTHERS,
    SEVERITY_WORDS,
    CatalogueRule,
    RuleUse,
    rule_catalogue,
)
from pipeline.declarations.schema import Schemas
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
