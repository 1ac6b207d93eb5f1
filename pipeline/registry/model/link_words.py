"""Links between entries in words: what they may be, what speaks for them, who stands in them, what people said."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.registry.model.checks import LinkVerdict

KINDS = {"again": "đăng ký hai lần?", "person": "cùng một người?"}

EVIDENCE = {
    "name": "họ tên",
    "born": "ngày sinh",
    "sex": "giới tính",
    "number": "số giấy tờ",
    "mother": "mẹ",
    "father": "cha",
    "home": "nơi ở",
}

LIKENESS = {
    "same": "giống",
    "same day": "cùng ngày",
    "same year": "cùng năm",
    "marks differ": "khác dấu",
    "one letter differs": "khác một chữ",
    "one figure differs": "khác một chữ số",
    "differs": "KHÁC",
}

ROLES = {
    "child": "trẻ",
    "mother": "mẹ",
    "father": "cha",
    "declarant": "người yêu cầu",
    "husband": "chồng",
    "wife": "vợ",
    "deceased": "người chết",
    "parent": "cha, mẹ",
    "subject": "người được xác nhận",
    "ward": "người được giám hộ",
    "guardian": "người giám hộ",
    "adoptee": "con nuôi",
    "giver": "người giao con nuôi",
}

VERDICTS = {
    LinkVerdict.CONFIRMED: "đúng",
    LinkVerdict.REJECTED: "không phải",
    LinkVerdict.TAKEN_BACK: "được rút lại lời đã ghi",
}


def evidence_told(evidence: Mapping[str, str]) -> str:
    """What agrees and what does not, in words."""
    return ", ".join(
        f"{EVIDENCE.get(name, name)} {LIKENESS.get(like, like)}" for name, like in evidence.items()
    )
