"""Papers for tests: an invented entry's values, and a template around a text. No person in it is real."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from pipeline.declarations.schema import load
from pipeline.delivery.printing.contents import day_of, extract_rows
from pipeline.registry.extracts.model import ExtractOrder

SCHEMAS = load()
AT = datetime(2026, 11, 29, tzinfo=UTC)


def order(token: str = "mau-1", **changed: Any) -> ExtractOrder:
    given: dict[str, Any] = {
        "recipient": "Thử Xin",
        "reason": "làm hồ sơ",
        "signer": "Thử Ký",
        "signer_title": "Chủ tịch",
    }
    return ExtractOrder(**{**given, **changed, "token": token})


def data(record: str, values: dict[str, str], *, draft: bool = False) -> dict[str, Any]:
    """What the template of an extract prints."""
    spec = SCHEMAS.record(record)
    return {
        "title": "Trích lục",
        "draft": draft,
        "code": None if draft else {"size": 9, "path": "M1 1h1v1h-1z"},
        "office": {"name": "Ủy ban nhân dân xã Thử", "superior": "Tỉnh Thử", "place": "Thử"},
        "number": "" if draft else "45/2026",
        "symbol": f"TL{spec.prefix}-BS",
        "day": None if draft else day_of(date(2026, 11, 29)),
        "rows": extract_rows(spec, {field.name: values.get(field.name, "") for field in spec.fields}),
        "values": {field.name: values.get(field.name, "") for field in spec.fields},
        "notes": values.get("notes", ""),
        "amendments": [],
        "signer": {"name": "Thử Ký", "title": "Chủ tịch"},
    }
