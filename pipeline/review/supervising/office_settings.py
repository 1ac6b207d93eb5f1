"""What an office has set, as a page shows it: each setting with its value, and where it is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from pipeline.delivery import DELIVERY_RULES, ApprovalPolicy, DeliveryPolicy
from pipeline.delivery import policy as delivery_policy
from pipeline.review_policy import BookPolicy, ReviewPolicy
from pipeline.sampling import SamplingPolicy
from pipeline.schema import Schemas
from pipeline.text.numbers import with_comma

OFFICE_FILE = "office.toml"

REVIEW_LABELS: Mapping[str, str] = {
    "check": "Ô phải có người thứ hai xem",
    "blind": "Ô người thứ hai nhập độc lập",
    "blind_first": "Người thứ nhất cũng không thấy chữ máy đọc",
    "blind_fields": "Thêm các ô này vào nhập độc lập",
    "open_fields": "Bớt các ô này khỏi nhập độc lập",
    "letter_case": "Chữ hoa, chữ thường khi so lời hai người",
    "prefill_from": "Độ tin cậy từ đó chữ máy đọc được đặt sẵn vào ô",
}
"""The keys of ``BookPolicy`` in words."""

SAMPLING_LABELS: Mapping[str, str] = {
    "preset": "Cách lấy mẫu",
    "acceptable": "Tỉ lệ sự kiện sai chấp nhận được (%)",
    "rejectable": "Tỉ lệ sự kiện sai không chấp nhận (%)",
    "producer_risk": "Tỉ lệ lô tốt bị trả lại (%)",
    "consumer_risk": "Tỉ lệ lô xấu được nhận (%)",
    "fields": "Ô được kiểm tra",
}

APPROVAL_LABELS: Mapping[str, str] = {
    "book": "Phê duyệt sổ trước khi xuất gói",
    "amendments": "Người thứ hai ký xác nhận cải chính, bổ sung",
}
"""The keys of ``ApprovalPolicy`` in words."""

WORDS: Mapping[str, str] = {
    "all": "mọi ô",
    "critical": "ô trọng yếu",
    "none": "không ô nào",
    "ignored": "coi như nhau",
    "counts": "khác nhau",
    "statistical": "theo thống kê",
    "two-rounds": "hai vòng: 100 % rồi 30 %",
}
"""Values of review and sampling in words."""


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One setting.

    Attributes:
        label: What it is about.
        value: What holds now, in words.
        key: Its key in the table of the file.
        usual: Whether it is what holds where nothing is set.
    """

    label: str
    value: str
    key: str
    usual: bool


@dataclass(frozen=True, slots=True)
class SettingGroup:
    """The settings of one table of ``office.toml``; ``guide``: the page of the documents that explains it."""

    title: str
    table: str
    guide: str
    settings: tuple[ShownSetting, ...]


def setting_groups(
    review: ReviewPolicy,
    sampling: SamplingPolicy,
    delivery: DeliveryPolicy,
    approval: ApprovalPolicy,
    schemas: Schemas,
) -> tuple[SettingGroup, ...]:
    """Return all that the office has set, group by group."""
    return (
        SettingGroup("Rà soát", "review", "docs/how-to/set-review.md", _review(review, schemas)),
        SettingGroup("Lấy mẫu nghiệm thu", "sampling", "docs/how-to/sample.md", _sampling(sampling)),
        SettingGroup(
            "Giá trị bàn giao",
            delivery_policy.TABLE,
            "docs/reference/delivery-rules.md",
            tuple(
                ShownSetting(
                    rule.title,
                    rule.choices[delivery[rule.name]],
                    rule.name,
                    delivery[rule.name] == rule.default,
                )
                for rule in DELIVERY_RULES
            ),
        ),
        SettingGroup(
            "Phê duyệt",
            "approval",
            "docs/how-to/supervise.md",
            tuple(
                ShownSetting(
                    APPROVAL_LABELS[one.name],
                    _words(getattr(approval, one.name)),
                    one.name,
                    getattr(approval, one.name) == one.default,
                )
                for one in fields(ApprovalPolicy)
            ),
        ),
    )


def _review(review: ReviewPolicy, schemas: Schemas) -> tuple[ShownSetting, ...]:
    labels = {spec.name: spec.label for record in schemas.records.values() for spec in record.fields}
    usual = BookPolicy()
    rows = [
        ShownSetting(
            REVIEW_LABELS[one.name],
            _words(getattr(review.every_book, one.name), labels),
            one.name,
            getattr(review.every_book, one.name) == getattr(usual, one.name),
        )
        for one in fields(BookPolicy)
    ]
    minutes = int(review.lease.total_seconds() // 60)
    rows.append(
        ShownSetting(
            "Giữ một nhiệm vụ (phút)", str(minutes), "lease_minutes", review.lease == ReviewPolicy().lease
        )
    )
    for pattern, keys in review.books:
        told = "; ".join(f"{REVIEW_LABELS[key]}: {_words(value, labels)}" for key, value in keys.items())
        rows.append(ShownSetting(f"Riêng các sổ {pattern}", told, "[[review.book]]", usual=False))
    return tuple(rows)


def _sampling(sampling: SamplingPolicy) -> tuple[ShownSetting, ...]:
    def values(policy: SamplingPolicy) -> dict[str, Any]:
        quality = policy.quality
        shares = (quality.acceptable, quality.rejectable, quality.producer_risk, quality.consumer_risk)
        percent = [round(100 * share, 4) for share in shares]
        names = ("acceptable", "rejectable", "producer_risk", "consumer_risk")
        return {"preset": policy.preset, **dict(zip(names, percent, strict=True)), "fields": policy.fields}

    set_now, usual = values(sampling), values(SamplingPolicy())
    return tuple(
        ShownSetting(label, _words(set_now[key]), key, set_now[key] == usual[key])
        for key, label in SAMPLING_LABELS.items()
    )


def _words(value: Any, labels: Mapping[str, str] = {}) -> str:
    """Return a value in words; ``labels``: those of fields."""
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, frozenset):
        return ", ".join(sorted(labels.get(one, one) for one in value)) or "–"
    if isinstance(value, float):
        return with_comma(f"{value:g}")
    return WORDS.get(value, str(value))
