"""The page ``docs/reference/delivery-rules.md``."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.declarations.office.delivery_rules import DELIVERY_RULES

HEAD = """\
<!-- Trang này do lệnh hotich delivery rules --markdown viết ra; đừng sửa tay. -->

# Quy tắc bàn giao

Mỗi ô có hai lớp: chữ trên sổ, không bao giờ bị sửa, và giá trị bàn giao suy ra từ chữ ấy theo một quy tắc dưới đây.
Quy tắc nào không chắc thì đề nghị giá trị, và một người [xác nhận](../how-to/deliver.md#giá-trị-bàn-giao).
Ô mà việc nào cũng phải có (họ tên, giới tính …) bị gạch bỏ, không đọc được hay ngoài danh mục thì luôn chờ xác nhận.
Cơ quan chọn ở bảng `[delivery]` của `office.toml`; lựa chọn đầu là mặc định. Xem trên máy, kể cả lựa chọn của cơ quan:
[`hotich delivery rules`](commands.md). Vì sao làm như vậy: [0056](../adr/0056-two-layers-of-a-value.md).

```toml
[delivery]
lunar_date = "note"
approximate_date = "year"
```
"""


def markdown_lines() -> Iterator[str]:
    """Yield the lines of the page about the delivery rules."""
    yield HEAD.rstrip()
    for rule in DELIVERY_RULES:
        yield f"\n## {rule.title}\n\n`{rule.name}`. Ví dụ: {rule.example}.\n\n| Lựa chọn | Nghĩa |\n|---|---|"
        for key, meaning in rule.choices.items():
            yield f"| `{key}`{' (mặc định)' if key == rule.default else ''} | {meaning} |"
